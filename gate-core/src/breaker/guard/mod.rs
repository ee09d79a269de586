//! The layers composed: one question before every call, one answer, and which layer gives it.
//!
//! The strictest layer decides: the latch, then a person who holds it off, then one who forces it on, then the metric
//! breaker, the ladder and the call breaker. A layer that is not asked is still fed, so that it knows where it stands
//! when its turn comes.
//!
//! ```
//! use gate_core::breaker::{Guard, GuardConfig, Layer, Outcome, Reading};
//!
//! let mut guard = Guard::new(GuardConfig::full())?;
//! let permit = guard.try_acquire(0).expect("nothing speaks against it");
//! guard.record(permit, Outcome::Success, 12_000_000, 12_000_000);
//!
//! for now in 20..23 {
//!     guard.observe(Reading::Value(0.42), now);
//! }
//! assert_eq!(guard.try_acquire(23).unwrap_err().by, Layer::Latch);
//! # Ok::<(), gate_core::GateError>(())
//! ```

mod config;
mod permit;
mod state;
mod status;
#[cfg(test)]
mod tests;
mod transition;

pub use config::GuardConfig;
pub use permit::{Admission, Changes, GuardPermit, GuardRecorded, PermitKind};
pub use state::{GUARD_STATE_SCHEMA, GuardState};
pub use status::{GuardStatus, Mode};
pub use transition::{LayerName, Transition};

use super::{
    CallBreaker, HoldKind, Ladder, LadderReading, Latch, LatchCause, LatchReset, Layer, Look, MetricBreaker,
    MetricReading, Outcome, Overrides, Reading, Recorded, Refusal, RefusalReason, Signed, ladder,
};
use crate::{ErrorCode, GateError};

/// All layers of one service, with one owner. Clone it to see what would happen.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    config: GuardConfig,
    latch: Option<Latch>,
    overrides: Overrides,
    metric: Option<MetricBreaker>,
    ladder: Option<Ladder>,
    call: Option<CallBreaker>,
}

impl Guard {
    /// A guard that lets everything through.
    ///
    /// # Errors
    ///
    /// Settings of a layer that contradict each other, with the layer in the path.
    pub fn new(config: GuardConfig) -> Result<Self, GateError> {
        Ok(Self {
            latch: config.latch.map(Latch::new).transpose().map_err(|error| error.under("latch"))?,
            overrides: Overrides::default(),
            metric: config
                .metric
                .as_ref()
                .map(MetricBreaker::new)
                .transpose()
                .map_err(|error| error.under("metric"))?,
            ladder: config
                .ladder
                .as_ref()
                .map(Ladder::new)
                .transpose()
                .map_err(|error| error.under("ladder"))?,
            call: config
                .call
                .clone()
                .map(CallBreaker::new)
                .transpose()
                .map_err(|error| error.under("call"))?,
            config,
        })
    }

    /// The settings.
    #[must_use]
    pub const fn config(&self) -> &GuardConfig {
        &self.config
    }

    /// Asks for one call.
    ///
    /// # Errors
    ///
    /// The refusal of the strictest layer that refuses.
    #[inline]
    pub fn try_acquire(&mut self, now: u64) -> Result<GuardPermit, Refusal> {
        if self.is_calm() {
            return match &mut self.call {
                Some(call) => call.try_acquire(now).map(permit),
                None => Ok(GuardPermit { kind: PermitKind::Call, call: None }),
            };
        }
        self.acquire(now).answer
    }

    /// Asks for one call, and says which transitions were due by then.
    #[cold]
    pub fn acquire(&mut self, now: u64) -> Admission {
        let mut changes = self.pass(now);
        let mut would = None;
        let answer = match self.commanded(now) {
            Some(Err(refusal)) => Err(refusal),
            Some(Ok(PermitKind::Shadow)) => self.automatic(now, &mut changes).or_else(|refusal| {
                would = Some(refusal);
                Ok(self.bypass(PermitKind::Shadow))
            }),
            Some(Ok(kind)) => Ok(self.bypass(kind)),
            None => self.automatic(now, &mut changes),
        };
        Admission { answer, would, changes }
    }

    /// Takes the outcome of a call to every layer.
    ///
    /// A result that the call breaker calls stale reaches no layer, unless a person let the call through.
    #[inline]
    pub fn record(
        &mut self,
        permit: GuardPermit,
        outcome: Outcome,
        latency_ns: u64,
        now: u64,
    ) -> GuardRecorded {
        if outcome == Outcome::Success && self.only_counts(&permit, latency_ns, now) {
            // Changes are large; nothing is moved where there are none.
            if let (Some(call), Some(permit)) = (&mut self.call, permit.call) {
                let _ = call.record(permit, outcome, latency_ns, now);
            }
            if let Some(metric) = &mut self.metric {
                metric.count_good(latency_ns, now);
            }
            return Recorded::Counted(None);
        }
        self.judge(permit, outcome, latency_ns, now)
    }

    /// Takes a call that was not asked for here, such as one of another process, to the metric breaker.
    pub fn sample(&mut self, failed: bool, latency_ns: u64, now: u64) -> Changes {
        let mut changes = Changes::default();
        if let Some(look) = self.metric.as_mut().and_then(|metric| metric.record(failed, latency_ns, now)) {
            self.looked(look, now, &mut changes);
        }
        changes
    }

    /// Takes ready-made metrics: what changed, and why they are of no use, if they are of none.
    ///
    /// Metrics that cannot be count as unusable, and for the ladder as missing: they may change something as well.
    /// Without a metric breaker nobody takes them, which is an error too.
    pub fn check(&mut self, reading: &MetricReading, now: u64) -> (Changes, Option<GateError>) {
        let Some(metric) = &mut self.metric else {
            let expected = "settings with a metric breaker";
            return (
                Changes::default(),
                Some(GateError::new(ErrorCode::Contradiction, "", expected, "none")),
            );
        };
        match metric.check(reading, now) {
            Ok(look) => {
                let mut changes = Changes::default();
                self.looked(look, now, &mut changes);
                (changes, None)
            }
            Err(error) => (self.level(LadderReading::Missing, now), Some(error)),
        }
    }

    /// Takes a reading of the ladder's own, where no metric breaker feeds it.
    pub fn level(&mut self, reading: LadderReading, now: u64) -> Changes {
        let ladder = self.ladder.as_mut().and_then(|ladder| ladder.observe(reading, now));
        Changes { ladder, ..Changes::default() }
    }

    /// Takes a reading of the panic stop.
    pub fn observe(&mut self, reading: Reading, now: u64) -> Changes {
        let latch = self.latch.as_mut().and_then(|latch| latch.observe(reading, now));
        Changes { latch, ..Changes::default() }
    }

    /// Lets time pass in every layer. Hosts with traffic need not call it.
    pub fn tick(&mut self, now: u64) -> Changes {
        let mut changes = self.pass(now);
        if let Some(look) = self.metric.as_mut().and_then(|metric| metric.tick(now)) {
            self.looked(look, now, &mut changes);
        }
        if let Some(call) = &mut self.call {
            changes.call = [call.tick(now), None];
        }
        changes
    }

    /// Latches the panic stop. Without one, nothing is latched.
    pub fn trip(&mut self, cause: LatchCause, now: u64) -> Changes {
        let latch = self.latch.as_mut().and_then(|latch| latch.trip(cause, now));
        Changes { latch, ..Changes::default() }
    }

    /// Says that a condition of the panic stop no longer holds; only a reset ends the stop itself.
    pub fn settle(&mut self, condition: &str, now: u64) -> bool {
        self.latch.as_mut().is_some_and(|latch| latch.settle(condition, now))
    }

    /// Clears the panic stop; `None` if the guard has none.
    pub fn reset_latch(&mut self, by: Signed, now: u64) -> Option<LatchReset> {
        self.latch.as_mut().map(|latch| latch.reset(by, now))
    }

    /// Holds it off or on, or in shadow, until the owner releases it or the instant `expires`.
    ///
    /// # Errors
    ///
    /// Those of [`Overrides::hold`].
    pub fn hold(
        &mut self,
        signed: Signed,
        kind: HoldKind,
        expires: Option<u64>,
        now: u64,
    ) -> Result<(), GateError> {
        self.overrides.hold(signed, kind, expires, now).map(|_| ())
    }

    /// Lifts the hold of the person who signs; false if they hold nothing. A pinned ladder is let go as well.
    pub fn release(&mut self, signed: &Signed, now: u64) -> bool {
        let unpinned = self.ladder.as_mut().is_some_and(|ladder| ladder.release(signed, now));
        self.overrides.release(signed, now).is_some() || unpinned
    }

    /// The holds.
    #[must_use]
    pub const fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// Takes other settings of the layers that there are. State, counts and times that run stay as they are.
    ///
    /// # Errors
    ///
    /// Settings that contradict each other, and another set of layers; the old settings stay then.
    pub fn reconfigure(&mut self, config: GuardConfig, now: u64) -> Result<Changes, GateError> {
        state::same_layers(&self.config, &config)?;
        let mut next = self.clone();
        let mut changes = Changes::default();
        if let (Some(latch), Some(config)) = (&mut next.latch, config.latch) {
            changes.latch = latch.reconfigure(config, now).map_err(|error| error.under("latch"))?;
        }
        if let (Some(metric), Some(config)) = (&mut next.metric, &config.metric) {
            metric.reconfigure(config, now).map_err(|error| error.under("metric"))?;
        }
        if let (Some(ladder), Some(config)) = (&mut next.ladder, &config.ladder) {
            ladder.reconfigure(config, now).map_err(|error| error.under("ladder"))?;
        }
        if let (Some(call), Some(config)) = (&mut next.call, config.call.clone()) {
            call.reconfigure(config, now).map_err(|error| error.under("call"))?;
        }
        next.config = config;
        *self = next;
        Ok(changes)
    }

    /// Whether only the call breaker is left to ask.
    #[inline]
    fn is_calm(&self) -> bool {
        self.overrides.is_empty()
            && self.latch.as_ref().is_none_or(|latch| !latch.is_latched() && !latch.awaits_time())
            && self.metric.as_ref().is_none_or(MetricBreaker::is_on)
            && self.ladder.as_ref().is_none_or(|ladder| ladder.admits_all() && !ladder.awaits_time())
    }

    /// Lets time pass where it can only make things stricter, or end what people limited.
    fn pass(&mut self, now: u64) -> Changes {
        self.overrides.tick(now);
        Changes {
            latch: self.latch.as_mut().and_then(|latch| latch.tick(now)),
            ladder: self.ladder.as_mut().and_then(|ladder| ladder.tick(now)),
            ..Changes::default()
        }
    }

    /// What the latch and people say; `None` if they leave it to the automatic layers.
    fn commanded(&self, now: u64) -> Option<Result<PermitKind, Refusal>> {
        if self.latch.as_ref().is_some_and(Latch::is_latched) {
            return Some(Err(refusal(Layer::Latch, RefusalReason::PanicStop, None)));
        }
        let hold = self.overrides.deciding(now)?;
        Some(match hold.kind() {
            HoldKind::Off => {
                let left = self.overrides.remaining(hold, now);
                Err(refusal(Layer::Hold, RefusalReason::HeldOff, left))
            }
            HoldKind::On => Ok(PermitKind::Forced),
            HoldKind::Shadow => Ok(PermitKind::Shadow),
        })
    }

    /// A permit against the automatic layers.
    fn bypass(&self, kind: PermitKind) -> GuardPermit {
        GuardPermit { kind, call: self.call.as_ref().map(CallBreaker::bypass) }
    }

    fn automatic(&mut self, now: u64, changes: &mut Changes) -> Result<GuardPermit, Refusal> {
        let undegraded = self.is_undegraded();
        if let Some(metric) = &mut self.metric
            && !metric.admits(now)
        {
            let retry = metric.retry_after(now);
            return Err(refusal(Layer::AutoOff, RefusalReason::DisabledAuto, retry));
        }
        if let Some(ladder) = &mut self.ladder
            && !ladder.admits()
        {
            return Err(refusal(Layer::Ladder, RefusalReason::BaselineOnly, None));
        }
        let mut granted = match &mut self.call {
            Some(call) => {
                let acquired = call.acquire(now);
                changes.call = acquired.changes;
                acquired.answer.map(permit)?
            }
            None => GuardPermit { kind: PermitKind::Call, call: None },
        };
        if !undegraded && granted.kind == PermitKind::Call {
            granted.kind = PermitKind::Share;
        }
        Ok(granted)
    }

    fn is_undegraded(&self) -> bool {
        self.metric.as_ref().is_none_or(MetricBreaker::is_on)
            && self.ladder.as_ref().is_none_or(Ladder::admits_all)
    }

    /// Whether a good result can do nothing but be counted.
    #[inline]
    fn only_counts(&self, permit: &GuardPermit, latency_ns: u64, now: u64) -> bool {
        let call = match (&self.call, &permit.call) {
            (Some(call), Some(permit)) => call.only_counts(permit, latency_ns),
            _ => true,
        };
        call && self.metric.as_ref().is_none_or(|metric| metric.only_counts(now))
    }

    #[cold]
    #[inline(never)]
    fn judge(&mut self, permit: GuardPermit, outcome: Outcome, latency_ns: u64, now: u64) -> GuardRecorded {
        let mut changes = Changes::default();
        let commanded = permit.is_commanded();
        if let (Some(call), Some(permit)) = (&mut self.call, permit.call) {
            match call.record(permit, outcome, latency_ns, now) {
                Recorded::Counted(change) => changes.call = [change, None],
                Recorded::Stale if commanded => {}
                Recorded::Stale => return Recorded::Stale,
            }
        }
        if let (Some(metric), Outcome::Success | Outcome::Failure) = (&mut self.metric, outcome)
            && let Some(look) = metric.record(outcome == Outcome::Failure, latency_ns, now)
        {
            self.looked(look, now, &mut changes);
        }
        Recorded::Counted((!changes.is_empty()).then_some(changes))
    }

    /// Hands a look on to the ladder.
    #[cold]
    fn looked(&mut self, look: Look, now: u64, changes: &mut Changes) {
        changes.metric = look.change;
        if let Some(ladder) = &mut self.ladder {
            let reading = LadderReading::Rate { failed: look.counts.failed, total: look.counts.total };
            changes.ladder = ladder::joined(changes.ladder, ladder.observe(reading, now));
        }
    }
}

const fn refusal(by: Layer, reason: RefusalReason, retry_after: Option<u64>) -> Refusal {
    Refusal { by, reason, retry_after }
}

#[inline]
fn permit(call: super::CallPermit) -> GuardPermit {
    let kind = if call.is_probe() { PermitKind::Probe } else { PermitKind::Call };
    GuardPermit { kind, call: Some(call) }
}
