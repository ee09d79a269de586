//! The serde error that keeps its parts.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Display, Write as _};

use serde::de::{self, Expected, Unexpected};

use super::nearest::nearest;
use crate::{ErrorCode, GateError};

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// A key of an object.
    Key(String),
    /// An index of an array.
    Index(usize),
}

/// What is wrong with a document, collected on the way out of it.
///
/// A deserializer adds a [`Segment`] at each level that the error passes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    code: ErrorCode,
    // Innermost first: a level prepends by pushing.
    path: Vec<Segment>,
    expected: String,
    found: String,
}

impl Fault {
    /// A fault at the value itself.
    pub fn new(code: ErrorCode, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { code, path: Vec::new(), expected: expected.into(), found: found.into() }
    }

    /// The same fault, seen from one level further out.
    #[must_use]
    pub fn under(mut self, segment: Segment) -> Self {
        self.path.push(segment);
        self
    }

    fn path(&self) -> String {
        let mut path = String::new();
        for segment in self.path.iter().rev() {
            push_segment(&mut path, segment);
        }
        path
    }
}

/// Appends a step: `.key`, `[3]`, or `["odd key"]` where a plain key would be ambiguous.
fn push_segment(path: &mut String, segment: &Segment) {
    // Writing into a String cannot fail.
    let _ = match segment {
        Segment::Index(index) => write!(path, "[{index}]"),
        Segment::Key(key) if !is_plain(key) => write!(path, "[\"{}\"]", key.escape_debug()),
        Segment::Key(key) if path.is_empty() => write!(path, "{key}"),
        Segment::Key(key) => write!(path, ".{key}"),
    };
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ':' | '>' | '<'))
}

impl From<Fault> for GateError {
    fn from(fault: Fault) -> Self {
        let path = fault.path();
        Self::new(fault.code, path, fault.expected, fault.found)
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&GateError::from(self.clone()), f)
    }
}

impl core::error::Error for Fault {}

impl de::Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        let text = message.to_string();
        let authored = text.split_once(": expected ").and_then(|(code, rest)| {
            let (code, key) = code.split_once(" at ").map_or((code, None), |(code, key)| (code, Some(key)));
            let code = ErrorCode::ALL.iter().find(|known| known.as_str() == code)?;
            let (expected, found) = rest.split_once(", found ")?;
            let fault = Self::new(*code, expected, found);
            Some(match key {
                Some(key) => fault.under(Segment::Key(key.to_owned())),
                None => fault,
            })
        });
        authored.unwrap_or_else(|| Self::new(ErrorCode::WrongValue, "a valid value", text))
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let code = match unexpected {
            Unexpected::Float(value) if !value.is_finite() => ErrorCode::NotFinite,
            _ => ErrorCode::WrongType,
        };
        Self::new(code, plain(expected), describe(unexpected))
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let code = match unexpected {
            Unexpected::Float(value) if !value.is_finite() => ErrorCode::NotFinite,
            Unexpected::Unsigned(_) | Unexpected::Signed(_) => ErrorCode::NumberOutOfRange,
            _ => ErrorCode::WrongValue,
        };
        Self::new(code, plain(expected), describe(unexpected))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(ErrorCode::WrongValue, plain(expected), format!("{length} values"))
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        Self::new(ErrorCode::WrongValue, one_of(known), with_hint(variant, known))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::new(ErrorCode::UnknownField, one_of(known), with_hint(field, known))
            .under(Segment::Key(field.to_owned()))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(ErrorCode::MissingField, format!("the required field `{field}`"), "nothing")
            .under(Segment::Key(field.to_owned()))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::duplicate_key(field)
    }
}

impl Fault {
    /// A key that stands twice in one object.
    #[must_use]
    pub fn duplicate_key(key: &str) -> Self {
        Self::new(ErrorCode::DuplicateKey, "each key once", format!("a second {}", quoted(key)))
            .under(Segment::Key(key.to_owned()))
    }
}

/// The path of a field: `parent.key`, or `parent["odd key"]`.
pub(crate) fn field(parent: &str, key: &str) -> String {
    let mut path = String::from(parent);
    push_segment(&mut path, &Segment::Key(key.to_owned()));
    path
}

/// [`Fault::duplicate_key`] through any deserializer.
pub(crate) fn duplicate_key<E: de::Error>(key: &str) -> E {
    let code = ErrorCode::DuplicateKey;
    E::custom(format_args!("{code} at {key}: expected each key once, found a second {}", quoted(key)))
}

/// An error of ours through any deserializer: [`Fault`] takes the text apart again.
pub(crate) fn authored<E: de::Error>(code: ErrorCode, expected: &str, found: &str) -> E {
    E::custom(format_args!("{code}: expected {expected}, found {found}"))
}

fn one_of(known: &[&str]) -> String {
    let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
    format!("one of {}", names.join(", "))
}

fn with_hint(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("{}; did you mean `{near}`?", quoted(word)),
        None => quoted(word),
    }
}

/// What serde expects, in the words of JSON.
fn plain(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    match text.as_str() {
        "u32" | "u64" | "usize" | "i64" => "a whole number".to_string(),
        "f64" => "a number".to_string(),
        "a sequence" => "an array".to_string(),
        "a map" => "an object".to_string(),
        other if other.starts_with("struct ") => "an object".to_string(),
        other if other.starts_with("variant ") || other.starts_with("enum ") => "a string".to_string(),
        _ => text,
    }
}

pub(crate) fn quoted(text: &str) -> String {
    const MAX_SHOWN: usize = 60;
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("`{}`", shown.escape_debug())
}

fn describe(unexpected: Unexpected<'_>) -> String {
    match unexpected {
        Unexpected::Bool(value) => format!("the boolean {value}"),
        Unexpected::Unsigned(value) => value.to_string(),
        Unexpected::Signed(value) => value.to_string(),
        Unexpected::Float(value) if value.is_nan() => "NaN".to_string(),
        Unexpected::Float(value) if value.is_infinite() && value > 0.0 => "Infinity".to_string(),
        Unexpected::Float(value) if value.is_infinite() => "-Infinity".to_string(),
        Unexpected::Float(value) => format!("{value:?}"),
        Unexpected::Str(value) => format!("the string {}", quoted(value)),
        Unexpected::Unit | Unexpected::Option => "null".to_string(),
        Unexpected::Seq => "an array".to_string(),
        Unexpected::Map => "an object".to_string(),
        Unexpected::Other(what) => what.to_string(),
        other => other.to_string(),
    }
}
