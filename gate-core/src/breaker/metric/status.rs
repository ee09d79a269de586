//! What a metric breaker says about itself.

use alloc::string::{String, ToString};

use serde::Serialize;

use super::{LookVerdict, MetricBreaker, MetricCause, MetricState, Slicing};
use crate::breaker::overrides::{Hold, HoldKind, Overrides};
use crate::breaker::window::Counts;

/// The state with what it rests on. The reason is that of the transition; the counts are those of now.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MetricStatus {
    /// The state.
    pub state: MetricState,
    /// Why.
    pub reason: String,
    /// For how long.
    pub for_ns: u64,
    /// The same as data; the metrics' own, whatever people hold.
    pub cause: MetricCause,
    /// The samples in the window now.
    pub counts: Counts,
    /// True if a slice has ended that no look has seen.
    pub look_due: bool,
    /// What the last look found.
    pub last_verdict: Option<LookVerdict>,
    /// What it looked at.
    pub last_counts: Option<Counts>,
    /// Looks so far.
    pub looks: u64,
    /// Bad looks in a row, while on.
    pub bad_looks: u32,
    /// Good looks in a row, while off.
    pub good_looks: u32,
    /// How much of the shortest time off is left.
    pub off_remaining_ns: u64,
    /// How often it was switched off again soon after it was on.
    pub relapses: u32,
    /// Readings that could not be used.
    pub unusable: u64,
    /// How often the clock went back.
    pub regressions: u64,
}

impl MetricBreaker {
    /// What holds now. It changes nothing: a look that is due stays due.
    #[must_use]
    pub fn status(&self, now: u64) -> MetricStatus {
        let instant = self.time.peek(now);
        MetricStatus {
            state: self.state(),
            reason: self.cause.to_string(),
            for_ns: instant.saturating_sub(self.since),
            cause: self.cause,
            counts: self.counts(now),
            look_due: self.fresh > 0 && self.slice_end.is_some_and(|end| instant >= end),
            last_verdict: self.last.map(|(verdict, _)| verdict),
            last_counts: self.last.map(|(_, counts)| counts),
            looks: self.looks,
            bad_looks: self.bad_run,
            good_looks: self.good_run,
            off_remaining_ns: if self.on { 0 } else { self.off_until.saturating_sub(instant) },
            relapses: self.relapses,
            unusable: self.unusable,
            regressions: self.time.regressions(),
        }
    }

    /// The same as people have it: a hold outranks the metrics, and its reason is the reason.
    ///
    /// Held off it is `disabled_manual`, held on it is `enabled`. A shadow hold decides nothing here.
    #[must_use]
    pub fn status_under(&self, overrides: &Overrides, now: u64) -> MetricStatus {
        let status = self.status(now);
        let state = |hold: &Hold| match hold.kind() {
            HoldKind::Off => Some(MetricState::DisabledManual),
            HoldKind::On => Some(MetricState::Enabled),
            HoldKind::Shadow => None,
        };
        let held = overrides.deciding(now).and_then(|hold| Some((hold, state(hold)?)));
        held.map_or(status.clone(), |(hold, state)| MetricStatus {
            state,
            reason: hold.signed().reason().to_string(),
            for_ns: overrides.age(hold, now),
            ..status
        })
    }

    /// The samples in the window now.
    #[must_use]
    pub fn counts(&self, now: u64) -> Counts {
        let now = self.time.peek(now);
        match (self.rules.slicing, self.slice_end) {
            (Slicing::Time(length), Some(end)) if now >= end => {
                self.window.sum_after((now.saturating_sub(end) / length).saturating_add(1))
            }
            _ => self.window.sum(),
        }
    }
}
