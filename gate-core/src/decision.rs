//! The three answers of a gate, and how findings fold into one.

use serde::{Deserialize, Serialize};

/// What to do with the rollout.
///
/// The order is that of severity, so that `max` folds several decisions into one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// All evidence is there and good: go on to the next stage.
    Promote,
    /// Not yet: evidence is short or a gate limit is exceeded.
    Hold,
    /// A trigger fired: shift the traffic back to the baseline.
    Rollback,
}

impl Decision {
    /// The process exit status: 0 promote, 2 hold, 3 rollback. (1 is: could not decide.)
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Promote => 0,
            Self::Hold => 2,
            Self::Rollback => 3,
        }
    }

    /// The word in JSON: `promote`, `hold` or `rollback`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Promote => "promote",
            Self::Hold => "hold",
            Self::Rollback => "rollback",
        }
    }
}

impl core::fmt::Display for Decision {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.as_str())
    }
}
