//! The core's errors as the Python exceptions `tsfm_gate.GateError` and `tsfm_gate.RunContractError`.

use gate_core::GateError;
use gate_core::contract::ContractError;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::build;

/// The exception that says why an input cannot be used.
pub(crate) fn raised(py: Python<'_>, error: &GateError) -> PyErr {
    instance(py, error).map_or_else(|failed| failed, PyErr::from_value)
}

/// A value, or the exception that says why there is none.
pub(crate) fn accept<T>(py: Python<'_>, made: Result<T, GateError>) -> PyResult<T> {
    made.map_err(|refused| raised(py, &refused))
}

/// The exception as an object that nobody raises.
pub(crate) fn object<'py>(py: Python<'py>, error: &GateError) -> Bound<'py, PyAny> {
    raised(py, error).into_value(py).into_bound(py).into_any()
}

fn instance<'py>(py: Python<'py>, error: &GateError) -> PyResult<Bound<'py, PyAny>> {
    // Defined in Python: the stable ABI of 3.11 cannot derive a native class from an exception.
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "tsfm_gate._errors", "GateError")?;
    let (line, column) = error.position().map(|at| (at.line, at.column)).unzip();
    class.call1((
        error.to_string(),
        error.code().as_str(),
        error.path(),
        error.expected(),
        error.found(),
        line,
        column,
    ))
}

/// The exception that says what is wrong with a run.
pub(crate) fn broken(py: Python<'_>, error: &ContractError) -> PyErr {
    broken_instance(py, error).map_or_else(|failed| failed, PyErr::from_value)
}

fn broken_instance<'py>(py: Python<'py>, error: &ContractError) -> PyResult<Bound<'py, PyAny>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "tsfm_gate._errors", "RunContractError")?;
    let findings: Vec<_> = error.findings().collect();
    class.call1((error.to_string(), error.exit_code(), error.code().as_str(), build::object(py, &findings)?))
}
