//! Window arithmetic over UTC instants. Nothing here reads a clock.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::bounds::MAX_DURATION_MINUTES;
use crate::document::{authored, quoted};
use crate::{ErrorCode, GateError};

/// An instant in UTC.
pub type Instant = DateTime<Utc>;

/// Reads an RFC 3339 time with an offset.
///
/// # Errors
/// `time-syntax` at `path`.
pub fn parse_instant(text: &str, path: &str) -> Result<Instant, GateError> {
    DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc)).map_err(|_| {
        let expected = "an RFC 3339 time like `2026-11-21T10:05:00Z`";
        GateError::new(ErrorCode::TimeSyntax, path, expected, quoted(text))
    })
}

/// Writes an instant as RFC 3339 in UTC, with fractions of a second only where there are any.
#[must_use]
pub fn format_instant(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Instants in documents: RFC 3339 texts, read with an offset and written in UTC. For `#[serde(with = "…")]`.
pub mod rfc3339 {
    use alloc::string::String;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::{Instant, format_instant, parse_instant};
    use crate::document::{authored, quoted};

    /// Writes an instant.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(instant: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format_instant(*instant))
    }

    /// Reads an instant.
    ///
    /// # Errors
    /// `time-syntax`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_instant(&text, "").map_err(|error| authored(error.code(), error.expected(), &quoted(&text)))
    }

    /// The same for an instant that may be absent: `null`, or left out with `#[serde(default)]`.
    pub mod option {
        use alloc::string::String;

        use serde::{Deserialize, Deserializer, Serializer};

        use super::super::{Instant, parse_instant};
        use crate::document::{authored, quoted};

        /// Writes an instant, or `null`.
        ///
        /// # Errors
        /// Those of the serializer.
        pub fn serialize<S: Serializer>(instant: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
            match instant {
                Some(instant) => super::serialize(instant, serializer),
                None => serializer.serialize_none(),
            }
        }

        /// Reads an instant, or `null`.
        ///
        /// # Errors
        /// `time-syntax`.
        pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Instant>, D::Error> {
            let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
            let instant = parse_instant(&text, "");
            instant.map(Some).map_err(|error| authored(error.code(), error.expected(), &quoted(&text)))
        }
    }
}

/// A whole number of minutes, as a time difference.
#[must_use]
pub fn minutes(count: u64) -> TimeDelta {
    // 2^52 minutes are more than chrono's range of instants; no accepted input comes near it.
    i64::try_from(count).ok().and_then(TimeDelta::try_minutes).unwrap_or(TimeDelta::MAX)
}

/// `instant + delta`, at the end of chrono's range when it does not fit.
pub(crate) fn shift(instant: Instant, delta: TimeDelta) -> Instant {
    instant.checked_add_signed(delta).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A duration of a policy, as it was written: `30m`, `24h`, `7d`.
///
/// The text is kept because it stands in reasons (`gate:clean_window<24h`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    minutes: u32,
    text: String,
}

impl Span {
    /// Reads `30m`, `24h` or `7d`: at least one minute, at most 366 days. `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let unit = match text.as_bytes().last()? {
            b'm' => 1,
            b'h' => 60,
            b'd' => 24 * 60,
            _ => return None,
        };
        let digits = text.get(..text.len().checked_sub(1)?)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
        let minutes = digits.parse::<u32>().ok().filter(|_| plain)?.checked_mul(unit)?;
        (minutes <= MAX_DURATION_MINUTES).then(|| Self { minutes, text: text.to_string() })
    }

    /// A duration of so many minutes, written in the largest unit that divides it.
    #[must_use]
    pub fn from_minutes(minutes: u32) -> Self {
        Self { minutes, text: human_minutes(u64::from(minutes)) }
    }

    /// The duration in minutes, at least 1.
    #[must_use]
    pub const fn minutes(&self) -> u32 {
        self.minutes
    }

    /// The duration, to reckon with.
    pub(crate) fn delta(&self) -> TimeDelta {
        minutes(u64::from(self.minutes))
    }

    /// The duration as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            let expected = "a duration like `30m`, `24h` or `7d`, up to 366 days";
            authored(ErrorCode::DurationSyntax, expected, &quoted(&text))
        })
    }
}

/// So many windows, for people.
pub(crate) fn count_windows(count: usize) -> String {
    if count == 1 { String::from("1 window") } else { format!("{count} windows") }
}

/// Minutes for people, in the unit that runbooks use: `30m`, `90m`, `24h`, `3d`.
///
/// Up to two hours stay minutes and up to three days stay hours.
#[must_use]
pub fn human_minutes(minutes: u64) -> String {
    match minutes {
        m if m >= 72 * 60 && m % (24 * 60) == 0 => format!("{}d", m / (24 * 60)),
        m if m >= 120 && m % 60 == 0 => format!("{}h", m / 60),
        m if m > 120 => format!("{}h{}m", m / 60, m % 60),
        m => format!("{m}m"),
    }
}

/// A length of time for people, never rounded to another: `90 s`, `90.250 s`, and `250 ms` below a second.
pub(crate) fn human_seconds(length: TimeDelta) -> String {
    let (seconds, ms) = (length.num_seconds(), length.subsec_millis());
    match (seconds, ms) {
        (0, ms) => format!("{ms} ms"),
        (_, 0) => format!("{seconds} s"),
        _ => format!("{seconds}.{ms:03} s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn less_than_a_second_is_not_none() {
        let written = [0, 250, 999, 1000, 90_250].map(|ms| human_seconds(TimeDelta::milliseconds(ms)));
        assert_eq!(written, ["0 ms", "250 ms", "999 ms", "1 s", "90.250 s"]);
    }

    #[test]
    fn minutes_are_written_as_runbooks_do() {
        let written = [0, 5, 60, 90, 120, 125, 1440, 1439, 2880, 4320].map(human_minutes);
        assert_eq!(written, ["0m", "5m", "60m", "90m", "2h", "2h5m", "24h", "23h59m", "48h", "3d"]);
    }

    #[test]
    fn a_span_is_a_whole_number_with_a_unit() {
        let minutes = |text| Span::parse(text).map(|span| span.minutes());
        assert_eq!([minutes("30m"), minutes("24h"), minutes("366d")], [Some(30), Some(1440), Some(527_040)]);
        for text in
            ["", "m", "30", "0m", "030m", "+30m", "-5m", "1.5h", "367d", "9999999999d", "30 m", "30M", "½h"]
        {
            assert_eq!(minutes(text), None, "{text}");
        }
    }
}
