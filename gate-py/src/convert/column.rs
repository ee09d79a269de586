//! What can stand for a column besides a list: arrays, series, and other sequences.

use pyo3::exceptions::{PyBufferError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyList, PySequence, PyString};

use super::scope::Stop;
use super::sequence::{Numbers, check_length};
use super::{arrow, buffer};

/// An object as a column.
pub(super) enum Column<'py> {
    /// Its numbers, copied.
    Numbers(Numbers),
    /// Its elements as Python objects, where they are not plain numbers.
    List(Bound<'py, PyList>),
    /// Something like an array that is no column: what it is instead.
    Refused(String),
    /// Nothing like an array.
    None,
}

/// Reads a column from any object but a list or a tuple.
pub(super) fn of<'py>(object: &Bound<'py, PyAny>, temporal: bool) -> Result<Column<'py>, Stop> {
    let text = object.is_instance_of::<PyString>()
        || object.is_instance_of::<PyBytes>()
        || object.is_instance_of::<PyByteArray>();
    if text {
        return Ok(Column::None);
    }
    if temporal {
        return listed(object);
    }
    if let Some(buffer) = exported(object)? {
        return from_buffer(object, &buffer);
    }
    if let Some(array) = behind_series(object)? {
        return match exported(&array)? {
            Some(buffer) => from_buffer(&array, &buffer),
            None => numbers_listed(&array),
        };
    }
    match arrow::read(object)? {
        Some(column) => Ok(column),
        None => numbers_listed(object),
    }
}

fn from_buffer<'py>(object: &Bound<'py, PyAny>, buffer: &buffer::Exported) -> Result<Column<'py>, Stop> {
    match buffer.shape() {
        [] => Ok(Column::None),
        [length] => {
            check_length(*length)?;
            if is_masked(object)? {
                return listed(object);
            }
            buffer
                .numbers(object.py())?
                .map_or_else(|| listed(object), |numbers| Ok(Column::Numbers(numbers)))
        }
        shape => Ok(Column::Refused(format!("an array of shape {}", shown(shape)))),
    }
}

fn shown(shape: &[usize]) -> String {
    let sizes: Vec<_> = shape.iter().map(ToString::to_string).collect();
    format!("({})", sizes.join(", "))
}

/// The buffer of an object that has one.
fn exported(object: &Bound<'_, PyAny>) -> Result<Option<buffer::Exported>, Stop> {
    let py = object.py();
    match buffer::Exported::get(object) {
        Ok(buffer) => Ok(Some(buffer)),
        // numpy has no buffer format for times: their elements will say what they are.
        Err(error)
            if error.is_instance_of::<PyTypeError>(py)
                || error.is_instance_of::<PyValueError>(py)
                || error.is_instance_of::<PyBufferError>(py) =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// numpy's masked arrays export the values behind the mask, which are not there.
fn is_masked(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let class = object.get_type();
    Ok(class.name()? != "ndarray" && object.hasattr(intern!(object.py(), "mask"))?)
}

/// The numpy array of a pandas series that is made of one: its NaN is a value, where Arrow's export says null.
fn behind_series<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = object.py();
    let Some(dtype) = object.getattr_opt(intern!(py, "dtype"))? else {
        return Ok(None);
    };
    let module = dtype.get_type().module()?;
    let of_numpy = module.to_str()?.split('.').next() == Some("numpy");
    match object.getattr_opt(intern!(py, "to_numpy"))?.filter(|_| of_numpy) {
        Some(method) => method.call0().map(Some),
        None => Ok(None),
    }
}

/// The elements of anything that can list them: by a method of arrays and series, or as a sequence.
fn listed<'py>(object: &Bound<'py, PyAny>) -> Result<Column<'py>, Stop> {
    // A scalar can have the method, but no length.
    let Ok(length) = object.len() else {
        return Ok(Column::None);
    };
    check_length(length)?;
    let list = match (lister(object)?, object.cast::<PySequence>()) {
        (Some(method), _) => method.call0()?,
        (None, Ok(sequence)) => sequence.to_list()?.into_any(),
        (None, Err(_)) => return Ok(Column::None),
    };
    Ok(list.cast_into().map_or(Column::None, Column::List))
}

fn lister<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = object.py();
    match object.getattr_opt(intern!(py, "tolist"))? {
        None => object.getattr_opt(intern!(py, "to_list")),
        method => Ok(method),
    }
}

/// The elements of an object, unless they would be taken for numbers by mistake.
fn numbers_listed<'py>(object: &Bound<'py, PyAny>) -> Result<Column<'py>, Stop> {
    match temporal_type(object)? {
        Some(dtype) => Ok(Column::Refused(format!("an array of dtype `{dtype}`"))),
        None => listed(object),
    }
}

/// The type of an array of times or durations, which lists plain integers for some of their units.
fn temporal_type(object: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    let py = object.py();
    let Some(dtype) = object.getattr_opt(intern!(py, "dtype"))? else {
        return Ok(None);
    };
    let kind = dtype.getattr_opt(intern!(py, "kind"))?.and_then(|kind| kind.extract::<char>().ok());
    Ok(matches!(kind, Some('M' | 'm')).then(|| dtype.to_string()))
}
