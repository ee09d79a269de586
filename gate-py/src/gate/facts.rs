//! The facts of the checks as Python has them.

use std::collections::BTreeMap;

use gate_core::cutover::Check;
use gate_core::cutover::canary_health::HealthRule;
use gate_core::cutover::keys::{KeyRule, KeysReport, judge_keys};
use gate_core::cutover::promotion::{PromotionFacts, VARIABLES, promotion};
use gate_core::cutover::readyz::{ReadyzFacts, readyz};
use gate_core::cutover::{CheckState, breakers};
use gate_core::document::{Node, from_json_tree};
use gate_core::time::{Instant, rfc3339};
use gate_core::{ErrorCode, GateError};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::blob::Blob;

/// What came of asking a service: `status` and `body`, or `failed`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Answer {
    status: Option<u16>,
    body: Option<Blob>,
    failed: Option<String>,
    #[serde(with = "rfc3339")]
    at: Instant,
}

impl Answer {
    pub(super) fn judge(&self, max_age: chrono::TimeDelta, now: Instant) -> Result<Check, GateError> {
        let at = self.at;
        let facts = match (&self.failed, self.status) {
            (Some(why), None) => ReadyzFacts::Failed { why, at },
            (None, Some(status)) => {
                let body = self.body.as_ref().map_or(&[][..], |body| &body.0);
                ReadyzFacts::Answered { status, body, at }
            }
            (None, None) => {
                return Err(GateError::new(
                    ErrorCode::MissingField,
                    "status",
                    "`status` or `failed`",
                    "neither",
                ));
            }
            (Some(_), Some(_)) => {
                let found = "both";
                return Err(GateError::new(
                    ErrorCode::ConflictingFields,
                    "failed",
                    "`status` or `failed`",
                    found,
                ));
            }
        };
        Ok(readyz(facts, max_age, now))
    }
}

/// A list of keys with its limits. The list alone is one, too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    pub(super) list: Option<Blob>,
    #[serde(default)]
    pub(super) warn_days: Option<u32>,
    #[serde(default)]
    pub(super) critical_days: Option<u32>,
}

impl Keys {
    pub(super) fn judge(&self, now: Instant) -> Result<KeysReport, GateError> {
        let default = KeyRule::default();
        let warn = self.warn_days.unwrap_or(default.warn_days());
        let rule = KeyRule::new(warn, self.critical_days.unwrap_or(default.critical_days()))?;
        Ok(judge_keys(self.list.as_ref().map(|list| list.0.as_slice()), rule, now))
    }
}

/// Where the mode of promotion is written down. Of the environment only two variables are looked at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Promotion {
    #[serde(default)]
    environment: BTreeMap<String, Option<String>>,
    #[serde(default)]
    marker: Option<String>,
    #[serde(default)]
    file: Option<String>,
}

impl Promotion {
    pub(super) fn judge(&self, now: Instant) -> Check {
        let facts = PromotionFacts {
            environment: VARIABLES.map(|name| self.environment.get(name).and_then(Option::as_deref)),
            marker: self.marker.as_deref(),
            file: self.file.as_deref(),
        };
        promotion(&facts).observed(Some(now))
    }
}

/// The stored state of a guard or of a metric breaker, and when it was stored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Breaker {
    pub(super) state: Option<Blob>,
    #[serde(default)]
    pub(super) holds: Option<Blob>,
    #[serde(default, with = "rfc3339::option", rename = "at")]
    pub(super) saved_at: Option<Instant>,
}

impl Breaker {
    pub(super) fn judge(&self) -> Check {
        let state = self.state.as_ref().map(|state| state.0.as_slice());
        let holds = self.holds.as_ref().map(|holds| holds.0.as_slice());
        let check = if holds.is_none() && state.is_some_and(is_guard) {
            breakers::guard(state)
        } else {
            breakers::metric_breaker(state, holds)
        };
        check.observed(self.saved_at)
    }
}

/// Only a guard has holds of its own.
fn is_guard(state: &[u8]) -> bool {
    let has_holds = |fields: &[(String, Node)]| fields.iter().any(|(name, _)| name == "overrides");
    matches!(from_json_tree(state), Ok(Node::Object(fields)) if has_holds(&fields))
}

/// What the last windows of a canary must show.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Rule {
    windows: usize,
    max_burst: f64,
    min_samples: u64,
    min_minutes: u64,
}

impl Default for Rule {
    fn default() -> Self {
        let HealthRule { windows, max_burst, min_samples, min_minutes } = HealthRule::default();
        Self { windows, max_burst, min_samples, min_minutes }
    }
}

impl Rule {
    pub(super) const fn rule(&self) -> HealthRule {
        let Self { windows, max_burst, min_samples, min_minutes } = *self;
        HealthRule { windows, max_burst, min_samples, min_minutes }
    }
}

/// A check that a function of this module returned.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Judged {
    name: String,
    state: CheckState,
    message: String,
    #[serde(default)]
    details: Map<String, Value>,
    #[serde(default, with = "rfc3339::option")]
    observed_at: Option<Instant>,
    #[serde(default)]
    #[expect(dead_code, reason = "it may be there, and follows from the state")]
    exit_code: Option<u8>,
    #[serde(default)]
    #[expect(dead_code, reason = "it may be there; the card shows none of it")]
    report: Option<IgnoredAny>,
}

impl From<Judged> for Check {
    fn from(judged: Judged) -> Self {
        let Judged { name, state, message, details, observed_at, .. } = judged;
        Self { name, state, message, details, observed_at }
    }
}
