//! Lists, tuples and arrays of numbers as serde sees them.

use std::vec;

use gate_core::ErrorCode;
use gate_core::bounds::MAX_WINDOWS;
use gate_core::document::{Fault, Segment};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use serde::de::value::UnitDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, SeqAccess, Visitor};

use super::value::Value;

/// The items of a list or a tuple.
///
/// A list is copied into a tuple first: nobody can change it then, and its items need not be counted in and out.
pub(super) struct Items<'a, 'py> {
    source: Bound<'py, PyTuple>,
    index: usize,
    length: usize,
    // The sequence itself, whose circumstances its items share.
    parent: Value<'a, 'py>,
}

impl<'a, 'py> Items<'a, 'py> {
    pub(super) fn of_list(list: &Bound<'py, PyList>, parent: Value<'a, 'py>) -> Result<Self, Fault> {
        check_length(list.len())?;
        Ok(Self::of_tuple(list.to_tuple(), parent))
    }

    pub(super) fn of_tuple(source: Bound<'py, PyTuple>, parent: Value<'a, 'py>) -> Self {
        let length = source.len();
        Self { source, index: 0, length, parent }
    }
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Fault;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let index = self.index;
        if index >= self.length {
            return Ok(None);
        }
        self.index += 1;
        let Ok(object) = self.source.get_borrowed_item(index) else {
            return Ok(None);
        };
        let value = Value { object: &object, ..self.parent };
        seed.deserialize(value).map(Some).map_err(|fault| fault.under(Segment::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.length.saturating_sub(self.index))
    }
}

/// Refuses what is too long before it is copied, in the words of the core.
pub(super) fn check_length(length: usize) -> Result<(), Fault> {
    if length <= MAX_WINDOWS {
        return Ok(());
    }
    let expected = format!("at most {MAX_WINDOWS} windows");
    Err(Fault::new(ErrorCode::InputTooLarge, expected, "more"))
}

/// The numbers of an array, copied out of it.
#[derive(Default)]
pub(super) struct Numbers {
    values: Values,
    /// Which of them are missing; empty where none is.
    missing: Vec<bool>,
}

/// Numbers in the widest type of their kind.
pub(super) enum Values {
    Float(Vec<f64>),
    Signed(Vec<i64>),
    Unsigned(Vec<u64>),
}

impl Default for Values {
    fn default() -> Self {
        Self::Float(Vec::new())
    }
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Float(values) => values.len(),
            Self::Signed(values) => values.len(),
            Self::Unsigned(values) => values.len(),
        }
    }
}

impl Numbers {
    pub(super) fn new(values: Values, missing: Vec<bool>) -> Self {
        Self { values, missing }
    }

    /// That many windows without a value.
    pub(super) fn missing(count: usize) -> Self {
        Self::new(Values::Float(vec![0.0; count]), vec![true; count])
    }

    /// These numbers and then some of the same kind; others are left out.
    pub(super) fn extend(&mut self, more: Self) {
        if self.values.len() == 0 {
            *self = more;
            return;
        }
        if !(self.missing.is_empty() && more.missing.is_empty()) {
            self.missing.resize(self.values.len(), false);
            self.missing.extend(&more.missing);
            self.missing.resize(self.values.len() + more.values.len(), false);
        }
        match (&mut self.values, more.values) {
            (Values::Float(all), Values::Float(more)) => all.extend(more),
            (Values::Signed(all), Values::Signed(more)) => all.extend(more),
            (Values::Unsigned(all), Values::Unsigned(more)) => all.extend(more),
            _ => {}
        }
    }

    /// Shows the numbers to a visitor.
    pub(super) fn visit<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.values {
            Values::Float(values) if self.missing.is_empty() => visitor.visit_seq(Plain::new(values)),
            Values::Float(values) => visitor.visit_seq(Gappy::new(values, self.missing)),
            Values::Signed(values) => visitor.visit_seq(Gappy::new(values, self.missing)),
            Values::Unsigned(values) => visitor.visit_seq(Gappy::new(values, self.missing)),
        }
    }
}

/// Floats of which none is missing: the usual case, and the fastest loop.
struct Plain {
    values: vec::IntoIter<f64>,
    length: usize,
}

impl Plain {
    fn new(values: Vec<f64>) -> Self {
        let length = values.len();
        Self { values: values.into_iter(), length }
    }
}

impl<'de> SeqAccess<'de> for Plain {
    type Error = Fault;

    #[inline]
    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(value) = self.values.next() else {
            return Ok(None);
        };
        let index = || Segment::Index(self.length - self.values.len() - 1);
        seed.deserialize(value.into_deserializer()).map(Some).map_err(|fault: Fault| fault.under(index()))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.values.len())
    }
}

/// Numbers of which some may be missing.
struct Gappy<T> {
    values: vec::IntoIter<T>,
    missing: Vec<bool>,
    index: usize,
}

impl<T> Gappy<T> {
    fn new(values: Vec<T>, missing: Vec<bool>) -> Self {
        Self { values: values.into_iter(), missing, index: 0 }
    }
}

impl<'de, N: IntoDeserializer<'de, Fault>> SeqAccess<'de> for Gappy<N> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(value) = self.values.next() else {
            return Ok(None);
        };
        let index = self.index;
        self.index += 1;
        let read = match self.missing.get(index) {
            Some(true) => seed.deserialize(UnitDeserializer::new()),
            _ => seed.deserialize(value.into_deserializer()),
        };
        read.map(Some).map_err(|fault| fault.under(Segment::Index(index)))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.values.len())
    }
}
