//! May the model be called now? Breakers, degradation and the panic stop.
//!
//! Everything here is a value: the host passes the time in as nanoseconds of any clock that does not
//! run backwards (`now: u64`), and gets refusals and transitions back as values. Nothing reads a clock,
//! takes a lock, calls back or allocates on the path of a call. Configuration and state are two
//! documents; a state holds remaining times and ages, never stamps, so that it can be restored on
//! another clock.

mod call;
mod clock;
pub mod guard;
pub mod health;
mod ladder;
pub mod latch;
mod metric;
mod name;
mod overrides;
mod ratio;
pub mod risk_budget;
pub mod safe_mode;
pub mod script;
#[cfg(target_has_atomic = "64")]
mod shared;
mod signed;
mod since;
pub mod time_budget;
mod timeline;
mod window;
mod words;

pub use call::{
    Acquired, CALL_STATE_SCHEMA, CallBreaker, CallCause, CallChange, CallConfig, CallPermit, CallPhase,
    CallState, CallStatus, CallWindow, CallWindowState, Escalation, HalfOpen, OpenedBy, ProbeCounts,
    SavedCallPhase,
};
pub use clock::Latest;
pub use guard::{Guard, GuardConfig, GuardPermit, GuardState, GuardStatus};
pub use health::{HealthConfig, HealthFold, HealthState};
pub use ladder::{
    FallbackReason, Ladder, LadderCause, LadderChange, LadderConfig, LadderReading, LadderState,
    LadderStatus, Level,
};
pub use latch::{Latch, LatchCause, LatchChange, LatchConfig, LatchReset, LatchState, Reading};
pub use metric::{
    Look, LookVerdict, MetricBreaker, MetricBreakerState, MetricCause, MetricChange, MetricConfig,
    MetricReading, MetricState, MetricStatus, P99Breach, Pending, RateBreach,
};
pub use name::Name;
pub use overrides::{Hold, HoldKind, HoldState, Overrides, OverridesState};
pub use risk_budget::RiskBudget;
pub use safe_mode::{ExitRule, SafeMode, SafeModeCause, SafeModeChange, SafeModeConfig, SafeModeState};
#[cfg(target_has_atomic = "64")]
pub use shared::{AtomicWord, SharedCallBreaker};
pub use signed::Signed;
pub use time_budget::TimeBudget;
pub use window::Counts;
pub use words::{Layer, Outcome, Recorded, Refusal, RefusalReason};

/// Checks the version of a state document.
fn state_version(found: &str, known: &str) -> Result<(), crate::GateError> {
    if found == known {
        return Ok(());
    }
    let (code, path) = (crate::ErrorCode::SchemaVersion, "schema_version");
    Err(crate::GateError::new(code, path, alloc::format!("`{known}`"), crate::document::quoted(found)))
}

/// What a state document leaves out: nothing, none and zero are the same there.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
