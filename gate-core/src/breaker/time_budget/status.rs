//! What a time budget says about itself. Reading changes nothing.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::TimeBudget;
use super::config::Accounting;
use super::part::Part;

/// The books as they stand, without the clock. `spent + reserved + unallocated <= total`, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ledger {
    /// Recorded, as far as the total goes.
    #[serde(rename = "spent_ns")]
    pub spent: u64,
    /// Promised.
    #[serde(rename = "reserved_ns")]
    pub reserved: u64,
    /// Neither: in the parts, in the buffer, or with nobody.
    #[serde(rename = "unallocated_ns")]
    pub unallocated: u64,
    /// Recorded beyond the total.
    #[serde(rename = "overspent_ns")]
    pub overspent: u64,
}

/// A budget at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TimeBudgetStatus {
    /// Time since the start.
    pub elapsed_ns: u64,
    /// What the clock has left of the total.
    pub remaining_ns: u64,
    /// What of it nobody was promised.
    pub unpromised_ns: u64,
    /// What the buffer holds, as far as it can still be used.
    pub buffer_ns: u64,
    /// The books.
    #[serde(flatten)]
    pub ledger: Ledger,
    /// How often the clock went back.
    pub clock_regressions: u64,
    /// The parts, in order.
    pub parts: Vec<PartStatus>,
}

/// A part at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartStatus {
    /// Its name.
    pub name: String,
    /// What it has: its share, less what it gave up.
    pub allocated_ns: u64,
    /// What it used.
    pub used_ns: u64,
    /// What it reserved.
    pub reserved_ns: u64,
    /// What of that can still be kept. Parts that come first are served first.
    pub promised_ns: u64,
    /// What it may still reserve.
    pub remaining_ns: u64,
    /// How long it has been running, if it runs.
    pub running_ns: Option<u64>,
    /// How many samples the percentiles are taken over.
    pub samples: usize,
    /// The latest sample.
    pub last_sample_ns: Option<u64>,
}

impl TimeBudget {
    /// The books, without the clock.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        let sum = |of: fn(&Part) -> u64| self.parts.iter().map(of).fold(0, u64::saturating_add);
        let (used, total) = (sum(|part| part.used), self.config.total());
        Ledger {
            spent: used.min(total),
            reserved: sum(|part| part.reserved),
            unallocated: sum(Part::free).saturating_add(self.buffer).saturating_add(self.unassigned),
            overspent: used.saturating_sub(total),
        }
    }

    /// Everything at an instant.
    #[must_use]
    pub fn status(&self, now: u64) -> TimeBudgetStatus {
        let now = self.clock.peek(now);
        TimeBudgetStatus {
            elapsed_ns: self.elapsed(now),
            remaining_ns: self.remaining(now),
            unpromised_ns: self.unpromised(now),
            buffer_ns: self.limit(now).min(self.buffer),
            ledger: self.ledger(),
            clock_regressions: self.clock.regressions(),
            parts: (0..self.parts.len()).filter_map(|at| self.part_status(at, now)).collect(),
        }
    }

    fn part_status(&self, at: usize, now: u64) -> Option<PartStatus> {
        let part = self.parts.get(at)?;
        Some(PartStatus {
            name: self.config.parts.get(at)?.name.clone(),
            allocated_ns: part.allocated,
            used_ns: part.used,
            reserved_ns: part.reserved,
            promised_ns: self.promised_at(at, now),
            remaining_ns: self.remaining_at(at, now),
            running_ns: part.running.map(|running| running.age(now)),
            samples: part.samples.len(),
            last_sample_ns: part.samples.last(),
        })
    }

    /// What of a part's promise can still be kept: the clock may have passed without anybody recording it.
    pub(super) fn promised_at(&self, at: usize, now: u64) -> u64 {
        let earlier = self.parts.iter().take(at).map(|part| part.outstanding(now));
        let left = earlier.fold(self.remaining(now), u64::saturating_sub);
        self.parts.get(at).map_or(0, |part| part.outstanding(now).min(left))
    }

    /// What of the remaining time nobody was promised.
    fn unpromised(&self, now: u64) -> u64 {
        let promises = self.parts.iter().map(|part| part.outstanding(now));
        promises.fold(self.remaining(now), u64::saturating_sub)
    }

    /// The most that anybody may reserve now.
    fn limit(&self, now: u64) -> u64 {
        match self.config.accounting {
            Accounting::Whole => self.unpromised(now),
            Accounting::PerPart => self.remaining(now),
        }
    }

    pub(super) fn remaining_at(&self, at: usize, now: u64) -> u64 {
        let Some(part) = self.parts.get(at) else { return 0 };
        let free = match self.config.accounting {
            Accounting::Whole => part.headroom().saturating_sub(part.reserved.max(part.running_for(now))),
            Accounting::PerPart => part.free(),
        };
        free.min(self.limit(now))
    }
}
