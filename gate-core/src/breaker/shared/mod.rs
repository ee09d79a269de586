//! A call breaker for many threads, without a lock.
//!
//! One word holds where it stands, the generation and the count, so that a success with no failure before it
//! only reads. A second word holds the one time that matters: the end of the open time, or of the
//! lease of the probe. It is written by the one thread that has moved the first word to `Opening` or `Starting`; until that
//! thread moves it on, the others refuse calls and wait for nothing.
//!
//! Orderings. A thread that reads `Open` or `Probing` (acquire) sees the time that was written before (the word
//! is stored with release). If it reads the time of a later generation (acquire), it sees the first word of the
//! thread that wrote it (the time is stored with release, after that word), so reading the word once more shows
//! that the two do not belong together. All else is decided by exchanging the first word alone.

mod atomic;
mod moves;
mod state;
mod word;

pub use atomic::AtomicWord;

use core::sync::atomic::{AtomicU64, Ordering};

use self::moves::{Seen, finite, is_over};
use self::word::{Tag, Word};
use super::call::refusal;
use super::call::rules::Rules;
use super::{
    Acquired, CallCause, CallChange, CallConfig, CallPermit, CallPhase, Outcome, Recorded, Refusal,
    RefusalReason,
};
use crate::GateError;

/// A [`CallBreaker`](super::CallBreaker) behind `&self`: failures in a row, a fixed open time, one probe.
///
/// It answers as a [`CallBreaker`](super::CallBreaker) with the same settings does, call for call, except that it does not remember
/// the latest instant: a clock that goes back is bounded (time left never exceeds the open time), not counted.
#[derive(Debug)]
pub struct SharedCallBreaker<A = AtomicU64> {
    word: A,
    time: A,
    stale: A,
    trip_at: u32,
    max_lost: u32,
    open: u64,
    /// No time left is longer, also when the clock goes back.
    longest: u64,
    lease: u64,
    config: CallConfig,
}

impl SharedCallBreaker {
    /// A closed breaker.
    ///
    /// # Errors
    ///
    /// As [`CallBreaker::new`](super::CallBreaker::new), and settings that only that one has: a window, an escalation, a `streak_ttl_ms`,
    /// or more than one probe.
    pub fn new(config: CallConfig) -> Result<Self, GateError> {
        Self::with_words(config)
    }
}

impl<A: AtomicWord> SharedCallBreaker<A> {
    /// A closed breaker in atomic words of one's own.
    ///
    /// # Errors
    ///
    /// As [`SharedCallBreaker::new`].
    pub fn with_words(config: CallConfig) -> Result<Self, GateError> {
        let rules = Rules::new(&config)?;
        state::check(&config, &rules)?;
        Ok(Self {
            word: A::new(Word::new(Tag::Closed, 0, 0).0),
            time: A::new(0),
            stale: A::new(0),
            trip_at: rules.trip_at,
            max_lost: rules.probing.max_lost,
            open: rules.open,
            longest: rules.open,
            lease: rules.probing.lease,
            config,
        })
    }

    /// The settings.
    #[must_use]
    pub const fn config(&self) -> &CallConfig {
        &self.config
    }

    /// Whether calls go through without asking the time.
    #[inline]
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.read(Ordering::Relaxed).tag() == Tag::Closed
    }

    /// Asks for one call.
    ///
    /// # Errors
    ///
    /// A refusal while it is open, or half open with the probe out.
    #[inline]
    pub fn try_acquire(&self, now: u64) -> Result<CallPermit, Refusal> {
        // Nothing else is read, so nothing needs to be ordered.
        let word = self.read(Ordering::Relaxed);
        if word.tag() == Tag::Closed {
            return Ok(CallPermit::call(word.generation()));
        }
        self.acquire(now).answer
    }

    /// Asks for one call, and says which transitions were due by then.
    #[cold]
    #[inline(never)]
    pub fn acquire(&self, now: u64) -> Acquired {
        let mut lost = None;
        loop {
            let seen = self.see();
            let Seen { word, time } = seen;
            let (answer, begun) = match word.tag() {
                Tag::Closed => (Ok(CallPermit::call(word.generation())), None),
                Tag::Opening => (Err(refusal(RefusalReason::Open, finite(self.open))), None),
                Tag::Starting => (Err(refusal(RefusalReason::ProbesOut, Some(self.lease))), None),
                Tag::Open if !is_over(time, now) => {
                    (Err(refusal(RefusalReason::Open, self.left(time, now))), None)
                }
                Tag::Probing if now < time => {
                    (Err(refusal(RefusalReason::ProbesOut, Some((time - now).min(self.lease)))), None)
                }
                Tag::Probing if word.count() >= self.max_lost => {
                    // Its open time counts from the end of the lease, and may be over as well.
                    lost = self.open(seen, CallCause::ProbesLost, time).or(lost);
                    continue;
                }
                Tag::Open => match self.start(word, 0, now) {
                    Some(permit) => {
                        (Ok(permit), Some(Self::change(seen, CallPhase::HalfOpen, CallCause::Due, now)))
                    }
                    None => continue,
                },
                Tag::Probing | Tag::Free => {
                    let lost_now = u32::from(word.tag() == Tag::Probing);
                    match self.start(word, word.count() + lost_now, now) {
                        Some(permit) => (Ok(permit), None),
                        None => continue,
                    }
                }
            };
            return Acquired { answer, changes: [lost, begun] };
        }
    }

    /// A permit for a call that somebody forces on: its result counts while the breaker is closed, and else
    /// changes nothing.
    #[inline]
    pub fn bypass(&self) -> CallPermit {
        CallPermit::call(self.read(Ordering::Relaxed).generation())
    }

    /// Takes the outcome of a call. A success with no failure before it only reads. The latency is for breakers
    /// that look at it.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a permit is used up, so that no result counts twice")]
    pub fn record(
        &self,
        permit: CallPermit,
        outcome: Outcome,
        _latency_ns: u64,
        now: u64,
    ) -> Recorded<CallChange> {
        let clean = Word::new(Tag::Closed, permit.generation, 0);
        if outcome == Outcome::Success && self.read(Ordering::Relaxed) == clean {
            return Recorded::Counted(None);
        }
        self.record_slowly(&permit, outcome, now)
    }

    /// Gives up on a probe whose lease ended.
    pub fn tick(&self, now: u64) -> Option<CallChange> {
        loop {
            let seen = self.see();
            let Seen { word, time } = seen;
            if word.tag() != Tag::Probing || now < time {
                return None;
            }
            if word.count() < self.max_lost {
                if self.word.exchange(word.0, word.with(Tag::Free, word.count() + 1).0) {
                    return None;
                }
            } else if let Some(change) = self.open(seen, CallCause::ProbesLost, time) {
                return Some(change);
            }
        }
    }

    /// Opens it for its full open time from now, as somebody says so.
    pub fn trip(&self, now: u64) -> CallChange {
        loop {
            let seen = self.see_settled();
            if let Some(change) = self.open(seen, CallCause::Commanded, now) {
                return change;
            }
        }
    }

    /// Closes it and forgets all it counted, as somebody says so. `None` if it was closed before.
    pub fn reset(&self, now: u64) -> Option<CallChange> {
        loop {
            let seen = self.see_settled();
            if self.word.exchange(seen.word.0, seen.word.next(Tag::Closed, 0).0) {
                let change = Self::change(seen, CallPhase::Closed, CallCause::Commanded, now);
                return (seen.word.tag() != Tag::Closed).then_some(change);
            }
        }
    }

    #[cold]
    #[inline(never)]
    fn record_slowly(&self, permit: &CallPermit, outcome: Outcome, now: u64) -> Recorded<CallChange> {
        let neutral = matches!(outcome, Outcome::Ignored | Outcome::Cancelled);
        loop {
            let seen = self.see();
            let Seen { word, time } = seen;
            let probing = word.tag() == Tag::Probing && permit.is_probe() && now < time;
            if word.generation() != permit.generation || !(probing || word.tag() == Tag::Closed) {
                self.stale.fetch_add(1, Ordering::Relaxed);
                return Recorded::Stale;
            }
            let count = if outcome == Outcome::Failure { word.count() + 1 } else { 0 };
            let opens = match (probing, outcome) {
                (true, Outcome::Failure) => Some(CallCause::ProbeFailed),
                (false, Outcome::Failure) if count >= self.trip_at => Some(CallCause::Streak),
                _ => None,
            };
            if let Some(cause) = opens {
                match self.open(seen, cause, now) {
                    Some(change) => return Recorded::Counted(Some(change)),
                    None => continue,
                }
            }
            let to = match (probing, neutral) {
                (true, true) => word.with(Tag::Free, word.count()),
                (true, false) => word.next(Tag::Closed, 0),
                (false, true) => word,
                (false, false) => word.with(Tag::Closed, count),
            };
            if to == word || self.word.exchange(word.0, to.0) {
                let closes = probing && !neutral;
                let change =
                    closes.then(|| Self::change(seen, CallPhase::Closed, CallCause::ProbesPassed, now));
                return Recorded::Counted(change);
            }
        }
    }
}
