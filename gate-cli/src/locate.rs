//! Where in a text the value stands that an error names by its path.
//!
//! The text is walked along the path with serde; at its end the walk fails on purpose, and the
//! deserializer's own error says how far it had come.

use std::cell::Cell;
use std::fmt;
use std::ops::Range;

use gate_core::error::Position;
use gate_core::{ErrorCode, GateError};
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::input::{Source, Syntax};
use crate::yaml;

/// The bytes of a text that an error is about.
pub(crate) fn locate(source: &Source, error: &GateError) -> Option<Range<usize>> {
    if let Some(position) = error.position() {
        let start = offset_of(&source.bytes, position)?;
        return Some(start..start + token_length(&source.bytes, start));
    }
    find(source, error.path(), error.code())
}

/// The bytes of the value or key at `path`; which of them depends on what is wrong with it.
pub(crate) fn find(source: &Source, path: &str, code: ErrorCode) -> Option<Range<usize>> {
    if path.is_empty() {
        return None;
    }
    let earlier = usize::from(code == ErrorCode::DuplicateKey);
    let value = match code {
        // The field is not there, so that the innermost object that is there has to do.
        ErrorCode::MissingField => outwards(path).find_map(|path| walk(source, path, 0)),
        // A duplicate in a table has the path of the table.
        _ => walk(source, path, earlier).or_else(|| walk(source, path, 0)),
    }?;
    let about_key = matches!(code, ErrorCode::DuplicateKey | ErrorCode::UnknownField);
    let key =
        key_before(&source.bytes, value).filter(|key| about_key || is_block(&source.bytes, key.end, value));
    Some(key.unwrap_or_else(|| value..value + token_length(&source.bytes, value)))
}

/// True if a value is an array or an object, which its key stands for better than its first character.
fn is_block(bytes: &[u8], key_end: usize, value: usize) -> bool {
    let bracket = bytes.get(value).is_some_and(|byte| b"[{".contains(byte));
    bracket || bytes.get(key_end..value).is_some_and(|between| between.contains(&b'\n'))
}

/// The place of a byte, counted from 1.
pub(crate) fn position_of(bytes: &[u8], offset: usize) -> Position {
    let before = bytes.get(..offset).unwrap_or(bytes);
    let line = before.split(|byte| *byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    Position { line, column }
}

fn offset_of(bytes: &[u8], position: Position) -> Option<usize> {
    let start = line_start(bytes, position.line)?;
    // serde_json calls the newline itself column 0 of the next line.
    let offset = start + position.column.saturating_sub(1);
    (offset <= bytes.len()).then_some(offset)
}

fn line_start(bytes: &[u8], line: usize) -> Option<usize> {
    let before = line.checked_sub(1)?;
    let length = bytes.split_inclusive(|byte| *byte == b'\n').take(before);
    Some(length.map(<[u8]>::len).sum())
}

/// The path without its last step, without its last two, and so on.
fn outwards(path: &str) -> impl Iterator<Item = &str> {
    let steps = path.char_indices().rev();
    steps.filter(|(at, letter)| *at > 0 && matches!(letter, '.' | '[')).filter_map(|(at, _)| path.get(..at))
}

/// The offset of the value at `path`, after so many earlier ones at the same path.
fn walk(source: &Source, path: &str, earlier: usize) -> Option<usize> {
    let trail = Trail { earlier: Cell::new(earlier), reached: Cell::new(false) };
    let seek = Seek { rest: path, trail: &trail };
    let bytes = source.bytes.as_slice();
    let offset = match source.syntax {
        Syntax::Json => {
            let mut json = serde_json::Deserializer::from_slice(bytes);
            let error = seek.deserialize(&mut json).err()?;
            line_start(bytes, error.line())? + error.column()
        }
        Syntax::Yaml => yaml::offset_of_failure(std::str::from_utf8(bytes).ok()?, seek)?,
    };
    let blank = bytes.get(offset..)?.iter().take_while(|byte| byte.is_ascii_whitespace());
    trail.reached.get().then(|| offset + blank.count())
}

/// What the whole walk shares.
struct Trail {
    /// Values at the end of the path that are still to be passed over.
    earlier: Cell<usize>,
    reached: Cell<bool>,
}

/// Walks on along the rest of the path.
#[derive(Clone, Copy)]
struct Seek<'a> {
    rest: &'a str,
    trail: &'a Trail,
}

impl<'a> Seek<'a> {
    fn onwards(self, rest: &'a str) -> Self {
        Self { rest, ..self }
    }
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        if !self.rest.is_empty() {
            return deserializer.deserialize_any(self);
        }
        if let Some(fewer) = self.trail.earlier.get().checked_sub(1) {
            self.trail.earlier.set(fewer);
            return deserializer.deserialize_ignored_any(IgnoredAny).map(drop);
        }
        self.trail.reached.set(true);
        Err(D::Error::custom("reached"))
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match after_key(self.rest, &key) {
                Some(rest) => map.next_value_seed(self.onwards(rest))?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        if let Some((index, rest)) = split_index(self.rest) {
            for _ in 0..index {
                if seq.next_element::<IgnoredAny>()?.is_none() {
                    return Ok(());
                }
            }
            seq.next_element_seed(self.onwards(rest))?;
        }
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// What is left of a path after a step to `key`; `None` if it does not lead there.
fn after_key<'a>(path: &'a str, key: &str) -> Option<&'a str> {
    let quoted = format!("[\"{}\"]", key.escape_debug());
    let plain = path.strip_prefix('.').unwrap_or(path);
    path.strip_prefix(&quoted)
        .or_else(|| plain.strip_prefix(key))
        .filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Takes a step like `[3]` off a path.
fn split_index(path: &str) -> Option<(usize, &str)> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((index.parse().ok()?, rest))
}

/// The key in front of a value.
fn key_before(bytes: &[u8], value: usize) -> Option<Range<usize>> {
    let before = bytes.get(..value)?.trim_ascii_end().strip_suffix(b":")?;
    let before = before.trim_ascii_end();
    let (last, inner) = before.split_last()?;
    let start = if matches!(last, b'"' | b'\'') {
        let opens = |at: &usize| inner.get(*at) == Some(last) && escapes(inner, *at).is_multiple_of(2);
        (0..inner.len()).rev().find(opens)?
    } else {
        let word = |byte: &u8| !byte.is_ascii_whitespace() && !b"{,".contains(byte);
        before.len() - before.iter().rev().take_while(|byte| word(byte)).count()
    };
    (start < before.len()).then_some(start..before.len())
}

/// The number of backslashes in front of a byte.
fn escapes(bytes: &[u8], at: usize) -> usize {
    let before = bytes.get(..at).unwrap_or_default();
    before.iter().rev().take_while(|byte| **byte == b'\\').count()
}

/// The length of the number, word, string or bracket that starts at `offset`.
fn token_length(bytes: &[u8], offset: usize) -> usize {
    const MOST: usize = 60;
    let Some((first, rest)) = bytes.get(offset..).and_then(<[u8]>::split_first) else {
        return 0;
    };
    let rest = rest.get(..MOST).unwrap_or(rest);
    let line = rest.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let more = match first {
        b'"' | b'\'' => line.iter().position(|byte| byte == first).map_or(line.len(), |end| end + 1),
        b'[' | b'{' | b']' | b'}' | b',' | b':' | b'\n' => 0,
        // A broken byte stands for itself.
        _ if !first.is_ascii() => 0,
        _ => line
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || b",]}:".contains(byte))
            .unwrap_or(line.len()),
    };
    1 + more
}
