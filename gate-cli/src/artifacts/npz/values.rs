//! The few arrays whose values are judged one by one: names and indices.

use gate_core::contract::facts::Kind;

use super::super::bounds::MAX_VALUES;
use super::super::wrong::Wrong;
use super::header::{Element, Header};

/// The texts of an array of text.
pub(super) fn texts(header: &Header, data: &[u8]) -> Result<Vec<String>, Wrong> {
    let element = expect(header, Kind::Text, "text")?;
    if element.width == 0 {
        return Ok(vec![String::new(); count(header)?]);
    }
    let items = data.chunks_exact(width(element));
    if element.letter == b'U' {
        items.map(|item| wide_text(item, element.big_endian)).collect()
    } else {
        items.map(narrow_text).collect()
    }
}

/// The integers of an array of integers.
pub(super) fn integers(header: &Header, data: &[u8]) -> Result<Vec<i64>, Wrong> {
    let element = expect(header, Kind::Integer, "integers")?;
    data.chunks_exact(width(element)).map(|item| integer(item, element)).collect()
}

fn expect(header: &Header, kind: Kind, expected: &str) -> Result<Element, Wrong> {
    count(header)?;
    let element = header.element.filter(|_| header.kind == kind);
    element.ok_or_else(|| Wrong::new(format!("an array of {expected}"), described(header.kind)))
}

fn count(header: &Header) -> Result<usize, Wrong> {
    let count = header.count().unwrap_or(u64::MAX);
    let few = usize::try_from(count).ok().filter(|_| count <= MAX_VALUES);
    few.ok_or_else(|| Wrong::new(format!("at most {MAX_VALUES} values"), count.to_string()))
}

fn width(element: Element) -> usize {
    usize::try_from(element.width).unwrap_or(usize::MAX).max(1)
}

/// Four bytes a character, padded with zeros at the end.
fn wide_text(item: &[u8], big_endian: bool) -> Result<String, Wrong> {
    let codes = item
        .as_chunks::<4>()
        .0
        .iter()
        .map(|code| if big_endian { u32::from_be_bytes(*code) } else { u32::from_le_bytes(*code) });
    let codes: Vec<u32> = codes.collect();
    let length = codes.iter().rposition(|code| *code != 0).map_or(0, |last| last + 1);
    let character = |code: &u32| {
        char::from_u32(*code).ok_or_else(|| Wrong::new("a Unicode character", format!("{code:#x}")))
    };
    codes.iter().take(length).map(character).collect()
}

/// Bytes, padded with zeros at the end.
fn narrow_text(item: &[u8]) -> Result<String, Wrong> {
    let length = item.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let text = str::from_utf8(item.get(..length).unwrap_or_default());
    text.map(str::to_owned).map_err(|_| Wrong::new("UTF-8 text", "other bytes"))
}

fn integer(item: &[u8], element: Element) -> Result<i64, Wrong> {
    let first = if element.big_endian { item.first() } else { item.last() };
    let negative = element.letter == b'i' && first.is_some_and(|byte| byte & 0x80 != 0);
    let shift = |number: i128, byte: &u8| (number << 8) | i128::from(*byte);
    let start = if negative { -1 } else { 0 };
    let number = if element.big_endian {
        item.iter().fold(start, shift)
    } else {
        item.iter().rev().fold(start, shift)
    };
    i64::try_from(number).map_err(|_| Wrong::new("integers of 64 bits with a sign", number.to_string()))
}

const fn described(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "booleans",
        Kind::Integer => "integers",
        Kind::Float => "floats",
        Kind::Complex => "complex numbers",
        Kind::Text => "text",
        Kind::Object => "Python objects, which only unpickling could read",
        Kind::Other => "dates or records",
    }
}
