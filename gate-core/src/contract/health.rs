//! Whether a finished run left its eight artifacts, whole and of one run id.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::check::{no_run_id, run_id};
use super::facts::{Archive, Artifact, FilePath, RunFacts};
use super::fields::{Fields, unreadable};
use super::finding::{ContractError, ContractFault, ContractFinding};
use super::layout::Layout;
use super::metrics;
use super::report::{SourceReport, SourceState};
use super::run_id::RunId;
use super::{archive, sources, split};
use crate::document::{Node, quoted};

/// What was read of a finished run. Every path is derived from the folder and the run id; nothing is written.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthFacts {
    /// The run id as it was given.
    pub run_id: String,
    /// True if the strict form is asked for.
    pub strict_run_id: bool,
    /// The folder of all artifacts; read if it is a directory.
    pub folder: Artifact<()>,
    /// `processed/{run_id}/processed.npz`
    pub npz: Artifact<Archive>,
    /// `processed/{run_id}/meta.json`
    pub meta: Artifact<Node>,
    /// `processed/{run_id}/split_contract.json`, which is judged if it is there.
    pub split: Artifact<Node>,
    /// `models/{run_id}/preprocessor.pkl`
    pub preprocessor: Artifact<Node>,
    /// `checkpoints/{run_id}/best.keras`: its size in bytes.
    pub best: Artifact<u64>,
    /// `checkpoints/{run_id}/last.keras`: its size in bytes.
    pub last: Artifact<u64>,
    /// `metrics/{run_id}.json`
    pub metrics: Artifact<Node>,
    /// `reports/{run_id}.md`: its size in bytes.
    pub report: Artifact<u64>,
    /// `metadata/{run_id}.json`
    pub metadata: Artifact<Node>,
}

/// The answer when everything is there and agrees.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HealthReport {
    /// The run id, trimmed.
    pub run_id: RunId,
    /// The artifacts that are there and whole.
    pub artifacts: Vec<String>,
    /// The sources of the run id in the processed data.
    pub sources: Vec<SourceReport>,
    /// Root mean squared error, by which runs are compared.
    pub rmse: f64,
    /// What did not take part.
    pub notes: Vec<String>,
}

/// Judges a finished run.
///
/// # Errors
/// `artifact-missing` for each artifact that is not there, and what is wrong with those that are.
pub fn check(facts: &HealthFacts) -> Result<HealthReport, ContractError> {
    let mut findings = Vec::new();
    // The id is part of every path, so without one there is nothing to look at.
    let id = run_id(&facts.run_id, facts.strict_run_id)?;
    if let Some(finding) = folder(&facts.folder) {
        return Err(finding.into());
    }
    let artifacts = present(facts, &mut findings);
    let sources = processed(facts, &id, &mut findings);
    checkpoint(&facts.best, &id, &mut findings);
    checkpoint(&facts.last, &id, &mut findings);
    let rmse = metrics_report(&facts.metrics, &id, &mut findings);
    metadata(&facts.metadata, &id, &mut findings);
    match (ContractError::from_findings(findings), rmse) {
        (Some(error), _) => Err(error),
        (None, Some(rmse)) => {
            let notes = notes(&sources);
            Ok(HealthReport { run_id: id, artifacts, sources, rmse, notes })
        }
        // Without an rmse there is a finding that says why, so there was an error.
        (None, None) => Err(no_run_id()),
    }
}

fn folder(folder: &Artifact<()>) -> Option<ContractFinding> {
    let finding =
        |path: &str| ContractFinding::new(ContractFault::FileMissing, path, "a directory", "nothing");
    match folder {
        Artifact::Read(..) => None,
        Artifact::NotNamed => Some(finding("artifacts")),
        Artifact::Absent(file) => Some(finding(&file.named)),
        Artifact::Unreadable(file, why) => Some(unreadable(file, why, ContractFault::FileUnusable)),
    }
}

/// The eight, each of which is named or a finding.
fn present(facts: &HealthFacts, findings: &mut Vec<ContractFinding>) -> Vec<String> {
    let mut artifacts = Vec::new();
    let mut ask = |name: &str, absent: bool, file: Option<&FilePath>| match file {
        Some(file) if !absent => artifacts.push(file.named.clone()),
        file => {
            let path = file.map_or(name, |file| &file.named);
            findings.push(ContractFinding::new(ContractFault::ArtifactMissing, path, "a file", "nothing"));
        }
    };
    ask("processed.npz", is_absent(&facts.npz), facts.npz.file());
    ask("meta.json", is_absent(&facts.meta), facts.meta.file());
    ask("preprocessor.pkl", is_absent(&facts.preprocessor), facts.preprocessor.file());
    ask("best.keras", is_absent(&facts.best), facts.best.file());
    ask("last.keras", is_absent(&facts.last), facts.last.file());
    ask("metrics", is_absent(&facts.metrics), facts.metrics.file());
    ask("report", is_absent(&facts.report), facts.report.file());
    ask("metadata", is_absent(&facts.metadata), facts.metadata.file());
    for sized in [&facts.best, &facts.last, &facts.report] {
        findings.extend(empty(sized));
    }
    artifacts
}

const fn is_absent<T>(artifact: &Artifact<T>) -> bool {
    matches!(artifact, Artifact::Absent(_))
}

/// A file of no bytes is what a write that failed leaves behind.
fn empty(artifact: &Artifact<u64>) -> Option<ContractFinding> {
    match artifact {
        Artifact::Read(file, 0) => Some(ContractFinding::new(
            ContractFault::ArtifactMissing,
            &*file.named,
            "a file with content",
            "0 bytes",
        )),
        Artifact::Unreadable(file, why) => Some(unreadable(file, why, ContractFault::FileUnusable)),
        _ => None,
    }
}

/// The processed data by the rules of a run check, but for the model that nobody trains here.
fn processed(facts: &HealthFacts, id: &RunId, findings: &mut Vec<ContractFinding>) -> Vec<SourceReport> {
    let run = RunFacts {
        run_id: facts.run_id.clone(),
        strict_run_id: facts.strict_run_id,
        npz: facts.npz.clone(),
        meta: facts.meta.clone(),
        split: facts.split.clone(),
        preprocessor: facts.preprocessor.clone(),
        spec: Artifact::NotNamed,
        dynamic: Vec::new(),
        r#static: Vec::new(),
        sequence_length: 1,
        horizon: 1,
    };
    let sources = sources::check(&run, Some(id));
    findings.extend(sources.findings);
    if !is_absent(&run.npz) {
        archive::check(&run.npz, findings);
    }
    split::check(&run.split, false, None, findings);
    sources.reports
}

/// A checkpoint behind a link must still be in a directory of this run.
fn checkpoint(artifact: &Artifact<u64>, id: &RunId, findings: &mut Vec<ContractFinding>) {
    let Some((file, _)) = artifact.read() else { return };
    let Some(resolved) = &file.resolved else { return };
    if !in_directory(resolved, id) {
        let expected = format!("a file in the directory {}, links followed", quoted(id.as_str()));
        findings.push(ContractFinding::new(
            ContractFault::MetricsMismatch,
            &*file.named,
            expected,
            quoted(resolved),
        ));
    }
}

/// Whether the last directory of a path is the run's. A part of a name is not enough: `run-1` is in `run-11`.
fn in_directory(path: &str, id: &RunId) -> bool {
    let mut parts = path.rsplit(['/', '\\']).filter(|part| !part.is_empty());
    parts.nth(1) == Some(id.as_str())
}

/// The report's rmse. Which of the others a pipeline writes is not asked here, but none may be impossible.
fn metrics_report(artifact: &Artifact<Node>, id: &RunId, findings: &mut Vec<ContractFinding>) -> Option<f64> {
    let (file, node) = match artifact {
        Artifact::Read(file, node) => (file, node),
        Artifact::Unreadable(file, why) => {
            findings.push(unreadable(file, why, ContractFault::MetricsInvalid));
            return None;
        }
        Artifact::NotNamed | Artifact::Absent(_) => return None,
    };
    let stated = metrics::judge(file, node, Some(id), &["rmse"], findings);
    if let Ok(fields) = Fields::root(file, node, ContractFault::MetricsInvalid) {
        checkpoints(&fields, id, findings);
    }
    stated?.rmse()
}

/// `checkpoints.best` and `checkpoints.last` name files of this run.
fn checkpoints(report: &Fields<'_>, id: &RunId, findings: &mut Vec<ContractFinding>) {
    let paths = match report.object("checkpoints") {
        Some(Ok(paths)) => paths,
        other => {
            let expected = "an object with `best` and `last`";
            let found = other.and_then(Result::err);
            return findings.push(report.wrong(
                ContractFault::MetricsInvalid,
                "checkpoints",
                expected,
                found,
            ));
        }
    };
    for name in ["best", "last"] {
        let found = paths.get(name);
        let expected = format!("a path of a file in the directory {}", quoted(id.as_str()));
        if !matches!(found, Some(Node::Text(path)) if in_directory(path, id) && !is_traversing(path)) {
            findings.push(paths.wrong(ContractFault::MetricsMismatch, name, expected, found));
        }
    }
}

/// A path that takes back its own parts says nothing about where it leads.
fn is_traversing(path: &str) -> bool {
    matches!(Layout::of(path), Layout::Refused { .. })
}

/// Metadata is a document of this run, or of none.
fn metadata(artifact: &Artifact<Node>, id: &RunId, findings: &mut Vec<ContractFinding>) {
    let (file, node) = match artifact {
        Artifact::Read(file, node) => (file, node),
        Artifact::Unreadable(file, why) => {
            return findings.push(unreadable(file, why, ContractFault::DocumentInvalid));
        }
        Artifact::NotNamed | Artifact::Absent(_) => return,
    };
    match Fields::root(file, node, ContractFault::DocumentInvalid) {
        Err(finding) => findings.push(finding),
        Ok(fields) => match fields.get("run_id") {
            None => {}
            Some(Node::Text(stated)) if stated == id.as_str() => {}
            found => {
                let expected = format!("run id {} as in the argument `run_id`", quoted(id.as_str()));
                findings.push(fields.wrong(ContractFault::MetricsMismatch, "run_id", expected, found));
            }
        },
    }
}

fn notes(sources: &[SourceReport]) -> Vec<String> {
    let silent = sources.iter().filter(|it| it.state != SourceState::Agrees);
    silent.map(|it| format!("{}: {}", it.source.name(), it.state.as_str()).to_string()).collect()
}
