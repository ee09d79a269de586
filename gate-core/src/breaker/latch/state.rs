//! A latch as a document. It holds ages, never instants.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Deserializer, Serialize};

use super::{BadReading, CauseKind, Latch, LatchCause, LatchRecord, Streak};
use crate::breaker::{Name, is_default};

/// The version of the document.
pub(super) const VERSION: &str = "tsfm_gate.breaker.latch.v1";

/// The state of a latch. Every field is required: one that was cut off must not read as a clear latch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LatchState {
    /// `tsfm_gate.breaker.latch.v1`.
    pub schema_version: String,
    /// Whether it holds.
    pub latched: bool,
    /// How long it has held; null if it is clear.
    #[serde(deserialize_with = "required")]
    pub held_ns: Option<u64>,
    /// Why it holds, the first cause first.
    pub causes: Vec<RecordState>,
    /// Causes that were not kept.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dropped: u64,
    /// Bad readings in a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub streak: Streak,
    /// The last low value of the streak.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_low: Option<f64>,
    /// Since the last reading; null before the first event.
    #[serde(default, skip_serializing_if = "is_default")]
    pub silence_ns: Option<u64>,
    /// Readings of this silence that are counted as overdue.
    #[serde(default, skip_serializing_if = "is_default")]
    pub overdue_counted: u64,
    /// The number of the last numbered reading.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_id: Option<u64>,
    /// Numbered readings that did not count.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refused: u64,
    /// Conditions that are asserted.
    pub conditions: Vec<Name>,
}

/// A cause as a document: the kind, and the fields that it has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordState {
    /// What kind.
    pub kind: CauseKind,
    /// Since it was first recorded.
    pub age_ns: u64,
    /// How often it came.
    pub times: u64,
    /// Who, of a command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Why, of a command; what was wrong, of a lost state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Which, of a condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Name>,
    /// The bad readings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub streak: Option<Streak>,
    /// The last low value among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_low: Option<f64>,
    /// What it was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_reading: Option<f64>,
}

/// An `Option` that must be written, be it as null.
pub(in crate::breaker) fn required<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::deserialize(deserializer)
}

impl RecordState {
    pub(in crate::breaker) fn of(record: &LatchRecord, now: u64) -> Self {
        let mut state = Self {
            kind: record.cause.kind(),
            age_ns: record.age(now),
            times: record.times,
            actor: None,
            reason: None,
            condition: None,
            streak: None,
            last_low: None,
            min_reading: None,
        };
        match &record.cause {
            LatchCause::Readings(readings) => {
                state.streak = Some(readings.streak);
                state.last_low = readings.last;
                state.min_reading = Some(readings.min_reading);
            }
            LatchCause::Command(signed) => {
                state.actor = Some(signed.actor().to_string());
                state.reason = Some(signed.reason().to_string());
            }
            LatchCause::Condition(name) => state.condition = Some(name.clone()),
            LatchCause::StateLost(why) => state.reason = Some(why.clone()),
        }
        state
    }
}

impl CauseKind {
    pub(super) const fn bad_reading(self) -> Option<BadReading> {
        match self {
            Self::ReadingLow => Some(BadReading::Low),
            Self::ReadingUnreadable => Some(BadReading::Unreadable),
            Self::ReadingMissing => Some(BadReading::Missing),
            Self::ReadingOverdue => Some(BadReading::Overdue),
            Self::Command | Self::Condition | Self::StateLost => None,
        }
    }
}

impl Latch {
    /// The state at `now`, to be stored by the host.
    #[must_use]
    pub fn snapshot(&self, now: u64) -> LatchState {
        let now = self.clock.peek(now);
        LatchState {
            schema_version: VERSION.into(),
            latched: self.is_latched(),
            held_ns: self.latched.map(|since| since.age(now)),
            causes: self.causes.iter().map(|record| RecordState::of(record, now)).collect(),
            dropped: self.dropped,
            streak: self.streak,
            last_low: self.last,
            silence_ns: self.silence.map(|since| since.age(now)),
            overdue_counted: self.overdue,
            last_id: self.last_id,
            refused: self.refused,
            conditions: self.conditions.clone(),
        }
    }
}
