//! Numbers of a pickle. Integers that 64 bits do not hold become the nearest float, as in JSON.

use gate_core::document::Node;

use super::super::wrong::{Wrong, quoted};

/// `I` and `L`: decimal digits, with an `L` at the end in old pickles. `00` and `01` are booleans in `I` only.
pub(super) fn decimal(line: &[u8]) -> Result<Node, Wrong> {
    let line = line.strip_suffix(b"L").unwrap_or(line);
    let wrong = || Wrong::new("a decimal integer", quoted(line));
    let text = str::from_utf8(line).map_err(|_| wrong())?;
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    if let Ok(number) = text.parse() {
        return Ok(Node::Unsigned(number));
    }
    text.parse().map(signed).or_else(|_| finite(text.parse().unwrap_or(f64::INFINITY)))
}

/// `F`: what Python's `repr` writes for a float.
pub(super) fn decimal_float(line: &[u8]) -> Result<Node, Wrong> {
    let text = str::from_utf8(line).ok().and_then(|text| text.parse().ok());
    text.map(Node::Float).ok_or_else(|| Wrong::new("a float", quoted(line)))
}

/// `LONG1` and `LONG4`: two's complement, the lowest byte first.
pub(super) fn binary(bytes: &[u8]) -> Result<Node, Wrong> {
    let negative = bytes.last().is_some_and(|last| last & 0x80 != 0);
    let magnitude = if negative { negated(bytes) } else { bytes.to_vec() };
    let length = magnitude.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let magnitude = magnitude.get(..length).unwrap_or_default();
    let (low, high) = magnitude.split_at(length.saturating_sub(8));
    let top = high.iter().rev().fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    if !low.is_empty() {
        return finite(scaled(top, low) * if negative { -1.0 } else { 1.0 });
    }
    match (negative, 0_i64.checked_sub_unsigned(top)) {
        (false, _) => Ok(Node::Unsigned(top)),
        (true, Some(number)) => Ok(signed(number)),
        (true, None) => finite(-scaled(top, low)),
    }
}

/// A number that is below 0, unless it is 0.
pub(super) fn signed(number: i64) -> Node {
    u64::try_from(number).map_or(Node::Signed(number), Node::Unsigned)
}

/// The float nearest to `top` followed by the bytes of `low`.
#[expect(clippy::cast_precision_loss, reason = "rounding to the nearest float is what is asked for")]
fn scaled(top: u64, low: &[u8]) -> f64 {
    // `top` has at least 57 significant bits; the lowest one stands for all that are cut off, so it rounds right.
    let rest = low.iter().any(|byte| *byte != 0);
    let exponent = i32::try_from(low.len().saturating_mul(8)).unwrap_or(i32::MAX);
    (top | u64::from(rest)) as f64 * 2_f64.powi(exponent)
}

fn negated(bytes: &[u8]) -> Vec<u8> {
    let mut carry = true;
    let negate = |byte: &u8| {
        let (byte, carried) = (!byte).overflowing_add(u8::from(carry));
        carry = carried;
        byte
    };
    bytes.iter().map(negate).collect()
}

fn finite(number: f64) -> Result<Node, Wrong> {
    if number.is_finite() {
        return Ok(Node::Float(number));
    }
    Err(Wrong::new("an integer that a 64-bit float can hold", "a larger one"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_64_bits_are_exact() {
        let cases: [(&[u8], Node); 9] = [
            (&[], Node::Unsigned(0)),
            (&[0], Node::Unsigned(0)),
            (&[0xff, 0], Node::Unsigned(255)),
            (&[0xff], Node::Signed(-1)),
            (&[0x00, 0xff], Node::Signed(-256)),
            (&[0, 0, 0, 0, 0, 0, 0, 0x80], Node::Signed(i64::MIN)),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0], Node::Unsigned(u64::MAX)),
            (
                &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0xff],
                Node::Float(-9_223_372_036_854_775_809.0),
            ),
            (&[0, 0, 0, 0, 0, 0, 0, 0, 1], Node::Float(18_446_744_073_709_551_616.0)),
        ];
        for (bytes, expected) in cases {
            assert_eq!(binary(bytes), Ok(expected), "{bytes:?}");
        }
    }

    #[test]
    fn larger_ones_are_the_nearest_float() {
        // 2^64 + 2^11 lies between two floats and goes to the even one; one more goes up.
        assert_eq!(binary(&[0, 8, 0, 0, 0, 0, 0, 0, 1]), decimal(b"18446744073709553664"));
        assert_eq!(binary(&[1, 8, 0, 0, 0, 0, 0, 0, 1]), decimal(b"18446744073709553665"));
        assert_ne!(binary(&[0, 8, 0, 0, 0, 0, 0, 0, 1]), binary(&[1, 8, 0, 0, 0, 0, 0, 0, 1]));
        assert!(binary(&[0x7f; 200]).is_err());
        assert!(decimal(&[b'9'; 400]).is_err());
    }

    #[test]
    fn text_is_decimal_only() {
        assert_eq!(decimal(b"-9223372036854775808L"), Ok(Node::Signed(i64::MIN)));
        assert_eq!(decimal(b"-0"), Ok(Node::Unsigned(0)));
        for line in ["", "-", "0x10", "1_0", " 1", "1.0", "--1", "nan"] {
            assert!(decimal(line.as_bytes()).is_err(), "{line:?}");
        }
        assert_eq!(decimal_float(b"1e-3"), Ok(Node::Float(0.001)));
        assert!(decimal_float(b"1e-3x").is_err());
    }
}
