//! Numbers from Arrow's C interface: pyarrow, polars, pandas' nullable types, and whatever else speaks it.

use std::ffi::CStr;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{
    ArrowPrimitiveType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, NullArray, make_array, new_empty_array};
use arrow_schema::DataType;
use gate_core::bounds::MAX_WINDOWS;
use pyo3::exceptions::{PyImportError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};

use super::column::Column;
use super::scope::Stop;
use super::sequence::{Numbers, Values};

const ARRAY: &CStr = c"arrow_array";
const SCHEMA: &CStr = c"arrow_schema";
const STREAM: &CStr = c"arrow_array_stream";

/// Reads an object that exports Arrow data; none if it does not.
pub(super) fn read<'py>(object: &Bound<'py, PyAny>) -> Result<Option<Column<'py>>, Stop> {
    if let Some(capsules) = exported(object, "__arrow_c_array__")? {
        return Ok(Some(column(&[array(&capsules)?])));
    }
    match exported(object, "__arrow_c_stream__")? {
        Some(capsule) => Ok(Some(column(&chunks(&capsule)?))),
        None => Ok(None),
    }
}

/// What an export method returns. pandas has the method also where it lacks the library for it.
fn exported<'py>(object: &Bound<'py, PyAny>, method: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    let Some(method) = object.getattr_opt(method)? else {
        return Ok(None);
    };
    match method.call0() {
        Err(error) if error.is_instance_of::<PyImportError>(object.py()) => Ok(None),
        exported => exported.map(Some),
    }
}

/// The array of a pair of capsules.
fn array(capsules: &Bound<'_, PyAny>) -> PyResult<ArrayRef> {
    let capsules = capsules.cast::<PyTuple>()?;
    let (schema, array) = (capsules.get_item(0)?, capsules.get_item(1)?);
    let schema = schema.cast::<PyCapsule>()?.pointer_checked(Some(SCHEMA))?.cast::<FFI_ArrowSchema>();
    let array = array.cast::<PyCapsule>()?.pointer_checked(Some(ARRAY))?.cast::<FFI_ArrowArray>();
    #[expect(unsafe_code, reason = "the C interface hands over pointers")]
    // SAFETY: by their names the capsules hold these structs, alive and unshared while the capsules are;
    // moving the array out leaves a released one behind, as the interface asks.
    let (schema, array) = unsafe { (schema.as_ref(), FFI_ArrowArray::from_raw(array.as_ptr())) };
    imported(array, schema)
}

/// The arrays of a stream, no more of them than a snapshot may have windows.
fn chunks(capsule: &Bound<'_, PyAny>) -> PyResult<Vec<ArrayRef>> {
    let stream = capsule.cast::<PyCapsule>()?.pointer_checked(Some(STREAM))?.cast::<FFI_ArrowArrayStream>();
    #[expect(unsafe_code, reason = "the C interface hands over pointers")]
    // SAFETY: by its name the capsule holds this struct, alive and unshared while the capsule is;
    // moving the stream out leaves a released one behind, as the interface asks.
    let mut stream = Stream(unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) });
    let schema = stream.schema()?;
    let mut chunks = Vec::new();
    let mut windows = 0;
    while let Some(array) = stream.next()? {
        let chunk = imported(array, &schema)?;
        windows += chunk.len();
        chunks.push(chunk);
        if windows > MAX_WINDOWS {
            break;
        }
    }
    // An empty chunk carries the type where there is no other.
    if chunks.is_empty() {
        chunks.push(new_empty_array(&DataType::try_from(&schema).map_err(foreign)?));
    }
    Ok(chunks)
}

/// A stream that this owns: dropping it releases it.
struct Stream(FFI_ArrowArrayStream);

impl Stream {
    fn schema(&mut self) -> PyResult<FFI_ArrowSchema> {
        let get_schema = self.0.get_schema().ok_or_else(consumed)?;
        let mut schema = FFI_ArrowSchema::empty();
        #[expect(unsafe_code, reason = "the C interface is called through pointers")]
        // SAFETY: the stream is not released, for then it would have no callbacks, and `schema` is writable.
        let status = unsafe { get_schema(&raw mut self.0, &raw mut schema) };
        self.check(status).map(|()| schema)
    }

    fn next(&mut self) -> PyResult<Option<FFI_ArrowArray>> {
        let get_next = self.0.get_next().ok_or_else(consumed)?;
        let mut array = FFI_ArrowArray::empty();
        #[expect(unsafe_code, reason = "the C interface is called through pointers")]
        // SAFETY: the stream is not released, for then it would have no callbacks, and `array` is writable.
        let status = unsafe { get_next(&raw mut self.0, &raw mut array) };
        self.check(status)?;
        // A released array marks the end.
        Ok((!array.is_released()).then_some(array))
    }

    fn check(&mut self, status: i32) -> PyResult<()> {
        if status == 0 {
            return Ok(());
        }
        let message = self.last_error().unwrap_or_else(|| format!("status {status}"));
        Err(PyValueError::new_err(format!("the Arrow stream failed: {message}")))
    }

    fn last_error(&mut self) -> Option<String> {
        let get_last_error = self.0.get_last_error()?;
        #[expect(unsafe_code, reason = "the C interface is called through pointers")]
        // SAFETY: the stream has just failed and is not released, so that the text, if any, is alive.
        let message = unsafe {
            let text = get_last_error(&raw mut self.0);
            (!text.is_null()).then(|| CStr::from_ptr(text))
        };
        message.map(|text| text.to_string_lossy().into_owned())
    }
}

fn imported(array: FFI_ArrowArray, schema: &FFI_ArrowSchema) -> PyResult<ArrayRef> {
    if array.is_released() {
        return Err(consumed());
    }
    if DataType::try_from(schema).map_err(foreign)? == DataType::Null {
        // polars exports a buffer with it, which the reader would refuse.
        return Ok(Arc::new(NullArray::new(array.len())));
    }
    #[expect(unsafe_code, reason = "the C interface is trusted to describe its memory")]
    // SAFETY: producer and schema come from one export, which promises that they agree.
    unsafe { from_ffi(array, schema) }.map(make_array).map_err(foreign)
}

fn consumed() -> PyErr {
    PyValueError::new_err("the Arrow export was consumed before")
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err needs")]
fn foreign(error: arrow_schema::ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The numbers of all chunks, or what they are instead.
fn column<'py>(chunks: &[ArrayRef]) -> Column<'py> {
    let mut all = Numbers::default();
    for chunk in chunks {
        match numbers(chunk) {
            Some(numbers) => all.extend(numbers),
            None => return Column::Refused(format!("an Arrow array of type {}", chunk.data_type())),
        }
    }
    Column::Numbers(all)
}

fn numbers(array: &ArrayRef) -> Option<Numbers> {
    let values = match array.data_type() {
        DataType::Float64 => Values::Float(widened::<Float64Type, _>(array)),
        DataType::Float32 => Values::Float(widened::<Float32Type, _>(array)),
        DataType::Float16 => Values::Float(widened::<Float16Type, _>(array)),
        DataType::Int64 => Values::Signed(widened::<Int64Type, _>(array)),
        DataType::Int32 => Values::Signed(widened::<Int32Type, _>(array)),
        DataType::Int16 => Values::Signed(widened::<Int16Type, _>(array)),
        DataType::Int8 => Values::Signed(widened::<Int8Type, _>(array)),
        DataType::UInt64 => Values::Unsigned(widened::<UInt64Type, _>(array)),
        DataType::UInt32 => Values::Unsigned(widened::<UInt32Type, _>(array)),
        DataType::UInt16 => Values::Unsigned(widened::<UInt16Type, _>(array)),
        DataType::UInt8 => Values::Unsigned(widened::<UInt8Type, _>(array)),
        DataType::Null => return Some(Numbers::missing(array.len())),
        _ => return None,
    };
    let missing = array.nulls().map_or_else(Vec::new, |nulls| nulls.iter().map(|valid| !valid).collect());
    Some(Numbers::new(values, missing))
}

fn widened<T: ArrowPrimitiveType, Wide: From<T::Native>>(array: &ArrayRef) -> Vec<Wide> {
    array.as_primitive::<T>().values().iter().map(|value| Wide::from(*value)).collect()
}
