//! Python's `>`.

use alloc::format;
use core::cmp::Ordering;

use super::error::{CompatError, ErrorKind};
use super::int::Int;
use super::value::Value;

/// `left > right`.
///
/// Two texts or two lists could be compared in Python as well; upstream never gets there, because every element is
/// first compared with a numeric limit.
pub(super) fn greater(left: &Value, right: &Value) -> Result<bool, CompatError> {
    match (Number::of(left), Number::of(right)) {
        (Some(a), Some(b)) => Ok(a.partial_cmp(&b) == Some(Ordering::Greater)),
        _ => Err(not_comparable(left, right)),
    }
}

fn not_comparable(left: &Value, right: &Value) -> CompatError {
    let (left, right) = (left.type_name(), right.type_name());
    CompatError::new(
        ErrorKind::Type,
        format!("'>' not supported between instances of '{left}' and '{right}'"),
    )
}

/// `max(values)` of at least one value: the first one, unless a later one is greater. NaN is never greater and nothing
/// is greater than NaN, so one in front stays and one further back is skipped.
pub(super) fn max(values: &[Value]) -> Result<&Value, CompatError> {
    let mut largest = values.first().unwrap_or(&Value::Null);
    for value in values.iter().skip(1) {
        if greater(value, largest)? {
            largest = value;
        }
    }
    Ok(largest)
}

enum Number {
    Int(Int),
    Float(f64),
}

impl Number {
    fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(truth) => Some(Self::Int(i64::from(*truth).into())),
            Value::Int(number) => Some(Self::Int(number.clone())),
            Value::Float(number) => Some(Self::Float(*number)),
            Value::Null | Value::Str(_) | Value::List(_) | Value::Dict(_) => None,
        }
    }

    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Int(left), Self::Int(right)) => Some(left.cmp(right)),
            (Self::Int(left), Self::Float(right)) => left.cmp_float(*right),
            (Self::Float(left), Self::Int(right)) => right.cmp_float(*left).map(Ordering::reverse),
            (Self::Float(left), Self::Float(right)) => left.partial_cmp(right),
        }
    }
}
