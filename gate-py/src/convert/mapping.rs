//! Mappings as serde sees them.

use gate_core::ErrorCode;
use gate_core::document::{Fault, Segment};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess};

use super::scope::Stop;
use super::value::Value;
use super::{described, text};

/// The fields that hold times, in every document of ours.
const TIMES: [&str; 12] = [
    "start",
    "window_starts",
    "stage_started",
    "from",
    "to",
    "at",
    "until",
    "expires_at",
    "grace_until",
    "observed_at",
    "measured_at",
    "locked_until",
];

/// The field whose keys are the user's own, and say nothing about their values.
const LABELS: &str = "labels";

/// A key and its value.
type Entry<'py> = (Bound<'py, PyString>, Bound<'py, PyAny>);

/// The entries of a mapping, from a list of pairs that nobody else has.
pub(super) struct Entries<'a, 'py> {
    items: Bound<'py, PyList>,
    index: usize,
    entry: Option<Entry<'py>>,
    // The mapping itself, whose circumstances its values share.
    parent: Value<'a, 'py>,
}

impl<'a, 'py> Entries<'a, 'py> {
    pub(super) fn new(items: Bound<'py, PyList>, parent: Value<'a, 'py>) -> Self {
        Self { items, index: 0, entry: None, parent }
    }

    fn next_entry(&mut self) -> Result<Option<Entry<'py>>, Stop> {
        let Ok(item) = self.items.get_item(self.index) else {
            return Ok(None);
        };
        self.index += 1;
        let item = item.cast_into::<PyTuple>().map_err(PyErr::from)?;
        let (key, value) = (item.get_item(0)?, item.get_item(1)?);
        match key.cast_into::<PyString>() {
            Ok(key) => Ok(Some((key, value))),
            Err(error) => {
                let found = described(&error.into_inner());
                Err(Fault::new(ErrorCode::WrongType, "keys that are strings", found).into())
            }
        }
    }
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let entry = self.next_entry();
        self.entry = self.parent.scope.settle(entry)?;
        let Some((key, _)) = &self.entry else {
            return Ok(None);
        };
        let key: StrDeserializer<'_, Fault> = text::utf8(key)?.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        // serde asks for a value only after its key.
        let Some((key, object)) = self.entry.take() else {
            return Err(serde::de::Error::custom("a value without a key"));
        };
        let key = text::utf8(&key)?;
        let temporal = !self.parent.has_free_keys && TIMES.contains(&key);
        let value = Value { object: &object, temporal, has_free_keys: key == LABELS, ..self.parent };
        seed.deserialize(value).map_err(|fault| fault.under(Segment::Key(key.to_owned())))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len().saturating_sub(self.index))
    }
}
