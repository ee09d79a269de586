//! Text of a document, in any of the forms that Python has for it.

use std::borrow::Cow;

use gate_core::bounds::MAX_INPUT_BYTES;
use gate_core::document::Fault;
use gate_core::{ErrorCode, GateError};
use pyo3::buffer::PyBuffer;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMemoryView, PyString};

use crate::error;

/// The bytes of a document, which nobody can change while they are read.
pub(crate) struct Text<'a>(Cow<'a, [u8]>);

impl<'a> Text<'a> {
    /// The text that the object is, if it is one: `str`, `bytes`, `bytearray` or a `memoryview` of bytes.
    pub(crate) fn of(object: &'a Bound<'_, PyAny>) -> PyResult<Option<Self>> {
        error::accept(object.py(), Self::try_of(object)?)
    }

    /// The same for a caller that has an error of its own for a text that cannot be used.
    pub(crate) fn try_of(object: &'a Bound<'_, PyAny>) -> PyResult<Result<Option<Self>, GateError>> {
        if let Ok(text) = object.cast::<PyString>() {
            let bytes = |text: &'a str| Some(Self(Cow::Borrowed(text.as_bytes())));
            return Ok(utf8(text).map(bytes).map_err(GateError::from));
        }
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Ok(Some(Self(Cow::Borrowed(bytes.as_bytes())))));
        }
        let mutable = object.is_instance_of::<PyByteArray>() || object.is_instance_of::<PyMemoryView>();
        if !mutable {
            return Ok(Ok(None));
        }
        match PyBuffer::<u8>::get(object) {
            Ok(buffer) => Ok(copied(object.py(), &buffer)?.map(Some)),
            // A view of something else than bytes.
            Err(_) => Ok(Ok(None)),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

fn copied<'a>(py: Python<'_>, buffer: &PyBuffer<u8>) -> PyResult<Result<Text<'a>, GateError>> {
    let bytes = buffer.len_bytes();
    if bytes > MAX_INPUT_BYTES {
        // Before it is copied; the core would say the same afterwards.
        let expected = format!("at most {MAX_INPUT_BYTES} bytes");
        return Ok(Err(GateError::new(ErrorCode::InputTooLarge, "", expected, format!("{bytes} bytes"))));
    }
    buffer.to_vec(py).map(|bytes| Ok(Text(Cow::Owned(bytes))))
}

/// The text of a `str`, which may also hold what UTF-8 cannot.
pub(super) fn utf8<'a>(text: &'a Bound<'_, PyString>) -> Result<&'a str, Fault> {
    text.to_str().map_err(|_| Fault::new(ErrorCode::NotUtf8, "UTF-8 text", "a string with a lone surrogate"))
}
