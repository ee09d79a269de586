//! Python objects as documents.
//!
//! One serde deserializer over Python objects, so that one schema and one set of paths and messages
//! serves JSON and Python. Recursion follows the document types, and where one is a tree, its depth is counted.

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

use gate_core::GateError;
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
    error::accept(object.py(), try_read(object)?)
}

/// The same for a caller that has an error of its own for what the document cannot have.
pub(crate) fn try_read<T: DeserializeOwned>(object: &Bound<'_, PyAny>) -> PyResult<Result<T, GateError>> {
    let scope = Scope::default();
    match T::deserialize(Value::new(object, &scope)) {
        Ok(document) => Ok(Ok(document)),
        Err(fault) => match scope.raised() {
            Some(raised) => Err(raised),
            None => Ok(Err(nesting::too_deep(object).unwrap_or(fault).into())),
        },
    }
}
