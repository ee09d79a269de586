//! Bad readings in a row.

use serde::{Deserialize, Serialize};

use super::BadReading;

/// How many bad readings came in a row, by what was wrong with them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Streak {
    /// Under the limit.
    pub low: u64,
    /// Not a number in 0..=1.
    pub unreadable: u64,
    /// Said to be absent.
    pub missing: u64,
    /// Not there in time.
    pub overdue: u64,
}

impl Streak {
    /// All of them.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.low.saturating_add(self.unreadable).saturating_add(self.missing).saturating_add(self.overdue)
    }

    /// Those of one kind.
    #[must_use]
    pub const fn of(&self, kind: BadReading) -> u64 {
        match kind {
            BadReading::Low => self.low,
            BadReading::Unreadable => self.unreadable,
            BadReading::Missing => self.missing,
            BadReading::Overdue => self.overdue,
        }
    }

    pub(super) const fn add(&mut self, kind: BadReading, more: u64) {
        let count = match kind {
            BadReading::Low => &mut self.low,
            BadReading::Unreadable => &mut self.unreadable,
            BadReading::Missing => &mut self.missing,
            BadReading::Overdue => &mut self.overdue,
        };
        *count = count.saturating_add(more);
    }
}
