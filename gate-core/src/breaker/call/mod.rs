//! The call breaker: after failures in a row, or at too high a rate, calls are refused for a while, and
//! then probed.
//!
//! ```
//! use gate_core::breaker::{CallBreaker, CallConfig, Outcome};
//!
//! let second = 1_000_000_000;
//! let mut breaker = CallBreaker::new(CallConfig::default()).expect("the default settings hold");
//! for now in 0..5 {
//!     let permit = breaker.try_acquire(now).expect("closed");
//!     let _ = breaker.record(permit, Outcome::Failure, 0, now);
//! }
//! let refusal = breaker.try_acquire(4 + 20 * second).unwrap_err();
//! assert_eq!(refusal.retry_after, Some(100 * second));
//! assert!(breaker.try_acquire(4 + 120 * second).expect("due").is_probe());
//! ```

mod config;
mod permit;
mod ring;
mod round;
pub(super) mod rules;
mod slices;
mod state;
mod status;
mod transition;
mod window;

pub use config::{CallConfig, CallWindow, Escalation, HalfOpen};
pub use permit::CallPermit;
pub use state::{CALL_STATE_SCHEMA, CallState, CallWindowState, SavedCallPhase};
pub use status::{CallCause, CallChange, CallPhase, CallStatus, OpenedBy, ProbeCounts};

use super::{Counts, Latest, Layer, Outcome, Recorded, Refusal, RefusalReason};
use crate::GateError;
use round::{Round, Standing};
use rules::Rules;
use window::Window;

/// Refuses calls to a model that fails.
///
/// One owner feeds it: take a permit, make the call, record the outcome. For threads there is
/// [`SharedCallBreaker`](super::SharedCallBreaker).
#[derive(Debug, Clone, PartialEq)]
pub struct CallBreaker {
    phase: Phase,
    generation: u64,
    streak: u32,
    clock: Latest,
    /// The instant of the latest failure in the row.
    failed_at: u64,
    rules: Rules,
    window: Option<Window>,
    round: Round,
    opened_by: Option<OpenedBy>,
    level: u32,
    stale: u64,
    config: CallConfig,
}

/// What a request for a permit led to.
#[derive(Debug, PartialEq, Eq)]
pub struct Acquired {
    /// The permit, or the refusal.
    pub answer: Result<CallPermit, Refusal>,
    /// Transitions that were due by the time of the request, in order.
    pub changes: [Option<CallChange>; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Closed { since: u64 },
    Open { since: u64, length: u64 },
    HalfOpen,
}

impl CallBreaker {
    /// A closed breaker.
    ///
    /// # Errors
    ///
    /// Settings that contradict each other, or under which it could never open or never close.
    pub fn new(config: CallConfig) -> Result<Self, GateError> {
        let rules = Rules::new(&config)?;
        Ok(Self {
            // The clock of the host may begin anywhere; 0 is before all of it.
            phase: Phase::Closed { since: 0 },
            generation: 0,
            streak: 0,
            clock: Latest::default(),
            failed_at: 0,
            window: rules.window.map(|rule| Window::new(rule.shape)),
            round: Round::sized(&rules.probing),
            opened_by: None,
            level: 0,
            stale: 0,
            rules,
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
    pub const fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed { .. })
    }

    /// Whether a success would change nothing, so that a host need not even ask the time for it: it is closed, there is
    /// no failure in a row, and no window counts.
    #[inline]
    #[must_use]
    pub const fn is_quiet(&self) -> bool {
        self.is_closed() && self.streak == 0 && self.window.is_none()
    }

    /// Asks for one call.
    ///
    /// # Errors
    ///
    /// A refusal while it is open, or half open with all probes out.
    #[inline]
    pub fn try_acquire(&mut self, now: u64) -> Result<CallPermit, Refusal> {
        if self.is_closed() {
            // A closed breaker does not need the time before the result is there.
            return Ok(CallPermit::call(self.generation));
        }
        self.acquire(now).answer
    }

    /// Asks for one call, and says which transitions were due by then.
    #[cold]
    #[inline(never)]
    pub fn acquire(&mut self, now: u64) -> Acquired {
        let now = self.clock.advance(now);
        let lost = self.expire(now);
        let begun = self.begin_round_if_due(now);
        let answer = match self.phase {
            Phase::Closed { .. } => Ok(CallPermit::call(self.generation)),
            Phase::Open { since, length } => Err(refusal(RefusalReason::Open, remaining(since, length, now))),
            Phase::HalfOpen => self.probe(now),
        };
        Acquired { answer, changes: [lost, begun] }
    }

    /// A permit for a call that somebody forces on: its result counts while the breaker is closed, and else
    /// changes nothing.
    #[inline]
    pub const fn bypass(&self) -> CallPermit {
        CallPermit::call(self.generation)
    }

    /// Takes the outcome of a call. Only a call that failed or was slow can open it, never a good one.
    #[inline]
    #[expect(clippy::needless_pass_by_value, reason = "a permit is used up, so that no result counts twice")]
    pub fn record(
        &mut self,
        permit: CallPermit,
        outcome: Outcome,
        latency_ns: u64,
        now: u64,
    ) -> Recorded<CallChange> {
        let now = self.clock.advance(now);
        let current = permit.generation == self.generation && self.is_closed();
        // The usual answer is a constant here, so that the caller's code for changes is never reached with it.
        if current && outcome == Outcome::Success && self.window.is_none() {
            self.streak = 0;
            return Recorded::Counted(None);
        }
        if current && self.record_call(outcome, latency_ns, now) {
            return Recorded::Counted(None);
        }
        self.record_rarer(&permit, current, outcome, latency_ns, now)
    }

    /// Whether a good result can do nothing but be counted.
    #[inline]
    pub(in crate::breaker) const fn only_counts(&self, permit: &CallPermit, latency_ns: u64) -> bool {
        self.is_closed() && permit.generation == self.generation && latency_ns <= self.rules.slow_above
    }

    /// Gives up on probes whose leases ended. It depends only on the instant, not on how often it is called.
    pub fn tick(&mut self, now: u64) -> Option<CallChange> {
        let now = self.clock.advance(now);
        self.expire(now)
    }

    /// Where it stands at an instant. Changes nothing: what is due is shown, and happens when a call asks.
    #[must_use]
    pub fn status(&self, now: u64) -> CallStatus {
        let now = self.clock.peek(now);
        if self.is_half_open() && self.round.overdue(now) > 0 {
            let mut later = self.clone();
            later.expire(now);
            return later.status_now(now);
        }
        self.status_now(now)
    }

    /// Counts a call. False if it is one that may open the breaker.
    #[inline]
    fn record_call(&mut self, outcome: Outcome, latency_ns: u64, now: u64) -> bool {
        let failed = match outcome {
            Outcome::Success => false,
            Outcome::Failure => true,
            Outcome::Ignored | Outcome::Cancelled => return true,
        };
        if failed {
            self.streak = self.streak_at(now).saturating_add(1);
            self.failed_at = now;
        } else {
            self.streak = 0;
        }
        let slow = latency_ns > self.rules.slow_above;
        if let Some(window) = &mut self.window {
            window.record(Counts::sample(failed, slow), now);
        }
        !(failed || slow)
    }

    #[cold]
    #[inline(never)]
    fn record_rarer(
        &mut self,
        permit: &CallPermit,
        counted: bool,
        outcome: Outcome,
        latency_ns: u64,
        now: u64,
    ) -> Recorded<CallChange> {
        if counted {
            return Recorded::Counted(self.judge(outcome == Outcome::Failure, now));
        }
        self.record_probe(permit, outcome, latency_ns, now)
    }

    fn judge(&mut self, failed: bool, now: u64) -> Option<CallChange> {
        let in_a_row = failed && self.rules.trip_at > 0 && self.streak >= self.rules.trip_at;
        let cause = if in_a_row { Some(CallCause::Streak) } else { self.too_high(now) };
        cause.map(|cause| self.open(cause, now))
    }

    fn too_high(&self, now: u64) -> Option<CallCause> {
        self.rules.window?.exceeded(self.counts(now)?)
    }

    fn record_probe(
        &mut self,
        permit: &CallPermit,
        outcome: Outcome,
        latency_ns: u64,
        now: u64,
    ) -> Recorded<CallChange> {
        let slow = outcome == Outcome::Success && latency_ns > self.rules.slow_above;
        let outcome = if slow { Outcome::Failure } else { outcome };
        let rule = self.rules.probing;
        // A round that is lost by now is over, though the transition is left to whoever can report it.
        let over = !self.is_half_open() || self.round.is_lost(&rule, now);
        let standing = if over || permit.generation != self.generation {
            None
        } else {
            self.round.expire(&rule, now);
            self.round.settle(permit.probe, outcome, &rule)
        };
        match standing {
            None => {
                self.stale = self.stale.saturating_add(1);
                Recorded::Stale
            }
            Some(Standing::Undecided) => Recorded::Counted(None),
            Some(Standing::Passed) => Recorded::Counted(Some(self.close(CallCause::ProbesPassed, now))),
            Some(Standing::Failed) => Recorded::Counted(Some(self.open(CallCause::ProbeFailed, now))),
        }
    }

    fn probe(&mut self, now: u64) -> Result<CallPermit, Refusal> {
        if let Some(probe) = self.round.admit(&self.rules.probing, now) {
            return Ok(CallPermit { generation: self.generation, probe });
        }
        let wait = self.round.next_end().map(|end| end.saturating_sub(now));
        Err(refusal(RefusalReason::ProbesOut, wait))
    }

    fn status_now(&self, now: u64) -> CallStatus {
        let half_open = self.is_half_open();
        CallStatus {
            phase: self.phase_at(now),
            generation: self.generation,
            streak: self.streak_at(now),
            counts: self.counts(now),
            remaining_ns: match self.phase {
                Phase::Open { since, length } => remaining(since, length, now),
                _ => None,
            },
            opened_by: self.opened_by,
            probes: half_open.then(|| self.round.counts()),
            level: self.level_at(now),
            stale: self.stale,
            clock_regressions: self.clock.regressions(),
        }
    }

    fn phase_at(&self, now: u64) -> CallPhase {
        match self.phase {
            Phase::Closed { .. } => CallPhase::Closed,
            Phase::Open { since, length } if is_due(since, length, now) => CallPhase::OpenDue,
            Phase::Open { .. } => CallPhase::Open,
            Phase::HalfOpen => CallPhase::HalfOpen,
        }
    }

    fn is_half_open(&self) -> bool {
        self.phase == Phase::HalfOpen
    }

    fn counts(&self, now: u64) -> Option<Counts> {
        self.window.as_ref().map(|window| window.counts(now))
    }

    /// The row of failures, which ends when the latest one is too old.
    #[inline]
    fn streak_at(&self, now: u64) -> u32 {
        let age = age(self.failed_at, now);
        if self.rules.streak_ttl.is_some_and(|ttl| age >= ttl) { 0 } else { self.streak }
    }
}

pub(super) const fn refusal(reason: RefusalReason, retry_after: Option<u64>) -> Refusal {
    Refusal { by: Layer::Call, reason, retry_after }
}

/// Time since an instant. The clock never goes back, and an instant before a restart may lie before the origin
/// of the new clock: then it has wrapped, and so does this.
#[inline]
const fn age(since: u64, now: u64) -> u64 {
    now.wrapping_sub(since)
}

/// The longest length never ends: what saturates must not come due at the end of the clock.
const fn is_due(since: u64, length: u64, now: u64) -> bool {
    length != u64::MAX && age(since, now) >= length
}

/// Time left; `None` where time alone changes nothing.
const fn remaining(since: u64, length: u64, now: u64) -> Option<u64> {
    if length == u64::MAX { None } else { Some(length.saturating_sub(age(since, now))) }
}
