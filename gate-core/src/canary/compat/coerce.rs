//! Python's `int()`, which upstream applies to `window_minutes`.

use alloc::format;
use alloc::string::String;

use super::error::{CompatError, ErrorKind};
use super::int::Int;
use super::text::Str;
use super::unicode;
use super::value::Value;

/// More digits than this are refused, so that nobody waits for a conversion of quadratic cost.
const MAX_DIGITS: usize = 4300;

/// An error message shows this many characters of the text it is about.
const SHOWN: usize = 200;

/// `int(value)`: truncates floats, takes booleans and reads texts.
pub(super) fn int(value: &Value) -> Result<Int, CompatError> {
    match value {
        Value::Bool(truth) => Ok(i64::from(*truth).into()),
        Value::Int(number) => Ok(number.clone()),
        Value::Float(number) => Int::truncated(*number).ok_or_else(|| not_finite(*number)),
        Value::Str(text) => int_of_text(text),
        Value::Null | Value::List(_) | Value::Dict(_) => Err(CompatError::new(
            ErrorKind::Type,
            format!(
                "int() argument must be a string, a bytes-like object or a real number, not '{}'",
                value.type_name()
            ),
        )),
    }
}

fn not_finite(number: f64) -> CompatError {
    if number.is_nan() {
        CompatError::new(ErrorKind::Value, "cannot convert float NaN to integer")
    } else {
        CompatError::new(ErrorKind::Overflow, "cannot convert float infinity to integer")
    }
}

fn int_of_text(text: &Str) -> Result<Int, CompatError> {
    let ascii = to_ascii(text);
    let Some(numeral) = Numeral::at_start_of(&ascii) else {
        return Err(invalid_literal(text));
    };
    check_digits(numeral.digits.len())?;
    // What follows the digits is looked at only now: too many digits are the first thing to be reported.
    if !numeral.rest.trim_start_matches(is_c_space).is_empty() {
        return Err(invalid_literal(text));
    }
    Int::from_decimal(&format!("{}{}", numeral.sign, numeral.digits)).ok_or_else(|| invalid_literal(text))
}

/// Refuses a numeral that is too long to be converted.
pub(super) fn check_digits(digits: usize) -> Result<(), CompatError> {
    if digits <= MAX_DIGITS {
        return Ok(());
    }
    Err(CompatError::new(
        ErrorKind::Value,
        format!(
            "Exceeds the limit ({MAX_DIGITS} digits) for integer string conversion: value has {digits} digits; use \
             sys.set_int_max_str_digits() to increase the limit"
        ),
    ))
}

fn invalid_literal(text: &Str) -> CompatError {
    let shown: String = text.repr().chars().take(SHOWN).collect();
    CompatError::new(ErrorKind::Value, format!("invalid literal for int() with base 10: {shown}"))
}

/// Unicode digits and spaces as ASCII ones; any other character beyond ASCII as one that no numeral has.
fn to_ascii(text: &Str) -> String {
    text.code_points()
        .map(|code_point| match char::from_u32(code_point) {
            Some(ascii) if ascii.is_ascii() => ascii,
            Some(space) if unicode::is_space(space) => ' ',
            Some(other) => unicode::decimal(other).unwrap_or('?'),
            None => '?',
        })
        .collect()
}

/// What C calls a space. Python's `str.isspace` knows four more in ASCII, but `int()` does not ask it.
fn is_c_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ')
}

/// A numeral and what stands behind it.
struct Numeral<'a> {
    sign: &'static str,
    /// Without underscores.
    digits: String,
    rest: &'a str,
}

impl<'a> Numeral<'a> {
    /// `None` when there is no digit, or an underscore that does not stand between two.
    fn at_start_of(text: &'a str) -> Option<Self> {
        let text = text.trim_start_matches(is_c_space);
        let (sign, unsigned) = match text.strip_prefix('-') {
            Some(unsigned) => ("-", unsigned),
            None => ("", text.strip_prefix('+').unwrap_or(text)),
        };
        let rest = unsigned.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
        let run = unsigned.strip_suffix(rest)?;
        let well_formed = run.split('_').all(|group| !group.is_empty());
        well_formed.then(|| Self { sign, digits: run.replace('_', ""), rest })
    }
}
