//! Calls, counted.

use core::ops::{AddAssign, SubAssign};

use serde::{Deserialize, Serialize};

/// How many calls, and how many of them were bad.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallCounts {
    /// Calls that ended in success or failure.
    pub total: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that were slow, failed or not.
    pub slow: u64,
}

impl CallCounts {
    pub(super) fn one(failed: bool, slow: bool) -> Self {
        Self { total: 1, failed: failed.into(), slow: slow.into() }
    }

    /// Whether no more calls are bad than there are.
    pub(super) const fn holds(&self) -> bool {
        self.failed <= self.total && self.slow <= self.total
    }
}

impl AddAssign for CallCounts {
    fn add_assign(&mut self, other: Self) {
        self.total = self.total.saturating_add(other.total);
        self.failed = self.failed.saturating_add(other.failed);
        self.slow = self.slow.saturating_add(other.slow);
    }
}

impl SubAssign for CallCounts {
    fn sub_assign(&mut self, other: Self) {
        self.total = self.total.saturating_sub(other.total);
        self.failed = self.failed.saturating_sub(other.failed);
        self.slow = self.slow.saturating_sub(other.slow);
    }
}
