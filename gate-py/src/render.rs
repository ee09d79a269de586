//! `tsfm_gate.render`: a verdict as text, JSON or Markdown, written by the core.

use gate_core::render::{Colour, Format};
use gate_core::{ErrorCode, GateError, Verdict};
use pyo3::prelude::*;

use crate::{convert, error};

/// Writes a verdict, or a mapping with its fields, as the CLI would.
#[pyfunction]
#[pyo3(signature = (verdict, format="text", *, color=false))]
pub(crate) fn render(verdict: &Bound<'_, PyAny>, format: &str, color: bool) -> PyResult<String> {
    let py = verdict.py();
    let format = Format::parse(format).ok_or_else(|| error::raised(py, &unknown_format(format)))?;
    let verdict: Verdict = convert::read(verdict)?;
    let shade = if color { Colour::On } else { Colour::Off };
    Ok(py.detach(|| gate_core::render::render(&verdict, format, shade)))
}

fn unknown_format(format: &str) -> GateError {
    let expected = "one of `text`, `json`, `markdown`";
    GateError::new(ErrorCode::WrongValue, "format", expected, format!("`{}`", format.escape_debug()))
}
