//! Why the safe mode is on, and what ends each cause.

use alloc::format;
use alloc::string::{String, ToString};

use crate::breaker::since::Since;
use crate::breaker::{HealthState, Name, Signed};

/// Why the safe mode is on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SafeModeCause {
    /// The panic stop holds, or held and nobody has seen health since.
    Panic,
    /// Health was bad in this way.
    Health(HealthState),
    /// The host entered it.
    Named(Name),
    /// A person holds it on.
    Operator(Signed),
    /// There were more causes than can be told apart.
    Crowded,
    /// What was stored cannot be trusted, for this reason.
    StateLost(String),
}

impl SafeModeCause {
    /// The name by which it is left: `panic`, `health:failed`, the host's name, `operator:kim`, `crowded`, `state_lost`.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Panic => "panic".into(),
            Self::Health(state) => format!("health:{state}"),
            Self::Named(name) => name.to_string(),
            Self::Operator(signed) => format!("operator:{}", signed.actor()),
            Self::Crowded => "crowded".into(),
            Self::StateLost(_) => "state_lost".into(),
        }
    }

    /// Whether the two are one cause; a person's hold is one whatever its reason, and keeps the first.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Operator(one), Self::Operator(other)) => one.actor() == other.actor(),
            (Self::StateLost(_), Self::StateLost(_)) => true,
            _ => self == other,
        }
    }
}

/// What ends a cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitRule {
    /// So many healthy looks in a row, all of them since it was entered, and at least so many nanoseconds in it.
    Healthy {
        /// How many looks, at least 1.
        count: u32,
        /// Nanoseconds.
        after: u64,
    },
    /// So many nanoseconds.
    Timed(u64),
    /// Only [`super::SafeMode::leave`] by who entered it.
    Left,
    /// Only a person.
    Operator,
}

impl ExitRule {
    /// The rule that lets go later, for a cause of this age that is entered again: never easier to leave than by either.
    pub(super) fn stricter(self, other: Self, age: u64) -> Self {
        match (self, other) {
            (Self::Timed(one), Self::Timed(other)) => Self::Timed(one.max(other)),
            (Self::Healthy { count, after }, Self::Healthy { count: other, after: longer }) => {
                Self::Healthy { count: count.max(other), after: after.max(longer) }
            }
            // The time begins now, and that of a healthy rule began with the cause.
            (Self::Timed(length), Self::Healthy { count, after })
            | (Self::Healthy { count, after }, Self::Timed(length)) => {
                Self::Healthy { count, after: after.max(age.saturating_add(length)) }
            }
            _ if self.rank() >= other.rank() => self,
            _ => other,
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Timed(_) | Self::Healthy { .. } => 0,
            Self::Left => 1,
            Self::Operator => 2,
        }
    }
}

/// A cause that is active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveCause {
    pub(super) cause: SafeModeCause,
    pub(super) rule: ExitRule,
    pub(super) since: Since,
    /// Since it was entered for the last time: timed causes start anew.
    pub(super) again: Since,
    /// Healthy looks in a row since it was entered.
    pub(super) healthy: u32,
}

impl ActiveCause {
    /// Why.
    #[must_use]
    pub const fn cause(&self) -> &SafeModeCause {
        &self.cause
    }

    /// What ends it.
    #[must_use]
    pub const fn rule(&self) -> ExitRule {
        self.rule
    }

    /// Nanoseconds from when it was entered to `now`.
    #[must_use]
    pub const fn age(&self, now: u64) -> u64 {
        self.since.age(now)
    }

    /// Healthy looks in a row since it was entered.
    #[must_use]
    pub const fn healthy(&self) -> u32 {
        self.healthy
    }

    pub(super) const fn is_over(&self, now: u64) -> bool {
        match self.rule {
            ExitRule::Healthy { count, after } => self.healthy >= count && self.since.age(now) >= after,
            ExitRule::Timed(length) => self.again.age(now) >= length,
            ExitRule::Left | ExitRule::Operator => false,
        }
    }
}
