//! What a latch says of itself.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::state::RecordState;
use super::{Latch, LatchConfig, Streak};
use crate::breaker::Name;

/// A look at a latch. Taking it changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LatchStatus {
    /// Whether it holds.
    pub latched: bool,
    /// Why it first latched, in one line.
    pub why: Option<String>,
    /// How long it has held.
    pub held_ns: Option<u64>,
    /// Every cause that was kept, the first one first.
    pub causes: Vec<RecordState>,
    /// Causes that were not kept.
    pub dropped: u64,
    /// Bad readings in a row.
    pub streak: Streak,
    /// How many more of them latch it; 0 if it holds.
    pub needed: u64,
    /// Since the last reading.
    pub silence_ns: Option<u64>,
    /// Nanoseconds until the next reading is overdue, where silence counts.
    pub overdue_in_ns: Option<u64>,
    /// Conditions that are asserted.
    pub conditions: Vec<Name>,
    /// Numbered readings that did not count.
    pub refused: u64,
    /// How often the clock went back.
    pub regressions: u64,
    /// The rule.
    pub config: LatchConfig,
}

impl Latch {
    /// A look at `now`. Readings that became overdue since the last event are not yet in it: that is for
    /// [`Latch::tick`].
    #[must_use]
    pub fn status(&self, now: u64) -> LatchStatus {
        let now = self.clock.peek(now);
        let silence = self.silence.map(|since| since.age(now));
        let next = self.config.max_gap().map(|gap| gap.saturating_mul(self.overdue.saturating_add(1)));
        let needed = u64::from(self.config.consecutive).saturating_sub(self.streak.total());
        LatchStatus {
            latched: self.is_latched(),
            why: self.causes.first().map(|record| record.cause.to_string()),
            held_ns: self.latched.map(|since| since.age(now)),
            causes: self.causes.iter().map(|record| RecordState::of(record, now)).collect(),
            dropped: self.dropped,
            streak: self.streak,
            needed: if self.is_latched() { 0 } else { needed },
            silence_ns: silence,
            overdue_in_ns: next.map(|next| next.saturating_sub(silence.unwrap_or(0))),
            conditions: self.conditions.clone(),
            refused: self.refused,
            regressions: self.clock.regressions(),
            config: self.config,
        }
    }
}
