//! The words that all layers share.

use core::fmt;

use serde::{Deserialize, Serialize};

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It returned what it should.
    Success,
    /// It failed in a way that speaks against the model.
    Failure,
    /// It failed in a way that says nothing about the model, such as a bad request: neutral.
    Ignored,
    /// The caller gave up before it ended: neutral.
    Cancelled,
}

/// The layers of a guard. The strictest comes first: it decides before all later ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// The panic stop.
    Latch,
    /// A person holds it off.
    Hold,
    /// A person forces it on.
    ForcedOn,
    /// The metric breaker switched it off.
    AutoOff,
    /// Degradation.
    Ladder,
    /// The call breaker.
    Call,
}

impl Layer {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Latch => "latch",
            Self::Hold => "hold",
            Self::ForcedOn => "forced_on",
            Self::AutoOff => "auto_off",
            Self::Ladder => "ladder",
            Self::Call => "call",
        }
    }
}

/// Why a call is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusalReason {
    /// The panic stop is latched: only a reset by a person ends it.
    PanicStop,
    /// A person holds it off.
    HeldOff,
    /// The metrics are bad.
    DisabledAuto,
    /// Degraded to the baseline.
    BaselineOnly,
    /// The call breaker is open.
    Open,
    /// The call breaker is half open, and every probe is out.
    ProbesOut,
}

impl RefusalReason {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PanicStop => "panic_stop",
            Self::HeldOff => "held_off",
            Self::DisabledAuto => "disabled_auto",
            Self::BaselineOnly => "baseline_only",
            Self::Open => "open",
            Self::ProbesOut => "probes_out",
        }
    }
}

impl fmt::Display for RefusalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A "no": which layer says it, why, and when it is worth asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The layer that decides.
    pub by: Layer,
    /// Why.
    pub reason: RefusalReason,
    /// Nanoseconds until it is worth asking again; `None` if time alone changes nothing.
    #[serde(rename = "retry_after_ns")]
    pub retry_after: Option<u64>,
}

/// What became of a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded<C> {
    /// It counts. It may have caused a transition.
    Counted(Option<C>),
    /// Its permit is of an earlier generation or was used up: it changes nothing.
    Stale,
}
