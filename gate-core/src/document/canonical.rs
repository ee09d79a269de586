//! JSON in the one form that digests are taken over: RFC 8785, the JSON Canonicalization Scheme (JCS).
//!
//! No space between tokens; keys in the order of their UTF-16 code units; texts with the shortest escapes; numbers as
//! ECMAScript writes a double: the fewest digits that read back as the same double, an exponent from 1e21 and below
//! 1e-6, and no sign on zero.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::Node;
use super::fault::quoted;
use crate::{ErrorCode, GateError};

/// The canonical text of a document.
///
/// # Errors
/// `not-finite`; `duplicate-key`, because two documents would have one text; `number-out-of-range` for an integer that a
/// double does not hold, for the same reason.
pub fn canonical(node: &Node) -> Result<String, GateError> {
    let mut text = String::new();
    write(&mut text, node)?;
    Ok(text)
}

/// The canonical text of anything that serializes.
///
/// # Errors
/// Those of [`canonical`], and `wrong-value` for what JSON cannot hold.
pub fn to_canonical(value: &impl Serialize) -> Result<String, GateError> {
    let unfit = |error: serde_json::Error| {
        GateError::new(ErrorCode::WrongValue, "", "a value that JSON can hold", error.to_string())
    };
    let node = serde_json::to_value(value).and_then(Node::deserialize).map_err(unfit)?;
    canonical(&node)
}

fn write(text: &mut String, node: &Node) -> Result<(), GateError> {
    match node {
        Node::Null => text.push_str("null"),
        Node::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Node::Unsigned(value) => text.push_str(&integer(i128::from(*value))?),
        Node::Signed(value) => text.push_str(&integer(i128::from(*value))?),
        Node::Float(value) => text.push_str(&number(*value)?),
        Node::Text(value) => push_text(text, value),
        Node::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                text.push_str(if index == 0 { "" } else { "," });
                write(text, item)?;
            }
            text.push(']');
        }
        Node::Object(entries) => write_object(text, entries)?,
    }
    Ok(())
}

fn write_object(text: &mut String, entries: &[(String, Node)]) -> Result<(), GateError> {
    let mut sorted: Vec<&(String, Node)> = entries.iter().collect();
    sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    if let Some(twice) = sorted.windows(2).find_map(|pair| match pair {
        [(a, _), (b, _)] if a == b => Some(a),
        _ => None,
    }) {
        return Err(GateError::new(ErrorCode::DuplicateKey, "", "each key once", quoted(twice)));
    }
    text.push('{');
    for (index, (key, value)) in sorted.into_iter().enumerate() {
        text.push_str(if index == 0 { "" } else { "," });
        push_text(text, key);
        text.push(':');
        write(text, value)?;
    }
    text.push('}');
    Ok(())
}

/// A JSON text with the escapes that JSON demands and no other: both JCS and Python write it so.
pub(crate) fn push_text(text: &mut String, value: &str) {
    text.push('"');
    for character in value.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\u{8}' => text.push_str("\\b"),
            '\t' => text.push_str("\\t"),
            '\n' => text.push_str("\\n"),
            '\u{c}' => text.push_str("\\f"),
            '\r' => text.push_str("\\r"),
            control if control < ' ' => text.push_str(&format!("\\u{:04x}", u32::from(control))),
            plain => text.push(plain),
        }
    }
    text.push('"');
}

/// An integer that is the double nearest to it, or the text that such a double has.
fn integer(value: i128) -> Result<String, GateError> {
    #[expect(clippy::cast_precision_loss, reason = "what is lost is found by the comparison")]
    let nearest = value as f64;
    let text = number(nearest)?;
    #[expect(clippy::cast_possible_truncation, reason = "of 65 bits, and compared")]
    let exact = nearest as i128 == value;
    if exact || text == value.to_string() {
        return Ok(text);
    }
    let expected = "an integer that a 64-bit float holds; a larger one goes into a text";
    Err(GateError::new(ErrorCode::NumberOutOfRange, "", expected, format!("`{value}`")))
}

/// A number as ECMAScript writes it.
fn number(value: f64) -> Result<String, GateError> {
    let Decimal { negative, digits, point } = Decimal::of(value)
        .ok_or_else(|| GateError::new(ErrorCode::NotFinite, "", "a finite number", value.to_string()))?;
    let count = digits.len();
    let text = match usize::try_from(point) {
        _ if digits == "0" => return Ok(digits),
        Ok(point) if point > 0 && point <= 21 && count <= point => digits + &"0".repeat(point - count),
        Ok(point) if point > 0 && point <= 21 => split(&digits, point),
        _ if (-5..=0).contains(&point) => zeros_before(&digits, point),
        _ => format!("{}e{:+}", mantissa(&digits), point - 1),
    };
    Ok(if negative { format!("-{text}") } else { text })
}

/// A finite number as the fewest digits that read back as the same double, and where their point stands.
#[derive(Debug)]
pub(crate) struct Decimal {
    pub(crate) negative: bool,
    pub(crate) digits: String,
    /// The number is 0.DIGITS times ten to this power.
    pub(crate) point: i32,
}

impl Decimal {
    pub(crate) fn of(value: f64) -> Option<Self> {
        let magnitude = value.abs();
        // Rust writes `1.2345e-7` with the fewest digits. Of two that are equally near it takes the larger, ECMAScript
        // and Python the even one, as Rust does when it is told how many digits.
        let shortest = format!("{magnitude:e}");
        let count = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
        let even = format!("{magnitude:.*e}", count.saturating_sub(1));
        let text = if even.parse() == Ok(magnitude) { even } else { shortest };
        let (mantissa, exponent) = text.split_once('e')?;
        let point = exponent.parse::<i32>().ok()? + 1;
        Some(Self { negative: value.is_sign_negative(), digits: mantissa.replace('.', ""), point })
    }
}

/// `1.2345` of the digits `12345`.
pub(crate) fn mantissa(digits: &str) -> String {
    if digits.len() == 1 { digits.to_owned() } else { split(digits, 1) }
}

/// The digits with a point after so many.
pub(crate) fn split(digits: &str, point: usize) -> String {
    let (whole, fraction) = digits.split_at_checked(point).unwrap_or((digits, ""));
    format!("{whole}.{fraction}")
}

/// `0.00012345` of the digits `12345`.
pub(crate) fn zeros_before(digits: &str, point: i32) -> String {
    let zeros = usize::try_from(-point).unwrap_or(0);
    format!("0.{}{digits}", "0".repeat(zeros))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;
    use crate::document::from_json_tree;

    /// RFC 8785, appendix B: the bits of a double, and its text.
    const NUMBERS: [(u64, &str); 24] = [
        (0x0000_0000_0000_0000, "0"),
        (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"),
        (0x8000_0000_0000_0001, "-5e-324"),
        (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
        (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"),
        (0xc340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"),
        (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
        (0x44b5_2d02_c7e1_4af6, "1e+23"),
        (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
        (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
        (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
        (0x444b_1ae4_d6e2_ef50, "1e+21"),
        (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
        (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
        (0x41b3_de43_5555_5553, "333333333.3333332"),
        (0x41b3_de43_5555_5554, "333333333.33333325"),
        (0x41b3_de43_5555_5555, "333333333.3333333"),
        (0x41b3_de43_5555_5556, "333333333.3333334"),
        (0x41b3_de43_5555_5557, "333333333.33333343"),
        (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ];

    fn text(json: &str) -> Result<String, GateError> {
        canonical(&from_json_tree(json.as_bytes()).unwrap())
    }

    #[test]
    fn numbers_are_those_of_the_rfc() {
        for (bits, expected) in NUMBERS {
            assert_eq!(canonical(&Node::Float(f64::from_bits(bits))).unwrap(), expected, "{bits:x}");
        }
        for not_finite in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(canonical(&Node::Float(not_finite)).unwrap_err().code(), ErrorCode::NotFinite);
        }
    }

    #[test]
    fn the_examples_of_the_rfc() {
        let written = r#"{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}"#;
        let expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
                        \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(text(written).unwrap(), expected);
        let keys =
            r#"{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7}"#;
        let expected = "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}";
        assert_eq!(text(keys).unwrap(), expected);
    }

    #[test]
    fn what_would_share_a_text_is_refused() {
        assert_eq!(text(r#"{"a": 1, "a": 2}"#).unwrap_err().code(), ErrorCode::DuplicateKey);
        for lost in ["9007199254740993", "-9007199254740993", "18446744073709551615"] {
            assert_eq!(text(lost).unwrap_err().code(), ErrorCode::NumberOutOfRange, "{lost}");
        }
        assert_eq!(
            text("[9007199254740992, 9223372036854775808]").unwrap(),
            "[9007199254740992,9223372036854776000]"
        );
        assert_eq!(text("9223372036854776000").unwrap(), "9223372036854776000");
    }
}
