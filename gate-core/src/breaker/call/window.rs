//! The window behind the rates.

use alloc::vec::Vec;

use super::ring::Ring;
use super::rules::{Shape, WindowRule};
use super::slices::Slices;
use super::status::CallCause;
use crate::breaker::Counts;
use crate::breaker::ratio::Millionths;

/// The latest calls, by number or by time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Window {
    Calls(Ring),
    Time(Slices),
}

impl Window {
    pub(super) fn new(shape: Shape) -> Self {
        match shape {
            Shape::Calls(calls) => Self::Calls(Ring::new(calls)),
            Shape::Time { slices, width } => Self::Time(Slices::new(slices, width)),
        }
    }

    pub(super) fn record(&mut self, one: Counts, now: u64) {
        match self {
            Self::Calls(ring) => ring.record(one),
            Self::Time(slices) => slices.record(one, now),
        }
    }

    /// What is in the window at an instant.
    pub(super) fn counts(&self, now: u64) -> Counts {
        match self {
            Self::Calls(ring) => ring.counts(),
            Self::Time(slices) => slices.counts(now),
        }
    }

    pub(super) fn clear(&mut self) {
        match self {
            Self::Calls(ring) => ring.clear(),
            Self::Time(slices) => slices.clear(),
        }
    }

    /// The same calls in another shape: the latest that fit, slices by their start. Calls by number have no
    /// times and times no order of calls, so a change from one to the other starts empty.
    pub(super) fn reshaped(&self, shape: Shape, now: u64) -> Self {
        let mut other = Self::new(shape);
        match (self, &mut other) {
            (Self::Calls(from), Self::Calls(to)) => from.iter().for_each(|one| to.record(one)),
            (Self::Time(from), Self::Time(to)) if from.same_shape(to) => *to = from.clone(),
            (Self::Time(from), Self::Time(to)) => {
                let starts: Vec<_> = from.by_start(now).collect();
                starts.into_iter().rev().for_each(|(start, counts)| to.record(counts, start));
            }
            _ => {}
        }
        other
    }
}

impl WindowRule {
    /// The first rate that is too high.
    pub(super) fn exceeded(&self, counts: Counts) -> Option<CallCause> {
        if counts.total < self.min_calls {
            return None;
        }
        let over = |bad: u64, rate: Option<Millionths>| {
            rate.is_some_and(|rate| rate.is_exceeded_by(bad, counts.total))
        };
        match () {
            () if over(counts.failed, self.failure_rate) => Some(CallCause::Rate),
            () if over(counts.slow, self.slow_rate) => Some(CallCause::SlowRate),
            () => None,
        }
    }
}
