//! What a guard answers to one step of a script.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::document::Act;
use crate::GateError;
use crate::breaker::guard::{Mode, PermitKind, Transition};
use crate::breaker::latch::RecordState;
use crate::breaker::{
    CallPhase, Guard, GuardStatus, HoldKind, LatchReset, Layer, Level, MetricState, Refusal, RefusalReason,
};

/// The answer to one step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// The number of the step, from 0.
    pub step: usize,
    /// When, in seconds.
    pub at: f64,
    /// What.
    pub r#do: Act,
    /// Whether a call was let through, where one was asked for.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub admission: Option<Admission>,
    /// Whether a result counts, where one was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Counting>,
    /// Whether there was something to release or to settle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<bool>,
    /// What a reset ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset: Option<ResetAnswer>,
    /// Why it could not be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorAnswer>,
    /// What changed.
    pub changes: Vec<Transition>,
    /// Where it stands now.
    pub state: Standing,
    /// Everything about it, where the step asks for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<GuardStatus>,
}

/// Whether a result counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// It does.
    Counted,
    /// It came too late.
    Stale,
}

/// Whether a call was let through.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Admission {
    admitted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<PermitKind>,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    refusal: Option<RefusalAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    would: Option<RefusalAnswer>,
}

/// A refusal in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct RefusalAnswer {
    by: Layer,
    reason: RefusalReason,
    retry_after: Option<f64>,
}

impl From<Refusal> for RefusalAnswer {
    fn from(refusal: Refusal) -> Self {
        Self { by: refusal.by, reason: refusal.reason, retry_after: refusal.retry_after.map(seconds) }
    }
}

impl Admission {
    pub(super) fn new(answer: &Result<PermitKind, Refusal>, would: Option<Refusal>) -> Self {
        Self {
            admitted: answer.is_ok(),
            kind: answer.as_ref().ok().copied(),
            refusal: answer.as_ref().err().copied().map(RefusalAnswer::from),
            would: would.map(RefusalAnswer::from),
        }
    }
}

/// What a reset ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResetAnswer {
    by: String,
    reason: String,
    causes: Vec<RecordState>,
    dropped: u64,
    still_asserted: bool,
}

impl From<&LatchReset> for ResetAnswer {
    fn from(reset: &LatchReset) -> Self {
        Self {
            by: reset.by.actor().into(),
            reason: reset.by.reason().into(),
            causes: reset.causes.iter().map(|record| RecordState::of(record, reset.at)).collect(),
            dropped: reset.dropped,
            still_asserted: reset.still_asserted,
        }
    }
}

/// An error in the form of every error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorAnswer {
    code: crate::ErrorCode,
    path: String,
    message: String,
}

impl From<&GateError> for ErrorAnswer {
    fn from(error: &GateError) -> Self {
        Self { code: error.code(), path: error.path().into(), message: alloc::format!("{error}") }
    }
}

/// Where a guard stands, in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// Whether calls go through.
    pub mode: Mode,
    /// The layer that decides.
    pub by: Option<Layer>,
    /// The strictest hold.
    pub hold: Option<HoldKind>,
    /// The panic stop, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latch: Option<&'static str>,
    /// The metric breaker, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricState>,
    /// The ladder, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ladder: Option<Level>,
    /// The call breaker, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<CallPhase>,
}

impl Standing {
    pub(super) fn of(guard: &Guard, status: &GuardStatus, now: u64) -> Self {
        Self {
            mode: status.mode,
            by: status.by,
            hold: guard.overrides().mode(now),
            latch: status.latch.as_ref().map(|latch| if latch.latched { "latched" } else { "clear" }),
            metric: status.metric.as_ref().map(|metric| metric.state),
            ladder: status.ladder.as_ref().map(|ladder| ladder.level),
            call: status.call.as_ref().map(|call| call.phase),
        }
    }
}

/// Nanoseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "for people; the engine keeps nanoseconds")]
pub(super) fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}
