//! One check of a run: every rule, every finding.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::archive::{self, Data, Used};
use super::covariates::{self, Declared, Enforced};
use super::facts::{Array, Artifact, RunFacts};
use super::fields::{missing, place, unreadable};
use super::finding::{ContractError, ContractFault, ContractFinding};
use super::layout::Layout;
use super::report::{RunReport, SourceState, Windows};
use super::run_id::RunId;
use super::shapes::{self, Model};
use super::{sources, split, sufficiency};

/// What the covariate rules call the place where names are declared.
const CONTEXT: &str = "run check";

/// Judges a run.
///
/// Everything is looked at, whatever else is wrong, so that one run of the check shows all there is to repair. Which
/// finding decides the code is the order of [`ContractFault`].
///
/// # Errors
/// Any [`ContractFault`] but those of reports and finished runs.
pub fn check(facts: &RunFacts) -> Result<RunReport, ContractError> {
    let mut findings = Vec::new();
    let id = take(run_id(&facts.run_id, facts.strict_run_id), &mut findings);
    let model = Model { sequence_length: facts.sequence_length, horizon: facts.horizon };
    findings.extend(something_to_do(facts));
    let impossible: Vec<ContractFinding> = steps(model).collect();
    let sources = sources::check(facts, id.as_ref());
    findings.extend(sources.findings);
    let used = archive::check(&facts.npz, &mut findings);
    let mut windows = None;
    // No shape fits a model without steps.
    if let Some(used) = used.as_ref().filter(|_| impossible.is_empty()) {
        shapes::check(used, model, &mut findings);
        windows = sufficiency::check(used, model.sequence_length, model.horizon, &mut findings);
    }
    findings.extend(impossible);
    let canonical = matches!(sources.layout, Some(Layout::Canonical(_)));
    let stated = split::check(&facts.split, canonical, used.as_ref().and_then(window_count), &mut findings);
    let spec = spec(facts, used.as_ref(), &mut findings);
    match (ContractError::from_findings(findings), id) {
        (Some(error), _) => Err(error),
        (None, Some(run_id)) => {
            let mut report = RunReport {
                run_id,
                layout: sources.layout,
                sources: sources.reports,
                mode: None,
                arrays: Vec::new(),
                windows,
                features: Vec::new(),
                targets: Vec::new(),
                data_checked: false,
                spec,
                notes: Vec::new(),
            };
            if let Some(used) = &used {
                describe(&mut report, used);
            }
            report.notes = notes(facts, &report, used.as_ref(), stated);
            Ok(report)
        }
        // An unusable run id is a finding, so there was an error.
        (None, None) => Err(no_run_id()),
    }
}

/// The id in the form that is asked for.
pub(super) fn run_id(text: &str, strict: bool) -> Result<RunId, ContractFinding> {
    if strict { RunId::strict(text) } else { RunId::new(text) }
}

pub(super) fn no_run_id() -> ContractError {
    ContractFinding::new(ContractFault::RunIdSyntax, "run_id", "a run id", "nothing").into()
}

fn take<T>(result: Result<T, ContractFinding>, findings: &mut Vec<ContractFinding>) -> Option<T> {
    result.map_err(|finding| findings.push(finding)).ok()
}

/// A check that looks at nothing must not look like a pass.
fn something_to_do(facts: &RunFacts) -> Option<ContractFinding> {
    let nothing = facts.npz.file().is_none()
        && facts.spec.file().is_none()
        && [&facts.meta, &facts.preprocessor].iter().all(|artifact| artifact.file().is_none());
    nothing.then(|| {
        ContractFinding::new(
            ContractFault::ArgumentInvalid,
            "processed_npz",
            "an artifact or a covariate spec to check",
            "none",
        )
    })
}

fn steps(model: Model) -> impl Iterator<Item = ContractFinding> {
    let steps = [("sequence_length", model.sequence_length), ("horizon", model.horizon)];
    steps
        .into_iter()
        .filter(|(_, count)| *count == 0)
        .map(|(name, _)| ContractFinding::new(ContractFault::ArgumentInvalid, name, "at least 1 step", "0"))
}

/// The windows that the archive holds; none where a pipeline has to cut them.
///
/// Where `X` and `y` disagree nobody knows how many there are, and where there are none no split could be right: both
/// are findings of their own.
fn window_count(used: &Used<'_>) -> Option<u64> {
    let rows = |array: &Array| array.shape.first().copied();
    match used.data {
        Data::Windowed { x: Some(x), y: Some(y), .. } if rows(x) == rows(y) => {
            rows(y).filter(|rows| *rows > 0)
        }
        _ => None,
    }
}

/// Compares the declared covariates with the spec and the features of the archive.
///
/// Without an archive, or with one whose features cannot be read, the columns are unknown, which is not the same as
/// none.
fn spec(facts: &RunFacts, used: Option<&Used<'_>>, findings: &mut Vec<ContractFinding>) -> Option<Enforced> {
    let spec = match &facts.spec {
        Artifact::NotNamed => None,
        Artifact::Absent(file) => {
            findings.push(missing(file));
            return None;
        }
        Artifact::Unreadable(file, why) => {
            findings.push(unreadable(file, why, ContractFault::SpecInvalid));
            return None;
        }
        Artifact::Read(file, node) => Some((file, node)),
    };
    let declared = Declared { dynamic: facts.dynamic.clone(), r#static: facts.r#static.clone() };
    let columns = used.and_then(|used| used.features);
    match covariates::enforce(spec.map(|(_, node)| node), &declared, columns, CONTEXT) {
        Ok(enforced) => spec.map(|_| enforced),
        Err(error) => {
            let file = spec.map_or("", |(file, _)| &file.named);
            findings.extend(error.findings().cloned().map(|finding| in_file(file, finding)));
            None
        }
    }
}

/// A field of the spec, among the fields of other documents.
fn in_file(file: &str, finding: ContractFinding) -> ContractFinding {
    match finding.fault {
        ContractFault::SpecInvalid => ContractFinding { path: place(file, &finding.path), ..finding },
        _ => finding,
    }
}

fn describe(report: &mut RunReport, used: &Used<'_>) {
    report.mode = used.data.mode();
    report.arrays = used.array_reports();
    report.features = used.features.unwrap_or_default().to_vec();
    report.targets = used.targets.unwrap_or_default().to_vec();
    report.data_checked = used.data_checked;
}

/// What a reader of a pass should know all the same.
fn notes(
    facts: &RunFacts,
    report: &RunReport,
    used: Option<&Used<'_>>,
    stated: Option<[u64; 3]>,
) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(Layout::Unrecognised { why }) = &report.layout {
        notes.push(format!(
            "the path took no part in the comparison, and no split contract was asked for: {why}"
        ));
    }
    if report.sources.iter().filter(|it| it.state == SourceState::Agrees).count() < 2 {
        notes.push("no artifact states a run id: nothing confirms that they belong to this run".to_string());
    }
    match used {
        None => notes.push("no `processed.npz` was named: no array was checked".to_string()),
        Some(used) => {
            notes.extend(unused_features(used));
            notes.extend(report.windows.and_then(|windows| another_split(windows, stated)));
            if !used.data_checked {
                notes.push("only the headers of the arrays were read, not their values".to_string());
            }
        }
    }
    let declared = facts.dynamic.iter().chain(&facts.r#static).any(|name| !name.trim().is_empty());
    if declared && report.spec.is_none() {
        notes.push("covariates are declared, and no spec was named to compare them with".to_string());
    }
    notes
}

/// Pipelines read `X` before `X_mv`, and `X` holds the target alone.
fn unused_features(used: &Used<'_>) -> Option<String> {
    let names = used.features?.len();
    match used.data {
        Data::Windowed { x: Some(x), .. } if names > 1 && x.shape.get(2) == Some(&1) => {
            Some(format!("`X` holds 1 of {names} features: a model that reads it uses no covariate"))
        }
        _ => None,
    }
}

/// The preprocessing and the pipelines round differently.
fn another_split(windows: Windows, stated: Option<[u64; 3]>) -> Option<String> {
    let [train, validation, test] = stated?;
    let Windows { train: our_train, validation: our_validation, test: our_test } = windows;
    ([train, validation, test] != [our_train, our_validation, our_test]).then(|| {
        format!(
            "`split_contract.json` divides into {train}, {validation} and {test} windows, a pipeline that splits \
             the arrays itself into {our_train}, {our_validation} and {our_test}"
        )
    })
}
