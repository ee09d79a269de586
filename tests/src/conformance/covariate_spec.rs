//! The upstream reader of covariate specs, and its comparison of a run with a spec.
//!
//! Upstream stops at the first problem and we report all, so a row agrees when its problem is among ours. Rows that ask
//! for an answer of the runbook (`seed_expect`) must get that one. Random rows are not tagged with every flaw that they
//! happen to show: where each of our findings is the work of a stricter rule, the row is skipped under that rule's flaw.

use gate_core::contract::covariates::{Declared, Spec, enforce};
use gate_core::contract::{ContractError, ContractFault, ContractFinding};
use gate_core::document::{Node, from_json_tree};
use serde::Deserialize;
use serde::de::Error as _;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Outcome, Row};

#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    input: &'a RawValue,
    expect: Expect,
    seed_expect: Option<String>,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Ok(Value),
    Error(Problem),
}

#[derive(Deserialize)]
struct Problem {
    class: String,
    #[serde(default)]
    field: String,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    payload: &'a RawValue,
}

#[derive(Deserialize)]
struct File {
    text: Option<String>,
    bytes_b64: Option<String>,
}

#[derive(Deserialize)]
struct Run<'a> {
    #[serde(borrow)]
    declared_dynamic: &'a RawValue,
    #[serde(borrow)]
    declared_static: &'a RawValue,
    available_columns: Option<Vec<Value>>,
    #[serde(borrow)]
    spec: &'a RawValue,
    context: String,
}

/// Reads the spec of a row, compares the run with it if there is one, and compares the answers.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let found = match row.op() {
        "validate" => validate(&serde_json::from_str(fields.input.get())?)?,
        "load_validate" => load(serde_json::from_str(fields.input.get())?),
        "enforce" => compare(&serde_json::from_str(fields.input.get())?)?,
        other => return Ok(Outcome::OutOfScope(other.to_owned())),
    };
    let outcome = match (&fields.seed_expect, &found) {
        (Some(seed), Err(_)) if seed == "error" => Outcome::Same,
        (Some(seed), found) => Outcome::Different(format!("expected {seed}, found {found:?}")),
        (None, found) => judge(&fields.expect, found),
    };
    // Where a parser stops is its own affair, as long as it stops cleanly.
    let limit = fields.tags.iter().any(|tag| tag == "parser_limit");
    Ok(match outcome {
        Outcome::Different(_) if limit => Outcome::OutOfScope("the limit of another parser".to_owned()),
        outcome => outcome,
    })
}

type Answer = Result<Value, ContractError>;

fn validate(input: &Payload) -> serde_json::Result<Answer> {
    let text = input.payload.get();
    let spec = Spec::from_node(&tree(text)?);
    if spec != Spec::from_json(text.as_bytes()) {
        return Err(serde_json::Error::custom("a tree and its text give two answers"));
    }
    Ok(spec.map(|spec| value(&spec)))
}

fn load(input: File) -> Answer {
    let text = input.text.map(String::into_bytes);
    let bytes = text.unwrap_or_else(|| base64(&input.bytes_b64.unwrap_or_default()));
    Spec::from_json(&bytes).map(|spec| value(&spec))
}

fn compare(input: &Run) -> serde_json::Result<Answer> {
    let declared =
        Declared::from_nodes(&tree(input.declared_dynamic.get())?, &tree(input.declared_static.get())?);
    let declared = match declared {
        Ok(declared) => declared,
        Err(error) => return Ok(Err(error)),
    };
    // No declared name can ask for a column whose name is not text.
    let text = |column: &Value| column.as_str().map(str::to_owned);
    let columns = input.available_columns.as_ref();
    let columns: Option<Vec<String>> = columns.map(|columns| columns.iter().filter_map(text).collect());
    let spec = tree(input.spec.get())?;
    // The rows write `{}` where no spec was named.
    let named = (spec != Node::Object(Vec::new())).then_some(&spec);
    Ok(enforce(named, &declared, columns.as_deref(), &input.context).map(|enforced| value(&enforced)))
}

fn tree(text: &str) -> serde_json::Result<Node> {
    from_json_tree(text.as_bytes()).map_err(serde_json::Error::custom)
}

fn value(answer: &impl serde::Serialize) -> Value {
    serde_json::to_value(answer).expect("an answer serialises")
}

fn judge(expect: &Expect, found: &Answer) -> Outcome {
    match (expect, found) {
        (Expect::Ok(expected), Ok(found)) => Outcome::of("answer", expected, found),
        (Expect::Error(expected), Err(found)) if found.findings().any(|it| shows(expected, it)) => {
            Outcome::Same
        }
        (Expect::Error(expected), Ok(_)) => {
            Outcome::Different(format!("expected {}, found ok", expected.class))
        }
        (Expect::Ok(_), Err(found)) => departed(found, stricter, "ok"),
        (Expect::Error(expected), Err(found)) => departed(found, stricter_reading, &expected.class),
    }
}

/// Whether a finding is the problem that upstream saw.
fn shows(problem: &Problem, finding: &ContractFinding) -> bool {
    let (path, expected) = (finding.path.as_str(), finding.expected.as_str());
    let field = problem.field.as_str();
    let invalid = finding.fault == ContractFault::SpecInvalid;
    let argument = finding.fault == ContractFault::ArgumentInvalid;
    match problem.class.as_str() {
        "crash" => true,
        "root_not_object" => invalid && path.is_empty() && expected == "a JSON object",
        class if class.starts_with("json_") => invalid && path.is_empty() && expected != "a JSON object",
        "group_not_list" => invalid && path == field && expected == "an array",
        "item_not_object" | "policy_not_object" => invalid && path == field && expected == "an object",
        "duplicate_in_group" => invalid && expected == format!("each name once in `{field}`"),
        "spec_overlap" => invalid && expected == "a name that is not in both groups",
        "declared_not_string" => argument && path.starts_with(&format!("declared_{field}[")),
        "declared_overlap" => argument && expected.contains("not declared as dynamic"),
        "required_missing" => finding.fault == ContractFault::SpecRequiredMissing,
        "undeclared_in_spec" => finding.fault == ContractFault::SpecUndeclared,
        "missing_in_columns" => finding.fault == ContractFault::SpecColumnMissing,
        _ => invalid && path == field,
    }
}

/// Every finding is the work of a rule that upstream does not have: the row shows the flaw of the first one.
fn departed(
    error: &ContractError,
    rule: fn(&ContractFinding) -> Option<&'static str>,
    wanted: &str,
) -> Outcome {
    let flaws: Option<Vec<&'static str>> = error.findings().map(rule).collect();
    match flaws.as_deref() {
        Some([flaw, ..]) => Outcome::Departure(flaw),
        _ => Outcome::Different(format!("expected {wanted}, found {error:?}")),
    }
}

/// The flaw that a finding avoids, where upstream finds nothing wrong at all.
fn stricter(finding: &ContractFinding) -> Option<&'static str> {
    match finding.fault {
        // Upstream found every name in one of the groups, so it is in the other one.
        ContractFault::SpecRequiredMissing | ContractFault::SpecUndeclared => Some("C-08"),
        ContractFault::SpecColumnMissing if finding.path.ends_with("declared_static") => Some("C-09"),
        _ => stricter_reading(finding),
    }
}

/// The flaw that a finding about the spec itself avoids.
fn stricter_reading(finding: &ContractFinding) -> Option<&'static str> {
    if finding.fault != ContractFault::SpecInvalid {
        return None;
    }
    match (finding.expected.as_str(), finding.found.as_str()) {
        ("a name without control and format characters", _) => Some("C-07"),
        ("each key once", _) => Some("C-05"),
        (expected, _) if expected.starts_with("a finite number") => Some("C-06"),
        (_, found) if found.contains("did you mean") => Some("C-03"),
        (_, found) if found == "null" || found.starts_with("nothing") => Some("C-04"),
        _ => None,
    }
}

pub(super) fn base64(text: &str) -> Vec<u8> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |byte: u8| DIGITS.iter().position(|digit| *digit == byte);
    let (mut bits, mut bytes) = ((0_usize, 0), Vec::new());
    for value in text.bytes().filter_map(digit) {
        bits = ((bits.0 << 6 | value) & 0xffff, bits.1 + 6);
        if bits.1 >= 8 {
            bits.1 -= 8;
            bytes.push(u8::try_from(bits.0 >> bits.1 & 0xff).expect("a byte"));
        }
    }
    bytes
}
