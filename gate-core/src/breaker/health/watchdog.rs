//! Who watches the fold: a verdict that nobody renews is worth nothing.

use super::{HealthReason, HealthState};
use crate::breaker::Latest;
use crate::breaker::since::Since;
use crate::error::{ErrorCode, GateError};

/// The last verdict, with a number and an end.
#[derive(Debug, Clone, PartialEq)]
pub struct Watchdog {
    max_age: u64,
    clock: Latest,
    since: Since,
    last: Option<(u64, HealthState)>,
}

impl Watchdog {
    /// Waits for the first verdict from `now` on.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::OutOfRange`] at `max_age_ns` for 0.
    pub fn new(max_age_ns: u64, now: u64) -> Result<Self, GateError> {
        if max_age_ns == 0 {
            return Err(GateError::new(ErrorCode::OutOfRange, "max_age_ns", "at least 1", 0));
        }
        Ok(Self { max_age: max_age_ns, clock: Latest::at(now), since: Since::at(now), last: None })
    }

    /// Takes a verdict whose number is above all earlier ones. A slow run that ends after a later one changes nothing.
    ///
    /// Returns whether it counts.
    pub fn feed(&mut self, number: u64, state: HealthState, now: u64) -> bool {
        let now = self.clock.advance(now);
        if self.last.is_some_and(|(last, _)| number <= last) {
            return false;
        }
        self.last = Some((number, state));
        self.since = Since::at(now);
        true
    }

    /// The last verdict, or failed, with the reason, if it is too old. Before the first one it is degraded: nothing is
    /// known, and nothing is late.
    #[must_use]
    pub fn state(&self, now: u64) -> (HealthState, Option<HealthReason>) {
        let (age_ns, max_age_ns) = (self.since.age(self.clock.peek(now)), self.max_age);
        if age_ns > max_age_ns {
            return (HealthState::Failed, Some(HealthReason::NoVerdict { age_ns, max_age_ns }));
        }
        match self.last {
            Some((_, state)) => (state, None),
            None => (HealthState::Degraded, Some(HealthReason::Missing)),
        }
    }
}
