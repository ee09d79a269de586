//! Numbers.

use alloc::format;
use alloc::string::String;
use core::num::ParseFloatError;

use super::scanner::Scanner;
use crate::canary::compat::coerce::check_digits;
use crate::canary::compat::error::CompatError;
use crate::canary::compat::int::Int;
use crate::canary::compat::value::Value;

/// Rust's float parser gives up counting when an exponent passes this, which only shows in literals that are longer.
const MAX_EXPONENT: usize = 0xffff;

impl Scanner<'_> {
    /// Reads the number that starts here. `1.` and `1e` are the number 1 with something behind it.
    pub(super) fn number(&mut self) -> Result<Value, CompatError> {
        let start = self.at;
        let digits = start + usize::from(self.byte(start) == Some(b'-'));
        let whole = match self.byte(digits) {
            Some(b'0') => digits + 1,
            Some(b'1'..=b'9') => self.past_digits(digits),
            _ => return Err(self.expecting_value(start)),
        };
        let end = self.past_exponent(self.past_fraction(whole));
        let literal = self.text.get(start..end).unwrap_or_default();
        self.at = end;
        // INVARIANT: the literal is well formed, so neither of the two fails for its form.
        if end == whole {
            check_digits(whole - digits)?;
            Int::from_decimal(literal).map(Value::Int).ok_or_else(|| self.expecting_value(start))
        } else {
            float(literal).map(Value::Float).map_err(|_| self.expecting_value(start))
        }
    }

    fn past_digits(&self, at: usize) -> usize {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        at + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    fn past_fraction(&self, at: usize) -> usize {
        let end = self.past_digits(at + 1);
        if self.byte(at) == Some(b'.') && end > at + 1 { end } else { at }
    }

    fn past_exponent(&self, at: usize) -> usize {
        let digits = at + 1 + usize::from(matches!(self.byte(at + 1), Some(b'+' | b'-')));
        let end = self.past_digits(digits);
        if matches!(self.byte(at), Some(b'e' | b'E')) && end > digits { end } else { at }
    }
}

fn float(literal: &str) -> Result<f64, ParseFloatError> {
    if literal.len() > MAX_EXPONENT { rescaled(literal).parse() } else { literal.parse() }
}

/// The same number between 0.1 and 1 times a power of ten, so that a long run of digits and a large exponent that undo
/// each other are not read as infinity or zero.
fn rescaled(literal: &str) -> String {
    let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let beyond = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    let exponent = exponent.parse().unwrap_or(beyond);
    let shift = i64::try_from(whole.len()).unwrap_or(i64::MAX);
    let zeros = i64::try_from(all.len() - significant.len()).unwrap_or(i64::MAX);
    format!("{sign}0.{significant}e{}", exponent.saturating_add(shift).saturating_sub(zeros))
}
