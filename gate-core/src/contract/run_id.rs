//! The id of a run: one type, so that nothing else in the core ever handles an id that could leave its directory.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;

use chrono::{NaiveDate, NaiveTime};
use serde::Serialize;

use super::finding::{ContractFault, ContractFinding};
use crate::document::quoted;

/// Characters in a run id.
const MAX_CHARS: usize = 128;
const EXPECTED: &str = "1 to 128 characters of A-Z, a-z, 0-9, `.`, `_` and `-`, not starting with `.` or `-`";
const EXPECTED_STRICT: &str =
    "YYYYMMDD_HHMMSS_ and 7 to 12 lower-case hexadecimal digits, a real date and time";

/// A run id that is safe as a directory name, as an argument and in a message.
// INVARIANT: 1 to 128 characters of `[A-Za-z0-9._-]`, the first neither `.` nor `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// The id that a person typed. White space around it is removed.
    ///
    /// White space is what Python's `str.strip` removes, because the pipelines that write artifacts strip with it:
    /// Unicode's `White_Space` and U+001C to U+001F.
    ///
    /// # Errors
    /// [`ContractFault::RunIdSyntax`].
    ///
    /// ```
    /// use gate_core::contract::RunId;
    /// assert_eq!(RunId::new(" run-a\n").unwrap().as_str(), "run-a");
    /// assert!(RunId::new("..").is_err());
    /// ```
    pub fn new(text: &str) -> Result<Self, ContractFinding> {
        let trimmed = text.trim_matches(is_python_space);
        Self::exact(trimmed).ok_or_else(|| syntax(EXPECTED, text))
    }

    /// The id in the form that generated ids have: `20260220_010203_ab12cd3`.
    ///
    /// # Errors
    /// [`ContractFault::RunIdSyntax`].
    pub fn strict(text: &str) -> Result<Self, ContractFinding> {
        let id = Self::new(text)?;
        if is_strict(&id.0) { Ok(id) } else { Err(syntax(EXPECTED_STRICT, text)) }
    }

    /// The id that stands in a path or an artifact, where nothing may be trimmed: a directory ` run-a` is not `run-a`.
    pub(super) fn exact(text: &str) -> Option<Self> {
        let first = text.chars().next()?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let good = text.chars().all(allowed) && !matches!(first, '.' | '-') && text.len() <= MAX_CHARS;
        good.then(|| Self(text.to_owned()))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

fn is_python_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

fn is_strict(id: &str) -> bool {
    let mut parts = id.split('_');
    let (Some(date), Some(time), Some(commit), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let hex = |c: char| c.is_ascii_digit() || matches!(c, 'a'..='f');
    is_date(date) && is_time(time) && (7..=12).contains(&commit.len()) && commit.chars().all(hex)
}

fn is_date(text: &str) -> bool {
    let real = |year, month, day| NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day);
    // The year 0 is a gap in a calendar, not a date on which something ran.
    text.len() == 8
        && matches!((digits(text, 0, 4), digits(text, 4, 6), digits(text, 6, 8)),
            (Some(year @ 1..), Some(month), Some(day)) if real(year, month, day).is_some())
}

fn is_time(text: &str) -> bool {
    let real = NaiveTime::from_hms_opt;
    text.len() == 6
        && matches!((digits(text, 0, 2), digits(text, 2, 4), digits(text, 4, 6)),
            (Some(hour), Some(minute), Some(second)) if real(hour, minute, second).is_some())
}

/// The number that the ASCII digits of a part make. `parse` alone would take a sign.
fn digits(text: &str, from: usize, to: usize) -> Option<u32> {
    let part = text.get(from..to)?;
    part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok()).flatten()
}

fn syntax(expected: &str, text: &str) -> ContractFinding {
    let found = match text.chars().count() {
        0 => "nothing".to_string(),
        count if count > MAX_CHARS => format!("{} of {count} characters", quoted(text)),
        _ => quoted(text),
    };
    ContractFinding::new(ContractFault::RunIdSyntax, "run_id", expected, found)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn the_alphabet_is_closed_and_the_edges_are_trimmed() {
        for good in ["a", "0", "_a", "run-a.1", "processed", " a ", "\u{1c}a\u{1f}", "\u{3000}a\u{85}"] {
            assert!(RunId::new(good).is_ok(), "{good:?}");
        }
        let long = "x".repeat(MAX_CHARS);
        assert!(RunId::new(&long).is_ok());
        let longer = "x".repeat(MAX_CHARS + 1);
        for bad in ["", " ", ".", "..", "-rf", "a/b", "a\\b", "a b", "a\nb", "a\0", "é", "a\u{200b}", &longer]
        {
            assert!(RunId::new(bad).is_err(), "{bad:?}");
        }
        assert!(RunId::exact(" a").is_none());
    }

    #[test]
    fn the_strict_form_is_a_real_instant_and_a_commit() {
        for good in ["20260220_010203_ab12cd3", "20240229_235959_0123456789ab", " 20260220_010203_ab12cd3 "] {
            assert!(RunId::strict(good).is_ok(), "{good}");
        }
        for bad in [
            "run-a",
            "20260229_010203_ab12cd3",
            "20260220_240000_ab12cd3",
            "20260220_010260_ab12cd3",
            "00000101_010203_ab12cd3",
            "20260220_010203_AB12CD3",
            "20260220_010203_ab12cd",
            "20260220_010203_0123456789abc",
            "20260220_010203_ab12cd3_",
            "+2026220_010203_ab12cd3",
            "٢٠٢٦0220_010203_ab12cd3",
        ] {
            assert!(RunId::strict(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_message_says_what_is_allowed_and_what_is_there() {
        let finding = RunId::new("a/b").unwrap_err();
        assert_eq!(
            finding.to_string(),
            "run_id: expected 1 to 128 characters of A-Z, a-z, 0-9, `.`, `_` and `-`, not starting with `.` or `-`, \
             found `a/b`"
        );
    }
}
