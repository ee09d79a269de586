//! `tsfm_gate.check_metrics` and `tsfm_gate.metrics`.

use gate_core::contract::metrics::{Metrics, check_report};
use gate_core::contract::{ContractError, ContractFault, ContractFinding, RunId};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

use super::{Document, unusable};
use crate::convert;
use crate::{build, error};

/// Checks that a metrics report is whole and, if a run id is given, of that run; returns its figures.
///
/// Raises `RunContractError` with everything that is wrong.
#[pyfunction]
#[pyo3(signature = (report, *, run_id=None))]
pub(crate) fn check_metrics<'py>(
    report: &Bound<'py, PyAny>,
    run_id: Option<&Bound<'py, PyString>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = report.py();
    let document = Document::read(report, ContractFault::MetricsInvalid)?;
    // What UTF-8 cannot hold, no run id may have.
    let run_id = run_id.map(|id| id.to_string_lossy().into_owned());
    let judge = || {
        let run_id = run_id.as_deref().map(RunId::new).transpose()?;
        let node = document.into_tree(ContractFault::MetricsInvalid)?;
        check_report(&node, run_id.as_ref())
    };
    let figures = py.detach(judge).map_err(|broken| error::broken(py, &broken))?;
    build::object(py, &figures)
}

/// Computes the metrics of predictions, to verify a report by.
///
/// Both arguments are columns, one step ahead each, or have one row for each window and one column for each
/// step. A metric without an answer is `None`, and `undefined` says why.
#[pyfunction(name = "metrics")]
pub(crate) fn compute_metrics<'py>(
    y_true: &Bound<'py, PyAny>,
    y_pred: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = y_true.py();
    let read = |argument, object| {
        Windows::read(argument, object)?.map_err(|refused| error::broken(py, &refused.into()))
    };
    let (y_true, y_pred) = (read("y_true", y_true)?, read("y_pred", y_pred)?);
    let compute = || -> Result<Metrics, ContractError> {
        y_pred.check_steps(y_true.steps)?;
        Metrics::of_windows(&y_true.values, &y_pred.values, y_true.steps)
    };
    let metrics = py.detach(compute).map_err(|broken| error::broken(py, &broken))?;
    build::object(py, &metrics)
}

/// Values window after window, and the steps in each.
struct Windows {
    values: Vec<f64>,
    steps: usize,
}

impl Windows {
    fn read(argument: &str, object: &Bound<'_, PyAny>) -> PyResult<Result<Self, ContractFinding>> {
        let refused = |error| unusable(ContractFault::ArgumentInvalid, argument, &error);
        if has_rows(object)? {
            let rows = convert::try_read::<Vec<Vec<f64>>>(object)?;
            return Ok(rows.map_err(refused).and_then(|rows| Self::of_rows(argument, &rows)));
        }
        let (column, steps) = flat(object)?;
        let values = convert::try_read(&column)?;
        Ok(values.map(|values| Self { values, steps }).map_err(refused))
    }

    fn of_rows(argument: &str, rows: &[Vec<f64>]) -> Result<Self, ContractFinding> {
        let steps = rows.first().map_or(1, Vec::len);
        match rows.iter().position(|row| row.len() != steps) {
            Some(index) => {
                let found = rows.get(index).map_or(0, Vec::len);
                Err(ragged(&format!("{argument}[{index}]"), "the first row", steps, found))
            }
            None => Ok(Self { values: rows.concat(), steps }),
        }
    }

    fn check_steps(&self, steps: usize) -> Result<(), ContractFinding> {
        if self.steps == steps { Ok(()) } else { Err(ragged("y_pred", "`y_true`", steps, self.steps)) }
    }
}

fn ragged(path: &str, like: &str, expected: usize, found: usize) -> ContractFinding {
    let expected = format!("{expected} steps for each window, as in {like}");
    ContractFinding::new(ContractFault::ShapeMismatch, path, expected, found.to_string())
}

/// True for a list or a tuple of lists or tuples.
fn has_rows(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let is_list =
        |object: &Bound<'_, PyAny>| object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>();
    Ok(is_list(object) && object.len()? > 0 && is_list(&object.get_item(0)?))
}

/// An array or a frame of two dimensions as one column, row after row, and the length of its rows.
fn flat<'py>(object: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, usize)> {
    let py = object.py();
    let shape = object.getattr_opt(intern!(py, "shape"))?;
    match shape.and_then(|shape| shape.extract::<(usize, usize)>().ok()) {
        None => Ok((object.clone(), 1)),
        Some((_, steps)) => {
            let to_numpy = object.getattr_opt(intern!(py, "to_numpy"))?;
            let array = to_numpy.map_or_else(|| Ok(object.clone()), |method| method.call0())?;
            Ok((array.call_method0(intern!(py, "ravel"))?, steps))
        }
    }
}
