//! The 102 recorded trees through the binary.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use gate_tests::fixtures::{self, Fixture};
use serde_json::Value;

use crate::{Ran, UNPACKED, program};

static INDEX: LazyLock<Vec<Fixture>> = LazyLock::new(|| fixtures::index(&UNPACKED));

/// The exit status that we answer with where the index asks for another.
fn departures() -> BTreeMap<String, i32> {
    let text = include_str!("../../../tests/fixtures_departures.json");
    let rows: BTreeMap<String, Value> = serde_json::from_str(text).unwrap();
    rows.into_iter()
        .map(|(name, row)| (name, i32::try_from(row["ours"].as_i64().unwrap()).unwrap()))
        .collect()
}

/// The runbook's name of an exit status.
fn code(exit_code: i32) -> &'static str {
    match exit_code {
        21 => "FILE_NOT_FOUND",
        22 => "ARTIFACT_CONTRACT_ERROR",
        23 => "INPUT_SHAPE_ERROR",
        24 => "RUNNER_EXEC_ERROR",
        26 => "INSUFFICIENT_DATA_ERROR",
        27 => "RUN_ID_MISMATCH",
        _ => "not of the run contract",
    }
}

/// The arguments of a row of the index, to be used in the folder of the tree.
fn arguments(fixture: &Fixture) -> Vec<String> {
    let mut args = vec!["run".to_owned(), "check".to_owned()];
    let options = [
        ("--run-id", "run_id"),
        ("--processed-npz", "processed_npz"),
        ("--preprocessor-pkl", "preprocessor_pkl"),
        ("--covariate-spec", "covariate_spec"),
        ("--dynamic", "dynamic_covariates"),
        ("--sequence-length", "sequence_length"),
        ("--horizon", "horizon"),
    ];
    for (option, key) in options {
        match &fixture.args[key] {
            Value::Null => {}
            Value::String(text) => args.extend([option.to_owned(), text.clone()]),
            other => args.extend([option.to_owned(), other.to_string()]),
        }
    }
    let known = options.iter().filter(|(_, key)| !fixture.args[key].is_null()).count();
    let given = fixture.args.as_object().unwrap().values().filter(|value| !value.is_null()).count();
    assert_eq!(known, given, "{}: an argument that no option takes", fixture.name);
    args
}

fn in_folder(folder: &Path, args: &[String]) -> Ran {
    Ran::new(program().current_dir(folder).args(args).output().unwrap())
}

/// Says what differs between an answer and the exit status that it must have.
fn difference(ran: &Ran, wanted: i32) -> Option<String> {
    if ran.code != wanted {
        return Some(format!("expected {wanted}, found {}: {}{}", ran.code, ran.stdout, ran.stderr));
    }
    if wanted == 0 {
        let table = ran.passed();
        return (!table.starts_with("OK ")).then(|| table.to_owned());
    }
    let payload = ran.payload();
    let found = &payload["error"]["code"];
    (found != code(wanted)).then(|| format!("expected {}, found {found}", code(wanted)))
}

#[test]
fn every_tree_exits_as_it_must_and_says_why() {
    assert_eq!(INDEX.len(), 102);
    let departures = departures();
    let mut differ = Vec::new();
    for fixture in INDEX.iter() {
        let mut args = arguments(fixture);
        args.extend(["--format".to_owned(), "text".to_owned()]);
        let ran = in_folder(&fixture.folder(&UNPACKED), &args);
        let wanted = departures.get(&fixture.name).copied().unwrap_or_else(|| i32::from(fixture.exit_code));
        if !departures.contains_key(&fixture.name) && wanted != 0 {
            assert_eq!(fixture.code.as_deref(), Some(code(wanted)), "{}", fixture.name);
        }
        differ.extend(difference(&ran, wanted).map(|what| format!("{}: {what}", fixture.name)));
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

#[test]
fn every_tree_says_the_same_to_programs() {
    for fixture in INDEX.iter().filter(|fixture| fixture.exit_code == 0) {
        let ran = in_folder(&fixture.folder(&UNPACKED), &arguments(fixture));
        if departures().contains_key(&fixture.name) {
            assert_eq!(ran.code, departures()[&fixture.name]);
            continue;
        }
        let report = ran.report();
        assert_eq!(report["run_id"], fixture.text("run_id").unwrap().trim(), "{}", fixture.name);
        let sources = report["sources"].as_array().unwrap();
        assert_eq!(sources[0]["source"], "argument", "{}", fixture.name);
        assert!(sources.iter().any(|source| source["state"] == "agrees"), "{}: {sources:?}", fixture.name);
    }
}

#[test]
fn every_tree_that_upstream_called_finished_or_not_is_judged() {
    let mut differ = Vec::new();
    let mut judged = 0;
    for fixture in INDEX.iter() {
        let Some(upstream) = fixture.row["upstream_health_check"]["exit_code"].as_i64() else { continue };
        judged += 1;
        let wanted = match (fixture.name.as_str(), upstream) {
            // Upstream did not trim here, ran the pickle, and took Infinity and true for numbers.
            ("good_cli_padded", _) => 0,
            ("pickle_code_execution" | "metrics_infinity_token" | "metrics_rmse_boolean", _) | (_, 30) => 22,
            // It passed over a run id that is no text, and over the split contract.
            ("mismatch_split_contract" | "mismatch_meta_not_string", _) => 27,
            (name, other) => departures().get(name).copied().unwrap_or(i32::try_from(other).unwrap()),
        };
        let run_id = fixture.text("run_id").unwrap();
        let args = ["run", "health", "--run-id", run_id, "--artifacts", "artifacts", "--format", "text"];
        let ran = in_folder(&fixture.folder(&UNPACKED), &args.map(str::to_owned));
        differ.extend(difference(&ran, wanted).map(|what| format!("{}: {what}", fixture.name)));
    }
    assert_eq!(judged, 38);
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
