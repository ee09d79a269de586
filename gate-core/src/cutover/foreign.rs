//! Text of others in the message of a check.

use alloc::string::String;

/// Foreign text on one line of at most 120 characters.
pub(super) fn one_line(text: &str) -> String {
    crate::line::one_line(text).chars().take(120).collect()
}
