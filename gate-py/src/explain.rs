//! `tsfm_gate.explain`: what a code means and what to do about it.

use pyo3::prelude::*;

use crate::{build, error, policy};

/// Explains a finding, note, warning or error code, or a reason of the policy.
#[pyfunction]
#[pyo3(signature = (code, policy=None))]
pub(crate) fn explain<'py>(
    py: Python<'py>,
    code: &str,
    policy: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let policy = policy::resolve(py, policy)?;
    let explanation = gate_core::explain::explain(code, policy.get().inner())
        .map_err(|unknown| error::raised(py, &unknown))?;
    build::object(py, &explanation)
}
