//! `tsfm_gate.replay`: an event script, and what a guard answers to it.

use gate_core::breaker::script::{Answer, Mismatch, Script};
use gate_core::{ErrorCode, GateError};
use pyo3::prelude::*;
use serde::Serialize;

use super::stored;
use crate::build;
use crate::error::accept;

#[derive(Serialize)]
struct Replayed {
    answers: Vec<Answer>,
    mismatches: Vec<Mismatch>,
}

/// Plays an event script: the answer after each step, and where it is not what the step expects.
#[pyfunction]
pub(crate) fn replay<'py>(script: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = script.py();
    let text = stored::bytes(script)?;
    let play = || {
        let empty = || GateError::new(ErrorCode::EmptyInput, "", "an event script", "nothing");
        let script = Script::from_json(text.as_deref().ok_or_else(empty)?)?;
        let answers = script.play()?;
        let mismatches = script.mismatches(&answers);
        Ok(Replayed { answers, mismatches })
    };
    let replayed = accept(py, py.detach(play))?;
    build::object(py, &replayed)
}
