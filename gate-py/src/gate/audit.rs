//! `tsfm_gate.audit`: lines of a log that shows every change of itself.

use std::path::PathBuf;

use gate_cli::audit_log::{self, without_secrets};
use gate_core::release::audit::{Anchor, AuditEntry, verify};
use gate_core::{ErrorCode, GateError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::{accept, judged, pass_or_fail, read};
use crate::build;
use crate::convert::{self, Text};

/// Returns the line of an entry behind the end of a log, and the new end.
///
/// Secrets in its texts are masked: a log is kept for ever. The line ends with a line feed. `after` is where the log ended: the `end` of the line or the report before; none
/// for an empty log.
#[pyfunction]
#[pyo3(signature = (entry, after=None))]
pub(crate) fn audit_append<'py>(
    entry: &Bound<'py, PyAny>,
    after: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let py = entry.py();
    let entry: AuditEntry = accept(py, without_secrets(read(entry)?))?;
    let after = after.map_or_else(|| Ok(Anchor::empty()), read)?;
    let (line, end) = accept(py, after.append(&entry))?;
    let dict = PyDict::new(py);
    dict.set_item(intern!(py, "line"), line + "\n")?;
    dict.set_item(intern!(py, "end"), build::object(py, &end)?)?;
    Ok(dict)
}

/// Verifies a log: text, bytes, or a path-like object for a file of any size.
///
/// `anchor` is where the log ended at some earlier time; without it, lines that are missing at the end do not show.
#[pyfunction]
#[pyo3(signature = (log, *, anchor=None))]
pub(crate) fn audit_verify<'py>(
    log: &Bound<'py, PyAny>,
    anchor: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = log.py();
    let anchor: Option<Anchor> = anchor.map(read).transpose()?;
    let report = match (Text::of(log)?, log.extract::<PathBuf>()) {
        (Some(text), _) => Ok(py.detach(|| verify(text.bytes(), anchor))),
        (None, Ok(path)) => py.detach(|| audit_log::verify(&path, anchor, "log")),
        (None, Err(_)) => {
            let found = convert::described(log);
            Err(GateError::new(ErrorCode::WrongType, "log", "text, bytes or a path", found))
        }
    };
    let report = accept(py, report)?;
    judged(py, pass_or_fail(report.verified), &report)
}
