//! The card of six checks and the preflight of nine: both by one evaluator, in a fixed order, with nothing left out.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use chrono::TimeDelta;
use serde::Serialize;

use super::breakers::BREAKER;
use super::canary_health::CANARY;
use super::keys::KEYS;
use super::promotion::PROMOTION;
use super::readyz::READYZ;
use super::{Check, CheckState, GoNoGo, fold};
use crate::GateError;
use crate::document::quoted;
use crate::time::{Instant, format_instant};

pub use super::evidence::EVIDENCE;
pub use super::recovery::RECOVERY;
pub use super::signatures::SIGNATURES;

/// The name of the check that the card itself is.
pub const DASHBOARD: &str = "Ops Dashboard";

/// The names of the card's checks, in order.
pub const CARD: [&str; 6] = [READYZ, EVIDENCE, KEYS, BREAKER, CANARY, PROMOTION];

/// The six checks as far as they were run. One that was not is unknown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CardChecks {
    /// What the service says of itself.
    pub readyz: Option<Check>,
    /// Whether the evidence is whole.
    pub evidence: Option<Check>,
    /// How long the keys last.
    pub keys: Option<Check>,
    /// Whether the breaker is on.
    pub breaker: Option<Check>,
    /// How well the canary is.
    pub canary: Option<Check>,
    /// Who may promote.
    pub promotion: Option<Check>,
}

/// How many checks are in which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct CheckCounts {
    /// All of them.
    pub total_checks: usize,
    /// Measured, fresh and good.
    pub healthy: usize,
    /// Measured, and not good enough.
    pub degraded: usize,
    /// Measured and bad.
    pub unhealthy: usize,
    /// Not measured.
    pub unknown: usize,
}

impl CheckCounts {
    /// Counts checks.
    #[must_use]
    pub fn of(checks: &[Check]) -> Self {
        let count = |state| checks.iter().filter(|check| check.state == state).count();
        Self {
            total_checks: checks.len(),
            healthy: count(CheckState::Healthy),
            degraded: count(CheckState::Degraded),
            unhealthy: count(CheckState::Unhealthy),
            unknown: count(CheckState::Unknown),
        }
    }
}

/// The card.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Card {
    /// The worst of all checks; unknown counts as degraded.
    pub overall_state: CheckState,
    /// The answer.
    pub go_no_go: GoNoGo,
    /// As of when.
    #[serde(with = "crate::time::rfc3339")]
    pub timestamp: Instant,
    /// The checks, in the order of [`CARD`].
    pub checks: Vec<Check>,
    /// How many are in which state.
    pub metrics: CheckCounts,
}

impl CardChecks {
    /// Folds them into the card as of `now`. What was measured longer than `max_age` ago is not healthy any more.
    ///
    /// # Errors
    /// Those of [`fold`]; they cannot arise from six different names.
    pub fn card(self, now: Instant, max_age: TimeDelta) -> Result<Card, GateError> {
        let given = [self.readyz, self.evidence, self.keys, self.breaker, self.canary, self.promotion];
        let pairs = CARD.into_iter().zip(given);
        card(pairs.map(|(name, check)| fresh(name, check, now, max_age)).collect(), now)
    }
}

fn card(checks: Vec<Check>, now: Instant) -> Result<Card, GateError> {
    let readiness = fold(checks)?;
    let overall_state = match readiness.go_no_go {
        GoNoGo::Go => CheckState::Healthy,
        GoNoGo::Pending => CheckState::Degraded,
        GoNoGo::NoGo => CheckState::Unhealthy,
    };
    let metrics = CheckCounts::of(&readiness.checks);
    Ok(Card {
        overall_state,
        go_no_go: readiness.go_no_go,
        timestamp: now,
        checks: readiness.checks,
        metrics,
    })
}

/// A check in its place on the card; one that did not run, is another one, has no time or is old is not healthy.
fn fresh(name: &str, check: Option<Check>, now: Instant, max_age: TimeDelta) -> Check {
    let Some(mut check) = check else {
        return Check::new(name, CheckState::Unknown, "was not run");
    };
    if check.name != name {
        let message = format!("expected the check `{name}`, found {}", quoted(&check.name));
        return Check::new(name, CheckState::Unhealthy, message);
    }
    if check.state != CheckState::Healthy {
        return check;
    }
    let why = match check.observed_at {
        None => Some(String::from("nobody says when it was measured")),
        Some(at) if at > now => Some(format!("measured in the future, at {}", format_instant(at))),
        Some(at) if now - at > max_age => Some(format!("measured long ago, at {}", format_instant(at))),
        Some(_) => None,
    };
    if let Some(why) = why {
        check.state = CheckState::Unknown;
        check.message = format!("{why}: {}", check.message);
    }
    check
}

/// The nine checks before a cutover: those of the card, and what takes longer to find out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PreflightChecks {
    /// The card's.
    pub card: CardChecks,
    /// Whether what is lost can be had again, and how fast.
    pub recovery: Option<Check>,
    /// Whether every policy is signed.
    pub signatures: Option<Check>,
}

/// How many checks passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PreflightSummary {
    /// All of them.
    pub total: usize,
    /// The healthy ones.
    pub passed: usize,
    /// The others.
    pub failed: usize,
}

/// One line of a preflight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PreflightLine {
    /// The name of the check.
    pub name: String,
    /// `PASS` or `FAIL`; only healthy is a pass.
    pub status: &'static str,
    /// The state behind it.
    pub state: CheckState,
    /// What was found.
    pub message: String,
}

/// The report of a preflight.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preflight {
    /// As of when.
    #[serde(with = "crate::time::rfc3339")]
    pub timestamp: Instant,
    /// The answer.
    pub go_no_go: GoNoGo,
    /// How many checks passed.
    pub summary: PreflightSummary,
    /// Every check.
    pub checks: Vec<PreflightLine>,
}

impl PreflightChecks {
    /// Judges all nine as of `now`: readyz, evidence, recovery, keys, signatures, breaker, promotion, canary, and the card of
    /// the six.
    ///
    /// # Errors
    /// Those of [`fold`]; they cannot arise from nine different names.
    pub fn report(self, now: Instant, max_age: TimeDelta) -> Result<Preflight, GateError> {
        let dashboard = dashboard(&self.card.clone().card(now, max_age)?);
        let CardChecks { readyz, evidence, keys, breaker, canary, promotion } = self.card;
        let named = [
            (READYZ, readyz),
            (EVIDENCE, evidence),
            (RECOVERY, self.recovery),
            (KEYS, keys),
            (SIGNATURES, self.signatures),
            (BREAKER, breaker),
            (PROMOTION, promotion),
            (CANARY, canary),
            (DASHBOARD, Some(dashboard)),
        ];
        let checks = named.map(|(name, check)| fresh(name, check, now, max_age));
        let readiness = fold(checks.into())?;
        let lines: Vec<PreflightLine> = readiness.checks.into_iter().map(line).collect();
        let passed = lines.iter().filter(|line| line.state == CheckState::Healthy).count();
        let summary = PreflightSummary { total: lines.len(), passed, failed: lines.len() - passed };
        Ok(Preflight { timestamp: now, go_no_go: readiness.go_no_go, summary, checks: lines })
    }
}

/// The card as one check: an answer that is pending is not a pass.
fn dashboard(card: &Card) -> Check {
    Check::new(DASHBOARD, card.overall_state, card.go_no_go.as_str()).observed(Some(card.timestamp))
}

fn line(check: Check) -> PreflightLine {
    let status = if check.state == CheckState::Healthy { "PASS" } else { "FAIL" };
    PreflightLine { name: check.name, status, state: check.state, message: check.message }
}
