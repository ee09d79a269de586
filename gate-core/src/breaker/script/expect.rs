//! Comparing an answer with what its step expects.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;
use serde_json::Value;

use super::answer::Answer;

/// A place where an answer is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mismatch {
    /// The number of the step, from 0.
    pub step: usize,
    /// Where in the answer, like `state.call`.
    pub path: String,
    /// What was expected, as JSON.
    pub expected: String,
    /// What was there, as JSON.
    pub found: String,
}

/// Every place where the answer differs. Of an object only the fields that are expected are compared; a list must be as
/// long as expected.
pub(super) fn mismatches(expected: Option<&Value>, answer: &Answer) -> Vec<Mismatch> {
    let mut all = Vec::new();
    if let (Some(expected), Ok(found)) = (expected, serde_json::to_value(answer)) {
        compare("", expected, Some(&found), answer.step, &mut all);
    }
    all
}

fn compare(path: &str, expected: &Value, found: Option<&Value>, step: usize, all: &mut Vec<Mismatch>) {
    let child = |name: &str| if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
    match (expected, found) {
        (Value::Object(fields), Some(Value::Object(there))) => {
            for (name, value) in fields {
                compare(&child(name), value, there.get(name), step, all);
            }
        }
        (Value::Array(items), Some(Value::Array(there))) if items.len() == there.len() => {
            for (index, (item, there)) in items.iter().zip(there).enumerate() {
                compare(&format!("{path}[{index}]"), item, Some(there), step, all);
            }
        }
        (expected, found) if found.is_some_and(|found| same(expected, found)) => {}
        (expected, found) => all.push(Mismatch {
            step,
            path: path.to_string(),
            expected: expected.to_string(),
            found: found.map_or_else(|| "nothing".to_string(), Value::to_string),
        }),
    }
}

/// 120 and 120.0 are one number.
fn same(expected: &Value, found: &Value) -> bool {
    match (expected.as_f64(), found.as_f64()) {
        (Some(expected), Some(found)) => expected.to_bits() == found.to_bits(),
        _ => expected == found,
    }
}
