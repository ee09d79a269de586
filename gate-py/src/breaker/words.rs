//! Words of the core in Python, and those of Python in the core.

use gate_core::breaker::guard::{Changes, Transition};
use gate_core::breaker::{HoldKind, Layer, Outcome};
use gate_core::{ErrorCode, GateError};
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::{build, convert, error};

/// How a call ended.
#[inline]
pub(super) fn outcome(given: &Bound<'_, PyAny>) -> PyResult<Outcome> {
    match text(given) {
        Some("success") => Ok(Outcome::Success),
        Some("failure") => Ok(Outcome::Failure),
        Some("ignored") => Ok(Outcome::Ignored),
        Some("cancelled") => Ok(Outcome::Cancelled),
        _ => Err(unknown("outcome", "`success`, `failure`, `ignored` or `cancelled`", given)),
    }
}

/// What a hold does.
pub(super) fn hold_kind(given: &Bound<'_, PyAny>) -> PyResult<HoldKind> {
    match text(given) {
        Some("off") => Ok(HoldKind::Off),
        Some("on") => Ok(HoldKind::On),
        Some("shadow") => Ok(HoldKind::Shadow),
        _ => Err(unknown("kind", "`off`, `on` or `shadow`", given)),
    }
}

/// The name of a layer that decides.
pub(super) const fn layer(layer: Layer) -> &'static str {
    match layer {
        Layer::Latch => "latch",
        Layer::Hold => "hold",
        Layer::ForcedOn => "forced_on",
        Layer::AutoOff => "auto_off",
        Layer::Ladder => "ladder",
        Layer::Call => "call",
    }
}

/// Transitions as a list of dicts.
pub(super) fn transitions<'py>(py: Python<'py>, changes: &Changes) -> PyResult<Bound<'py, PyAny>> {
    let transitions: Vec<Transition> = if changes.is_empty() { Vec::new() } else { changes.transitions() };
    build::object(py, &transitions)
}

fn text<'a>(given: &'a Bound<'_, PyAny>) -> Option<&'a str> {
    given.cast::<PyString>().ok()?.to_str().ok()
}

fn unknown(path: &str, expected: &str, given: &Bound<'_, PyAny>) -> PyErr {
    let found =
        given.cast::<PyString>().ok().map(|text| format!("`{}`", text.to_string_lossy().escape_debug()));
    let code = if found.is_some() { ErrorCode::WrongValue } else { ErrorCode::WrongType };
    let found = found.unwrap_or_else(|| convert::described(given));
    error::raised(given.py(), &GateError::new(code, path, expected, found))
}
