//! One metric's values, window by window.

use alloc::format;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Unexpected, Visitor};

use crate::bounds::MAX_WINDOWS;
use crate::document::authored;
use crate::quantity::shown;
use crate::{ErrorCode, GateError};

/// Values of one metric, oldest window first. A window may have no value.
///
/// A missing value is kept as NaN, which no accepted value is: it compares false with every limit,
/// so that it is neither a breach nor clean without a branch in the inner loops.
// INVARIANT: every element is finite or NaN, and NaN means missing.
#[derive(Debug, Clone, Default)]
pub struct Column(Vec<f64>);

impl Column {
    /// Takes values where `None` is a window without a value.
    ///
    /// # Errors
    /// `not-finite` at the index of the first NaN or infinity.
    pub fn from_options(values: impl IntoIterator<Item = Option<f64>>) -> Result<Self, GateError> {
        let checked = values.into_iter().enumerate().map(|(index, value)| match value {
            Some(value) if !value.is_finite() => Err(not_finite(index, value)),
            Some(value) => Ok(value),
            None => Ok(f64::NAN),
        });
        checked.collect::<Result<_, _>>().map(Self)
    }

    /// The number of windows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True if there is not one window.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The values in order, `None` where one is missing.
    pub fn iter(&self) -> impl Iterator<Item = Option<f64>> + '_ {
        self.0.iter().map(|value| (!value.is_nan()).then_some(*value))
    }

    /// The values with NaN for a missing one.
    pub(crate) fn raw(&self) -> &[f64] {
        &self.0
    }
}

/// Takes values of which none is missing; NaN is refused like infinity.
impl TryFrom<Vec<f64>> for Column {
    type Error = GateError;

    fn try_from(values: Vec<f64>) -> Result<Self, GateError> {
        match values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            Some((index, value)) => Err(not_finite(index, *value)),
            None => Ok(Self(values)),
        }
    }
}

fn not_finite(index: usize, value: f64) -> GateError {
    GateError::new(ErrorCode::NotFinite, format!("[{index}]"), "a finite number", shown(value))
}

/// By bits, so that two columns with the same gaps are equal.
impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        let bits = |column: &Self| column.0.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        bits(self) == bits(other)
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ColumnReader)
    }
}

struct ColumnReader;

impl<'de> Visitor<'de> for ColumnReader {
    type Value = Column;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of numbers, one per window")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Column, A::Error> {
        let mut values = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(MAX_WINDOWS));
        while let Some(Cell(value)) = seq.next_element()? {
            if values.len() == MAX_WINDOWS {
                return Err(too_many_windows());
            }
            values.push(value);
        }
        Ok(Column(values))
    }
}

pub(super) fn too_many_windows<E: de::Error>() -> E {
    authored(ErrorCode::InputTooLarge, "at most 1051200 windows", "more")
}

/// One value of a column.
struct Cell(f64);

impl<'de> Deserialize<'de> for Cell {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellReader).map(Self)
    }
}

struct CellReader;

impl Visitor<'_> for CellReader {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a finite number, or null for a missing value")
    }

    #[inline]
    fn visit_f64<E: de::Error>(self, value: f64) -> Result<f64, E> {
        if value.is_finite() { Ok(value) } else { Err(E::invalid_value(Unexpected::Float(value), &self)) }
    }

    #[inline]
    #[expect(
        clippy::cast_precision_loss,
        reason = "JSON numbers are floats; beyond 2^53 the nearest one is meant"
    )]
    fn visit_u64<E>(self, value: u64) -> Result<f64, E> {
        Ok(value as f64)
    }

    #[inline]
    #[expect(
        clippy::cast_precision_loss,
        reason = "JSON numbers are floats; beyond 2^53 the nearest one is meant"
    )]
    fn visit_i64<E>(self, value: i64) -> Result<f64, E> {
        Ok(value as f64)
    }

    #[inline]
    fn visit_unit<E>(self) -> Result<f64, E> {
        Ok(f64::NAN)
    }

    #[inline]
    fn visit_none<E>(self) -> Result<f64, E> {
        Ok(f64::NAN)
    }
}

/// Requests or events, window by window. A window may have no count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(pub Vec<Option<u64>>);

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(CountsReader)
    }
}

struct CountsReader;

impl<'de> Visitor<'de> for CountsReader {
    type Value = Counts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of counts, one per window")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Counts, A::Error> {
        let mut values = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(MAX_WINDOWS));
        while let Some(Count(value)) = seq.next_element()? {
            if values.len() == MAX_WINDOWS {
                return Err(too_many_windows());
            }
            values.push(value);
        }
        Ok(Counts(values))
    }
}

/// One count: a whole number below 2^53, so that a rate computed from two of them is exact to the last bit.
struct Count(Option<u64>);

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CountReader).map(Self)
    }
}

struct CountReader;

impl Visitor<'_> for CountReader {
    type Value = Option<u64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of 0 to 2^53, or null for a missing count")
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Option<u64>, E> {
        if value <= 1 << 53 {
            Ok(Some(value))
        } else {
            Err(E::invalid_value(Unexpected::Unsigned(value), &self))
        }
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Option<u64>, E> {
        match u64::try_from(value) {
            Ok(value) => self.visit_u64(value),
            Err(_) => Err(E::invalid_value(Unexpected::Signed(value), &self)),
        }
    }

    fn visit_unit<E>(self) -> Result<Option<u64>, E> {
        Ok(None)
    }

    fn visit_none<E>(self) -> Result<Option<u64>, E> {
        Ok(None)
    }
}
