//! The position in the text, and the errors that name it.

use alloc::format;
use alloc::string::String;

use crate::canary::compat::error::{CompatError, ErrorKind};

/// How many lists and dictionaries can be open at a time.
const MAX_DEPTH: usize = 994;

pub(super) struct Scanner<'a> {
    pub(super) text: &'a str,
    /// The position of the next byte.
    pub(super) at: usize,
    /// The number of lists and dictionaries that are open.
    depth: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn skip_whitespace(&mut self) {
        while matches!(self.byte(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Steps over this byte, if it is the next one.
    pub(super) fn eat(&mut self, wanted: u8) -> bool {
        let found = self.byte(self.at) == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Goes one level down, into an `array` or an `object`.
    pub(super) fn enter(&mut self, what: &str) -> Result<(), CompatError> {
        if self.depth == MAX_DEPTH {
            return Err(too_deep(&format!(" while decoding a JSON {what} from a unicode string")));
        }
        self.depth += 1;
        Ok(())
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Python looks up `NaN` and the infinities by a call, for which there is no room at the last level.
    pub(super) fn check_room_for_call(&self) -> Result<(), CompatError> {
        if self.depth == MAX_DEPTH {
            return Err(too_deep(" while calling a Python object"));
        }
        Ok(())
    }

    /// The error for a place where no value starts. Python makes it when it is back at the top, so the depth does not
    /// matter.
    pub(super) fn expecting_value(&self, at: usize) -> CompatError {
        self.decode_error("Expecting value", at)
    }

    /// The error for any other mistake. Python makes it on the spot by calling a class written in Python, and in the
    /// last three levels runs out of stack while doing so.
    pub(super) fn mistake(&self, message: &str, at: usize) -> CompatError {
        match MAX_DEPTH - self.depth {
            0 | 2 => too_deep(" while calling a Python object"),
            1 => too_deep(""),
            _ => self.decode_error(message, at),
        }
    }

    /// Counts lines and columns from 1, characters from 0.
    fn decode_error(&self, message: &str, at: usize) -> CompatError {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        let char = before.chars().count();
        CompatError::new(
            ErrorKind::JsonDecode,
            format!("{message}: line {line} column {column} (char {char})"),
        )
    }
}

fn too_deep(doing: &str) -> CompatError {
    CompatError::new(ErrorKind::Recursion, String::from("maximum recursion depth exceeded") + doing)
}
