//! JSON text to document, with errors that name path, position, what was expected and found.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use core::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;

use super::fault::quoted;
use super::{Fault, Node, from_node};
use crate::bounds::{MAX_DEPTH, MAX_INPUT_BYTES};
use crate::error::Position;
use crate::{ErrorCode, GateError};

/// Reads a document from JSON bytes.
///
/// # Errors
/// `input-too-large`, `empty-input`, `byte-order-mark`, `not-utf8`, `json-syntax` and every code that
/// the document itself can have, with the path of the first field that is wrong.
pub fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, GateError> {
    let text = check_text(bytes)?;
    serde_json::from_str(text).map(|Object(document)| document).map_err(|error| explain::<T>(text, &error))
}

/// Reads any JSON bytes as a tree.
///
/// # Errors
/// Those of [`from_json`] that do not depend on the kind of document.
pub fn from_json_tree(bytes: &[u8]) -> Result<Node, GateError> {
    let text = check_text(bytes)?;
    serde_json::from_str(text).map_err(|error| syntax_error(text, &error))
}

/// An object that is read as a `T`; serde alone would also take an array of the fields of `T`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectReader(PhantomData))
    }
}

struct ObjectReader<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectReader<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

/// Returns the bytes as text if they are within the size bound, not empty, UTF-8 and without a mark.
///
/// # Errors
/// `input-too-large`, `empty-input`, `byte-order-mark`, `not-utf8`.
pub fn check_text(bytes: &[u8]) -> Result<&str, GateError> {
    let refuse = |code, expected: &str, found: String| Err(GateError::new(code, "", expected, found));
    if bytes.len() > MAX_INPUT_BYTES {
        let found = format!("{} bytes", bytes.len());
        return refuse(ErrorCode::InputTooLarge, &format!("at most {MAX_INPUT_BYTES} bytes"), found);
    }
    if bytes.starts_with(b"\xef\xbb\xbf") {
        let expected = "UTF-8 text without a byte order mark";
        return refuse(ErrorCode::ByteOrderMark, expected, "a byte order mark".to_string());
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return refuse(ErrorCode::EmptyInput, "a document", "no content".to_string());
    }
    core::str::from_utf8(bytes).map_err(|error| {
        let found = format!("an invalid byte after {} valid ones", error.valid_up_to());
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        GateError::new(ErrorCode::NotUtf8, "", "UTF-8 text", found).at(position_after(valid))
    })
}

/// The place of the byte that follows `text`.
fn position_after(text: &[u8]) -> Position {
    let lines = text.split(|byte| *byte == b'\n').count();
    let column = text.iter().rev().take_while(|byte| **byte != b'\n').count();
    Position { line: lines, column: column + 1 }
}

/// Says what is wrong with a text that could not be read as a `T`.
fn explain<T: DeserializeOwned>(text: &str, error: &serde_json::Error) -> GateError {
    if error.classify() != Category::Data {
        return syntax_error(text, error);
    }
    let at = Position { line: error.line(), column: error.column() };
    match serde_json::from_str::<Node>(text).map(|node| from_node::<T>(&node)) {
        Ok(Err(known)) => known,
        // A syntax error stands behind the first wrong value.
        Err(error) => syntax_error(text, &error),
        Ok(Ok(_)) => {
            GateError::new(ErrorCode::WrongValue, "", "a valid document", plain_message(error)).at(at)
        }
    }
}

fn syntax_error(text: &str, error: &serde_json::Error) -> GateError {
    let at = Position { line: error.line(), column: error.column() };
    let message = plain_message(error);
    if error.classify() == Category::Data {
        return GateError::from(<Fault as serde::de::Error>::custom(message)).at(at);
    }
    let (token, start) = token_at(text, at);
    let not_finite = ["NaN", "Infinity", "-Infinity", "nan", "inf", "-inf", "-nan"];
    let (code, expected, found, at) = if message.starts_with("recursion limit") {
        let expected = format!("at most {MAX_DEPTH} levels of nesting");
        (ErrorCode::NestingTooDeep, expected, "more".to_string(), at)
    } else if message.starts_with("number out of range") {
        let expected = "a number that a 64-bit float can hold".to_string();
        (ErrorCode::NumberOutOfRange, expected, quoted(token), start)
    } else if let Some(literal) = not_finite.into_iter().find(|literal| token.starts_with(literal)) {
        let expected = "a finite number, or null for a missing value".to_string();
        (ErrorCode::NotFinite, expected, literal.to_string(), start)
    } else {
        (ErrorCode::JsonSyntax, "JSON".to_string(), format!("a syntax error: {message}"), at)
    };
    GateError::new(code, "", expected, found).at(at)
}

/// The message without serde's own ` at line 1 column 2`, which the error carries as numbers.
fn plain_message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&suffix).unwrap_or(&message).to_string()
}

/// The word or number around a position, and where it starts.
fn token_at(text: &str, at: Position) -> (&str, Position) {
    let line = text.split('\n').nth(at.line.saturating_sub(1)).unwrap_or("");
    let middle = at.column.saturating_sub(1).min(line.len());
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.');
    let bytes = line.as_bytes();
    let before = bytes.iter().take(middle).rev().take_while(|byte| part(byte)).count();
    let after = bytes.iter().skip(middle).take_while(|byte| part(byte)).count();
    let token = line.get(middle - before..middle + after).unwrap_or("");
    (token, Position { column: middle - before + 1, ..at })
}
