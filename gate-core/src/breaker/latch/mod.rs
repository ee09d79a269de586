//! The panic stop: easy to latch, and only a person with a name and a reason lets go.
//!
//! Bad readings in a row latch it, a command does, and so does a condition of the host. Nothing else than
//! [`Latch::reset`] clears it: no good reading, no time, no restart and no new configuration. What cannot be read, is
//! missing or comes too late is a bad reading, never none.

mod cause;
mod config;
mod restore;
mod state;
mod status;
mod streak;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

pub use cause::{BadReading, CauseKind, LatchCause, LatchRecord, ReadingCause};
pub use config::LatchConfig;
pub use state::{LatchState, RecordState};
pub use status::LatchStatus;
pub use streak::Streak;

use super::since::Since;
use super::{Latest, Name, Signed};
use crate::GateError;

/// The causes that are kept while it holds; further ones are counted.
pub const MOST_CAUSES: usize = 16;
/// The conditions that can be asserted at once.
pub const MOST_CONDITIONS: usize = 64;

/// What a source says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Reading {
    /// A value. It should lie in 0..=1.
    Value(f64),
    /// The source has none.
    Missing,
    /// The source answered, and nobody can read it.
    Unreadable,
}

/// What an event did to a latch. Of several causes at once the first is told; [`Latch::causes`] has all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatchChange {
    /// It was clear and holds now.
    Latched(CauseKind),
    /// It held already, and now for one more cause.
    Added(CauseKind),
}

/// What became of a numbered reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Observed {
    /// Whether it counts: its number is above all earlier ones.
    pub counted: bool,
    /// What it did. One that does not count still shows that time has passed.
    pub change: Option<LatchChange>,
}

/// What a reset ended.
#[derive(Debug, Clone, PartialEq)]
pub struct LatchReset {
    /// Who, and why.
    pub by: Signed,
    /// The instant of the reset.
    pub at: u64,
    /// How long it held, in nanoseconds; `None` if it was clear.
    pub held: Option<u64>,
    /// Why it held, the first cause first.
    pub causes: Vec<LatchRecord>,
    /// Causes that were not kept.
    pub dropped: u64,
    /// Whether a condition is still asserted, so that it latches again at the next observation.
    pub still_asserted: bool,
}

/// A panic stop.
#[derive(Debug, Clone, PartialEq)]
pub struct Latch {
    config: LatchConfig,
    clock: Latest,
    /// Since when it holds.
    latched: Option<Since>,
    causes: Vec<LatchRecord>,
    dropped: u64,
    streak: Streak,
    /// The last value that could be read in this streak.
    last: Option<f64>,
    /// Since the last reading, or since the first event before there was one.
    silence: Option<Since>,
    /// How many overdue readings of this silence are counted.
    overdue: u64,
    last_id: Option<u64>,
    refused: u64,
    conditions: Vec<Name>,
}

impl Latch {
    /// A clear latch.
    ///
    /// # Errors
    ///
    /// Those of [`LatchConfig::validate`].
    pub fn new(config: LatchConfig) -> Result<Self, GateError> {
        config.validate()?;
        Ok(Self {
            config,
            clock: Latest::default(),
            latched: None,
            causes: Vec::new(),
            dropped: 0,
            streak: Streak::default(),
            last: None,
            silence: None,
            overdue: 0,
            last_id: None,
            refused: 0,
            conditions: Vec::new(),
        })
    }

    /// Takes a reading.
    pub fn observe(&mut self, reading: Reading, now: u64) -> Option<LatchChange> {
        let passed = self.pass(now);
        let now = self.clock.peek(now);
        self.silence = Some(Since::at(now));
        self.overdue = 0;
        passed.or(self.judge(reading, now))
    }

    /// Takes a reading with a number that grows from reading to reading.
    ///
    /// One that was delivered twice, or late, changes nothing: it is neither a second bad reading nor one that ends a
    /// streak. A source that lost count is therefore a silent one.
    pub fn observe_numbered(&mut self, id: u64, reading: Reading, now: u64) -> Observed {
        if self.last_id.is_some_and(|last| id <= last) {
            self.refused = self.refused.saturating_add(1);
            return Observed { counted: false, change: self.pass(now) };
        }
        self.last_id = Some(id);
        Observed { counted: true, change: self.observe(reading, now) }
    }

    /// Lets time pass: counts overdue readings, and latches again while a condition is asserted.
    pub fn tick(&mut self, now: u64) -> Option<LatchChange> {
        self.pass(now)
    }

    /// Latches it. A condition stays asserted until it is settled: a reset before that does not last.
    ///
    /// Of more than [`MOST_CONDITIONS`] at once, the others latch without staying asserted.
    pub fn trip(&mut self, cause: LatchCause, now: u64) -> Option<LatchChange> {
        let late = self.count_overdue(now);
        if let LatchCause::Condition(name) = &cause
            && !self.conditions.contains(name)
            && self.conditions.len() < MOST_CONDITIONS
        {
            self.conditions.push(name.clone());
        }
        let change = self.record(cause, Since::at(self.clock.peek(now)));
        late.or(change)
    }

    /// Says that a condition no longer holds. The latch holds on: that is for a person to end.
    ///
    /// Returns whether it was asserted.
    pub fn settle(&mut self, condition: &str, now: u64) -> bool {
        let now = self.clock.advance(now);
        self.silence.get_or_insert(Since::at(now));
        let before = self.conditions.len();
        self.conditions.retain(|name| name.as_str() != condition);
        self.conditions.len() < before
    }

    /// Clears it, and the streak with it: what follows needs as many bad readings as at the start.
    ///
    /// While a condition is asserted it latches again at the next observation or tick.
    pub fn reset(&mut self, by: Signed, now: u64) -> LatchReset {
        self.count_overdue(now);
        let at = self.clock.peek(now);
        let held = self.latched.take().map(|since| since.age(at));
        self.end_streak();
        self.silence = Some(Since::at(at));
        self.overdue = 0;
        LatchReset {
            by,
            at,
            held,
            causes: core::mem::take(&mut self.causes),
            dropped: core::mem::take(&mut self.dropped),
            still_asserted: !self.conditions.is_empty(),
        }
    }

    /// Follows another rule from now on. What holds stays, and so do the bad readings so far: where the new rule asks
    /// for no more than those, it latches.
    ///
    /// # Errors
    ///
    /// Those of [`LatchConfig::validate`]; the old rule then stays.
    pub fn reconfigure(&mut self, config: LatchConfig, now: u64) -> Result<Option<LatchChange>, GateError> {
        config.validate()?;
        let late = self.count_overdue(now);
        self.config = config;
        Ok(late.or(self.hold_long_streak(now)))
    }

    /// Whether it holds.
    #[inline]
    #[must_use]
    pub const fn is_latched(&self) -> bool {
        self.latched.is_some()
    }

    /// Whether time alone can latch it: silence is limited, or a condition outlived a reset.
    #[inline]
    #[must_use]
    pub const fn awaits_time(&self) -> bool {
        self.config.max_gap_ms.is_some() || !self.conditions.is_empty()
    }

    /// Why it holds, the first cause first; empty if it is clear.
    #[must_use]
    pub fn causes(&self) -> &[LatchRecord] {
        &self.causes
    }

    /// The bad readings in a row so far.
    #[must_use]
    pub const fn streak(&self) -> Streak {
        self.streak
    }

    /// The rule.
    #[must_use]
    pub const fn config(&self) -> &LatchConfig {
        &self.config
    }

    fn pass(&mut self, now: u64) -> Option<LatchChange> {
        let late = self.count_overdue(now);
        late.or(self.latch_again(now))
    }

    /// A condition that outlives a reset latches again.
    fn latch_again(&mut self, now: u64) -> Option<LatchChange> {
        if self.is_latched() {
            return None;
        }
        let since = Since::at(self.clock.peek(now));
        let asserted = self.conditions.clone();
        let changes = asserted.into_iter().map(|name| self.record(LatchCause::Condition(name), since));
        // Not `find`: every condition is recorded, and the first one latches.
        changes.fold(None, Option::or)
    }

    /// Counts the readings that should have come since the last one. A reading after exactly the longest gap is in time.
    fn count_overdue(&mut self, now: u64) -> Option<LatchChange> {
        let now = self.clock.advance(now);
        let silence = *self.silence.get_or_insert(Since::at(now));
        let gap = self.config.max_gap()?;
        let due = silence.age(now).saturating_sub(1) / gap;
        let more = due.saturating_sub(self.overdue);
        if more == 0 {
            return None;
        }
        let lacking = u64::from(self.config.consecutive).saturating_sub(self.streak.total()).clamp(1, more);
        let crossed = self.overdue.saturating_add(lacking).saturating_mul(gap);
        self.overdue = due;
        // Dated to when it happened, so that one look after a long silence finds what many would have.
        let since = Since::aged(now, silence.age(now).saturating_sub(crossed));
        let change = self.add(BadReading::Overdue, lacking, since);
        self.streak.add(BadReading::Overdue, more.saturating_sub(lacking));
        change
    }

    fn judge(&mut self, reading: Reading, now: u64) -> Option<LatchChange> {
        let bad = match reading {
            Reading::Value(value) if !(0.0..=1.0).contains(&value) => BadReading::Unreadable,
            Reading::Value(value) if value < self.config.min_reading => {
                self.last = Some(value);
                BadReading::Low
            }
            Reading::Value(_) => {
                self.end_streak();
                return None;
            }
            Reading::Missing => BadReading::Missing,
            Reading::Unreadable => BadReading::Unreadable,
        };
        self.add(bad, 1, Since::at(now))
    }

    fn end_streak(&mut self) {
        self.streak = Streak::default();
        self.last = None;
    }

    fn add(&mut self, bad: BadReading, more: u64, since: Since) -> Option<LatchChange> {
        let needed = u64::from(self.config.consecutive);
        let (seen, before) = (self.streak.of(bad), self.streak.total());
        self.streak.add(bad, more);
        // Once a streak, and once more for each further kind: a thousand low readings are one cause.
        let told = before >= needed && seen > 0 && self.is_latched();
        if self.streak.total() < needed || told { None } else { self.record(self.readings(bad), since) }
    }

    fn readings(&self, kind: BadReading) -> LatchCause {
        let min_reading = self.config.min_reading;
        LatchCause::Readings(ReadingCause { kind, streak: self.streak, last: self.last, min_reading })
    }

    /// Holds on to a streak that is long enough under the present rule.
    fn hold_long_streak(&mut self, now: u64) -> Option<LatchChange> {
        if self.is_latched() || self.streak.total() < u64::from(self.config.consecutive) {
            return None;
        }
        let kinds = [BadReading::Low, BadReading::Unreadable, BadReading::Missing, BadReading::Overdue];
        let kind = kinds.into_iter().find(|kind| self.streak.of(*kind) > 0)?;
        self.record(self.readings(kind), Since::at(self.clock.peek(now)))
    }

    fn record(&mut self, cause: LatchCause, since: Since) -> Option<LatchChange> {
        let kind = cause.kind();
        if let Some(known) = self.causes.iter_mut().find(|known| known.cause.repeats(&cause)) {
            known.times = known.times.saturating_add(1);
            return None;
        }
        if self.causes.len() < MOST_CAUSES {
            self.causes.push(LatchRecord { cause, since, times: 1 });
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
        if self.is_latched() {
            return Some(LatchChange::Added(kind));
        }
        self.latched = Some(since);
        Some(LatchChange::Latched(kind))
    }
}
