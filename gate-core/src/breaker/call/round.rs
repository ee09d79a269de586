//! A round of probes.

use alloc::vec::Vec;

use super::rules::Probing;
use super::status::ProbeCounts;
use crate::breaker::Outcome;

/// A probe that is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lease {
    probe: u32,
    end: u64,
}

/// Probes that are out and results so far.
///
/// Successes, failures and probes in flight together are never more than the probes of a round, and it ends
/// when too few can still succeed; so before its end there is always a place, or a probe in flight with a lease.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Round {
    leases: Vec<Lease>,
    admitted: u32,
    succeeded: u32,
    failed: u32,
    returned: u32,
    lost: u32,
}

/// What the results of a round say so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Undecided,
    Passed,
    Failed,
}

impl Round {
    /// An empty round that will not allocate.
    pub(super) fn sized(rule: &Probing) -> Self {
        Self { leases: Vec::with_capacity(rule.in_flight as usize), ..Self::default() }
    }

    pub(super) fn clear(&mut self) {
        let mut leases = core::mem::take(&mut self.leases);
        leases.clear();
        *self = Self { leases, ..Self::default() };
    }

    /// The number of a new probe, if there is a place.
    pub(super) fn admit(&mut self, rule: &Probing, now: u64) -> Option<u32> {
        let out = self.in_flight();
        let places = self.succeeded.saturating_add(self.failed).saturating_add(out);
        if out >= rule.in_flight || places >= rule.probes {
            return None;
        }
        self.admitted = self.admitted.saturating_add(1);
        self.leases.push(Lease { probe: self.admitted, end: now.saturating_add(rule.lease) });
        Some(self.admitted)
    }

    /// Takes a result. `None` if the probe is not out any more.
    pub(super) fn settle(&mut self, probe: u32, outcome: Outcome, rule: &Probing) -> Option<Standing> {
        let at = self.leases.iter().position(|lease| lease.probe == probe)?;
        self.leases.swap_remove(at);
        match outcome {
            Outcome::Success => self.succeeded += 1,
            Outcome::Failure => self.failed += 1,
            Outcome::Ignored | Outcome::Cancelled => self.returned = self.returned.saturating_add(1),
        }
        Some(match () {
            () if self.succeeded >= rule.successes => Standing::Passed,
            // What is left of the round is too little.
            () if self.failed > rule.probes - rule.successes => Standing::Failed,
            () => Standing::Undecided,
        })
    }

    /// Gives up on the probes whose leases ended. The end of the one that was too many, if one was.
    pub(super) fn expire(&mut self, rule: &Probing, now: u64) -> Option<u64> {
        while let Some(end) = self.next_end().filter(|end| *end <= now) {
            if let Some(at) = self.leases.iter().position(|lease| lease.end == end) {
                self.leases.swap_remove(at);
            }
            self.lost = self.lost.saturating_add(1);
            if self.lost > rule.max_lost {
                return Some(end);
            }
        }
        None
    }

    /// How many leases have ended by now.
    pub(super) fn overdue(&self, now: u64) -> usize {
        self.leases.iter().filter(|lease| lease.end <= now).count()
    }

    /// Whether too many leases have ended by now.
    pub(super) fn is_lost(&self, rule: &Probing, now: u64) -> bool {
        self.overdue(now) as u64 + u64::from(self.lost) > u64::from(rule.max_lost)
    }

    /// When the first lease ends.
    pub(super) fn next_end(&self) -> Option<u64> {
        self.leases.iter().map(|lease| lease.end).min()
    }

    pub(super) fn counts(&self) -> ProbeCounts {
        ProbeCounts {
            admitted: self.admitted,
            in_flight: self.in_flight(),
            succeeded: self.succeeded,
            failed: self.failed,
            returned: self.returned,
            lost: self.lost,
        }
    }

    fn in_flight(&self) -> u32 {
        u32::try_from(self.leases.len()).unwrap_or(u32::MAX)
    }
}
