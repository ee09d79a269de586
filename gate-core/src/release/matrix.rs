//! The test matrix: does every required gate have exactly one fresh verdict about this very candidate?

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::verdict::GateVerdict;
use crate::digest::Digest;
use crate::document::quoted;
use crate::problem::Problem;
use crate::time::{Instant, Span, format_instant, shift};
use crate::{ErrorCode, GateError};

/// What a verdict is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The commit, in full: 40 or 64 lower-case hex digits.
    pub commit: String,
    /// The digest of the artifact that would be released.
    pub artifact: Digest,
    /// The digest of the policy that was applied.
    pub policy: Digest,
    /// The digest of the data that was tested with.
    pub data: Digest,
}

/// A gate that must have a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequiredGate {
    /// Its name.
    pub name: String,
    /// How old its verdict may be.
    pub max_age: Span,
    /// Whether somebody may answer for its absence.
    #[serde(default)]
    pub waivable: bool,
}

/// The verdict of one run of one gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateRecord {
    /// The gate.
    pub gate: String,
    /// What it found.
    pub verdict: GateVerdict,
    /// What it is about.
    pub binding: Binding,
    /// Who or what ran it.
    pub actor: String,
    /// The version of the tool.
    pub tool_version: String,
    /// When it ended.
    #[serde(with = "crate::time::rfc3339")]
    pub at: Instant,
    /// What was switched off or mocked in it. With any, it is no pass.
    #[serde(default)]
    pub bypasses: Vec<String>,
}

/// Somebody answers for a gate that did not pass, until an end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The gate.
    pub gate: String,
    /// The commit that it is for.
    pub commit: String,
    /// Who answers.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Until when.
    #[serde(with = "crate::time::rfc3339")]
    pub until: Instant,
}

/// One gate, judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateRow {
    /// The gate.
    pub gate: String,
    /// How it stands. Missing evidence is inconclusive.
    pub verdict: GateVerdict,
    /// Why it does not pass.
    pub problems: Vec<Problem>,
    /// Who answers for it, if it does not.
    pub waived_by: Option<Waiver>,
    /// Until when it passes or is waived.
    #[serde(skip)]
    valid_until: Option<Instant>,
}

/// The report document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatrixReport {
    /// Pass if every gate passes or is waived.
    pub verdict: GateVerdict,
    /// The candidate.
    pub candidate: Binding,
    /// Every required gate, in order.
    pub gates: Vec<GateRow>,
    /// Records and waivers that belong to no gate, or are none.
    pub problems: Vec<Problem>,
}

impl MatrixReport {
    /// Until when all of it stands, if it passes: the first end of a record or a waiver that it rests on.
    #[must_use]
    pub fn valid_until(&self) -> Option<Instant> {
        let first_end = self.gates.iter().map(|gate| gate.valid_until).min().flatten();
        first_end.filter(|_| self.verdict == GateVerdict::Pass)
    }
}

/// Judges the records of a candidate.
///
/// # Errors
/// No required gate, one that is required twice, or a commit that is none.
pub fn judge(
    required: &[RequiredGate],
    candidate: &Binding,
    records: &[GateRecord],
    waivers: &[Waiver],
    now: Instant,
) -> Result<MatrixReport, GateError> {
    validate(required, candidate)?;
    let gates: Vec<GateRow> =
        required.iter().map(|gate| row(gate, candidate, records, waivers, now)).collect();
    let problems = strays(required, records, waivers);
    let standing = |row: &GateRow| if row.waived_by.is_some() { GateVerdict::Pass } else { row.verdict };
    let worst = gates.iter().map(standing).max().unwrap_or(GateVerdict::Inconclusive);
    // A record of an unknown gate is a misspelt one, whose verdict is missing elsewhere.
    let verdict = if problems.is_empty() { worst } else { worst.max(GateVerdict::Inconclusive) };
    Ok(MatrixReport { verdict, candidate: candidate.clone(), gates, problems })
}

fn validate(required: &[RequiredGate], candidate: &Binding) -> Result<(), GateError> {
    if required.is_empty() {
        return Err(GateError::new(ErrorCode::MissingField, "required", "at least one gate", "none"));
    }
    let mut names: Vec<&str> = required.iter().map(|gate| gate.name.as_str()).collect();
    names.sort_unstable();
    if let Some([name, _]) = names.array_windows::<2>().find(|[one, two]| one == two) {
        return Err(GateError::new(ErrorCode::DuplicateKey, "required", "each gate once", quoted(name)));
    }
    let is_hex = candidate.commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hex || !matches!(candidate.commit.len(), 40 | 64) {
        let found = quoted(&candidate.commit);
        let expected = "a whole commit of 40 or 64 lower-case hex digits";
        return Err(GateError::new(ErrorCode::WrongValue, "candidate.commit", expected, found));
    }
    Ok(())
}

fn row(
    gate: &RequiredGate,
    candidate: &Binding,
    records: &[GateRecord],
    waivers: &[Waiver],
    now: Instant,
) -> GateRow {
    let mut problems = Vec::new();
    let mine: Vec<&GateRecord> = records.iter().filter(|record| record.gate == gate.name).collect();
    let verdict = match mine.as_slice() {
        [record] => one(gate, record, candidate, now, &mut problems),
        others => {
            problems.push(Problem::new(&*gate.name, "exactly one record", format!("{}", others.len())));
            let worst = others.iter().map(|record| record.verdict).max();
            worst.map_or(GateVerdict::Inconclusive, |worst| worst.max(GateVerdict::Inconclusive))
        }
    };
    let waived_by = if verdict == GateVerdict::Pass {
        None
    } else {
        waiver(gate, candidate, waivers, now, &mut problems)
    };
    let valid_until = match (&waived_by, verdict) {
        (Some(waiver), _) => Some(waiver.until),
        (None, GateVerdict::Pass) => mine.first().map(|record| shift(record.at, gate.max_age.delta())),
        (None, _) => None,
    };
    GateRow { gate: gate.name.clone(), verdict, problems, waived_by, valid_until }
}

fn one(
    gate: &RequiredGate,
    record: &GateRecord,
    candidate: &Binding,
    now: Instant,
    problems: &mut Vec<Problem>,
) -> GateVerdict {
    let about = |field: &str| format!("{}.{field}", gate.name);
    let pairs = [
        ("commit", candidate.commit.clone(), record.binding.commit.clone()),
        ("artifact", candidate.artifact.to_string(), record.binding.artifact.to_string()),
        ("policy", candidate.policy.to_string(), record.binding.policy.to_string()),
        ("data", candidate.data.to_string(), record.binding.data.to_string()),
    ];
    for (field, expected, found) in pairs.into_iter().filter(|(_, expected, found)| expected != found) {
        problems.push(Problem::new(about(field), expected, quoted(&found)));
    }
    let oldest = now.checked_sub_signed(gate.max_age.delta());
    if record.at > now || oldest.is_none_or(|oldest| record.at < oldest) {
        let expected = format!("an instant in the last {}", gate.max_age);
        problems.push(Problem::new(about("at"), expected, format_instant(record.at)));
    }
    if !record.bypasses.is_empty() {
        problems.push(Problem::new(about("bypasses"), "none", quoted(&record.bypasses.join(", "))));
    }
    for (field, text) in [("actor", &record.actor), ("tool_version", &record.tool_version)] {
        if text.trim().is_empty() {
            problems.push(Problem::new(about(field), "a name", "nothing"));
        }
    }
    let is_evidence = problems.is_empty();
    if record.verdict != GateVerdict::Pass {
        problems.push(Problem::new(about("verdict"), "`pass`", format!("`{}`", record.verdict)));
    }
    // What is about another candidate says nothing about this one; a failure is still worth a look.
    if is_evidence { record.verdict } else { GateVerdict::Inconclusive.max(record.verdict) }
}

fn waiver(
    gate: &RequiredGate,
    candidate: &Binding,
    waivers: &[Waiver],
    now: Instant,
    problems: &mut Vec<Problem>,
) -> Option<Waiver> {
    let mut valid = None;
    for waiver in waivers.iter().filter(|waiver| waiver.gate == gate.name) {
        let path = format!("{}.waiver", gate.name);
        let (name, reason) = (waiver.name.trim(), waiver.reason.trim());
        let problem = if !gate.waivable {
            Some(("a gate that may be waived", String::from("one that may not")))
        } else if name.is_empty() || reason.is_empty() {
            Some(("a name and a reason", String::from("nothing")))
        } else if now >= waiver.until {
            Some(("an end to come", format_instant(waiver.until)))
        } else if waiver.commit != candidate.commit {
            Some(("this commit", quoted(&waiver.commit)))
        } else {
            valid = Some(waiver.clone());
            None
        };
        problems.extend(problem.map(|(expected, found)| Problem::new(path, expected, found)));
    }
    valid
}

fn strays(required: &[RequiredGate], records: &[GateRecord], waivers: &[Waiver]) -> Vec<Problem> {
    let is_known = |name: &str| required.iter().any(|gate| gate.name == name);
    let records = records.iter().map(|record| ("records", &record.gate));
    let waivers = waivers.iter().map(|waiver| ("waivers", &waiver.gate));
    let strays = records.chain(waivers).filter(|(_, gate)| !is_known(gate));
    strays.map(|(path, gate)| Problem::new(path.to_string(), "a required gate", quoted(gate))).collect()
}
