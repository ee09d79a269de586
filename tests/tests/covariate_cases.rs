//! The cases of `tests/cases/covariates.json` through the Rust API.
//!
//! `input` of `validate`: the spec as `spec` (JSON), `text` (exact text), `hex` (bytes) or `make` (text too long to write
//! down). Of `enforce`: `spec` (left out: none was named), `declared_dynamic`, `declared_static`, `columns` (null: not
//! known) and `context`. `expect` is the answer as `ok`, with `unknown_keys` where there are any, or `exit_code`, `code`
//! and every finding.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;

use gate_core::contract::covariates::{Declared, Spec, enforce};
use gate_core::contract::{ContractCode, ContractError, ContractFault};
use gate_core::document::{Node, from_json_tree};
use gate_tests::cases::{folder, written};
use serde::Deserialize;
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    why: String,
    #[serde(default)]
    flaws: Vec<String>,
    op: Op,
    input: Map<String, Value>,
    expect: Value,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum Op {
    Validate,
    Enforce,
}

fn cases() -> Vec<Case> {
    let text = fs::read_to_string(folder().join("covariates.json")).expect("a readable case file");
    serde_json::from_str(&text).expect("cases")
}

impl Case {
    fn run(&self) -> Value {
        let answer = match self.op {
            Op::Validate => self.validate(),
            Op::Enforce => self.enforce(),
        };
        answer.unwrap_or_else(|error| {
            let findings: Vec<_> = error.findings().collect();
            json!({"exit_code": error.exit_code(), "code": error.code(), "findings": findings})
        })
    }

    fn validate(&self) -> Result<Value, ContractError> {
        let document = || self.input["spec"].to_string().into_bytes();
        let bytes = written(&self.input).unwrap_or_else(document);
        let spec = Spec::from_json(&bytes);
        if let Ok(tree) = from_json_tree(&bytes) {
            assert_eq!(spec, Spec::from_node(&tree), "{}: the tree gives another answer", self.name);
        }
        let spec = spec?;
        let mut answer = json!({"ok": spec});
        if !spec.unknown_keys().is_empty() {
            answer["unknown_keys"] = json!(spec.unknown_keys());
        }
        Ok(answer)
    }

    fn enforce(&self) -> Result<Value, ContractError> {
        let spec = self.input.get("spec").map(tree);
        let part = |key: &str| self.input.get(key).map_or(Node::Null, tree);
        let declared = Declared::from_nodes(&part("declared_dynamic"), &part("declared_static"))?;
        let columns: Option<Vec<String>> =
            serde_json::from_value(self.input["columns"].clone()).expect("names or null");
        let context = self.input["context"].as_str().expect("a text");
        let together = enforce(spec.as_ref(), &declared, columns.as_deref(), context);
        if let Some(Ok(spec)) = spec.as_ref().map(Spec::from_node) {
            let apart = spec.enforce(&declared, columns.as_deref(), context);
            assert_eq!(together, apart, "{}: in two steps the answer is another", self.name);
        }
        Ok(json!({"ok": together?}))
    }
}

fn tree(value: &Value) -> Node {
    from_json_tree(value.to_string().as_bytes()).expect("a tree")
}

#[test]
fn the_cases_hold() {
    let mut wrong = Vec::new();
    for case in cases() {
        let answer = case.run();
        if answer != case.expect {
            wrong.push(format!(
                "{} ({})\n  expected {}\n  found    {answer}",
                case.name, case.why, case.expect
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn names_are_unique_and_every_flaw_and_fault_is_shown() {
    let cases = cases();
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len());
    let flaws: BTreeSet<&str> = cases.iter().flat_map(|case| &case.flaws).map(String::as_str).collect();
    let wanted: Vec<String> = (1..=12).map(|number| format!("C-{number:02}")).collect();
    assert!(flaws.iter().eq(&wanted), "{flaws:?}");
    for fault in [
        ContractFault::SpecInvalid,
        ContractFault::SpecRequiredMissing,
        ContractFault::SpecUndeclared,
        ContractFault::SpecColumnMissing,
        ContractFault::ArgumentInvalid,
    ] {
        assert_eq!(fault.code(), ContractCode::RunnerExecError);
        let shows = |case: &Case| case.expect.to_string().contains(&format!("{:?}", fault.as_str()));
        assert!(cases.iter().any(shows), "no case shows {fault}");
    }
}

/// A file that is no spec can have a million problems; they are counted, and hide none of another kind.
#[test]
fn a_kind_of_problem_is_listed_a_hundred_times_and_then_counted() {
    let items = "{},".repeat(200);
    let text = format!("{{\"dynamic_covariates\":[{items}0],\"imputation_policy\":0}}");
    let error = Spec::from_json(text.as_bytes()).expect_err("no spec");
    let findings: Vec<_> = error.findings().map(ToString::to_string).collect();
    let ends = |end: &str| findings.iter().filter(|finding| finding.ends_with(end)).count();
    assert_eq!(ends("found nothing"), 301);
    assert_eq!(ends("found 100 more that are not listed"), 3);
    assert!(findings.contains(&"dynamic_covariates[200]: expected an object, found 0".to_owned()));
    assert!(findings.contains(&"imputation_policy: expected an object, found 0".to_owned()));
    assert_eq!(findings.len(), 306);
}
