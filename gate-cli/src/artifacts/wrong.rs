//! What is wrong at a place that the caller knows.

use gate_core::contract::facts::Unreadable;

/// What was expected, and what is there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    pub(super) expected: String,
    pub(super) found: String,
}

impl Wrong {
    pub(super) fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { expected: expected.into(), found: found.into() }
    }

    /// The same with its place in a file that could be opened.
    pub(super) fn inside(self, place: &str) -> Unreadable {
        // The name of a member may hold anything, and goes to terminals.
        let inside = place.chars().map(harmless).collect();
        Unreadable { opened: true, inside, expected: self.expected, found: self.found }
    }
}

/// A piece of a file in backticks: on one line, short, and harmless to a terminal.
pub(super) fn quoted(bytes: &[u8]) -> String {
    const LONGEST: usize = 32;
    let shown = bytes.get(..LONGEST).unwrap_or(bytes);
    let rest = if shown.len() < bytes.len() { "…" } else { "" };
    let pieces = shown.utf8_chunks().map(|chunk| {
        let valid: String = chunk.valid().chars().map(harmless).collect();
        format!("{valid}{}", chunk.invalid().escape_ascii())
    });
    format!("`{}{rest}`", pieces.collect::<String>())
}

fn harmless(character: char) -> String {
    match u8::try_from(character) {
        Ok(byte) if byte.is_ascii_control() => byte.escape_ascii().to_string(),
        _ if character.is_control() => character.escape_unicode().to_string(),
        _ => character.to_string(),
    }
}
