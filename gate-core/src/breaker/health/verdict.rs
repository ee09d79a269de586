//! What a fold says.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use super::HealthState;

/// What the last word of a component is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It can be judged.
    Fresh,
    /// It is too old.
    Stale,
    /// There is none.
    Missing,
    /// It means nothing.
    Invalid,
}

/// What speaks against a component, or against the whole.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum HealthReason {
    /// It never spoke.
    Missing,
    /// Its last word is older than it may be.
    Stale {
        /// How old.
        age_ns: u64,
        /// How old it may be.
        max_age_ns: u64,
    },
    /// Its last word was measured after it arrived.
    Future {
        /// How long after.
        ahead_ns: u64,
    },
    /// Its last value is no finite number, or there is none where the rule needs one.
    Unreadable,
    /// It said so itself.
    Reported,
    /// Its last value is under the limit.
    Low {
        /// The value.
        value: f64,
        /// The limit.
        at_least: f64,
    },
    /// Its last value is above the limit.
    High {
        /// The value.
        value: f64,
        /// The limit.
        at_most: f64,
    },
    /// Too many of its last outcomes are failures.
    Failures {
        /// How many.
        failed: u32,
        /// Of how many.
        total: u32,
        /// The share that is still good.
        at_most: f64,
    },
    /// It had a fault, and nobody has acknowledged it.
    Fault {
        /// How long ago.
        age_ns: u64,
    },
    /// Nobody asked for a verdict in time.
    NoVerdict {
        /// Since the last one; since the start if there was none.
        age_ns: u64,
        /// How old it may be.
        max_age_ns: u64,
    },
}

/// One component.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ComponentHealth {
    /// Its name.
    pub name: String,
    /// What its last word is worth.
    pub standing: Standing,
    /// How well it is.
    pub state: HealthState,
    /// All that speaks against it; empty if and only if it is healthy.
    pub reasons: Vec<HealthReason>,
    /// Its last value that could be read.
    pub value: Option<f64>,
    /// Failures among its last outcomes, and how many outcomes those are.
    pub failures: (u32, u32),
}

/// The whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HealthVerdict {
    /// As well as the worst component.
    pub state: HealthState,
    /// Every component that is needed.
    pub components: Vec<ComponentHealth>,
}

impl fmt::Display for HealthReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |f: &mut fmt::Formatter<'_>, ns: u64| {
            write!(f, "{}.{:03} s", ns / 1_000_000_000, ns / 1_000_000 % 1000)
        };
        match *self {
            Self::Missing => f.write_str("never seen"),
            Self::Stale { age_ns, max_age_ns } => {
                f.write_str("seen ")?;
                seconds(f, age_ns)?;
                f.write_str(" ago, at most ")?;
                seconds(f, max_age_ns)
            }
            Self::Future { ahead_ns } => {
                f.write_str("measured ")?;
                seconds(f, ahead_ns)?;
                f.write_str(" in the future")
            }
            Self::Unreadable => f.write_str("no readable value"),
            Self::Reported => f.write_str("reported by itself"),
            Self::Low { value, at_least } => write!(f, "{value} < {at_least}"),
            Self::High { value, at_most } => write!(f, "{value} > {at_most}"),
            Self::Failures { failed, total, at_most } => write!(f, "{failed} of {total} failed, > {at_most}"),
            Self::Fault { age_ns } => {
                f.write_str("a fault ")?;
                seconds(f, age_ns)?;
                f.write_str(" ago")
            }
            Self::NoVerdict { age_ns, max_age_ns } => {
                f.write_str("no verdict for ")?;
                seconds(f, age_ns)?;
                f.write_str(", at most ")?;
                seconds(f, max_age_ns)
            }
        }
    }
}
