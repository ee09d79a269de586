//! What a Python object is, in the words of a document.

use std::borrow::Cow;

use gate_core::ErrorCode;
use gate_core::document::Fault;
use pyo3::exceptions::PyOverflowError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use serde::de::Unexpected;

use super::scope::Stop;
use super::{text, time};

/// A Python object as JSON would have it.
pub(super) enum Kind<'a, 'py> {
    /// `None`, or pandas' `NA`
    Null,
    Bool(bool),
    Signed(i64),
    Unsigned(u64),
    Float(f64),
    Text(Cow<'a, str>),
    List(&'a Bound<'py, PyList>),
    Tuple(&'a Bound<'py, PyTuple>),
    /// The items of a mapping, copied so that nobody can change them underneath
    Object(Bound<'py, PyList>),
    /// Anything else, described
    Other(String),
}

impl<'a, 'py> Kind<'a, 'py> {
    pub(super) fn of(object: &'a Bound<'py, PyAny>, temporal: bool) -> Result<Self, Stop> {
        if object.is_none() {
            Ok(Self::Null)
        } else if let Ok(value) = object.cast::<PyBool>() {
            Ok(Self::Bool(value.is_true()))
        } else if let Ok(value) = object.cast::<PyInt>() {
            Self::integer(value)
        } else if let Ok(value) = object.cast::<PyFloat>() {
            Ok(Self::Float(value.value()))
        } else if let Ok(value) = object.cast::<PyString>() {
            Ok(Self::Text(Cow::Borrowed(text::utf8(value)?)))
        } else if let Ok(items) = object.cast::<PyList>() {
            Ok(Self::List(items))
        } else if let Ok(items) = object.cast::<PyTuple>() {
            Ok(Self::Tuple(items))
        } else if let Ok(dict) = object.cast::<PyDict>() {
            Ok(Self::Object(dict.items()))
        } else {
            Self::foreign(object, temporal)
        }
    }

    /// What is not built into the language.
    fn foreign(object: &Bound<'py, PyAny>, temporal: bool) -> Result<Self, Stop> {
        if temporal && let Some(text) = time::rfc3339(object) {
            return Ok(Self::Text(Cow::Owned(text?)));
        }
        if let Ok(mapping) = object.cast::<PyMapping>() {
            return Ok(Self::Object(mapping.items()?));
        }
        let class = object.get_type();
        let module = class.module()?;
        match module.to_str()? {
            "numpy" if object.hasattr(intern!(object.py(), "dtype"))? => Self::numpy(object),
            // Where the class lives differs between versions.
            module if module.starts_with("pandas") && class.name()? == "NAType" => Ok(Self::Null),
            _ => Ok(Self::Other(described(object))),
        }
    }

    /// An integer of any size; beyond 64 bits the nearest float is meant, as in JSON.
    fn integer(value: &Bound<'py, PyInt>) -> Result<Self, Stop> {
        let small = value.extract().map(Self::Signed);
        let known = small.or_else(|_| value.extract().map(Self::Unsigned));
        known.or_else(|_| match value.extract::<f64>() {
            Ok(value) => Ok(Self::Float(value)),
            Err(error) if error.is_instance_of::<PyOverflowError>(value.py()) => {
                let bits = value.call_method0(intern!(value.py(), "bit_length"))?;
                let expected = "a number that a 64-bit float can hold";
                let found = format!("an integer of {bits} bits");
                Err(Fault::new(ErrorCode::NumberOutOfRange, expected, found).into())
            }
            Err(error) => Err(error.into()),
        })
    }

    /// A scalar of numpy, by the kind of its dtype. `float()` alone would also take booleans and complex numbers.
    fn numpy(object: &Bound<'py, PyAny>) -> Result<Self, Stop> {
        let py = object.py();
        match numpy_kind(object)? {
            Some('b') => Ok(Self::Bool(object.is_truthy()?)),
            Some('f') => Ok(Self::Float(object.extract()?)),
            Some('i' | 'u') => {
                let value = object.call_method0(intern!(py, "__index__"))?;
                Self::integer(value.cast::<PyInt>().map_err(PyErr::from)?)
            }
            _ => Ok(Self::Other(described(object))),
        }
    }

    pub(super) fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Signed(value) => Unexpected::Signed(*value),
            Self::Unsigned(value) => Unexpected::Unsigned(*value),
            Self::Float(value) => Unexpected::Float(*value),
            Self::Text(value) => Unexpected::Str(value),
            Self::List(_) | Self::Tuple(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
            Self::Other(found) => Unexpected::Other(found),
        }
    }
}

/// The character for the kind of a numpy scalar; none for an array, also of no dimensions.
fn numpy_kind(object: &Bound<'_, PyAny>) -> PyResult<Option<char>> {
    let py = object.py();
    let scalar = object.get_type().name()? != "ndarray" && object.getattr(intern!(py, "ndim"))?.eq(0)?;
    let kind = || object.getattr(intern!(py, "dtype"))?.getattr(intern!(py, "kind"))?.extract();
    scalar.then(kind).transpose()
}

/// A Python object in the words of an error: its shape where it is an array, else its type.
pub(crate) fn described(object: &Bound<'_, PyAny>) -> String {
    let class = object.get_type();
    let name = class.name().map_or_else(|_| "?".to_owned(), |name| name.to_string());
    let shape = object.getattr(intern!(object.py(), "shape"));
    match shape.ok().filter(|_| name == "ndarray") {
        Some(shape) => format!("an array of shape {shape}"),
        None => format!("a value of type `{name}`"),
    }
}
