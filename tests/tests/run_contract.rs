//! The run contract on whole trees: the 102 recorded ones, and the cases of `run_contract.json`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use gate_cli::artifacts::{HealthRequest, RunRequest, read_health, read_run};
use gate_core::contract::{ContractError, ContractFault, check, health, metrics};
use gate_core::document::from_json_tree;
use gate_tests::cases::{difference, folder};
use gate_tests::fixtures::{self, Fixture};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// What a tree must answer, where `index.json` asks for something else.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Departure {
    ours: u8,
    why: String,
}

fn departures() -> BTreeMap<String, Departure> {
    serde_json::from_str(include_str!("../fixtures_departures.json")).expect("the departures are JSON")
}

fn request(args: &Value, root: &Path) -> RunRequest {
    let text = |key: &str| args[key].as_str();
    let path = |key: &str| text(key).map(|path| root.join(path));
    let names = |key: &str| text(key).into_iter().flat_map(|it| it.split(',')).map(str::to_owned).collect();
    RunRequest {
        run_id: text("run_id").unwrap_or_default().to_owned(),
        strict_run_id: args["strict_run_id"].as_bool().unwrap_or(false),
        processed_npz: path("processed_npz"),
        preprocessor_pkl: path("preprocessor_pkl"),
        meta: path("meta"),
        covariate_spec: path("covariate_spec"),
        dynamic: names("dynamic_covariates"),
        r#static: names("static_covariates"),
        sequence_length: args["sequence_length"].as_u64().unwrap_or(24),
        horizon: args["horizon"].as_u64().unwrap_or(1),
        headers_only: args["headers_only"].as_bool().unwrap_or(false),
    }
}

/// The recorded trees, unpacked once.
static RECORDED: LazyLock<(TempDir, Vec<Fixture>)> = LazyLock::new(|| {
    let unpacked = fixtures::unpack();
    let index = fixtures::index(&unpacked);
    (unpacked, index)
});

#[test]
fn every_tree_answers_as_it_must() {
    let (unpacked, fixtures) = &*RECORDED;
    let departures = departures();
    assert_eq!(fixtures.len(), 102);
    let mut differ = Vec::new();
    for fixture in fixtures {
        let answer = check(&read_run(&request(&fixture.args, &fixture.folder(unpacked))));
        let found = answer.as_ref().err().map_or(0, ContractError::exit_code);
        let wanted = departures.get(&fixture.name).map_or(fixture.exit_code, |departure| departure.ours);
        if found != wanted {
            differ.push(format!("{}: expected {wanted}, found {found}: {answer:?}", fixture.name));
        }
        if let (Err(error), Some(code)) = (&answer, &fixture.code) {
            assert!(found != fixture.exit_code || error.code().as_str() == code, "{}", fixture.name);
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn every_departure_is_one_and_is_allowed() {
    let (_, fixtures) = &*RECORDED;
    for (name, Departure { ours, why }) in departures() {
        let fixture = fixtures.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("no {name}"));
        assert!(fixture.exit_code != ours && !why.is_empty(), "{name} is no departure");
        assert_ne!(fixture.basis, "seed", "{name}: what the runbook says is not ours to change");
    }
}

/// Upstream's own trees, checked as finished runs.
#[test]
fn every_good_tree_is_healthy_but_those_that_upstream_overlooked() {
    let (unpacked, fixtures) = &*RECORDED;
    for fixture in fixtures {
        let Some(upstream) = fixture.row["upstream_health_check"]["exit_code"].as_u64() else { continue };
        let found = health_of(fixture, unpacked);
        let expected = match (fixture.name.as_str(), upstream) {
            // Upstream did not trim here, ran the pickle, and took Infinity and true for numbers.
            ("good_cli_padded", _) => 0,
            ("pickle_code_execution" | "metrics_infinity_token" | "metrics_rmse_boolean", _) | (_, 30) => 22,
            // It passed over a run id that is no text, and over the split contract.
            ("mismatch_split_contract" | "mismatch_meta_not_string", _) => 27,
            ("good_unicode_run_id", _) => 24,
            (_, other) => u8::try_from(other).expect("an exit status"),
        };
        assert_eq!(found, expected, "{}", fixture.name);
    }
}

fn health_of(fixture: &Fixture, unpacked: &TempDir) -> u8 {
    let run_id = fixture.text("run_id").unwrap_or_default().to_owned();
    let artifacts = fixture.folder(unpacked).join("artifacts");
    let facts = read_health(&HealthRequest { run_id, strict_run_id: false, artifacts });
    health::check(&facts).err().map_or(0, |error| error.exit_code())
}

/// One case of `run_contract.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    why: String,
    input: Input,
    expect: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    #[serde(default)]
    op: Op,
    /// The recorded tree that the case starts from.
    #[serde(default = "good")]
    tree: String,
    /// Arguments, as in `index.json`; those of the tree stand where none is given.
    #[serde(default)]
    args: Map<String, Value>,
    /// Files to write, by path; null removes the file, and an object of `link` or `hex` is what it says.
    #[serde(default)]
    files: Map<String, Value>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Op {
    #[default]
    Check,
    Health,
    /// The metrics report of `args.report`.
    Metrics,
}

fn good() -> String {
    "good".to_owned()
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join("run_contract.json")).expect("a readable case file");
    serde_json::from_str(&text).expect("cases")
}

impl Input {
    fn run(&self) -> Value {
        let (unpacked, fixtures) = &*RECORDED;
        let fixture = fixtures.iter().find(|it| it.name == self.tree).expect("a recorded tree");
        let fresh = TempDir::new().expect("a temporary folder");
        let root = std::fs::canonicalize(fresh.path()).expect("a folder");
        copy(&fixture.folder(unpacked), &root);
        self.files.iter().for_each(|(path, content)| write(&root.join(path), content));
        let mut args = fixture.args.clone();
        for (key, value) in &self.args {
            args[key] = value.clone();
        }
        let answer = match self.op {
            Op::Check => check(&read_run(&request(&args, &root))).map(|report| json!(report)),
            Op::Health => {
                let run_id = args["run_id"].as_str().unwrap_or_default().to_owned();
                let artifacts = root.join(args["artifacts"].as_str().unwrap_or("artifacts"));
                let facts = read_health(&HealthRequest { run_id, strict_run_id: false, artifacts });
                health::check(&facts).map(|report| json!(report))
            }
            Op::Metrics => {
                let tree = from_json_tree(args["report"].to_string().as_bytes()).expect("JSON");
                let id =
                    args["of_run"].as_str().map(|id| gate_core::contract::RunId::new(id).expect("an id"));
                metrics::check_report(&tree, id.as_ref()).map(|report| json!(report))
            }
        };
        let value =
            answer.map_or_else(|error| refused(&error), |report| json!({"exit_code": 0, "report": report}));
        without(&root, &value)
    }
}

fn refused(error: &ContractError) -> Value {
    let findings: Vec<Value> = error
        .findings()
        .map(|it| json!({"fault": it.fault, "path": it.path, "expected": it.expected, "found": it.found}))
        .collect();
    json!({"exit_code": error.exit_code(), "code": error.code().as_str(), "findings": findings})
}

/// The answer with paths as if the folder of the case were the working directory.
fn without(root: &Path, value: &Value) -> Value {
    let text = value.to_string().replace(&format!("{}/", root.display()), "");
    serde_json::from_str(&text).expect("JSON")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder to write to");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a kind").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a file to copy");
        }
    }
}

fn write(path: &Path, content: &Value) {
    let parent = path.parent().expect("a folder");
    match content {
        Value::Null => {
            std::fs::remove_file(path).expect("a file to remove");
        }
        Value::String(text) => {
            std::fs::create_dir_all(parent).expect("a folder to write to");
            std::fs::write(path, text).expect("a file to write to");
        }
        Value::Object(content) if content.contains_key("link") => {
            std::fs::create_dir_all(parent).expect("a folder to write to");
            link(&PathBuf::from(content["link"].as_str().expect("a path")), path);
        }
        Value::Object(content) if content.contains_key("folder") => {
            std::fs::create_dir_all(path).expect("a folder");
        }
        other => {
            std::fs::create_dir_all(parent).expect("a folder to write to");
            std::fs::write(path, other.to_string()).expect("a file to write to");
        }
    }
}

#[cfg(unix)]
fn link(target: &Path, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("a link");
}

#[cfg(windows)]
fn link(_: &Path, _: &Path) {}

#[test]
fn cases_answer_as_they_say() {
    let mut differ = Vec::new();
    for case in cases() {
        assert!(!case.why.is_empty(), "{}", case.name);
        if cfg!(windows) && case.input.files.values().any(|content| content.get("link").is_some()) {
            continue;
        }
        let found = case.input.run();
        if let Some(difference) = difference(&case.expect, &found, &case.name) {
            differ.push(format!("{difference}\n  {found}"));
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn every_fault_appears_in_some_case() {
    let cases = cases();
    let faults = |case: &Case| -> Vec<String> {
        let findings = case.expect["findings"].as_array().cloned().unwrap_or_default();
        findings.iter().filter_map(|it| it["fault"].as_str().map(str::to_owned)).collect()
    };
    let seen: BTreeSet<String> = cases.iter().flat_map(faults).collect();
    // Only a command line has an output that can fail.
    let shown =
        |fault: &ContractFault| *fault == ContractFault::OutputFailed || seen.contains(fault.as_str());
    let missing: Vec<&ContractFault> = ContractFault::ALL.iter().filter(|fault| !shown(fault)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

#[test]
fn cases_have_names_of_their_own() {
    let cases = cases();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len());
}

#[test]
fn every_departure_of_the_recorded_rows_names_a_case() {
    let cases = cases();
    let departures: Value = serde_json::from_str(include_str!("../departures.json")).expect("JSON");
    for (flaw, departure) in departures["run_contract"].as_object().expect("an object") {
        let case = departure["case"].as_str().and_then(|case| case.strip_prefix("run_contract/"));
        assert!(cases.iter().any(|known| Some(known.name.as_str()) == case), "{flaw}: no case {case:?}");
    }
}
