//! Degradation in steps: normal, degraded, baseline only.
//!
//! Down at once, to the level that the failures call for; up one step at a time, after a dwell and several
//! good looks under lower thresholds. A reading that is missing, late or impossible is bad: it leads one
//! step down. A ladder that goes up and down too often stays on the worse level until a person releases it.

mod config;
mod level;
mod state;

use alloc::collections::VecDeque;

pub use config::LadderConfig;
pub use level::{FallbackReason, LadderCause, LadderChange, LadderReading, Level};
pub use state::{LadderState, LadderStatus};

use config::Rules;

use super::signed::Signed;
use super::timeline::Timeline;
use crate::error::GateError;

/// The degradation ladder.
///
/// ```
/// use gate_core::breaker::{Ladder, LadderConfig, LadderReading, Level};
///
/// let mut ladder = Ladder::new(&LadderConfig::default())?;
/// let change = ladder.observe(LadderReading::Rate { failed: 4, total: 5 }, 0);
/// assert_eq!(change.map(|change| change.to), Some(Level::BaselineOnly));
/// # Ok::<(), gate_core::GateError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Ladder {
    rules: Rules,
    time: Timeline,
    level: Level,
    since: u64,
    bad_run: u32,
    /// The mildest level that all bad looks of the run call for.
    called_for: Level,
    good_run: u32,
    /// When the last changes were, oldest first; never more than the flap guard allows.
    changes: VecDeque<u64>,
    pinned: bool,
    probes: u64,
    /// When the next reading is overdue, once anything was asked.
    due: Option<u64>,
}

impl Ladder {
    /// A ladder on its normal level.
    ///
    /// # Errors
    /// [`ErrorCode::OutOfRange`], [`ErrorCode::WrongValue`] or [`ErrorCode::Contradiction`] at the setting.
    ///
    /// [`ErrorCode::OutOfRange`]: crate::ErrorCode::OutOfRange
    /// [`ErrorCode::WrongValue`]: crate::ErrorCode::WrongValue
    /// [`ErrorCode::Contradiction`]: crate::ErrorCode::Contradiction
    pub fn new(config: &LadderConfig) -> Result<Self, GateError> {
        let rules = Rules::try_from(config)?;
        Ok(Self {
            changes: VecDeque::with_capacity(rules.max_changes),
            rules,
            time: Timeline::default(),
            level: Level::Normal,
            since: 0,
            bad_run: 0,
            called_for: Level::Normal,
            good_run: 0,
            pinned: false,
            probes: 0,
            due: None,
        })
    }

    /// The same ladder, started at this instant, from which its age is counted and readings can be overdue.
    #[must_use]
    pub fn started_at(mut self, now: u64) -> Self {
        self.since = self.time.advance(now);
        self.due = self.rules.max_gap_ns.map(|gap| self.since.saturating_add(gap));
        self
    }

    /// Takes a reading. Readings that were overdue before it count as missing first.
    pub fn observe(&mut self, reading: LadderReading, now: u64) -> Option<LadderChange> {
        let now = self.time.advance(now);
        let overdue = self.miss(now);
        self.due = self.rules.max_gap_ns.map(|gap| now.saturating_add(gap));
        let own = match reading {
            LadderReading::Rate { failed, total } if failed <= total => self.rate(failed, total, now),
            LadderReading::Rate { .. } => self.bad(self.level.worse(), LadderCause::Impossible, now),
            LadderReading::Missing => self.bad(self.level.worse(), LadderCause::Missing, now),
        };
        joined(overdue, own)
    }

    /// Counts readings that are overdue. The first call starts to wait for one.
    pub fn tick(&mut self, now: u64) -> Option<LadderChange> {
        let now = self.time.advance(now);
        self.miss(now)
    }

    /// True if a call may pass. Baseline only, every so manieth is let through as a probe.
    #[inline]
    pub fn admits(&mut self) -> bool {
        self.level != Level::BaselineOnly || self.probes_now()
    }

    /// True if every call may pass.
    #[inline]
    #[must_use]
    pub fn admits_all(&self) -> bool {
        self.level != Level::BaselineOnly
    }

    /// Whether time alone can lead it down: silence is limited.
    #[inline]
    #[must_use]
    pub const fn awaits_time(&self) -> bool {
        self.rules.max_gap_ns.is_some()
    }

    /// Lets a pinned ladder go up again, and forgets how often it changed. False if it was not pinned.
    pub fn release(&mut self, _by: &Signed, now: u64) -> bool {
        self.time.advance(now);
        self.changes.clear();
        core::mem::take(&mut self.pinned)
    }

    /// The level.
    #[inline]
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// True if only a person lets it go up again.
    #[must_use]
    pub const fn is_pinned(&self) -> bool {
        self.pinned
    }

    /// Takes other settings. Level, runs and times stay.
    ///
    /// # Errors
    /// Those of [`Ladder::new`]; the old settings stay then.
    pub fn reconfigure(&mut self, config: &LadderConfig, now: u64) -> Result<(), GateError> {
        let rules = Rules::try_from(config)?;
        let now = self.time.advance(now);
        if rules.max_gap_ns != self.rules.max_gap_ns {
            self.due = rules.max_gap_ns.map(|gap| now.saturating_add(gap));
        }
        while self.changes.len() > rules.max_changes {
            self.changes.pop_front();
        }
        self.changes.reserve(rules.max_changes.saturating_sub(self.changes.len()));
        self.rules = rules;
        Ok(())
    }

    #[cold]
    fn probes_now(&mut self) -> bool {
        let every = u64::from(self.rules.probe_every);
        let turn = every > 0 && self.probes.is_multiple_of(every);
        self.probes = self.probes.wrapping_add(1);
        turn
    }

    /// Each gap without a reading counts as one that is missing. At the bottom there is nothing to count.
    fn miss(&mut self, now: u64) -> Option<LadderChange> {
        let gap = self.rules.max_gap_ns?;
        if self.due.is_none() {
            self.due = Some(now.saturating_add(gap));
        }
        let mut change = None;
        while let Some(due) = self.due.filter(|due| *due <= now && self.level != Level::BaselineOnly) {
            change = joined(change, self.bad(self.level.worse(), LadderCause::Overdue, due));
            self.due = Some(due.saturating_add(gap));
        }
        if let Some(due) = self.due.filter(|due| *due <= now) {
            self.good_run = 0;
            let missed = (now.saturating_sub(due) / gap).saturating_add(1);
            self.due = Some(due.saturating_add(missed.saturating_mul(gap)));
        }
        change
    }

    fn rate(&mut self, failed: u64, total: u64, at: u64) -> Option<LadderChange> {
        if total < self.rules.min_requests {
            return None;
        }
        let level = self.rules.level_of(failed, total);
        let cause = LadderCause::Rate { failed, total };
        if level > self.level {
            return self.bad(level, cause, at);
        }
        self.bad_run = 0;
        if !self.rules.is_good(self.level, failed, total) {
            self.good_run = 0;
            return None;
        }
        self.good_run = self.good_run.saturating_add(1);
        self.up(cause, at)
    }

    /// A bad look that calls for a level; on the last level it only ends a run of good ones.
    fn bad(&mut self, level: Level, cause: LadderCause, at: u64) -> Option<LadderChange> {
        self.good_run = 0;
        if level == self.level {
            return None;
        }
        self.called_for = if self.bad_run == 0 { level } else { self.called_for.min(level) };
        self.bad_run = self.bad_run.saturating_add(1);
        (self.bad_run >= self.rules.bad_looks).then(|| self.go(self.called_for, cause, at))
    }

    fn up(&mut self, cause: LadderCause, at: u64) -> Option<LadderChange> {
        let dwelt = at.saturating_sub(self.since) >= self.rules.dwell_ns;
        let enough = self.good_run >= self.rules.good_looks;
        if self.level == Level::Normal || self.pinned || !dwelt || !enough {
            return None;
        }
        if self.would_flap(at) {
            self.pinned = true;
            let from = self.level;
            return Some(LadderChange { from, to: from, cause: LadderCause::Pinned, pinned: true });
        }
        Some(self.go(self.level.better(), cause, at))
    }

    /// A step up must leave room for the step down that may follow it.
    fn would_flap(&self, at: u64) -> bool {
        let recent = |change: &&u64| at.saturating_sub(**change) < self.rules.flap_ns;
        self.changes.iter().filter(recent).count().saturating_add(2) > self.rules.max_changes
    }

    fn go(&mut self, to: Level, cause: LadderCause, at: u64) -> LadderChange {
        let from = self.level;
        if self.changes.len() >= self.rules.max_changes {
            self.changes.pop_front();
        }
        self.changes.push_back(at);
        self.level = to;
        self.since = at;
        self.bad_run = 0;
        self.good_run = 0;
        self.probes = 0;
        LadderChange { from, to, cause, pinned: self.pinned }
    }
}

/// Two transitions of one call, as one.
pub(in crate::breaker) const fn joined(
    first: Option<LadderChange>,
    second: Option<LadderChange>,
) -> Option<LadderChange> {
    match (first, second) {
        (Some(first), Some(second)) => Some(LadderChange { from: first.from, ..second }),
        (Some(only), None) | (None, Some(only)) => Some(only),
        (None, None) => None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests;
