//! JSON as Python writes it: `json.dumps(value, sort_keys=True, ensure_ascii=False)`.

use alloc::format;
use alloc::string::{String, ToString};

use crate::canary::compat::{Str, Value};
use crate::document::{Decimal, mantissa, push_text, split, zeros_before};
use crate::{ErrorCode, GateError};

/// The text: keys in the order of code points, `, ` and `: ` between tokens, numbers as Python shows them.
///
/// # Errors
/// `not-utf8` for half a surrogate pair, which has no bytes.
pub fn canonical(value: &Value) -> Result<String, GateError> {
    let mut text = String::new();
    write(&mut text, value)?;
    Ok(text)
}

fn write(text: &mut String, value: &Value) -> Result<(), GateError> {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Int(value) => text.push_str(&value.to_string()),
        Value::Float(value) => text.push_str(&float(*value)),
        Value::Str(value) => push(text, value)?,
        Value::List(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                write(text, item)?;
            }
            text.push(']');
        }
        Value::Dict(entries) => {
            text.push('{');
            for (index, (key, item)) in entries.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { ", " });
                push(text, key)?;
                text.push_str(": ");
                write(text, item)?;
            }
            text.push('}');
        }
    }
    Ok(())
}

pub(super) fn push(text: &mut String, value: &Str) -> Result<(), GateError> {
    let plain: Option<String> = value.code_points().map(char::from_u32).collect();
    let half = || GateError::new(ErrorCode::NotUtf8, "", "text", "half of a surrogate pair");
    push_text(text, &plain.ok_or_else(half)?);
    Ok(())
}

/// `repr(value)` of a float, as `json.dumps` writes it: `NaN` and the infinities too.
fn float(value: f64) -> String {
    let sign = if value.is_sign_negative() { "-" } else { "" };
    if value.is_nan() {
        return "NaN".to_string();
    }
    let Some(Decimal { digits, point, .. }) = Decimal::of(value) else { return format!("{sign}Infinity") };
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let plain = match point {
        _ if value == 0.0 => "0.0".to_string(),
        -3..=0 => zeros_before(&digits, point),
        1..=16 if count <= point => {
            format!("{digits}{}.0", "0".repeat(usize::try_from(point - count).unwrap_or(0)))
        }
        1..=16 => split(&digits, usize::try_from(point).unwrap_or(0)),
        _ => {
            let exponent = point - 1;
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{}e{sign}{:02}", mantissa(&digits), exponent.unsigned_abs())
        }
    };
    format!("{sign}{plain}")
}
