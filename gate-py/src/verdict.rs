//! The core's verdict as `tsfm_gate.Verdict`.

use gate_core::Verdict;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};

use crate::build;

/// A `Verdict`, which is a `dict` with the fields in the order of the JSON verdict.
pub(crate) fn to_python<'py>(py: Python<'py>, verdict: &Verdict) -> PyResult<Bound<'py, PyAny>> {
    // Defined in Python: the stable ABI of 3.11 cannot derive a native class from `dict`.
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.import(py, "tsfm_gate._verdict", "Verdict")?;
    let fields = class.call0()?.cast_into::<PyDict>()?;
    build::into(fields, verdict)
}
