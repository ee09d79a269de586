//! Python's text: code points, not necessarily valid Unicode.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

use super::unicode;

/// A Python string. Unlike a Rust one it can hold lone surrogates, which JSON escapes produce.
///
/// Displayed with U+FFFD in place of those.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Str(Vec<u32>);

impl Str {
    /// The empty text.
    pub(super) const EMPTY: Self = Self(Vec::new());

    /// `len(text)`: the number of code points.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The code points, surrogates included.
    pub fn code_points(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().copied()
    }

    /// `part in text`.
    pub(super) fn contains(&self, part: &str) -> bool {
        let part = Self::from(part);
        part.is_empty() || self.0.windows(part.len()).any(|window| window == part.0)
    }

    /// `repr(text)`, quotes included.
    pub(super) fn repr(&self) -> String {
        let has = |wanted: char| self.0.contains(&u32::from(wanted));
        let quote = if has('\'') && !has('"') { '"' } else { '\'' };
        let mut out = String::from(quote);
        for code_point in self.code_points() {
            push_repr(&mut out, code_point, quote);
        }
        out.push(quote);
        out
    }

    pub(super) fn push(&mut self, code_point: u32) {
        self.0.push(code_point);
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.0.extend(text.chars().map(u32::from));
    }
}

fn push_repr(out: &mut String, code_point: u32, quote: char) {
    // Writing to a string cannot fail.
    let _ = match char::from_u32(code_point) {
        Some('\n') => out.write_str("\\n"),
        Some('\r') => out.write_str("\\r"),
        Some('\t') => out.write_str("\\t"),
        Some(escaped) if escaped == quote || escaped == '\\' => write!(out, "\\{escaped}"),
        Some(plain) if unicode::is_printable(plain) => out.write_char(plain),
        _ => match code_point {
            0..=0xff => write!(out, "\\x{code_point:02x}"),
            0x100..=0xffff => write!(out, "\\u{code_point:04x}"),
            _ => write!(out, "\\U{code_point:08x}"),
        },
    };
}

impl From<&str> for Str {
    fn from(text: &str) -> Self {
        text.chars().map(u32::from).collect()
    }
}

/// From code points, as `map(ord, text)` gives them.
impl FromIterator<u32> for Str {
    fn from_iter<I: IntoIterator<Item = u32>>(code_points: I) -> Self {
        Self(code_points.into_iter().collect())
    }
}

impl PartialEq<str> for Str {
    fn eq(&self, other: &str) -> bool {
        self.code_points().eq(other.chars().map(u32::from))
    }
}

impl fmt::Display for Str {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code_points().try_for_each(|code_point| {
            f.write_char(char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER))
        })
    }
}
