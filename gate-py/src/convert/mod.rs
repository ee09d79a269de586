//! Python objects as documents.
//!
//! One serde deserializer over Python objects, so that one schema and one set of paths and messages
//! serves JSON and Python. Recursion follows the document types, never the depth of the objects.

mod arrow;
mod buffer;
mod column;
mod kind;
mod mapping;
mod nesting;
mod scope;
mod sequence;
mod text;
mod time;
mod value;

use pyo3::prelude::*;
use serde::de::DeserializeOwned;

pub(crate) use kind::described;
pub(crate) use text::Text;
pub(crate) use time::instant;

use crate::error;
use scope::Scope;
use value::Value;

/// Reads a document from a mapping of Python objects.
///
/// Raises `GateError` for what the document cannot have, and lets exceptions of foreign code through.
pub(crate) fn read<T: DeserializeOwned>(object: &Bound<'_, PyAny>) -> PyResult<T> {
    let scope = Scope::default();
    T::deserialize(Value::new(object, &scope)).map_err(|fault| {
        let refused = || error::raised(object.py(), &nesting::too_deep(object).unwrap_or(fault).into());
        scope.raised().unwrap_or_else(refused)
    })
}
