//! What one record says.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::bounds::{MAX_AUDIT_ENTRIES, MAX_NAME_BYTES, MAX_TEXT_BYTES};
use crate::digest::Digest;
use crate::document::quoted;
use crate::time::{Instant, format_instant, shift};
use crate::{ErrorCode, GateError};

/// How far two clocks may be apart.
const SKEW: TimeDelta = TimeDelta::minutes(1);

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditResult {
    /// Every criterion is met.
    Pass,
    /// Not yet.
    Pending,
    /// No.
    Fail,
}

impl AuditResult {
    /// The word in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Pending => "pending",
            Self::Fail => "fail",
        }
    }
}

impl fmt::Display for AuditResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One thing that was asked for, and whether it was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// What was asked for.
    pub name: String,
    /// Whether it was there.
    pub met: bool,
}

/// A decision to be recorded: who, when, on what, by which criteria, with what result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEntry {
    /// When.
    #[serde(with = "crate::time::rfc3339")]
    pub at: Instant,
    /// Who: a person or a job.
    pub actor: String,
    /// What was done: `cutover readiness`, `promote staging`.
    pub action: String,
    /// The inputs by name: `policy`, `snapshot`, `commit`.
    pub digests: BTreeMap<String, Digest>,
    /// Every criterion that was looked at.
    pub criteria: Vec<Criterion>,
    /// What came out.
    pub result: AuditResult,
    /// Why, in a sentence; may be empty.
    #[serde(default)]
    pub reason: String,
}

impl AuditEntry {
    /// Refuses a decision of the future, by more than a minute between two clocks. One that is older than the record
    /// before it is welcome: not every decision is written down at once.
    ///
    /// # Errors
    /// `out-of-range`.
    pub fn check_time(&self, now: Instant) -> Result<(), GateError> {
        if self.at <= shift(now, SKEW) {
            return Ok(());
        }
        let expected = format!("a time that has come, as it is {}", format_instant(now));
        Err(GateError::new(ErrorCode::OutOfRange, "at", expected, format_instant(self.at)))
    }

    /// Whether it can be recorded.
    ///
    /// # Errors
    /// `name-syntax` for a name that is empty, too long or not printable; `missing-field` without a digest or a
    /// criterion; `duplicate-key` for a criterion that stands twice; `contradiction` for a pass with a criterion that
    /// is not met.
    pub fn check(&self) -> Result<(), GateError> {
        name("actor", &self.actor)?;
        name("action", &self.action)?;
        if self.reason.len() > MAX_TEXT_BYTES {
            let expected = format!("at most {MAX_TEXT_BYTES} bytes");
            let found = format!("{} bytes", self.reason.len());
            return Err(GateError::new(ErrorCode::InputTooLarge, "reason", expected, found));
        }
        let digests = self.digests.keys().map(String::as_str);
        consistent(&digests, &self.criteria.iter().map(|it| (it.name.as_str(), it.met)), self.result)
    }
}

/// The rules on digests, criteria and result, for an entry and for a record that is read.
pub(super) fn consistent<'a>(
    digests: &(impl Iterator<Item = &'a str> + Clone),
    criteria: &(impl Iterator<Item = (&'a str, bool)> + Clone),
    result: AuditResult,
) -> Result<(), GateError> {
    count("digests", digests.clone().count())?;
    digests.clone().try_for_each(|it| name("digests", it))?;
    count("criteria", criteria.clone().count())?;
    let mut unmet = None;
    for (index, (criterion, met)) in criteria.clone().enumerate() {
        name("criteria", criterion)?;
        if criteria.clone().take(index).any(|(known, _)| known == criterion) {
            let found = quoted(criterion);
            return Err(GateError::new(ErrorCode::DuplicateKey, "criteria", "each criterion once", found));
        }
        unmet = unmet.or((!met).then_some(criterion));
    }
    match unmet {
        Some(unmet) if result == AuditResult::Pass => {
            let found = format!("{} is not met", quoted(unmet));
            Err(GateError::new(
                ErrorCode::Contradiction,
                "result",
                "a pass only when every criterion is met",
                found,
            ))
        }
        _ => Ok(()),
    }
}

/// At least one, and no more than are compared with each other in no time.
fn count(path: &str, count: usize) -> Result<(), GateError> {
    match count {
        0 => Err(GateError::new(ErrorCode::MissingField, path, "at least one", "none")),
        1..=MAX_AUDIT_ENTRIES => Ok(()),
        more => {
            let expected = format!("at most {MAX_AUDIT_ENTRIES}");
            Err(GateError::new(ErrorCode::InputTooLarge, path, expected, more))
        }
    }
}

pub(super) fn name(path: &str, text: &str) -> Result<(), GateError> {
    if !text.trim().is_empty() && text.len() <= MAX_NAME_BYTES && !text.chars().any(char::is_control) {
        return Ok(());
    }
    let expected = format!("1 to {MAX_NAME_BYTES} printable bytes");
    Err(GateError::new(ErrorCode::NameSyntax, path, expected, quoted(text)))
}
