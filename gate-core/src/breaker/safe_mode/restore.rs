//! A safe mode from a document. What cannot be trusted is on until a person ends it.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::state::VERSION;
use super::{ActiveCause, CauseState, ExitKind, ExitRule, MOST_CAUSES, SafeMode, SafeModeCause};
use super::{SafeModeCauseKind, SafeModeConfig, SafeModeState};
use crate::breaker::since::Since;
use crate::breaker::{HealthState, Latest, Signed, state_version};
use crate::document::from_json;
use crate::error::{ErrorCode, GateError};

/// Panic, both kinds of bad health, and the crowd are kept beside the others.
const MOST_STORED: usize = MOST_CAUSES + 4;

impl SafeMode {
    /// A safe mode as it was, `elapsed` nanoseconds after its state was taken.
    ///
    /// # Errors
    ///
    /// Those of [`SafeModeConfig::validate`]; [`ErrorCode::SchemaVersion`]; [`ErrorCode::Contradiction`] where two
    /// fields cannot both be true, and [`ErrorCode::OutOfRange`] for what no safe mode can have.
    pub fn restore(
        config: SafeModeConfig,
        state: SafeModeState,
        now: u64,
        elapsed: u64,
    ) -> Result<Self, GateError> {
        config.validate()?;
        check(&state)?;
        let entry = |(index, state)| restore_entry(index, state, now, elapsed);
        let causes: Result<Vec<ActiveCause>, _> = state.causes.into_iter().enumerate().map(entry).collect();
        let causes = causes?;
        for (index, entry) in causes.iter().enumerate() {
            if causes.iter().take(index).any(|other| other.cause.same(&entry.cause)) {
                return Err(contradiction(
                    &format!("causes[{index}]"),
                    "each cause once",
                    entry.cause.name(),
                ));
            }
        }
        if state.latched && !causes.iter().any(|entry| entry.cause == SafeModeCause::Panic) {
            return Err(contradiction("causes", "the panic stop among them, as it is latched", "others"));
        }
        Ok(Self {
            config,
            clock: Latest::at(now),
            latched: state.latched,
            causes,
            healthy_streak: state.healthy_streak,
            unhealthy_streak: state.unhealthy_streak,
        })
    }

    /// A safe mode from stored bytes, or one that a person must end because they are missing, cut off, of an unknown
    /// version, or contradict themselves; then the second value says why.
    ///
    /// # Errors
    ///
    /// Those of [`SafeModeConfig::validate`].
    pub fn restore_or_active(
        config: SafeModeConfig,
        stored: Option<&[u8]>,
        now: u64,
        elapsed: u64,
    ) -> Result<(Self, Option<GateError>), GateError> {
        let mut mode = Self::new(config)?;
        let state = match stored {
            Some(bytes) => from_json::<SafeModeState>(bytes),
            None => Err(GateError::new(ErrorCode::EmptyInput, "", "a stored state", "nothing")),
        };
        match state.and_then(|state| Self::restore(config, state, now, elapsed)) {
            Ok(restored) => Ok((restored, None)),
            Err(why) => {
                mode.clock.advance(now);
                mode.add(SafeModeCause::StateLost(why.to_string()), ExitRule::Operator, now);
                Ok((mode, Some(why)))
            }
        }
    }
}

fn contradiction(path: &str, expected: &str, found: impl ToString) -> GateError {
    GateError::new(ErrorCode::Contradiction, path, expected, found)
}

fn check(state: &SafeModeState) -> Result<(), GateError> {
    state_version(&state.schema_version, VERSION)?;
    if state.active == state.causes.is_empty() {
        let expected = if state.active { "a cause, as it is active" } else { "none, as it is not active" };
        return Err(contradiction("causes", expected, format!("{} causes", state.causes.len())));
    }
    if state.causes.len() > MOST_STORED {
        let expected = format!("at most {MOST_STORED} causes");
        return Err(GateError::new(ErrorCode::OutOfRange, "causes", expected, state.causes.len()));
    }
    if state.healthy_streak > 0 && state.unhealthy_streak > 0 {
        return Err(contradiction(
            "unhealthy_streak",
            "0, as the last look was healthy",
            state.unhealthy_streak,
        ));
    }
    Ok(())
}

fn restore_entry(index: usize, state: CauseState, now: u64, elapsed: u64) -> Result<ActiveCause, GateError> {
    let path = format!("causes[{index}]");
    if state.again_ns > state.age_ns {
        return Err(contradiction(&format!("{path}.again_ns"), "at most age_ns", state.again_ns));
    }
    let since = |age: u64| Since::aged(now, age.saturating_add(elapsed));
    let rule = restore_rule(&path, &state)?;
    let (since, again, healthy) = (since(state.age_ns), since(state.again_ns), state.healthy);
    let cause = restore_cause(&path, state)?;
    let person =
        matches!(cause, SafeModeCause::Operator(_) | SafeModeCause::Crowded | SafeModeCause::StateLost(_));
    if person && rule != ExitRule::Operator {
        return Err(contradiction(
            &format!("{path}.exit"),
            "operator, for a cause of this kind",
            "another rule",
        ));
    }
    Ok(ActiveCause { cause, rule, since, again, healthy })
}

fn restore_rule(path: &str, state: &CauseState) -> Result<ExitRule, GateError> {
    match (state.exit, state.exit_after_healthy, state.exit_after_ns) {
        (ExitKind::Healthy, Some(count), Some(after)) if count > 0 => Ok(ExitRule::Healthy { count, after }),
        (ExitKind::Timed, None, Some(length)) => Ok(ExitRule::Timed(length)),
        (ExitKind::Left, None, None) => Ok(ExitRule::Left),
        (ExitKind::Operator, None, None) => Ok(ExitRule::Operator),
        _ => Err(contradiction(&format!("{path}.exit"), "the fields of its rule", "others")),
    }
}

fn restore_cause(path: &str, state: CauseState) -> Result<SafeModeCause, GateError> {
    use SafeModeCauseKind as Kind;
    let CauseState { kind, name, actor, reason, .. } = state;
    match (kind, name, actor, reason) {
        (Kind::Panic, None, None, None) => Ok(SafeModeCause::Panic),
        (Kind::HealthDegraded, None, None, None) => Ok(SafeModeCause::Health(HealthState::Degraded)),
        (Kind::HealthFailed, None, None, None) => Ok(SafeModeCause::Health(HealthState::Failed)),
        (Kind::Named, Some(name), None, None) => Ok(SafeModeCause::Named(name)),
        (Kind::Operator, None, Some(actor), Some(reason)) => {
            let signed = Signed::new(&actor, &reason).map_err(|error| error.under(path))?;
            Ok(SafeModeCause::Operator(signed))
        }
        (Kind::Crowded, None, None, None) => Ok(SafeModeCause::Crowded),
        (Kind::StateLost, None, None, Some(why)) => Ok(SafeModeCause::StateLost(why)),
        _ => Err(contradiction(path, "the fields of a cause of its kind", "others")),
    }
}
