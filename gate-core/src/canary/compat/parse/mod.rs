//! `json.loads` of `CPython` 3.11: what it accepts, what it refuses, and where it says the mistake is.
//!
//! It reads more than JSON: `NaN`, `Infinity`, `-Infinity`, lone surrogates and repeated keys, of which the last one
//! counts.

mod number;
mod scanner;
mod string;
mod value;

use super::error::CompatError;
use super::value::Value;
use scanner::Scanner;

/// Reads a JSON text.
///
/// # Errors
/// - `JSONDecodeError` for a text that is not JSON, or that starts with a byte order mark,
/// - `RecursionError` for one that is nested more than 994 levels deep: what is left of Python's 1000 when the script
///   is the only thing on the stack,
/// - `ValueError` for an integer of more than 4300 digits.
pub fn parse(text: &str) -> Result<Value, CompatError> {
    let mut scanner = Scanner::new(text);
    if text.starts_with('\u{feff}') {
        return Err(scanner.mistake("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0));
    }
    scanner.skip_whitespace();
    let value = scanner.value()?;
    scanner.skip_whitespace();
    if scanner.rest().is_empty() { Ok(value) } else { Err(scanner.mistake("Extra data", scanner.at)) }
}
