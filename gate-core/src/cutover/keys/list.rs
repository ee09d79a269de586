//! All keys against the clock.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::{KeyLevel, KeyReading, KeyRule, KeyState, judge_key};
use crate::GateError;
use crate::cutover::{Check, CheckState};
use crate::document::{Node, from_json_tree};
use crate::time::Instant;

/// The name of the check.
pub const KEYS: &str = "Key Rotation";

/// Every key, and what is wrong with the list as a whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeysReport {
    /// Up to so many whole days are a warning.
    pub warn_days: u32,
    /// Up to so many whole days are critical.
    pub critical_days: u32,
    /// Every entry, in the order of the list.
    pub keys: Vec<KeyReading>,
    /// What is wrong with the list: not readable, empty, an id twice, no active key.
    pub faults: Vec<String>,
    /// When it was judged.
    #[serde(with = "crate::time::rfc3339")]
    pub judged_at: Instant,
}

/// Judges a list of keys as of `now`: a JSON array of objects with `key_id`, `state` and `expires_at` or `grace_until`.
///
/// `None` is a list that is not there. Every entry is judged, whatever the ones before it are like.
#[must_use]
pub fn judge_keys(list: Option<&[u8]>, rule: KeyRule, now: Instant) -> KeysReport {
    let mut report = KeysReport {
        warn_days: rule.warn_days(),
        critical_days: rule.critical_days(),
        keys: Vec::new(),
        faults: Vec::new(),
        judged_at: now,
    };
    match list.map(from_json_tree) {
        None => report.faults.push(String::from("no list of keys")),
        Some(Err(error)) => report.faults.push(unreadable(&error)),
        Some(Ok(Node::Array(entries))) => {
            report.keys = entries.iter().map(|entry| judge_key(entry, rule, now)).collect();
            report.faults = faults(&report.keys);
        }
        Some(Ok(_)) => report.faults.push(String::from("the list of keys: expected an array")),
    }
    report
}

/// Why a list cannot be read. The text of the error may quote what stands there, so that only the place is told.
fn unreadable(error: &GateError) -> String {
    let place =
        error.position().map_or_else(String::new, |at| format!(" at line {} column {}", at.line, at.column));
    format!("the list of keys cannot be read: {}{place}", error.code())
}

fn faults(keys: &[KeyReading]) -> Vec<String> {
    let mut faults = Vec::new();
    if keys.is_empty() {
        faults.push(String::from("the list of keys is empty"));
    } else if !keys.iter().any(|key| key.state == Some(KeyState::Active) && key.level != KeyLevel::Failure) {
        faults.push(String::from("no active key: nothing can be signed"));
    }
    // A key that has no id is called `unknown`, and is a failure; one whose id is that word is neither.
    let has_id = |key: &&KeyReading| key.key_id != "unknown" || key.level != KeyLevel::Failure;
    let mut ids: Vec<&str> = keys.iter().filter(has_id).map(|key| key.key_id.as_str()).collect();
    ids.sort_unstable();
    let mut twice: Vec<&str> = ids
        .windows(2)
        .filter(|pair| pair.first() == pair.last())
        .filter_map(|pair| pair.first().copied())
        .collect();
    twice.dedup();
    faults.extend(twice.into_iter().map(|id| format!("two keys have the id {id}")));
    faults
}

impl KeysReport {
    /// The worst level of all.
    #[must_use]
    pub fn level(&self) -> KeyLevel {
        let worst = self.keys.iter().map(|key| key.level).max().unwrap_or(KeyLevel::Failure);
        if self.faults.is_empty() { worst } else { KeyLevel::Failure }
    }

    /// How many keys are in a state.
    #[must_use]
    pub fn count(&self, state: KeyState) -> usize {
        self.keys.iter().filter(|key| key.state == Some(state)).count()
    }

    /// The check: a warning is degraded, critical or worse is unhealthy.
    #[must_use]
    pub fn check(&self) -> Check {
        let state = match self.level() {
            KeyLevel::Ok => CheckState::Healthy,
            KeyLevel::Warning => CheckState::Degraded,
            KeyLevel::Critical | KeyLevel::Failure => CheckState::Unhealthy,
        };
        let (active, grace) = (self.count(KeyState::Active), self.count(KeyState::Grace));
        let bad = self.keys.iter().filter(|key| key.level != KeyLevel::Ok);
        let bad = bad.map(|key| format!("{}: {}", key.key_id, key.message));
        let problems: Vec<String> = self.faults.iter().cloned().chain(bad).collect();
        let message =
            if problems.is_empty() { format!("{active} active, {grace} grace") } else { problems.join("; ") };
        let keys = serde_json::to_value(&self.keys).unwrap_or_default();
        Check::new(KEYS, state, message)
            .with("active", active)
            .with("grace", grace)
            .with("level", self.level().to_string())
            .with("keys", keys)
            .observed(Some(self.judged_at))
    }
}

impl core::fmt::Display for KeyLevel {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Critical => "critical",
            Self::Failure => "failure",
        })
    }
}
