//! The exceptions that upstream ends with.

use alloc::string::String;
use core::fmt;

use thiserror::Error;

/// An exception, as upstream raises it.
///
/// Displayed as the last line of the traceback: `ValueError: empty metric windows`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{kind}: {message}")]
pub struct CompatError {
    /// The class of the exception.
    pub kind: ErrorKind,
    /// What `str(exception)` returns.
    pub message: String,
}

impl CompatError {
    /// An exception of this class with this text.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

/// The class of an exception. Displayed with its module, as a traceback does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// `AttributeError`: the document is not an object.
    Attribute,
    /// `json.decoder.JSONDecodeError`: the text is not JSON.
    JsonDecode,
    /// `OverflowError`: `window_minutes` is infinite.
    Overflow,
    /// `RecursionError`: the text is nested too deeply.
    Recursion,
    /// `TypeError`: a value of a type that cannot be used there.
    Type,
    /// `UnicodeDecodeError`: the file is not UTF-8.
    UnicodeDecode,
    /// `ValueError`: the five errors upstream raises itself, and `int()` of a text that is not a number.
    Value,
}

impl ErrorKind {
    /// The name of the class: `ValueError`, `JSONDecodeError`, ...
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attribute => "AttributeError",
            Self::JsonDecode => "JSONDecodeError",
            Self::Overflow => "OverflowError",
            Self::Recursion => "RecursionError",
            Self::Type => "TypeError",
            Self::UnicodeDecode => "UnicodeDecodeError",
            Self::Value => "ValueError",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = if *self == Self::JsonDecode { "json.decoder." } else { "" };
        write!(f, "{module}{}", self.name())
    }
}
