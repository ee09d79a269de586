//! The books of one part.

use super::samples::Samples;
use crate::breaker::since::Since;

/// The most that is booked on one part, four and a half years: sums over all parts do not overflow.
pub(super) const CEILING: u64 = u64::MAX / 128;

/// What a part has, used and was promised. `reserved` lies within what is allocated and not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) allocated: u64,
    pub(super) used: u64,
    pub(super) reserved: u64,
    pub(super) running: Option<Since>,
    pub(super) samples: Samples,
}

impl Part {
    pub(super) fn new(allocated: u64, samples: u32) -> Self {
        Self { allocated, used: 0, reserved: 0, running: None, samples: Samples::new(samples) }
    }

    pub(super) const fn headroom(&self) -> u64 {
        self.allocated.saturating_sub(self.used)
    }

    /// Neither used nor promised.
    pub(super) const fn free(&self) -> u64 {
        self.headroom().saturating_sub(self.reserved)
    }

    /// How long the running part has run; 0 if it does not run.
    pub(super) fn running_for(&self, now: u64) -> u64 {
        self.running.map_or(0, |running| running.age(now))
    }

    /// The promise that is still to be kept: running time keeps it first.
    pub(super) fn outstanding(&self, now: u64) -> u64 {
        self.reserved.saturating_sub(self.running_for(now))
    }

    /// Books time on the part itself. Returns what was booked and how much of it the allocation did not hold.
    pub(super) fn book(&mut self, ns: u64) -> (u64, u64) {
        let spent = ns.min(CEILING.saturating_sub(self.used));
        let over = spent.saturating_sub(self.headroom());
        self.used = self.used.saturating_add(spent);
        self.reserved = self.reserved.saturating_sub(spent);
        self.samples.push(ns);
        (spent, over)
    }

    /// Gives up free allocation, at most `wanted`.
    pub(super) fn yield_free(&mut self, wanted: u64) -> u64 {
        let given = self.free().min(wanted);
        self.allocated = self.allocated.saturating_sub(given);
        given
    }

    /// Breaks promises, at most `wanted`.
    pub(super) fn yield_reserved(&mut self, wanted: u64) -> u64 {
        let given = self.reserved.min(wanted);
        self.reserved = self.reserved.saturating_sub(given);
        self.allocated = self.allocated.saturating_sub(given);
        given
    }
}
