//! Where a guard stands, which layer decides, and on which counts.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Guard;
use crate::breaker::latch::LatchStatus;
use crate::breaker::{
    CallPhase, CallStatus, FallbackReason, HoldKind, HoldState, LadderStatus, Layer, Level, MetricStatus,
};

/// Whether calls go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// They do.
    On,
    /// They are refused for automatic reasons, but for probes.
    Off,
    /// A person or the panic stop refuses them: nothing automatic ends that.
    Stopped,
}

impl Mode {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Stopped => "stopped",
        }
    }
}

/// Everything about a guard at an instant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct GuardStatus {
    /// Whether calls go through.
    pub mode: Mode,
    /// The layer that decides; none if nothing speaks against a call.
    pub by: Option<Layer>,
    /// Why, with the counts that it rests on.
    pub because: String,
    /// What a service reports as the reason of its fallback; none while calls go through.
    pub fallback_reason: Option<&'static str>,
    /// What people hold, in the order in which they said so.
    pub holds: Vec<HoldState>,
    /// The panic stop.
    pub latch: Option<LatchStatus>,
    /// The metric breaker.
    pub metric: Option<MetricStatus>,
    /// The ladder.
    pub ladder: Option<LadderStatus>,
    /// The call breaker.
    pub call: Option<CallStatus>,
}

impl Guard {
    /// Where it stands. Changes nothing: what is due by then is shown as if it had happened.
    #[must_use]
    pub fn status(&self, now: u64) -> GuardStatus {
        let mut then = self.clone();
        then.pass(now);
        let (mode, by) = then.deciding(now);
        let mut status = GuardStatus {
            mode,
            by,
            because: String::new(),
            fallback_reason: None,
            holds: then.overrides.status(now),
            latch: then.latch.as_ref().map(|latch| latch.status(now)),
            metric: then.metric.as_ref().map(|metric| metric.status(now)),
            ladder: then.ladder.as_ref().map(|ladder| ladder.status(now)),
            call: then.call.as_ref().map(|call| call.status(now)),
        };
        status.because = status.reason();
        status.fallback_reason = status.fallback();
        status
    }

    /// Which layer decides, and on which counts, in one line: `off by call: open: 5 failures in a row, 61 s left`.
    #[must_use]
    pub fn explain(&self, now: u64) -> String {
        let GuardStatus { mode, by, because, .. } = self.status(now);
        let by = by.map(|layer| format!(" by {}", layer.as_str())).unwrap_or_default();
        format!("{}{by}: {because}", mode.as_str())
    }

    fn deciding(&self, now: u64) -> (Mode, Option<Layer>) {
        if self.latch.as_ref().is_some_and(super::Latch::is_latched) {
            return (Mode::Stopped, Some(Layer::Latch));
        }
        match self.overrides.mode(now) {
            Some(HoldKind::Off) => return (Mode::Stopped, Some(Layer::Hold)),
            Some(HoldKind::On) => return (Mode::On, Some(Layer::ForcedOn)),
            Some(HoldKind::Shadow) => return (Mode::On, None),
            None => {}
        }
        let off = |layer| (Mode::Off, Some(layer));
        if self.metric.as_ref().is_some_and(|metric| !metric.is_on()) {
            return off(Layer::AutoOff);
        }
        if self.ladder.as_ref().is_some_and(|ladder| ladder.level() == Level::BaselineOnly) {
            return off(Layer::Ladder);
        }
        if self.call.as_ref().is_some_and(|call| !call.is_closed()) {
            return off(Layer::Call);
        }
        (Mode::On, None)
    }
}

impl GuardStatus {
    fn reason(&self) -> String {
        match self.by {
            Some(Layer::Latch) => self.latch.as_ref().and_then(|latch| latch.why.clone()).unwrap_or_default(),
            Some(Layer::Hold) => self.hold(HoldKind::Off, "held off"),
            Some(Layer::ForcedOn) => self.hold(HoldKind::On, "forced on"),
            Some(Layer::AutoOff) => {
                self.metric.as_ref().map(|metric| metric.reason.clone()).unwrap_or_default()
            }
            Some(Layer::Ladder) => self.ladder.as_ref().map(ladder).unwrap_or_default(),
            Some(Layer::Call) => self.call.as_ref().map(call).unwrap_or_default(),
            None => "nothing speaks against a call".into(),
        }
    }

    fn hold(&self, kind: HoldKind, what: &str) -> String {
        let hold = self.holds.iter().find(|hold| hold.kind == kind);
        hold.map_or_else(|| what.to_string(), |hold| format!("{what} by {}: {}", hold.actor, hold.reason))
    }

    fn fallback(&self) -> Option<&'static str> {
        match (self.mode, self.by?) {
            (Mode::On, _) => None,
            (_, Layer::Call) => Some(FallbackReason::CircuitBreakerOpen.as_str()),
            _ => Some(FallbackReason::DegradationBaselineOnly.as_str()),
        }
    }
}

fn ladder(status: &LadderStatus) -> String {
    let pinned = if status.pinned { ", pinned until a person lets go" } else { "" };
    format!("{} for {} s{pinned}", status.level.as_str(), status.for_ns / 1_000_000_000)
}

fn call(status: &CallStatus) -> String {
    let why = status.opened_by.map(|opened| match (opened.cause.as_str(), opened.counts) {
        ("streak", _) => format!(": {} failures in a row", opened.streak),
        (cause, Some(counts)) => {
            format!(": {cause}, {} failed and {} slow of {}", counts.failed, counts.slow, counts.total)
        }
        (cause, None) => format!(": {cause}"),
    });
    let left = status.remaining_ns.map(|ns| format!(", {} s left", ns.div_ceil(1_000_000_000)));
    let phase = match status.phase {
        CallPhase::Closed => "closed",
        CallPhase::Open => "open",
        CallPhase::OpenDue => "open, a probe is due",
        CallPhase::HalfOpen => "half open, probes are out",
    };
    format!(
        "{phase}{}{}",
        why.unwrap_or_default(),
        left.filter(|_| status.phase == CallPhase::Open).unwrap_or_default()
    )
}
