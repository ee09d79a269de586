//! The right to make one call, and what became of it.

use serde::{Deserialize, Serialize};

use crate::breaker::{CallChange, CallPermit, LadderChange, LatchChange, MetricChange, Recorded, Refusal};

/// Why a call is let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermitKind {
    /// Everything is on.
    Call,
    /// It probes a half-open call breaker.
    Probe,
    /// One of the few that are let through while the metrics or the ladder say no.
    Share,
    /// A person forces it on.
    Forced,
    /// A person asked for no refusals: it would have been refused.
    Shadow,
}

impl PermitKind {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Probe => "probe",
            Self::Share => "share",
            Self::Forced => "forced",
            Self::Shadow => "shadow",
        }
    }
}

/// A permit: made by the guard, given back with the outcome of the call.
///
/// It cannot be copied, so a result cannot be recorded twice.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "record the outcome of the call with it"]
pub struct GuardPermit {
    pub(super) kind: PermitKind,
    pub(super) call: Option<CallPermit>,
}

impl GuardPermit {
    /// Why the call is let through.
    #[must_use]
    pub const fn kind(&self) -> PermitKind {
        self.kind
    }

    /// Whether it goes through against the automatic layers, so that its result counts even if the call breaker
    /// has no use for it.
    pub(super) const fn is_commanded(&self) -> bool {
        matches!(self.kind, PermitKind::Forced | PermitKind::Shadow)
    }
}

/// What an event did, layer by layer.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Changes {
    /// The panic stop.
    pub latch: Option<LatchChange>,
    /// The metric breaker.
    pub metric: Option<MetricChange>,
    /// The ladder.
    pub ladder: Option<LadderChange>,
    /// The call breaker; two when a lost round of probes and the next one are noticed together.
    pub call: [Option<CallChange>; 2],
}

impl Changes {
    /// Whether nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self, Self { latch: None, metric: None, ladder: None, call: [None, None] })
    }
}

/// What a request for a permit led to.
#[derive(Debug, PartialEq)]
pub struct Admission {
    /// The permit, or the refusal.
    pub answer: Result<GuardPermit, Refusal>,
    /// In shadow: the refusal that there would have been.
    pub would: Option<Refusal>,
    /// Transitions that were due by the time of the request.
    pub changes: Changes,
}

/// What became of a result.
pub type GuardRecorded = Recorded<Changes>;
