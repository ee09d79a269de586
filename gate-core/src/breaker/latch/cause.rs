//! Why a latch holds.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::streak::Streak;
use crate::breaker::since::Since;
use crate::breaker::{Name, Signed};

/// The kinds of causes. Each kind of bad reading is one of its own: "the model is unsure" and "nobody knows" call for
/// different people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// Too many bad readings in a row, the last of them too low.
    ReadingLow,
    /// Too many bad readings in a row, the last of them no number in 0..=1.
    ReadingUnreadable,
    /// Too many bad readings in a row, the last of them absent.
    ReadingMissing,
    /// Too many bad readings in a row, the last of them overdue.
    ReadingOverdue,
    /// A person stopped it.
    Command,
    /// A condition of the host holds.
    Condition,
    /// What was stored cannot be trusted.
    StateLost,
}

impl CauseKind {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadingLow => "reading_low",
            Self::ReadingUnreadable => "reading_unreadable",
            Self::ReadingMissing => "reading_missing",
            Self::ReadingOverdue => "reading_overdue",
            Self::Command => "command",
            Self::Condition => "condition",
            Self::StateLost => "state_lost",
        }
    }
}

impl fmt::Display for CauseKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Why a latch holds, with its evidence.
#[derive(Debug, Clone, PartialEq)]
pub enum LatchCause {
    /// Bad readings in a row.
    Readings(ReadingCause),
    /// A person.
    Command(Signed),
    /// A condition that holds until it is settled.
    Condition(Name),
    /// A state that could not be restored, and what was wrong with it.
    StateLost(String),
}

/// The readings that latched it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReadingCause {
    /// What was wrong with the last of them.
    pub kind: BadReading,
    /// All of them.
    pub streak: Streak,
    /// The last value that could be read, if one of them could.
    pub last: Option<f64>,
    /// What it was compared with.
    pub min_reading: f64,
}

/// What is wrong with a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BadReading {
    /// It is under the limit.
    Low,
    /// It is not a number in 0..=1.
    Unreadable,
    /// The source said that it has none.
    Missing,
    /// The source said nothing for too long.
    Overdue,
}

impl BadReading {
    pub(super) const fn kind(self) -> CauseKind {
        match self {
            Self::Low => CauseKind::ReadingLow,
            Self::Unreadable => CauseKind::ReadingUnreadable,
            Self::Missing => CauseKind::ReadingMissing,
            Self::Overdue => CauseKind::ReadingOverdue,
        }
    }
}

impl LatchCause {
    /// Its kind.
    #[must_use]
    pub const fn kind(&self) -> CauseKind {
        match self {
            Self::Readings(readings) => readings.kind.kind(),
            Self::Command(_) => CauseKind::Command,
            Self::Condition(_) => CauseKind::Condition,
            Self::StateLost(_) => CauseKind::StateLost,
        }
    }

    /// Whether the two say the same, so that one entry with a count is enough for both.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Readings(one), Self::Readings(other)) => one.kind == other.kind,
            _ => self == other,
        }
    }
}

impl fmt::Display for LatchCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Readings(readings) => readings.fmt(f),
            Self::Command(signed) => write!(f, "stopped by {}: {}", signed.actor(), signed.reason()),
            Self::Condition(name) => write!(f, "condition {name}"),
            Self::StateLost(why) => write!(f, "the stored state cannot be trusted: {why}"),
        }
    }
}

impl fmt::Display for ReadingCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Streak { low, unreadable, missing, overdue } = self.streak;
        write!(f, "{} bad readings in a row", self.streak.total())?;
        let mut lead = ": ";
        for (count, what) in
            [(low, "low"), (unreadable, "unreadable"), (missing, "missing"), (overdue, "overdue")]
        {
            if count > 0 {
                write!(f, "{lead}{count} {what}")?;
                lead = ", ";
            }
        }
        match self.last {
            Some(last) if low > 0 => write!(f, " (the last {last}, under {})", self.min_reading),
            _ => Ok(()),
        }
    }
}

/// A cause, since when, and how often it came.
#[derive(Debug, Clone, PartialEq)]
pub struct LatchRecord {
    pub(super) cause: LatchCause,
    pub(super) since: Since,
    pub(super) times: u64,
}

impl LatchRecord {
    /// Why.
    #[must_use]
    pub const fn cause(&self) -> &LatchCause {
        &self.cause
    }

    /// Nanoseconds from when it was first recorded to `now`.
    #[must_use]
    pub const fn age(&self, now: u64) -> u64 {
        self.since.age(now)
    }

    /// How often it came while the latch held.
    #[must_use]
    pub const fn times(&self) -> u64 {
        self.times
    }
}
