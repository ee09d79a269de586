//! Off while the metrics are bad: error rate, 99th percentile, and enough samples to say so.
//!
//! Samples are counted in a window of slices. At the end of a slice with samples in it there is a look;
//! several bad looks in a row switch off, or one gross breach at once. A rate that is judged after every
//! sample would switch off a healthy service sooner or later: every look is one more chance to be unlucky.
//! Off, the limits are lower, and good looks in a row, each on samples of its own, switch on again.

mod config;
mod look;
mod reading;
mod state;
mod status;

pub use config::MetricConfig;
pub use look::{Look, LookVerdict, MetricCause, MetricChange, MetricState, P99Breach, RateBreach};
pub use reading::MetricReading;
pub use state::{MetricBreakerState, Pending};
pub use status::MetricStatus;

use config::{Limits, Rules, Slicing};
use look::Evidence;

use super::timeline::Timeline;
use super::window::{Counts, Window};
use crate::error::GateError;

/// The metric breaker.
///
/// ```
/// use gate_core::breaker::{MetricBreaker, MetricConfig, MetricReading, MetricState};
///
/// let mut breaker = MetricBreaker::new(&MetricConfig::naive())?;
/// let reading = MetricReading {
///     total_requests: 1000.0, failed_requests: 100.0, p99_latency_ms: 40.0, timestamp: None, read_at: None,
/// };
/// let change = breaker.check(&reading, 0)?.change;
/// let told = change.map(|change| (change.to, change.cause.reason()));
/// assert_eq!(told, Some((MetricState::DisabledAuto, "error_rate=10.00% > 5.00%".into())));
/// # Ok::<(), gate_core::GateError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MetricBreaker {
    rules: Rules,
    time: Timeline,
    window: Window,
    /// When the newest slice ends, if slices end by time and one has begun.
    slice_end: Option<u64>,
    /// Samples since the last look.
    fresh: u64,
    on: bool,
    cause: MetricCause,
    since: u64,
    bad_run: u32,
    good_run: u32,
    /// When there was the last look with enough samples at the window.
    judged_at: Option<u64>,
    /// What a look found that may only be acted on at a bad sample.
    pending: Option<Pending>,
    off_until: u64,
    relapses: u32,
    relapse_until: u64,
    probes: u64,
    looks: u64,
    last: Option<(LookVerdict, Counts)>,
    unusable: u64,
    last_timestamp: Option<f64>,
}

impl MetricBreaker {
    /// A breaker that is on and knows nothing.
    ///
    /// # Errors
    /// [`ErrorCode::OutOfRange`], [`ErrorCode::WrongValue`] or [`ErrorCode::Contradiction`] at the setting.
    ///
    /// [`ErrorCode::OutOfRange`]: crate::ErrorCode::OutOfRange
    /// [`ErrorCode::WrongValue`]: crate::ErrorCode::WrongValue
    /// [`ErrorCode::Contradiction`]: crate::ErrorCode::Contradiction
    pub fn new(config: &MetricConfig) -> Result<Self, GateError> {
        let rules = Rules::try_from(config)?;
        Ok(Self {
            window: Window::new(rules.slices),
            rules,
            time: Timeline::default(),
            slice_end: None,
            fresh: 0,
            on: true,
            cause: MetricCause::Initial,
            since: 0,
            bad_run: 0,
            good_run: 0,
            judged_at: None,
            pending: None,
            off_until: 0,
            relapses: 0,
            relapse_until: 0,
            probes: 0,
            looks: 0,
            last: None,
            unusable: 0,
            last_timestamp: None,
        })
    }

    /// The same breaker, started at this instant, from which its age is counted.
    #[must_use]
    pub fn started_at(mut self, now: u64) -> Self {
        self.since = self.time.advance(now);
        self
    }

    /// Counts one call. Returns the last look that was due, if one was.
    ///
    /// A good sample never switches off. A look that is due by time, at a slice end before this sample,
    /// may.
    #[inline]
    pub fn record(&mut self, failed: bool, latency_ns: u64, now: u64) -> Option<Look> {
        let now = self.time.advance(now);
        let due = self.catch_up(now);
        let slow = latency_ns > self.limits().p99_ns;
        self.window.add(Counts::sample(failed, slow));
        self.fresh = self.fresh.saturating_add(1);
        let own = match self.rules.slicing {
            Slicing::Time(length) => {
                if self.slice_end.is_none() {
                    self.slice_end = Some(now.saturating_add(length));
                }
                // The first sample after a transition does not cause the next one.
                self.at_once(failed, 2, now)
            }
            Slicing::Samples(length) => self.count_off(failed, slow, length, now),
        };
        own.or(due)
    }

    /// Whether a good sample can do nothing but be counted: no slice ends by it or before it.
    #[inline]
    pub(in crate::breaker) fn only_counts(&self, now: u64) -> bool {
        matches!(self.rules.slicing, Slicing::Time(_))
            && self.slice_end.is_some_and(|end| self.time.peek(now) < end)
    }

    /// Counts a good sample where it can do nothing else, as [`Self::only_counts`] says.
    #[inline]
    pub(in crate::breaker) fn count_good(&mut self, latency_ns: u64, now: u64) {
        self.time.advance(now);
        let slow = latency_ns > self.limits().p99_ns;
        self.window.add(Counts::sample(false, slow));
        self.fresh = self.fresh.saturating_add(1);
    }

    /// Judges ready-made metrics: every reading is a look of its own.
    ///
    /// # Errors
    /// A reading that is impossible, or that is not newer than the one before, says nothing: it is
    /// counted as unusable, and ends a run of good looks.
    pub fn check(&mut self, reading: &MetricReading, now: u64) -> Result<Look, GateError> {
        let now = self.time.advance(now);
        match self.usable(reading) {
            Ok((evidence, timestamp)) => {
                self.last_timestamp = timestamp;
                Ok(self.look(evidence, now, true))
            }
            Err(error) => {
                self.unusable = self.unusable.saturating_add(1);
                self.good_run = 0;
                Err(error)
            }
        }
    }

    /// Looks if a slice has ended. Hosts with traffic need not call it: a sample does the same.
    pub fn tick(&mut self, now: u64) -> Option<Look> {
        let now = self.time.advance(now);
        self.catch_up(now)
    }

    /// True if a call may pass: it is on, or off for long enough that a small share probes.
    #[inline]
    pub fn admits(&mut self, now: u64) -> bool {
        self.on || self.probes_now(now)
    }

    /// True if it is on.
    #[inline]
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.on
    }

    /// On or off, as the metrics have it.
    #[must_use]
    pub const fn state(&self) -> MetricState {
        if self.on { MetricState::Enabled } else { MetricState::DisabledAuto }
    }

    /// The shortest time until calls are let through again; `None` if time alone does not do it.
    #[must_use]
    pub fn retry_after(&self, now: u64) -> Option<u64> {
        let left = self.off_until.saturating_sub(self.time.peek(now));
        (!self.on && self.rules.probe_every > 0 && left > 0).then_some(left)
    }

    /// Switches on by command: the window is empty and no relapse is remembered.
    pub fn reset(&mut self, now: u64) -> MetricChange {
        let now = self.time.advance(now);
        let counts = self.window.sum();
        self.relapses = 0;
        self.relapse_until = now;
        self.enter(true, MetricCause::Commanded, counts, now)
    }

    /// Takes other settings. State, counts and times stay; samples are as slow as they were when they came.
    ///
    /// # Errors
    /// Those of [`MetricBreaker::new`]; the old settings stay then.
    pub fn reconfigure(&mut self, config: &MetricConfig, now: u64) -> Result<(), GateError> {
        let rules = Rules::try_from(config)?;
        let now = self.time.advance(now);
        let old = core::mem::replace(&mut self.rules, rules);
        if (old.slices, old.slicing) != (self.rules.slices, self.rules.slicing) {
            let saved: alloc::vec::Vec<Counts> = self.window.oldest_first().collect();
            self.window = Window::restored(self.rules.slices, &saved);
            self.slice_end = match self.rules.slicing {
                Slicing::Time(length) if self.window.sum().total > 0 => Some(now.saturating_add(length)),
                _ => None,
            };
        }
        Ok(())
    }

    fn limits(&self) -> &Limits {
        if self.on { &self.rules.enter } else { &self.rules.recover }
    }

    fn evidence(&self) -> Evidence {
        Evidence { counts: self.window.sum(), p99_ms: None }
    }

    fn usable(&self, reading: &MetricReading) -> Result<(Evidence, Option<f64>), GateError> {
        let evidence = Evidence { counts: reading.counts()?, p99_ms: Some(reading.p99()?) };
        Ok((evidence, reading.fresh(self.last_timestamp, self.rules.max_age_ns)?))
    }

    #[cold]
    fn probes_now(&mut self, now: u64) -> bool {
        let every = u64::from(self.rules.probe_every);
        if every == 0 || self.time.peek(now) < self.off_until {
            return false;
        }
        let turn = self.probes.is_multiple_of(every);
        self.probes = self.probes.wrapping_add(1);
        turn
    }

    /// Ends the slices that have ended by time. Only the first of them can have samples that no look has
    /// seen, so there is at most one look, however long the wait was.
    #[inline]
    fn catch_up(&mut self, now: u64) -> Option<Look> {
        match self.slice_end {
            Some(end) if now >= end => self.end_slices(end, now),
            _ => None,
        }
    }

    fn end_slices(&mut self, end: u64, now: u64) -> Option<Look> {
        let Slicing::Time(length) = self.rules.slicing else { return None };
        let look = (self.fresh > 0).then(|| {
            self.forget_run(end, length);
            self.look(self.evidence(), end, true)
        });
        if self.slice_end.is_some() {
            let ended = (now.saturating_sub(end) / length).saturating_add(1);
            self.window.rotate(ended);
            self.slice_end = Some(end.saturating_add(ended.saturating_mul(length)));
        }
        look
    }

    /// Bad looks are in a row only while their windows overlap.
    fn forget_run(&mut self, at: u64, length: u64) {
        let window = length.saturating_mul(u64::try_from(self.rules.slices).unwrap_or(u64::MAX));
        if self.judged_at.is_some_and(|judged| at.saturating_sub(judged) >= window) {
            self.bad_run = 0;
        }
    }

    /// Ends a slice that has all its samples.
    fn count_off(&mut self, failed: bool, slow: bool, length: u64, now: u64) -> Option<Look> {
        let bad = failed || slow;
        let mut look = None;
        if self.window.newest().total >= length {
            let found = self.look(self.evidence(), now, bad);
            if found.change.is_some() {
                return Some(found);
            }
            self.window.rotate(1);
            look = Some(found);
        } else if let Some(gross) = self.at_once(failed, 0, now) {
            return Some(gross);
        }
        match self.pending.filter(|_| bad) {
            Some(Pending { cause, counts }) => {
                let change = Some(self.trip(cause, counts, now));
                Some(Look { verdict: LookVerdict::Bad, counts, change })
            }
            None => look,
        }
    }

    /// The gross breach, which does not wait for the end of a slice.
    #[inline]
    fn at_once(&mut self, failed: bool, fewest: u64, now: u64) -> Option<Look> {
        let counts = self.window.sum();
        let enough = counts.total >= self.rules.min_samples && counts.total >= fewest;
        let gross = failed && self.on && enough && self.is_gross(counts);
        gross.then(|| self.look(self.evidence(), now, true))
    }

    const fn is_gross(&self, counts: Counts) -> bool {
        self.rules.gross.is_exceeded_by(counts.failed, counts.total)
    }

    fn look(&mut self, evidence: Evidence, at: u64, may_trip: bool) -> Look {
        self.looks = self.looks.saturating_add(1);
        self.fresh = 0;
        let counts = evidence.counts;
        let breach = evidence.breach(self.limits());
        // Nothing is never good, even where nothing is enough to be judged.
        let enough = counts.total >= self.rules.min_samples && (counts.total > 0 || breach.is_some());
        let (verdict, change) = match breach {
            _ if !enough => (LookVerdict::Undecided, None),
            breach if self.on => self.judge_on(breach, counts, at, may_trip),
            breach => self.judge_off(breach.is_some(), counts, at),
        };
        if enough {
            self.judged_at = if change.is_none() { Some(at) } else { None };
        }
        self.last = Some((verdict, counts));
        Look { verdict, counts, change }
    }

    fn judge_on(
        &mut self,
        breach: Option<MetricCause>,
        counts: Counts,
        at: u64,
        may_trip: bool,
    ) -> (LookVerdict, Option<MetricChange>) {
        self.pending = None;
        let Some(cause) = breach else {
            self.bad_run = 0;
            return (LookVerdict::Good, None);
        };
        let gross = self.is_gross(counts);
        let verdict = if gross { LookVerdict::Gross } else { LookVerdict::Bad };
        self.bad_run = self.bad_run.saturating_add(1);
        if !gross && self.bad_run < self.rules.bad_looks {
            return (verdict, None);
        }
        if may_trip {
            return (verdict, Some(self.trip(cause, counts, at)));
        }
        self.pending = Some(Pending { cause, counts });
        (verdict, None)
    }

    fn judge_off(&mut self, bad: bool, counts: Counts, at: u64) -> (LookVerdict, Option<MetricChange>) {
        // The next look is on samples of its own.
        self.window.clear();
        if bad {
            self.good_run = 0;
            return (LookVerdict::Bad, None);
        }
        self.good_run = self.good_run.saturating_add(1);
        let back = self.good_run >= self.rules.good_looks && at >= self.off_until;
        let change = back.then(|| {
            self.relapse_until = at.saturating_add(self.rules.relapse_ns);
            self.enter(true, MetricCause::Recovered, counts, at)
        });
        (LookVerdict::Good, change)
    }

    fn trip(&mut self, cause: MetricCause, counts: Counts, at: u64) -> MetricChange {
        let again = at < self.relapse_until;
        self.relapses = if again { self.relapses.saturating_add(1) } else { 0 };
        self.off_until = at.saturating_add(self.off_for());
        self.enter(false, cause, counts, at)
    }

    /// The shortest time off: doubled with every relapse, up to the largest.
    fn off_for(&self) -> u64 {
        let doubled = 1_u64.checked_shl(self.relapses).unwrap_or(u64::MAX);
        self.rules.off_min_ns.saturating_mul(doubled).min(self.rules.off_max_ns)
    }

    fn enter(&mut self, on: bool, cause: MetricCause, counts: Counts, at: u64) -> MetricChange {
        let from = self.state();
        self.on = on;
        self.cause = cause;
        self.since = at;
        self.window.clear();
        self.slice_end = None;
        self.fresh = 0;
        self.bad_run = 0;
        self.good_run = 0;
        self.pending = None;
        self.judged_at = None;
        self.probes = 0;
        let off_for_ns = if on { 0 } else { self.off_until.saturating_sub(at) };
        MetricChange { from, to: self.state(), cause, counts, off_for_ns }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests;
