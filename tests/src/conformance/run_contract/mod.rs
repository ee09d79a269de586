//! The upstream runner's contract: run ids, the four sources, the artifacts, metrics, and the health check.
//!
//! Answers are compared by their code, never by their words. Upstream stops at its first problem and we report all, so
//! an operation that looks at one part of a run is compared with our findings about that part. Rows that ask for an
//! answer of the runbook (`seed_expect`) must get that one.

mod files;

use std::path::{Path, PathBuf};

use gate_cli::artifacts::{HealthRequest, RunRequest, read_health, read_run};
use gate_core::contract::metrics::Metrics;
use gate_core::contract::{
    ContractError, ContractFault, ContractFinding, Layout, RunId, check, health, split_windows,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Outcome, Row};
use files::{RowFile, lay_out};

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    input: &'a RawValue,
    expect: Expect,
    seed_expect: Option<String>,
    seed_code: Option<String>,
    seed_value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Ok(Value),
    Error(Raised),
}

#[derive(Deserialize)]
struct Raised {
    code: Option<String>,
    exit_code: Option<u8>,
}

/// What a row demands.
#[derive(Debug)]
enum Wanted {
    Ok,
    /// A code of the runbook; none for any error.
    Error(Option<String>),
}

impl Fields<'_> {
    fn wanted(&self) -> Wanted {
        match (self.seed_expect.as_deref(), &self.expect) {
            (Some("ok"), _) | (None, Expect::Ok(_)) => Wanted::Ok,
            (Some(_), _) => Wanted::Error(self.seed_code.clone()),
            // Codes of a training step that a check does not make.
            (None, Expect::Error(raised)) => {
                Wanted::Error(raised.code.clone().filter(|code| !code.starts_with("PHASE3_")))
            }
        }
    }

    fn ok(&self) -> Option<&Value> {
        match &self.expect {
            Expect::Ok(value) => Some(value),
            Expect::Error(_) => None,
        }
    }
}

/// Replays one operation.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let input = fields.input.get();
    Ok(match row.op() {
        "validate_run_id" => validate(&fields, &serde_json::from_str(input)?),
        "extract_run_id" => extract(&fields, &serde_json::from_str(input)?),
        "consistency" => consistency(&fields, serde_json::from_str(input)?),
        "load_arrays" => arrays(&fields, &serde_json::from_str(input)?),
        "runner" => runner(&fields, serde_json::from_str(input)?),
        "metrics" => metrics(&fields, &serde_json::from_str(input)?),
        "split_contract" => split(&fields, &serde_json::from_str(input)?),
        "health_check" => health_check(&fields, serde_json::from_str(input)?),
        other => Outcome::OutOfScope(other.to_owned()),
    })
}

#[derive(Deserialize)]
struct Id {
    run_id: Value,
    mode: String,
}

fn validate(fields: &Fields, input: &Id) -> Outcome {
    let Some(text) = input.run_id.as_str() else {
        return Outcome::OutOfScope("a run id that is no text".to_owned());
    };
    let found = match input.mode.as_str() {
        "legacy" => RunId::new(text),
        "strict" => RunId::strict(text),
        _ => return Outcome::OutOfScope("a mode that there is not".to_owned()),
    };
    match (fields.ok(), found) {
        (Some(expected), Ok(id)) => Outcome::of("run id", expected, &json!(id)),
        (None, Err(finding)) => Outcome::of("exit code", &24, &finding.code.exit_code()),
        // Upstream's alphabet was open, and its strict form did not ask for a real instant.
        (Some(_), Err(_)) if RunId::new(text).is_err() => Outcome::Departure("R-05"),
        (Some(_), Err(_)) => Outcome::Departure("R-06"),
        (None, Ok(id)) => Outcome::Different(format!("expected an error, found {id}")),
    }
}

#[derive(Deserialize)]
struct PathOf {
    path: String,
}

fn extract(fields: &Fields, input: &PathOf) -> Outcome {
    let expected = match fields.seed_expect {
        Some(_) => fields.seed_value.as_deref(),
        None => fields.ok().and_then(Value::as_str),
    };
    let layout = Layout::of(&input.path);
    match expected {
        Some(expected) if RunId::new(expected).map_or(true, |id| id.as_str() != expected) => {
            Outcome::Departure("R-05")
        }
        expected => Outcome::of("run id", &expected, &layout.run_id().map(RunId::as_str)),
    }
}

#[derive(Deserialize)]
struct Consistency {
    cli_run_id: String,
    processed_npz: Option<String>,
    preprocessor_pkl: Option<String>,
    files: Vec<RowFile>,
}

/// Only what is said about the sources counts: the archives of these rows are empty.
fn consistency(fields: &Fields, input: Consistency) -> Outcome {
    let folder = lay_out(&input.files, None);
    let npz = input.processed_npz.filter(|path| !path.is_empty()).map(|path| folder.path().join(path));
    let facts = read_run(&RunRequest {
        processed_npz: npz.clone(),
        preprocessor_pkl: input.preprocessor_pkl.map(|path| folder.path().join(path)),
        ..request(input.cli_run_id)
    });
    let npz = npz.map(|npz| npz.to_string_lossy().into_owned()).unwrap_or_default();
    let about_sources = |finding: &ContractFinding| match finding.fault {
        ContractFault::FileMissing | ContractFault::FileUnusable => finding.path != npz,
        ContractFault::RunIdSyntax
        | ContractFault::PathMismatch
        | ContractFault::MetaMismatch
        | ContractFault::PreprocessorMismatch
        | ContractFault::LayoutViolation
        | ContractFault::DocumentInvalid
        | ContractFault::PreprocessorInvalid => true,
        _ => false,
    };
    judge(fields, check(&facts).err().as_ref(), about_sources)
}

#[derive(Deserialize)]
struct LoadArrays {
    processed_npz: String,
    files: Vec<RowFile>,
}

/// Only what is said about the archive and its split contract counts: no run and no model is given.
fn arrays(fields: &Fields, input: &LoadArrays) -> Outcome {
    let folder = lay_out(&input.files, None);
    let npz = folder.path().join(&input.processed_npz);
    let id = Layout::of(&input.processed_npz).run_id().map_or("run".to_owned(), ToString::to_string);
    let facts = read_run(&RunRequest { processed_npz: Some(npz), ..request(id) });
    let about_arrays = |finding: &ContractFinding| match finding.fault {
        ContractFault::ShapeMismatch | ContractFault::BatchMismatch | ContractFault::DataInsufficient => {
            false
        }
        // Upstream asks for windows or a series only later.
        ContractFault::KeyMissing => finding.found != "none of them",
        _ => true,
    };
    judge(fields, check(&facts).err().as_ref(), about_arrays)
}

#[derive(Deserialize)]
struct Runner {
    args: Args,
    files: Vec<RowFile>,
}

/// The arguments that a check has, too. A row with any other trains.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Args {
    run_id: String,
    processed_npz: String,
    preprocessor_pkl: Option<PathBuf>,
    covariate_spec: Option<PathBuf>,
    #[serde(default)]
    dynamic_covariates: String,
    #[serde(default)]
    static_covariates: String,
    sequence_length: u64,
    #[serde(default = "one_step")]
    horizon: u64,
    run_id_validation: Option<String>,
}

const fn one_step() -> u64 {
    1
}

fn runner(fields: &Fields, input: Value) -> Outcome {
    let Ok(Runner { args, files }) = serde_json::from_value(input) else {
        return Outcome::OutOfScope("an option of the training".to_owned());
    };
    let folder = lay_out(&files, None);
    let at = |path: &Path| folder.path().join(path);
    let names = |list: &str| list.split(',').map(str::to_owned).collect();
    let npz = Some(Path::new(&args.processed_npz)).filter(|path| !path.as_os_str().is_empty());
    let facts = read_run(&RunRequest {
        strict_run_id: args.run_id_validation.as_deref() == Some("strict"),
        processed_npz: npz.map(at),
        preprocessor_pkl: args.preprocessor_pkl.as_deref().map(at),
        covariate_spec: args.covariate_spec.as_deref().map(at),
        dynamic: names(&args.dynamic_covariates),
        r#static: names(&args.static_covariates),
        sequence_length: args.sequence_length,
        horizon: args.horizon,
        ..request(args.run_id)
    });
    judge(fields, check(&facts).err().as_ref(), |_| true)
}

fn request(run_id: String) -> RunRequest {
    RunRequest {
        run_id,
        strict_run_id: false,
        processed_npz: None,
        preprocessor_pkl: None,
        meta: None,
        covariate_spec: None,
        dynamic: Vec::new(),
        r#static: Vec::new(),
        sequence_length: 1,
        horizon: 1,
        headers_only: false,
    }
}

/// Compares the code of the first finding that counts.
fn judge(
    fields: &Fields,
    error: Option<&ContractError>,
    counts: impl Fn(&ContractFinding) -> bool,
) -> Outcome {
    let found = error.and_then(|error| error.findings().find(|finding| counts(finding)));
    match (fields.wanted(), found) {
        (Wanted::Ok, None) | (Wanted::Error(None), Some(_)) => Outcome::Same,
        (Wanted::Error(Some(code)), Some(finding)) if code == finding.code.as_str() => Outcome::Same,
        // The row's fault is found, and another one comes first in our order.
        (Wanted::Error(Some(code)), Some(_))
            if error
                .into_iter()
                .flat_map(ContractError::findings)
                .any(|it| counts(it) && it.code.as_str() == code) =>
        {
            Outcome::Departure("order")
        }
        (wanted, Some(finding)) => match stricter(&wanted, finding) {
            Some(flaw) => Outcome::Departure(flaw),
            None => Outcome::Different(format!("expected {wanted:?}, found {finding:?}")),
        },
        (wanted, None) => Outcome::Different(format!("expected {wanted:?}, found nothing wrong")),
    }
}

/// The flaw that a finding avoids, where the row is not tagged with it: random rows show flaws by chance.
fn stricter(wanted: &Wanted, finding: &ContractFinding) -> Option<&'static str> {
    let crashed = matches!(wanted, Wanted::Error(Some(code)) if code == "RUNNER_EXEC_ERROR");
    match (finding.fault, finding.expected.as_str()) {
        // What is not in the closed alphabet never gets further.
        (ContractFault::RunIdSyntax, _) if finding.found == "nothing" => Some("R-15"),
        (ContractFault::RunIdSyntax, _) => Some("R-05"),
        (ContractFault::DocumentInvalid, "each key once") => Some("C-05"),
        (ContractFault::DocumentInvalid, expected) if expected.starts_with("a finite number") => Some("C-06"),
        (ContractFault::PreprocessorInvalid, expected) if expected.starts_with("plain data") => Some("R-08"),
        (ContractFault::FeaturesInvalid, _) => Some("R-09"),
        (ContractFault::FileUnusable | ContractFault::DocumentInvalid, _) if crashed => Some("R-07"),
        (ContractFault::ShapeMismatch, _) if crashed => Some("R-10"),
        _ => None,
    }
}

#[derive(Deserialize)]
struct Predictions {
    y_true: Value,
    y_pred: Value,
}

fn metrics(fields: &Fields, input: &Predictions) -> Outcome {
    let Some((y_true, horizon)) = windows(&input.y_true) else {
        return judge_metrics(fields, None);
    };
    let y_pred = windows(&input.y_pred).map(|(values, _)| values).unwrap_or_default();
    let found = Metrics::of_windows(&y_true, &y_pred, horizon).ok();
    judge_metrics(fields, found.map(|metrics| serde_json::to_value(metrics).expect("metrics")))
}

fn judge_metrics(fields: &Fields, found: Option<Value>) -> Outcome {
    match (fields.ok().and_then(Value::as_object), found) {
        (None, None) => Outcome::Same,
        (Some(expected), Some(found)) => {
            let same = |name: &str, expected: &Value| close(expected.as_f64(), found[name].as_f64());
            let differs = expected.iter().find(|(name, value)| !same(name, value));
            differs.map_or(Outcome::Same, |(name, value)| {
                Outcome::Different(format!("{name}: expected {value}, found {}", found[name]))
            })
        }
        // A sum beyond the range of a float made every metric Infinity.
        (Some(expected), None) if expected["mae"].is_string() => Outcome::Departure("R-13"),
        (expected, found) => Outcome::Different(format!("expected {expected:?}, found {found:?}")),
    }
}

/// Sums of another order differ in the last digits.
fn close(expected: Option<f64>, found: Option<f64>) -> bool {
    match (expected, found) {
        (Some(expected), Some(found)) => (expected - found).abs() <= 1e-12 * expected.abs(),
        (expected, found) => expected == found,
    }
}

/// The values of windows and the length of the first; none for anything but a list of lists.
fn windows(value: &Value) -> Option<(Vec<f64>, usize)> {
    let windows: Vec<Vec<f64>> = serde_json::from_value(value.clone()).ok()?;
    let horizon = windows.first().map_or(1, Vec::len);
    Some((windows.concat(), horizon))
}

#[derive(Deserialize)]
struct Count {
    n_windows: u64,
}

fn split(fields: &Fields, input: &Count) -> Outcome {
    let [train, val, test] = split_windows(input.n_windows).map(|part| [part.start, part.end]);
    let found = json!({"n_windows": input.n_windows, "train": train, "val": val, "test": test});
    Outcome::of("split", &fields.ok(), &Some(&found))
}

#[derive(Deserialize)]
struct Health {
    run_id: String,
    artifacts_dir: String,
    files: Vec<RowFile>,
}

/// Upstream's codes are 12 for the run id, 27 for a mismatch and 30 for all else.
fn health_check(fields: &Fields, input: Health) -> Outcome {
    let archive = crate::npz::sample("stored");
    let folder = lay_out(&input.files, Some(archive));
    let artifacts = folder.path().join(&input.artifacts_dir);
    let padded = input.run_id.trim() != input.run_id;
    let facts = read_health(&HealthRequest { run_id: input.run_id, strict_run_id: false, artifacts });
    let answer = health::check(&facts);
    let found = match answer.as_ref().map_err(ContractError::exit_code) {
        Ok(_) => 0,
        Err(24) => 12,
        Err(27) => 27,
        Err(_) => 30,
    };
    let expected = match &fields.expect {
        Expect::Ok(_) => 0,
        Expect::Error(raised) => raised.exit_code.unwrap_or(30),
    };
    match answer {
        // Upstream trims a run id everywhere else.
        Ok(_) if padded => Outcome::Departure("R-05"),
        // The runbook calls an id that is no id of this run a mismatch, wherever it stands.
        Err(error) if expected == 30 && error.first().fault == ContractFault::PreprocessorMismatch => {
            Outcome::Departure("R-01")
        }
        _ => Outcome::of("exit code", &expected, &found),
    }
}
