//! The safe mode as a document. It holds ages, never instants.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{ActiveCause, ExitRule, SafeMode, SafeModeCause, SafeModeConfig};
use crate::breaker::{HealthState, Name};

/// The version of the document.
pub(super) const VERSION: &str = "tsfm_gate.breaker.safe_mode.v1";

/// The kinds of causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SafeModeCauseKind {
    /// The panic stop.
    Panic,
    /// Health was degraded.
    HealthDegraded,
    /// Health was failed.
    HealthFailed,
    /// A cause of the host.
    Named,
    /// A person.
    Operator,
    /// More causes than can be told apart.
    Crowded,
    /// What was stored cannot be trusted.
    StateLost,
}

/// The kinds of [`ExitRule`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExitKind {
    /// [`ExitRule::Healthy`].
    Healthy,
    /// [`ExitRule::Timed`].
    Timed,
    /// [`ExitRule::Left`].
    Left,
    /// [`ExitRule::Operator`].
    Operator,
}

/// The state of a safe mode. Every field is required.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafeModeState {
    /// `tsfm_gate.breaker.safe_mode.v1`.
    pub schema_version: String,
    /// Whether it is on.
    pub active: bool,
    /// Whether the panic stop held when it was last told.
    pub latched: bool,
    /// Why it is on, the oldest cause first.
    pub causes: Vec<CauseState>,
    /// Healthy looks in a row.
    pub healthy_streak: u64,
    /// Other looks in a row.
    pub unhealthy_streak: u64,
}

/// A cause as a document: its kind and rule, and the fields that these have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CauseState {
    /// What kind.
    pub kind: SafeModeCauseKind,
    /// Its name, of a cause of the host.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Who, of a person's hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Why, of a person's hold; what was wrong, of a lost state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What ends it.
    pub exit: ExitKind,
    /// How many healthy looks end it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_after_healthy: Option<u32>,
    /// How long it lasts at least (healthy) or exactly (timed).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_after_ns: Option<u64>,
    /// Since it was entered.
    pub age_ns: u64,
    /// Since it was entered for the last time.
    pub again_ns: u64,
    /// Healthy looks in a row since then.
    pub healthy: u32,
}

/// A look at a safe mode. Taking it changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SafeModeStatus {
    /// Whether it is on.
    pub active: bool,
    /// The name of the oldest cause.
    pub why: Option<String>,
    /// Whether the panic stop held when it was last told.
    pub latched: bool,
    /// All causes, the oldest first.
    pub causes: Vec<CauseState>,
    /// Healthy looks in a row.
    pub healthy_streak: u64,
    /// Other looks in a row.
    pub unhealthy_streak: u64,
    /// How often the clock went back.
    pub regressions: u64,
    /// The rule.
    pub config: SafeModeConfig,
}

impl SafeModeCause {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> SafeModeCauseKind {
        match self {
            Self::Panic => SafeModeCauseKind::Panic,
            Self::Health(HealthState::Failed) => SafeModeCauseKind::HealthFailed,
            Self::Health(HealthState::Degraded | HealthState::Healthy) => SafeModeCauseKind::HealthDegraded,
            Self::Named(_) => SafeModeCauseKind::Named,
            Self::Operator(_) => SafeModeCauseKind::Operator,
            Self::Crowded => SafeModeCauseKind::Crowded,
            Self::StateLost(_) => SafeModeCauseKind::StateLost,
        }
    }
}

impl CauseState {
    fn of(entry: &ActiveCause, now: u64) -> Self {
        let (exit, exit_after_healthy, exit_after_ns) = match entry.rule {
            ExitRule::Healthy { count, after } => (ExitKind::Healthy, Some(count), Some(after)),
            ExitRule::Timed(length) => (ExitKind::Timed, None, Some(length)),
            ExitRule::Left => (ExitKind::Left, None, None),
            ExitRule::Operator => (ExitKind::Operator, None, None),
        };
        let (name, actor, reason) = match &entry.cause {
            SafeModeCause::Named(name) => (Some(name.clone()), None, None),
            SafeModeCause::Operator(by) => {
                (None, Some(by.actor().to_string()), Some(by.reason().to_string()))
            }
            SafeModeCause::StateLost(why) => (None, None, Some(why.clone())),
            _ => (None, None, None),
        };
        Self {
            kind: entry.cause.kind(),
            name,
            actor,
            reason,
            exit,
            exit_after_healthy,
            exit_after_ns,
            age_ns: entry.since.age(now),
            again_ns: entry.again.age(now),
            healthy: entry.healthy,
        }
    }
}

impl SafeMode {
    /// The state at `now`, to be stored by the host.
    #[must_use]
    pub fn snapshot(&self, now: u64) -> SafeModeState {
        SafeModeState {
            schema_version: VERSION.into(),
            active: self.is_active(),
            latched: self.latched,
            causes: self.cause_states(now),
            healthy_streak: self.healthy_streak,
            unhealthy_streak: self.unhealthy_streak,
        }
    }

    /// A look at `now`. Timed causes that ended since the last event are still in it: that is for [`SafeMode::tick`].
    #[must_use]
    pub fn status(&self, now: u64) -> SafeModeStatus {
        SafeModeStatus {
            active: self.is_active(),
            why: self.causes.first().map(|entry| entry.cause.name()),
            latched: self.latched,
            causes: self.cause_states(now),
            healthy_streak: self.healthy_streak,
            unhealthy_streak: self.unhealthy_streak,
            regressions: self.clock.regressions(),
            config: self.config,
        }
    }

    fn cause_states(&self, now: u64) -> Vec<CauseState> {
        let now = self.clock.peek(now);
        self.causes.iter().map(|entry| CauseState::of(entry, now)).collect()
    }
}
