//! What the stored states of the breakers say: may the model be called as usual?

use alloc::format;
use alloc::string::{String, ToString};

use super::foreign::one_line;
use super::{Check, CheckState};
use crate::GateError;
use crate::breaker::{
    GuardState, HoldKind, Latch, LatchConfig, LatchState, MetricBreaker, MetricBreakerState, MetricCause,
    MetricConfig, MetricState, Overrides, OverridesState,
};
use crate::document::from_json;

/// The name of the check of the metric breaker, as the card has it.
pub const BREAKER: &str = "PII Circuit Breaker";

/// The name of the check of the panic stop.
pub const PANIC_STOP: &str = "Panic Stop";

/// Reads the state document of a metric breaker and, where it is kept apart, that of the holds.
///
/// Enabled is healthy. Switched off by its metrics, or held by a person, is degraded. A document that is missing, cut short,
/// of another version or contradictory is unhealthy: it may have been a stop.
#[must_use]
pub fn metric_breaker(state: Option<&[u8]>, holds: Option<&[u8]>) -> Check {
    let read = || {
        let state = from_json::<MetricBreakerState>(state.unwrap_or_default())?;
        let holds = holds.map(from_json::<OverridesState>).transpose()?;
        Ok::<_, GateError>((state, holds))
    };
    match read() {
        Ok((state, holds)) => metric_state(&state, holds.as_ref()),
        Err(error) => unreadable(BREAKER, &error),
    }
}

/// Reads the state document of a whole guard: holds, panic stop and metric breaker in one check, the worst first.
#[must_use]
pub fn guard(state: Option<&[u8]>) -> Check {
    let state = match from_json::<GuardState>(state.unwrap_or_default()).and_then(known_version) {
        Ok(state) => state,
        Err(error) => return unreadable(BREAKER, &error),
    };
    if let Some(latched) = state.latch.map(|latch| latch_state(BREAKER, latch))
        && latched.state != CheckState::Healthy
    {
        return latched;
    }
    match &state.metric {
        Some(metric) => metric_state(metric, Some(&state.overrides)),
        None => held(&state.overrides)
            .unwrap_or_else(|| Check::new(BREAKER, CheckState::Unknown, "the guard has no metric breaker")),
    }
}

/// Reads the state document of a panic stop: clear is healthy, anything else unhealthy.
#[must_use]
pub fn latch(state: Option<&[u8]>) -> Check {
    match from_json::<LatchState>(state.unwrap_or_default()) {
        Ok(state) => latch_state(PANIC_STOP, state),
        Err(error) => unreadable(PANIC_STOP, &error),
    }
}

fn known_version(state: GuardState) -> Result<GuardState, GateError> {
    let known = crate::breaker::guard::GUARD_STATE_SCHEMA;
    if state.schema_version == known {
        return Ok(state);
    }
    let found = crate::document::quoted(&state.schema_version);
    Err(GateError::new(crate::ErrorCode::SchemaVersion, "schema_version", format!("`{known}`"), found))
}

fn unreadable(name: &str, error: &GateError) -> Check {
    let message = format!("the stored state cannot be trusted: {}", one_line(&error.to_string()));
    Check::new(name, CheckState::Unhealthy, message).with("code", error.code().as_str())
}

fn metric_state(state: &MetricBreakerState, holds: Option<&OverridesState>) -> Check {
    // To be restored is to be possible; the settings do not matter for that.
    let breaker = match MetricBreaker::restore(&MetricConfig::default(), state, 0, 0) {
        Ok(breaker) => breaker,
        Err(error) => return unreadable(BREAKER, &error),
    };
    if let Some(held) = holds.and_then(held) {
        return held.with("metrics_state", state.state.as_str());
    }
    let status = breaker.status(0);
    match state.state {
        MetricState::Enabled => Check::new(BREAKER, CheckState::Healthy, enabled(state)),
        _ => Check::new(BREAKER, CheckState::Degraded, format!("Auto-disabled: {}", status.reason)),
    }
    .with("breaker", state.state.as_str())
}

/// One that nobody has shown metrics to has no reason to be off, which is less than to be seen to work.
fn enabled(state: &MetricBreakerState) -> &'static str {
    if state.judged_ns.is_some() || state.cause == MetricCause::Recovered {
        "Enabled and operational"
    } else {
        "Enabled; no metrics were looked at since the start or the last reset"
    }
}

/// A check if a person holds something, or if the holds cannot be trusted.
fn held(holds: &OverridesState) -> Option<Check> {
    let overrides = match Overrides::restore(holds, 0, 0) {
        Ok(overrides) => overrides,
        Err(error) => return Some(unreadable(BREAKER, &error)),
    };
    let hold = overrides.deciding(0)?;
    let (what, word) = match hold.kind() {
        HoldKind::Off => ("Manually disabled", "disabled_manual"),
        HoldKind::On => ("Manually forced on", "enabled"),
        HoldKind::Shadow => ("In shadow mode, nothing is refused", "shadow"),
    };
    let (actor, reason) = (one_line(hold.signed().actor()), one_line(hold.signed().reason()));
    let message = format!("{what}: {reason} ({actor})");
    Some(Check::new(BREAKER, CheckState::Degraded, message).with("breaker", word))
}

fn latch_state(name: &str, state: LatchState) -> Check {
    match Latch::restore(LatchConfig::default(), state, 0, 0) {
        Err(error) => unreadable(name, &error),
        Ok(latch) if latch.is_latched() => {
            let why = latch.status(0).why.unwrap_or_else(|| String::from("no cause is recorded"));
            Check::new(name, CheckState::Unhealthy, format!("Stopped: {}", one_line(&why)))
                .with("breaker", "latched")
        }
        Ok(_) => Check::new(name, CheckState::Healthy, "Clear").with("breaker", "clear"),
    }
}
