//! Signing keys: how long each still lasts, and how one follows another without a gap.

mod countdown;
mod list;
mod plan;
mod proof;
mod rotation;
mod rule;

pub use countdown::{KeyLevel, KeyReading, judge_key};
pub use list::{KEYS, KeysReport, judge_keys};
pub use plan::{KeyLife, ROTATION_SCHEMA, RotationPlan, Step};
pub use proof::{Phase, ProofFault};
pub use rotation::{ROTATION, RotationReport, judge_rotation};
pub use rule::KeyRule;

use serde::{Deserialize, Serialize};

/// Where a key stands. Each state follows the one before it, and none is skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Known to everybody who verifies; it does not sign yet.
    Incoming,
    /// It signs, and verifies.
    Active,
    /// It signs no more, and verifies what it signed.
    Grace,
    /// It does nothing.
    Retired,
}

impl KeyState {
    /// Every state, in order.
    pub const ALL: [Self; 4] = [Self::Incoming, Self::Active, Self::Grace, Self::Retired];

    /// The word in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incoming => "incoming",
            Self::Active => "active",
            Self::Grace => "grace",
            Self::Retired => "retired",
        }
    }

    /// The state of the given word, to the letter.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// The only state that may follow.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self {
            Self::Incoming => Some(Self::Active),
            Self::Active => Some(Self::Grace),
            Self::Grace => Some(Self::Retired),
            Self::Retired => None,
        }
    }

    /// True if signatures of the key are accepted.
    #[must_use]
    pub const fn verifies(self) -> bool {
        !matches!(self, Self::Retired)
    }
}
