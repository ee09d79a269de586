//! The state of a call breaker as a document: ages and remaining times, never stamps.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::config::CallConfig;
use super::ring::Ring;
use super::slices::Slices;
use super::status::{CallCause, OpenedBy};
use super::window::Window;
use super::{CallBreaker, Latest, Phase, age};
use crate::breaker::{Counts, is_default, state_version};
use crate::{ErrorCode, GateError};

/// The `schema_version` of the state of a call breaker.
pub const CALL_STATE_SCHEMA: &str = "tsfm_gate.breaker.call.v1";

/// What a call breaker remembers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallState {
    /// `tsfm_gate.breaker.call.v1`.
    pub schema_version: String,
    /// Closed or open. Half open is written as open and due.
    pub phase: SavedCallPhase,
    /// How often it changed.
    pub generation: u64,
    /// Doublings of the next open time.
    #[serde(default, skip_serializing_if = "is_default")]
    pub level: u32,
    /// Results that came too late.
    #[serde(default, skip_serializing_if = "is_default")]
    pub stale: u64,
    /// How often the clock went back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub clock_regressions: u64,
    /// What is in the window, if there is one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub window: Option<CallWindowState>,
}

/// Where it stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SavedCallPhase {
    /// Closed.
    Closed {
        /// For so long; 0 where no open time is to step down.
        for_ns: u64,
        /// Failures in a row.
        streak: u32,
        /// The age of the latest of them.
        streak_age_ns: u64,
    },
    /// Open.
    Open {
        /// Time left; `null` means until a command.
        remaining_ns: Option<u64>,
        /// Why, where that is known.
        #[serde(default)]
        opened_by: Option<OpenedBy>,
    },
}

/// What was in the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CallWindowState {
    /// The latest calls, oldest first: `.` good, `f` failed, `s` slow, `b` both.
    Calls(String),
    /// The latest slices of time.
    Time {
        /// The width of a slice.
        slice_ns: u64,
        /// How long ago the newest slice started.
        age_ns: u64,
        /// Newest first.
        slices: Vec<Counts>,
    },
}

impl CallBreaker {
    /// What it remembers, as of an instant.
    #[must_use]
    pub fn snapshot(&self, now: u64) -> CallState {
        let now = self.clock.peek(now);
        if self.is_half_open() && self.round.is_lost(&self.rules.probing, now) {
            let mut later = self.clone();
            later.expire(now);
            return later.snapshot(now);
        }
        let phase = match self.phase {
            Phase::Closed { since } => SavedCallPhase::Closed {
                for_ns: if self.level == 0 { 0 } else { age(since, now) },
                streak: self.streak,
                streak_age_ns: if self.streak == 0 { 0 } else { age(self.failed_at, now) },
            },
            Phase::Open { since, length } => self.open_state(super::remaining(since, length, now)),
            Phase::HalfOpen => self.open_state(Some(0)),
        };
        CallState {
            schema_version: CALL_STATE_SCHEMA.into(),
            phase,
            // Permits of probes must be stale afterwards.
            generation: self.generation.wrapping_add(self.is_half_open().into()),
            level: self.level,
            stale: self.stale,
            clock_regressions: self.clock.regressions(),
            window: self.window.as_ref().map(|window| window_state(window, now)),
        }
    }

    /// A breaker that remembers. `elapsed` is the time since the snapshot; more than was left is none left.
    ///
    /// # Errors
    ///
    /// Settings that [`CallBreaker::new`] refuses, and a state that no breaker can be in.
    pub fn restore(config: CallConfig, state: CallState, now: u64, elapsed: u64) -> Result<Self, GateError> {
        state_version(&state.schema_version, CALL_STATE_SCHEMA)?;
        let mut breaker = Self::new(config)?;
        breaker.clock = Latest::resumed(now, state.clock_regressions);
        breaker.generation = state.generation;
        breaker.level = level(&breaker, state.level)?;
        breaker.stale = state.stale;
        let at = |age: u64| now.wrapping_sub(age.saturating_add(elapsed));
        match state.phase {
            SavedCallPhase::Closed { for_ns, streak, streak_age_ns } => {
                breaker.phase = Phase::Closed { since: at(for_ns) };
                (breaker.streak, breaker.failed_at) = (streak, at(streak_age_ns));
            }
            SavedCallPhase::Open { remaining_ns, opened_by } => {
                let left = remaining_ns.map(|left| left.saturating_sub(elapsed));
                breaker.phase = Phase::Open { since: now, length: left.unwrap_or(u64::MAX) };
                breaker.opened_by = opened_by.map(opened).transpose()?;
            }
        }
        if let (Some(rule), Some(saved)) = (breaker.rules.window, state.window) {
            breaker.window = Some(window(saved, at)?.reshaped(rule.shape, now));
        }
        Ok(breaker)
    }

    fn open_state(&self, remaining_ns: Option<u64>) -> SavedCallPhase {
        SavedCallPhase::Open { remaining_ns, opened_by: self.opened_by }
    }
}

fn refuse<T>(
    code: ErrorCode,
    path: &str,
    expected: impl Into<String>,
    found: impl ToString,
) -> Result<T, GateError> {
    Err(GateError::new(code, path, expected, found))
}

/// No open time doubles more often than a clock has bits.
fn level(breaker: &CallBreaker, level: u32) -> Result<u32, GateError> {
    match level {
        64.. => refuse(ErrorCode::OutOfRange, "level", "at most 63", level),
        level => Ok(if breaker.rules.escalation.is_some() { level } else { 0 }),
    }
}

fn opened(opened_by: OpenedBy) -> Result<OpenedBy, GateError> {
    let closing = matches!(opened_by.cause, CallCause::ProbesPassed | CallCause::Due);
    if closing {
        let path = "phase.open.opened_by.cause";
        return refuse(ErrorCode::Contradiction, path, "a cause that opens", opened_by.cause);
    }
    match opened_by.counts {
        Some(counts) => holds("phase.open.opened_by.counts", counts).map(|()| opened_by),
        None => Ok(opened_by),
    }
}

fn holds(path: &str, counts: Counts) -> Result<(), GateError> {
    if counts.is_possible() {
        return Ok(());
    }
    let found = format!("{} failed, {} slow of {}", counts.failed, counts.slow, counts.total);
    refuse(ErrorCode::Contradiction, path, "no more bad calls than calls", found)
}

fn window_state(window: &Window, now: u64) -> CallWindowState {
    match window {
        Window::Calls(ring) => CallWindowState::Calls(ring.iter().map(letter).collect()),
        Window::Time(slices) => {
            let (age_ns, calls) = slices.at(now);
            CallWindowState::Time { slice_ns: slices.width(), age_ns, slices: calls.collect() }
        }
    }
}

const fn letter(one: Counts) -> char {
    match (one.failed, one.slow) {
        (0, 0) => '.',
        (_, 0) => 'f',
        (0, _) => 's',
        _ => 'b',
    }
}

fn window(saved: CallWindowState, at: impl Fn(u64) -> u64) -> Result<Window, GateError> {
    match saved {
        CallWindowState::Calls(calls) => ring(&calls).map(Window::Calls),
        CallWindowState::Time { slice_ns, age_ns, slices } => {
            if slice_ns == 0 {
                return refuse(ErrorCode::WrongValue, "window.time.slice_ns", "at least 1", 0);
            }
            for (i, slice) in slices.iter().enumerate() {
                holds(&format!("window.time.slices[{i}]"), *slice)?;
            }
            Ok(Window::Time(Slices::restored(slice_ns, at(age_ns), &slices)))
        }
    }
}

fn ring(calls: &str) -> Result<Ring, GateError> {
    let mut ring = Ring::new(calls.len().max(1));
    for (i, letter) in calls.chars().enumerate() {
        let (failed, slow) = match letter {
            '.' => (false, false),
            'f' => (true, false),
            's' => (false, true),
            'b' => (true, true),
            _ => {
                let path = format!("window.calls[{i}]");
                return refuse(ErrorCode::WrongValue, &path, "one of `.`, `f`, `s`, `b`", letter);
            }
        };
        ring.record(Counts::sample(failed, slow));
    }
    Ok(ring)
}
