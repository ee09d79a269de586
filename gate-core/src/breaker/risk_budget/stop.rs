//! Why a budget is stopped, or says no.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::document::present;

/// A limit that does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breach {
    /// The limit.
    pub limit: u64,
    /// What it was compared with: spent, committed and proposed together.
    pub observed: u64,
    /// The part of that which was not spent yet.
    pub pending: u64,
}

/// The kinds of causes, in the order in which one of several at once is named first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskCause {
    /// The stored state could not be read: what was lost is not known.
    UnreadableState,
    /// A result was not known: what was lost is not known.
    UnknownResult,
    /// The limit of losses.
    Loss,
    /// The limit of units.
    Units,
}

impl RiskCause {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnreadableState => "unreadable_state",
            Self::UnknownResult => "unknown_result",
            Self::Loss => "loss",
            Self::Units => "units",
        }
    }
}

impl fmt::Display for RiskCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Every limit that does not hold at one look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Breaches {
    /// The limit of losses.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub loss: Option<Breach>,
    /// The limit of units.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub units: Option<Breach>,
}

impl Breaches {
    /// Whether every limit holds.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.loss.is_none() && self.units.is_none()
    }
}

/// A stop. It stays until a person ends it.
///
/// The first cause is kept, and of each later kind its first occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskStop {
    /// What stopped it.
    pub first: RiskCause,
    /// The limits that did not hold.
    #[serde(default)]
    pub breaches: Breaches,
    /// Whether a result was not known.
    #[serde(default)]
    pub unknown_result: bool,
    /// Whether the stored state could not be read.
    #[serde(default)]
    pub unreadable_state: bool,
}

impl RiskStop {
    pub(super) fn of(cause: RiskCause) -> Self {
        Self {
            first: cause,
            breaches: Breaches::default(),
            unknown_result: cause == RiskCause::UnknownResult,
            unreadable_state: cause == RiskCause::UnreadableState,
        }
    }

    pub(super) fn by(breaches: Breaches) -> Option<Self> {
        let first = match breaches {
            Breaches { loss: Some(_), .. } => RiskCause::Loss,
            Breaches { units: Some(_), .. } => RiskCause::Units,
            Breaches { .. } => return None,
        };
        Some(Self { breaches, ..Self::of(first) })
    }

    /// Whether the first cause is among the causes.
    pub(super) const fn is_sound(&self) -> bool {
        match self.first {
            RiskCause::UnreadableState => self.unreadable_state,
            RiskCause::UnknownResult => self.unknown_result,
            RiskCause::Loss => self.breaches.loss.is_some(),
            RiskCause::Units => self.breaches.units.is_some(),
        }
    }

    /// Keeps what is new of a later stop.
    pub(super) fn append(&mut self, later: &Self) {
        self.breaches.loss = self.breaches.loss.or(later.breaches.loss);
        self.breaches.units = self.breaches.units.or(later.breaches.units);
        self.unknown_result |= later.unknown_result;
        self.unreadable_state |= later.unreadable_state;
    }
}

/// Why a proposal is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskRefusal {
    /// It is stopped, by an earlier cause.
    Stopped(RiskStop),
    /// The proposal would break these limits.
    Breach(Breaches),
    /// Nobody can say what the proposal may cost.
    UnknownCost,
}

/// A transition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskChange {
    /// It stopped.
    Stopped(RiskStop),
    /// A person ended this stop.
    Resumed(RiskStop),
    /// A person began anew: nothing is spent, and what stopped it is over.
    Reset(Option<RiskStop>),
}
