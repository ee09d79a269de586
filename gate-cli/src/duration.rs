//! Times as people write them: `500ms`, `5s`, `15m`, `2h`, `7d`.

use std::time::Duration;

use chrono::TimeDelta;
use serde::{Deserialize, Deserializer};

/// The longest: a week.
const MOST: Duration = Duration::from_hours(7 * 24);

/// A time in a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time(pub(crate) Duration);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Reads a time, at least a millisecond and at most a week.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let error = || {
        format!("expected a time like `500ms`, `5s`, `15m`, `2h` or `7d`, found `{}`", text.escape_debug())
    };
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(digits).ok_or_else(error)?;
    let factor = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(error()),
    };
    let number: u64 = number.parse().map_err(|_| error())?;
    let milliseconds = number.checked_mul(factor).ok_or_else(error)?;
    Some(Duration::from_millis(milliseconds))
        .filter(|time| !time.is_zero() && *time <= MOST)
        .ok_or_else(|| format!("expected at least 1ms and at most 7d, found `{text}`"))
}

/// The same time for the core.
pub(crate) fn age(time: Duration) -> TimeDelta {
    TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX)
}

/// A time for people: `5s`, `1.2s`.
pub(crate) fn shown(time: Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{}s", time.as_secs())
    } else {
        format!("{:.1}s", time.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_refused() {
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse("15m"), Ok(Duration::from_mins(15)));
        assert_eq!(parse("7d"), parse("168h"));
        for wrong in ["", "5", "s", "0s", "-1s", "1.5s", "5 s", "999999999999999999h", "169h", "8d", "5S"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(shown(Duration::from_secs(5)), "5s");
    }
}
