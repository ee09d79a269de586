//! `tsfm_gate.compat`: the upstream evaluator over Python objects, with upstream's exceptions.

use std::collections::BTreeMap;

use gate_core::canary::compat::{self, CompatError, CompatVerdict, ErrorKind, Int, Str, Value};
use pyo3::exceptions::{PyAttributeError, PyOverflowError, PyRecursionError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple, PyType};

/// A document, its metrics and their columns: of what their elements contain upstream sees no more than the type.
const LEVELS: usize = 3;

/// What upstream reads of a document; whatever else is there is not even converted.
const FIELDS: [&str; 2] = ["metrics", "window_minutes"];

/// Judges a document as the upstream script does.
#[pyfunction]
pub(crate) fn compat_evaluate<'py>(data: &Bound<'py, PyAny>, stage: &str) -> PyResult<Bound<'py, PyDict>> {
    let py = data.py();
    let document = document(data)?;
    let verdict = py.detach(|| compat::evaluate(&document, stage));
    verdict.map_err(|error| raised(&error)).and_then(|verdict| dict(py, &verdict))
}

/// Judges JSON text as the upstream script does.
#[pyfunction]
pub(crate) fn compat_evaluate_json<'py>(
    py: Python<'py>,
    text: &str,
    stage: &str,
) -> PyResult<Bound<'py, PyDict>> {
    match py.detach(|| compat::evaluate_json(text, stage)) {
        Ok(verdict) => dict(py, &verdict),
        Err(error) if error.kind == ErrorKind::JsonDecode => Err(json_error(py, &error.message, text)?),
        Err(error) => Err(raised(&error)),
    }
}

fn document(data: &Bound<'_, PyAny>) -> PyResult<Value> {
    let Ok(mapping) = data.cast::<PyMapping>() else {
        return value(data, 0);
    };
    let mut fields = BTreeMap::new();
    for name in FIELDS {
        if mapping.contains(name)? {
            fields.insert(name.into(), value(&mapping.get_item(name)?, LEVELS - 1)?);
        }
    }
    Ok(Value::Dict(fields))
}

/// A Python object as upstream's evaluator sees it, so many levels deep; what lies below never matters.
fn value(object: &Bound<'_, PyAny>, levels: usize) -> PyResult<Value> {
    if let Some(value) = plain(object, levels)? {
        return Ok(value);
    }
    let listed = listed(object)?;
    let value = listed.map_or(Ok(None), |listed| plain(&listed, levels))?;
    value.map_or_else(|| Err(stranger(object)), Ok)
}

/// One of the types that `json.loads` returns, or a tuple for a list.
fn plain(object: &Bound<'_, PyAny>, levels: usize) -> PyResult<Option<Value>> {
    Ok(Some(if let Ok(number) = object.cast::<PyFloat>() {
        Value::Float(number.value())
    } else if let Ok(truth) = object.cast::<PyBool>() {
        Value::Bool(truth.is_true())
    } else if let Ok(number) = object.cast::<PyInt>() {
        Value::Int(integer(number)?)
    } else if let Ok(value) = object.cast::<PyString>() {
        Value::Str(text(value)?)
    } else if object.is_none() {
        Value::Null
    } else if let Ok(dict) = object.cast::<PyDict>() {
        Value::Dict(entries(dict, levels)?)
    } else if let Ok(list) = object.cast::<PyList>() {
        Value::List(items(&list.to_tuple(), levels)?)
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        Value::List(items(tuple, levels)?)
    } else {
        return Ok(None);
    }))
}

/// The Python objects that an array, a series or a numpy scalar stands for.
fn listed<'py>(object: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyAny>>> {
    let py = object.py();
    for method in [intern!(py, "tolist"), intern!(py, "to_list")] {
        if let Some(method) = object.getattr_opt(method)? {
            return method.call0().map(Some);
        }
    }
    Ok(None)
}

fn stranger(object: &Bound<'_, PyAny>) -> PyErr {
    let class = object.get_type();
    PyTypeError::new_err(format!("a value of {class} is not what json.loads returns"))
}

fn integer(number: &Bound<'_, PyInt>) -> PyResult<Int> {
    if let Ok(small) = number.extract::<i64>() {
        return Ok(small.into());
    }
    let digits = number.str()?;
    Int::from_decimal(digits.to_str()?).ok_or_else(|| PyValueError::new_err("an integer without digits"))
}

/// A text, which in Python may hold lone surrogates.
fn text(text: &Bound<'_, PyString>) -> PyResult<Str> {
    if let Ok(text) = text.to_str() {
        return Ok(text.into());
    }
    let bytes = text.call_method1("encode", ("utf-32-le", "surrogatepass"))?.extract::<Vec<u8>>()?;
    let (points, _) = bytes.as_chunks::<4>();
    Ok(points.iter().map(|point| u32::from_le_bytes(*point)).collect())
}

fn items(tuple: &Bound<'_, PyTuple>, levels: usize) -> PyResult<Vec<Value>> {
    match levels.checked_sub(1) {
        Some(levels) => tuple.iter_borrowed().map(|item| value(&item, levels)).collect(),
        None => Ok(Vec::new()),
    }
}

/// The entries with text for a key, as all of JSON's have.
fn entries(dict: &Bound<'_, PyDict>, levels: usize) -> PyResult<BTreeMap<Str, Value>> {
    let Some(levels) = levels.checked_sub(1) else {
        return Ok(BTreeMap::new());
    };
    let mut entries = BTreeMap::new();
    for item in dict.items() {
        let (key, object): (Bound<'_, PyAny>, Bound<'_, PyAny>) = item.extract()?;
        if let Ok(key) = key.cast::<PyString>() {
            entries.insert(text(key)?, value(&object, levels)?);
        }
    }
    Ok(entries)
}

fn dict<'py>(py: Python<'py>, verdict: &CompatVerdict) -> PyResult<Bound<'py, PyDict>> {
    let minutes = py.get_type::<PyInt>().call1((verdict.window_minutes.to_string(),))?;
    let dict = PyDict::new(py);
    dict.set_item("stage", verdict.stage)?;
    dict.set_item("windows", verdict.windows)?;
    dict.set_item("window_minutes", minutes)?;
    dict.set_item("gate_passed", verdict.gate_passed)?;
    dict.set_item("rollback_triggered", verdict.rollback_triggered)?;
    dict.set_item("rollback_reasons", &verdict.rollback_reasons)?;
    dict.set_item("gate_fail_reasons", &verdict.gate_fail_reasons)?;
    Ok(dict)
}

fn raised(error: &CompatError) -> PyErr {
    let message = error.message.clone();
    match error.kind {
        ErrorKind::Attribute => PyAttributeError::new_err(message),
        ErrorKind::Overflow => PyOverflowError::new_err(message),
        ErrorKind::Recursion => PyRecursionError::new_err(message),
        ErrorKind::Type => PyTypeError::new_err(message),
        // The text-only kinds are values here, as their classes are in Python.
        ErrorKind::Value | ErrorKind::JsonDecode | ErrorKind::UnicodeDecode => PyValueError::new_err(message),
    }
}

/// `json.JSONDecodeError`, which adds line and column to its message by itself.
fn json_error(py: Python<'_>, message: &str, text: &str) -> PyResult<PyErr> {
    let class = py.import("json")?.getattr("JSONDecodeError")?.cast_into::<PyType>()?;
    let (what, place) = message.rsplit_once(": line ").unwrap_or((message, ""));
    let position = place.rsplit_once("(char ").and_then(|(_, rest)| rest.strip_suffix(')')?.parse().ok());
    let error = class.call1((what, text, position.unwrap_or(0_usize)))?;
    Ok(PyErr::from_value(error))
}
