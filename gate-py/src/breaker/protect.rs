//! The decorator and the context manager, which are written in Python: they run the code of others.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyDict;

/// A function whose calls ask the breaker first; without a function, what makes one of it.
pub(super) fn decorated<'py>(
    breaker: &Bound<'py, PyAny>,
    function: Option<&Bound<'py, PyAny>>,
    exceptions: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    static PROTECT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let protect = PROTECT.import(breaker.py(), "tsfm_gate._breaker", "protect")?;
    protect.call((breaker, function), exceptions)
}

/// A context manager around one call.
pub(super) fn attempted<'py>(
    breaker: &Bound<'py, PyAny>,
    options: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    static ATTEMPT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let attempt = ATTEMPT.import(breaker.py(), "tsfm_gate._breaker", "Attempt")?;
    attempt.call((breaker,), options)
}
