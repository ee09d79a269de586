//! A latch from a document. What cannot be trusted holds.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::state::{RecordState, VERSION};
use super::{Latch, LatchCause, LatchConfig, LatchRecord, LatchState, ReadingCause, Streak};
use super::{MOST_CAUSES, MOST_CONDITIONS};
use crate::breaker::since::Since;
use crate::breaker::{Latest, Signed, state_version};
use crate::document::from_json;
use crate::error::{ErrorCode, GateError};

/// The longest text that says what was wrong with a state.
const LONGEST: usize = 256;

impl Latch {
    /// A latch as it was, `elapsed` nanoseconds after its state was taken. The time in between was silence.
    ///
    /// # Errors
    ///
    /// Those of [`LatchConfig::validate`]; [`ErrorCode::SchemaVersion`]; [`ErrorCode::Contradiction`] where two fields
    /// cannot both be true, and [`ErrorCode::OutOfRange`] for what no latch can have.
    pub fn restore(
        config: LatchConfig,
        state: LatchState,
        now: u64,
        elapsed: u64,
    ) -> Result<Self, GateError> {
        config.validate()?;
        check(&state)?;
        let since = |age: u64| Since::aged(now, age.saturating_add(elapsed));
        let record = |(index, state)| restore_record(index, state, now, elapsed);
        let causes: Result<Vec<_>, _> = state.causes.into_iter().enumerate().map(record).collect();
        let mut latch = Self {
            config,
            clock: Latest::at(now),
            latched: state.held_ns.map(since),
            causes: causes?,
            dropped: state.dropped,
            streak: state.streak,
            last: state.last_low,
            silence: state.silence_ns.map(since),
            overdue: state.overdue_counted,
            last_id: state.last_id,
            refused: state.refused,
            conditions: state.conditions,
        };
        latch.hold_long_streak(now);
        Ok(latch)
    }

    /// A latch from stored bytes, or one that holds because they are missing, cut off, of an unknown version, or
    /// contradict themselves; then the second value says why.
    ///
    /// Only a host that starts for the first time, and knows it, calls [`Latch::new`].
    ///
    /// # Errors
    ///
    /// Those of [`LatchConfig::validate`]: without a rule there is no latch.
    pub fn restore_or_latched(
        config: LatchConfig,
        stored: Option<&[u8]>,
        now: u64,
        elapsed: u64,
    ) -> Result<(Self, Option<GateError>), GateError> {
        let mut latch = Self::new(config)?;
        let state = match stored {
            Some(bytes) => from_json::<LatchState>(bytes),
            None => Err(GateError::new(ErrorCode::EmptyInput, "", "a stored state", "nothing")),
        };
        match state.and_then(|state| Self::restore(config, state, now, elapsed)) {
            Ok(restored) => Ok((restored, None)),
            Err(why) => {
                latch.trip(LatchCause::StateLost(shortened(&why)), now);
                Ok((latch, Some(why)))
            }
        }
    }
}

fn shortened(why: &GateError) -> String {
    let text = why.to_string();
    let end = (0..=LONGEST.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default().into()
}

fn contradiction(path: &str, expected: &str, found: impl ToString) -> GateError {
    GateError::new(ErrorCode::Contradiction, path, expected, found)
}

fn check(state: &LatchState) -> Result<(), GateError> {
    state_version(&state.schema_version, VERSION)?;
    check_causes(state)?;
    check_streak("", state.streak, state.last_low)?;
    if state.overdue_counted > 0
        && (state.silence_ns.is_none() || state.streak.overdue < state.overdue_counted)
    {
        let expected = "no more than the overdue readings of the streak";
        return Err(contradiction("overdue_counted", expected, state.overdue_counted));
    }
    let names = &state.conditions;
    if names.len() > MOST_CONDITIONS {
        let expected = format!("at most {MOST_CONDITIONS} conditions");
        return Err(GateError::new(ErrorCode::OutOfRange, "conditions", expected, names.len()));
    }
    match names.iter().enumerate().find(|(index, name)| names.iter().take(*index).any(|other| other == *name))
    {
        Some((index, name)) => Err(contradiction(
            &format!("conditions[{index}]"),
            "each condition once",
            format!("a second `{name}`"),
        )),
        None => Ok(()),
    }
}

/// It holds if and only if there is a cause and a time since when.
fn check_causes(state: &LatchState) -> Result<(), GateError> {
    let count = state.causes.len();
    if state.latched != state.held_ns.is_some() {
        let expected = if state.latched { "a time, as it is latched" } else { "null, as it is not latched" };
        return Err(contradiction("held_ns", expected, format!("{:?}", state.held_ns)));
    }
    if state.latched == state.causes.is_empty() {
        let expected = if state.latched { "a cause, as it is latched" } else { "none, as it is not latched" };
        return Err(contradiction("causes", expected, format!("{count} causes")));
    }
    if count > MOST_CAUSES {
        return Err(GateError::new(ErrorCode::OutOfRange, "causes", format!("at most {MOST_CAUSES}"), count));
    }
    if state.dropped > 0 && count < MOST_CAUSES {
        return Err(contradiction("dropped", "0, as there is room for more causes", state.dropped));
    }
    Ok(())
}

fn check_streak(path: &str, streak: Streak, last: Option<f64>) -> Result<(), GateError> {
    let readable = |value: f64| (0.0..=1.0).contains(&value);
    if last.is_some() != (streak.low > 0) || !last.is_none_or(readable) {
        let expected = "a number in 0..=1 if and only if the streak has low readings";
        return Err(contradiction(&format!("{path}last_low"), expected, format!("{last:?}")));
    }
    Ok(())
}

fn restore_record(
    index: usize,
    state: RecordState,
    now: u64,
    elapsed: u64,
) -> Result<LatchRecord, GateError> {
    let path = format!("causes[{index}]");
    let since = Since::aged(now, state.age_ns.saturating_add(elapsed));
    let times = state.times;
    if times == 0 {
        return Err(contradiction(&format!("{path}.times"), "at least 1", times));
    }
    Ok(LatchRecord { cause: restore_cause(&path, state)?, since, times })
}

fn restore_cause(path: &str, state: RecordState) -> Result<LatchCause, GateError> {
    let kind = state.kind;
    let RecordState { actor, reason, condition, streak, last_low, min_reading, .. } = state;
    let cause = match (kind.bad_reading(), actor, reason, condition, streak, min_reading, last_low) {
        (Some(kind), None, None, None, Some(streak), Some(min_reading), last) => {
            check_streak(&format!("{path}."), streak, last)?;
            if streak.of(kind) == 0 || !(0.0..=1.0).contains(&min_reading) {
                return Err(contradiction(path, "readings of its kind and their limit", "others"));
            }
            Some(LatchCause::Readings(ReadingCause { kind, streak, last, min_reading }))
        }
        (None, Some(actor), Some(reason), None, None, None, None) => {
            let signed = Signed::new(&actor, &reason).map_err(|error| error.under(path))?;
            Some(LatchCause::Command(signed))
        }
        (None, None, None, Some(name), None, None, None) => Some(LatchCause::Condition(name)),
        (None, None, Some(why), None, None, None, None) => Some(LatchCause::StateLost(why)),
        _ => None,
    };
    cause.filter(|cause| cause.kind() == kind).ok_or_else(|| {
        contradiction(path, &format!("the fields of a cause of kind `{kind}`"), "those of another kind")
    })
}
