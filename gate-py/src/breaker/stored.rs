//! What was stored: text, or the dict that `snapshot` returned.

use gate_core::document::from_json;
use gate_core::{ErrorCode, GateError};
use pyo3::exceptions::{PyRecursionError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;
use serde::de::DeserializeOwned;

use super::clock::{Clock, nanoseconds};
use crate::convert::Text;

/// The stored bytes; `None` if there are none.
///
/// What JSON cannot hold is no state either, and comes back as bytes that are no JSON: whether that stops a guard or
/// is an error is for the core to say, as with everything else that cannot be read.
pub(super) fn bytes(state: &Bound<'_, PyAny>) -> PyResult<Option<Vec<u8>>> {
    if state.is_none() {
        return Ok(None);
    }
    let py = state.py();
    match Text::try_of(state)? {
        Ok(Some(text)) => return Ok(Some(text.bytes().to_vec())),
        Err(refused) => return Ok(Some(refused.to_string().into_bytes())),
        Ok(None) => {}
    }
    match py.import("json")?.call_method1("dumps", (state,)) {
        Ok(text) => Ok(Some(text.extract::<String>()?.into_bytes())),
        Err(error) if unwritable(py, &error) => Ok(Some(error.to_string().into_bytes())),
        Err(error) => Err(error),
    }
}

fn unwritable(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyTypeError>(py)
        || error.is_instance_of::<PyValueError>(py)
        || error.is_instance_of::<PyRecursionError>(py)
}

/// A state that must be there and hold: for a breaker that nobody can have stopped.
pub(super) fn required<T: DeserializeOwned>(state: &Bound<'_, PyAny>) -> PyResult<Result<T, GateError>> {
    Ok(match bytes(state)? {
        Some(bytes) => from_json(&bytes),
        None => Err(GateError::new(ErrorCode::EmptyInput, "", "a stored state", "nothing")),
    })
}

/// What `__reduce__` returns: the state of now, and how to go on from it.
pub(super) type Reduced<'py> = (
    Bound<'py, PyAny>,
    (Bound<'py, PyType>, Bound<'py, PyAny>, Bound<'py, PyAny>, Option<Bound<'py, PyAny>>),
);

pub(super) fn reduced<'py>(breaker: &Bound<'py, PyAny>, clock: &Clock) -> PyResult<Reduced<'py>> {
    static REVIVE: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let py = breaker.py();
    let revive = REVIVE.import(py, "tsfm_gate._breaker", "revive")?.clone();
    let state = breaker.call_method0("snapshot")?;
    Ok((revive, (breaker.get_type(), state, breaker.getattr("config")?, clock.given(py))))
}

/// When a breaker goes on from what was stored.
pub(super) struct Times {
    /// The clock that it goes by.
    pub(super) clock: Clock,
    pub(super) now: u64,
    /// Nanoseconds since it was stored.
    pub(super) elapsed: u64,
}

pub(super) fn times(
    py: Python<'_>,
    clock: Option<Bound<'_, PyAny>>,
    now: Option<&Bound<'_, PyAny>>,
    since: Option<&Bound<'_, PyAny>>,
) -> PyResult<Times> {
    let elapsed = elapsed(since)?;
    let clock = Clock::new(py, clock)?;
    Ok(Times { now: clock.now(py, now)?, clock, elapsed })
}

/// The time since it was stored. A clock that was set back in between makes it negative, which is none.
fn elapsed(seconds: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
    let Some(seconds) = seconds else { return Ok(0) };
    if seconds.extract::<f64>().is_ok_and(|seconds| seconds < 0.0) {
        return Ok(0);
    }
    nanoseconds("elapsed", seconds)
}
