//! One check, and how many fold into an answer.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::time::Instant;
use crate::{ErrorCode, GateError};

/// What a check found. The order is that of severity, except that not to know and not to be good enough weigh the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// Measured, fresh and good.
    Healthy,
    /// Measured, and not good enough.
    Degraded,
    /// It could not be measured.
    Unknown,
    /// Measured and bad, or a required input is missing or malformed.
    Unhealthy,
}

impl CheckState {
    /// The word in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Unknown => "unknown",
            Self::Unhealthy => "unhealthy",
        }
    }
}

impl fmt::Display for CheckState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// One check with what it found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Its name, as people know it: `Readyz Endpoint`.
    pub name: String,
    /// What it found.
    pub state: CheckState,
    /// One line for people: what was found, and what would be good if it is not.
    pub message: String,
    /// The evidence as data. Never a secret.
    #[serde(default)]
    pub details: Map<String, Value>,
    /// When it was measured; null if it was not.
    #[serde(default, with = "crate::time::rfc3339::option")]
    pub observed_at: Option<Instant>,
}

impl Check {
    /// A check without details.
    pub fn new(name: impl Into<String>, state: CheckState, message: impl Into<String>) -> Self {
        Self { name: name.into(), state, message: message.into(), details: Map::new(), observed_at: None }
    }

    /// The same check with one more detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.details.insert(key.into(), value.into());
        self
    }

    /// The same check with the instant at which it was measured.
    #[must_use]
    pub fn observed(mut self, at: Option<Instant>) -> Self {
        self.observed_at = at;
        self
    }
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum GoNoGo {
    /// Every check is healthy.
    #[serde(rename = "GO")]
    Go,
    /// Nothing is bad, but something is not good enough or not known.
    #[serde(rename = "PENDING")]
    Pending,
    /// Something is bad.
    #[serde(rename = "NO-GO")]
    NoGo,
}

impl GoNoGo {
    /// The word that people read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Go => "GO",
            Self::Pending => "PENDING",
            Self::NoGo => "NO-GO",
        }
    }

    /// The process exit status: 0 go, 2 pending, 3 no-go. (1 is: could not decide.)
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Go => 0,
            Self::Pending => 2,
            Self::NoGo => 3,
        }
    }

    const fn of(state: CheckState) -> Self {
        match state {
            CheckState::Healthy => Self::Go,
            CheckState::Degraded | CheckState::Unknown => Self::Pending,
            CheckState::Unhealthy => Self::NoGo,
        }
    }
}

impl fmt::Display for GoNoGo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// All checks and the answer that follows from them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Readiness {
    /// The answer.
    pub go_no_go: GoNoGo,
    /// Every check, in the order in which they were given.
    pub checks: Vec<Check>,
}

/// Folds checks: any unhealthy is no-go, else any degraded or unknown is pending, else go.
///
/// # Errors
///
/// [`ErrorCode::MissingField`] without a check: nothing checked is not ready. [`ErrorCode::DuplicateKey`] for two checks
/// of one name: one of them would hide the other.
pub fn fold(checks: Vec<Check>) -> Result<Readiness, GateError> {
    let Some(go_no_go) = checks.iter().map(|check| GoNoGo::of(check.state)).max() else {
        return Err(GateError::new(ErrorCode::MissingField, "checks", "at least one check", "none"));
    };
    let mut names: Vec<&str> = checks.iter().map(|check| check.name.as_str()).collect();
    names.sort_unstable();
    if let Some(name) =
        names.windows(2).find_map(|pair| (pair.first() == pair.last()).then_some(pair.first()?))
    {
        let found = crate::document::quoted(name);
        return Err(GateError::new(ErrorCode::DuplicateKey, "checks", "each check once", found));
    }
    Ok(Readiness { go_no_go, checks })
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    fn answer(states: &[CheckState]) -> Option<GoNoGo> {
        let check = |(index, state): (usize, &CheckState)| Check::new(alloc::format!("{index}"), *state, "");
        fold(states.iter().enumerate().map(check).collect()).ok().map(|readiness| readiness.go_no_go)
    }

    #[test]
    fn the_worst_check_decides() {
        use CheckState::{Degraded, Healthy, Unhealthy, Unknown};
        assert_eq!(answer(&[Healthy, Healthy]), Some(GoNoGo::Go));
        assert_eq!(answer(&[Healthy, Degraded]), Some(GoNoGo::Pending));
        assert_eq!(answer(&[Unknown, Healthy]), Some(GoNoGo::Pending));
        assert_eq!(answer(&[Unknown, Unhealthy, Healthy]), Some(GoNoGo::NoGo));
        assert_eq!(answer(&[]), None);
    }

    #[test]
    fn two_checks_of_one_name_hide_each_other() {
        let check = Check::new("a", CheckState::Healthy, "");
        assert!(fold(vec![check.clone(), check]).is_err());
    }
}
