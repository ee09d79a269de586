//! `split_contract.json`: how the preprocessing divided the windows, and whether that fits the arrays.
//!
//! The run id in it is a source like any other, so [`sources`](super::sources) compares it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use super::facts::{Artifact, FilePath};
use super::fields::{Fields, value};
use super::finding::{ContractFault, ContractFinding};
use crate::document::{Node, quoted};

/// The only schema that there is.
pub const SPLIT_SCHEMA: &str = "phase1.split_contract.v1";

const INVALID: ContractFault = ContractFault::SplitInvalid;
const PARTS: [&str; 3] = ["train", "val", "test"];
const OUTPUTS: [&str; 3] = ["X", "y", "time_index"];

/// The windows of training, validation and test as the preprocessing divides them: a fifth of all for the test, a fifth
/// of the rest for validation, both rounded down.
///
/// Pipelines round the other way when they split the arrays themselves ([`Windows`](super::Windows)), so the two differ
/// for most numbers of windows.
#[must_use]
pub fn split_windows(count: u64) -> [Range<u64>; 3] {
    let test = count / 5;
    let validation = (count - test) / 5;
    let train = count - test - validation;
    [0..train, train..train + validation, train + validation..count]
}

/// Judges the document. It is `required` where the layout is the canonical one, and its windows are compared with
/// those of the arrays where the arrays hold windows. Returns the split that it states.
pub(super) fn check(
    artifact: &Artifact<Node>,
    required: bool,
    windows: Option<u64>,
    findings: &mut Vec<ContractFinding>,
) -> Option<[u64; 3]> {
    match artifact {
        Artifact::Absent(file) if required => {
            findings.push(absent(file));
            None
        }
        // A document that is no object is a finding of the sources already.
        Artifact::Read(file, node) => {
            let fields = Fields::root(file, node, ContractFault::DocumentInvalid).ok()?;
            schema(&fields, findings);
            let split = split_index(&fields, windows, findings);
            outputs(&fields, split.as_ref(), windows, findings);
            split.map(|parts| parts.map(|part| part.end - part.start))
        }
        _ => None,
    }
}

fn absent(file: &FilePath) -> ContractFinding {
    ContractFinding::new(
        ContractFault::SplitMissing,
        &*file.named,
        "the file beside `processed.npz`",
        "nothing",
    )
}

fn schema(fields: &Fields<'_>, findings: &mut Vec<ContractFinding>) {
    let found = fields.get("schema_version");
    if !matches!(found, Some(Node::Text(version)) if version == SPLIT_SCHEMA) {
        findings.push(fields.wrong(INVALID, "schema_version", quoted(SPLIT_SCHEMA), found));
    }
}

/// The parts of `split_index`, if all three can be read.
fn split_index(
    fields: &Fields<'_>,
    windows: Option<u64>,
    findings: &mut Vec<ContractFinding>,
) -> Option<[Range<u64>; 3]> {
    let index = match fields.object("split_index")? {
        Ok(index) => index,
        Err(other) => {
            findings.push(fields.wrong(INVALID, "split_index", "an object", Some(other)));
            return None;
        }
    };
    let count = n_windows(&index, windows, findings);
    let [train, validation, test] = PARTS.map(|part| bounds(&index, part, findings));
    let parts = [train?, validation?, test?];
    if let Some(count) = count {
        let gap = gaps(&index, &parts, count);
        // What does not fit together fits no ratio either, so one message is enough.
        findings.extend(if gap.is_empty() { ratios(&index, &parts, count) } else { gap });
    }
    Some(parts)
}

fn n_windows(index: &Fields<'_>, windows: Option<u64>, findings: &mut Vec<ContractFinding>) -> Option<u64> {
    let found = index.get("n_windows");
    let stated = match found {
        Some(Node::Unsigned(count)) => Some(*count),
        _ => None,
    };
    let expected = match (stated, windows) {
        (Some(stated), Some(windows)) if stated != windows => format!("{windows}, the windows of X and y"),
        (None, _) => "a number of windows".to_string(),
        _ => return stated,
    };
    findings.push(index.wrong(INVALID, "n_windows", expected, found));
    None
}

/// `{"start": 0, "end": 26}`.
fn bounds(index: &Fields<'_>, part: &str, findings: &mut Vec<ContractFinding>) -> Option<Range<u64>> {
    let wrong = |found| index.wrong(INVALID, part, "an object with `start` and `end`", found);
    let fields = match index.object(part) {
        Some(Ok(fields)) => fields,
        Some(Err(other)) => {
            findings.push(wrong(Some(other)));
            return None;
        }
        None => {
            findings.push(wrong(None));
            return None;
        }
    };
    let range = range([fields.get("start"), fields.get("end")]);
    if range.is_none() {
        let end = fields.get("end");
        findings.push(fields.wrong(INVALID, "end", "whole numbers, 0 <= `start` <= `end`", end));
    }
    range
}

/// The parts follow each other from the first window to the last.
fn gaps(index: &Fields<'_>, parts: &[Range<u64>; 3], count: u64) -> Vec<ContractFinding> {
    let [train, validation, test] = parts;
    let starts = [(train, 0), (validation, train.end), (test, validation.end)];
    let starts = PARTS.iter().zip(starts).filter(|(_, (part, start))| part.start != *start);
    let mut findings: Vec<ContractFinding> = starts
        .map(|(name, (part, start))| {
            let expected = format!("a start at {start}, where the part before it ends");
            ContractFinding::new(INVALID, index.place(name), expected, part.start.to_string())
        })
        .collect();
    if test.end != count {
        let expected = format!("an end at {count}, the number of windows");
        findings.push(ContractFinding::new(INVALID, index.place("test"), expected, test.end.to_string()));
    }
    findings
}

/// With the ratios of the schema the parts are known.
fn ratios(index: &Fields<'_>, parts: &[Range<u64>; 3], count: u64) -> Vec<ContractFinding> {
    let Some(Ok(ratios)) = index.object("ratios") else { return Vec::new() };
    let fifth =
        |key| matches!(ratios.get(key), Some(Node::Float(size)) if (*size - 0.2).abs() < f64::EPSILON);
    if !fifth("test_size") || !fifth("val_size") {
        return Vec::new();
    }
    let expected = split_windows(count);
    let differ = PARTS.iter().zip(parts).zip(&expected).filter(|((_, part), expected)| part != expected);
    differ
        .map(|((name, part), expected)| {
            let expected = format!("{} by the ratios", slice(expected));
            ContractFinding::new(INVALID, index.place(name), expected, slice(part))
        })
        .collect()
}

/// The slices of `canonical_outputs`, each of which is the part that its name ends in.
fn outputs(
    fields: &Fields<'_>,
    split: Option<&[Range<u64>; 3]>,
    windows: Option<u64>,
    findings: &mut Vec<ContractFinding>,
) {
    let outputs = match fields.object("canonical_outputs") {
        None => return,
        Some(Ok(outputs)) => outputs,
        Some(Err(other)) => {
            return findings.push(fields.wrong(INVALID, "canonical_outputs", "an object", Some(other)));
        }
    };
    for (name, output) in outputs.entries() {
        let known = name.rsplit_once('_').and_then(|(output, part)| {
            OUTPUTS.contains(&output).then(|| PARTS.iter().position(|known| *known == part)).flatten()
        });
        let part = known.and_then(|index| split.and_then(|parts| parts.get(index)));
        findings.extend(output_slice(&outputs, name, output, part, windows));
    }
}

fn output_slice(
    outputs: &Fields<'_>,
    name: &str,
    output: &Node,
    part: Option<&Range<u64>>,
    windows: Option<u64>,
) -> Option<ContractFinding> {
    let Some(Ok(fields)) = outputs.object(name) else {
        return Some(outputs.wrong(INVALID, name, "an object with a `slice`", Some(output)));
    };
    let found = fields.get("slice");
    let stated = match found {
        Some(Node::Array(ends)) => match ends.as_slice() {
            [start, end] => range([Some(start), Some(end)]),
            _ => None,
        },
        _ => None,
    };
    let Some(stated) = stated else {
        let shown = found.map_or("nothing".to_string(), list);
        let expected = "[start, end) with 0 <= start <= end";
        return Some(ContractFinding::new(INVALID, fields.place("slice"), expected, shown));
    };
    let expected = match (part, windows) {
        (Some(part), _) if *part != stated => format!("{}, as in `split_index`", slice(part)),
        (None, Some(windows)) if stated.end > windows => {
            format!("an end of at most {windows}, the windows of X and y")
        }
        _ => return None,
    };
    Some(ContractFinding::new(INVALID, fields.place("slice"), expected, slice(&stated)))
}

fn range([start, end]: [Option<&Node>; 2]) -> Option<Range<u64>> {
    match (start?, end?) {
        (Node::Unsigned(start), Node::Unsigned(end)) if start <= end => Some(*start..*end),
        _ => None,
    }
}

fn slice(range: &Range<u64>) -> String {
    format!("[{}, {})", range.start, range.end)
}

/// The items of a short list, or the kind of anything else.
fn list(node: &Node) -> String {
    match node {
        Node::Array(items) if items.len() <= 4 => {
            let items: Vec<String> = items.iter().map(value).collect();
            format!("[{}]", items.join(", "))
        }
        other => value(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_rounded_down() {
        assert_eq!(split_windows(40), [0..26, 26..32, 32..40]);
        assert_eq!(split_windows(5), [0..4, 4..4, 4..5]);
        assert_eq!(split_windows(0), [0..0, 0..0, 0..0]);
    }
}
