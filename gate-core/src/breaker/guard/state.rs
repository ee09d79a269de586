//! The state of a guard as one document, and coming back from it without forgetting a stop.

use alloc::format;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Guard, GuardConfig};
use crate::breaker::{
    CallBreaker, CallState, HoldKind, Ladder, LadderState, Latch, LatchCause, LatchState, MetricBreaker,
    MetricBreakerState, Overrides, OverridesState, Signed, state_version,
};
use crate::document::from_json;
use crate::{ErrorCode, GateError};

/// The `schema_version` of the state of a guard.
pub const GUARD_STATE_SCHEMA: &str = "tsfm_gate.breaker.guard.v1";

/// Who holds a guard off that lost its state and has no latch. Releasing it takes the same name.
const RESTORER: &str = "restore";

/// What a guard remembers, layer by layer. Times are ages and remaining times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardState {
    /// `tsfm_gate.breaker.guard.v1`.
    pub schema_version: String,
    /// What people hold.
    pub overrides: OverridesState,
    /// The panic stop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latch: Option<LatchState>,
    /// The metric breaker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricBreakerState>,
    /// The ladder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<LadderState>,
    /// The call breaker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<CallState>,
}

impl Guard {
    /// What it remembers, as of an instant.
    #[must_use]
    pub fn snapshot(&self, now: u64) -> GuardState {
        GuardState {
            schema_version: GUARD_STATE_SCHEMA.into(),
            overrides: self.overrides.snapshot(now),
            latch: self.latch.as_ref().map(|latch| latch.snapshot(now)),
            metric: self.metric.as_ref().map(|metric| metric.snapshot(now)),
            ladder: self.ladder.as_ref().map(|ladder| ladder.snapshot(now)),
            call: self.call.as_ref().map(|call| call.snapshot(now)),
        }
    }

    /// A guard that remembers. `elapsed` is the time since the snapshot. A metric breaker, ladder or call breaker that
    /// is new in the settings starts afresh.
    ///
    /// # Errors
    ///
    /// Settings that [`Guard::new`] refuses; a state that no guard can be in; a state without the panic stop that the
    /// settings ask for, or with one that they do not have: a stop might be forgotten.
    pub fn restore(
        config: GuardConfig,
        state: GuardState,
        now: u64,
        elapsed: u64,
    ) -> Result<Self, GateError> {
        check(&config, &state)?;
        let mut guard = Self::new(config)?;
        guard.overrides =
            Overrides::restore(&state.overrides, now, elapsed).map_err(|error| error.under("overrides"))?;
        if let (Some(config), Some(state)) = (guard.config.latch, state.latch) {
            guard.latch =
                Some(Latch::restore(config, state, now, elapsed).map_err(|error| error.under("latch"))?);
        }
        if let (Some(config), Some(state)) = (&guard.config.metric, &state.metric) {
            let metric = MetricBreaker::restore(config, state, now, elapsed);
            guard.metric = Some(metric.map_err(|error| error.under("metric"))?);
        }
        if let (Some(config), Some(state)) = (&guard.config.ladder, &state.ladder) {
            guard.ladder =
                Some(Ladder::restore(config, state, now, elapsed).map_err(|error| error.under("ladder"))?);
        }
        if let (Some(config), Some(state)) = (guard.config.call.clone(), state.call) {
            guard.call =
                Some(CallBreaker::restore(config, state, now, elapsed).map_err(|error| error.under("call"))?);
        }
        Ok(guard)
    }

    /// A guard from what was stored, or a stopped one, and why: what is missing, cut short, of an unknown version or
    /// contradictory may have been a stop.
    ///
    /// It is stopped by its latch, or without one by a hold of `restore`. For a first start there is [`Guard::new`].
    ///
    /// # Errors
    ///
    /// Settings that [`Guard::new`] refuses.
    pub fn restore_or_stopped(
        config: GuardConfig,
        stored: Option<&[u8]>,
        now: u64,
        elapsed: u64,
    ) -> Result<(Self, Option<GateError>), GateError> {
        let mut guard = Self::new(config.clone())?;
        let state = match stored {
            Some(bytes) => from_json::<GuardState>(bytes),
            None => Err(GateError::new(ErrorCode::EmptyInput, "", "a stored state", "nothing")),
        };
        let why = match state.and_then(|state| Self::restore(config, state, now, elapsed)) {
            Ok(restored) => return Ok((restored, None)),
            Err(why) => why,
        };
        guard.stop(&why, now)?;
        Ok((guard, Some(why)))
    }

    fn stop(&mut self, why: &GateError, now: u64) -> Result<(), GateError> {
        let text = short_line(&format!("the stored state cannot be trusted: {why}"));
        if let Some(latch) = &mut self.latch {
            latch.trip(LatchCause::StateLost(short_line(&format!("{why}"))), now);
            return Ok(());
        }
        self.overrides.hold(Signed::new(RESTORER, &text)?, HoldKind::Off, None, now).map(|_| ())
    }
}

/// At most 200 bytes on one line.
fn short_line(text: &str) -> String {
    let mut line = String::new();
    for c in crate::line::one_line(text).chars() {
        if line.len() + c.len_utf8() > 200 {
            break;
        }
        line.push(c);
    }
    line
}

fn check(config: &GuardConfig, state: &GuardState) -> Result<(), GateError> {
    state_version(&state.schema_version, GUARD_STATE_SCHEMA)?;
    match (&config.latch, &state.latch) {
        (Some(_), None) => {
            Err(GateError::new(ErrorCode::MissingField, "latch", "the state of the panic stop", "nothing"))
        }
        (None, Some(_)) => {
            let expected = "no panic stop, as in the settings";
            Err(GateError::new(ErrorCode::Contradiction, "latch", expected, "the state of one"))
        }
        _ => Ok(()),
    }
}

/// Other settings must be for the same layers: a layer that came or went would have no state, or lose it.
pub(super) fn same_layers(old: &GuardConfig, new: &GuardConfig) -> Result<(), GateError> {
    let layers = [
        ("latch", old.latch.is_some(), new.latch.is_some()),
        ("metric", old.metric.is_some(), new.metric.is_some()),
        ("ladder", old.ladder.is_some(), new.ladder.is_some()),
        ("call", old.call.is_some(), new.call.is_some()),
    ];
    let Some((layer, was, _)) = layers.into_iter().find(|(_, was, is)| was != is) else { return Ok(()) };
    let (expected, found) = if was { ("its settings", "nothing") } else { ("nothing", "settings") };
    Err(GateError::new(ErrorCode::Contradiction, layer, format!("{expected}, as before"), found))
}
