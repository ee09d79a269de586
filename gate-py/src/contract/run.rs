//! `tsfm_gate.check_run` and `tsfm_gate.run_id_from_path`.

use std::path::{Path, PathBuf};

use gate_cli::artifacts::{RunRequest, read_run};
use gate_core::contract::{self, ContractError, ContractFault, ContractFinding, Layout, RunId};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::{covariates, names};
use crate::{build, error};

/// Checks that the artifacts of a run belong to it, are whole, and fit what a model is asked for.
///
/// Returns what was compared, and what was not there to compare. Raises `RunContractError` with everything
/// that is wrong, and warns of keys of the covariate spec that nobody reads.
#[pyfunction]
#[pyo3(signature = (
    run_id,
    *,
    processed_npz=None,
    preprocessor_pkl=None,
    meta=None,
    covariate_spec=None,
    dynamic=None,
    r#static=None,
    sequence_length=24,
    horizon=1,
    strict_run_id=false,
    headers_only=false,
))]
#[expect(clippy::too_many_arguments, reason = "one for each option of `tsfm-gate run check`")]
pub(crate) fn check_run<'py>(
    run_id: &Bound<'py, PyString>,
    processed_npz: Option<PathBuf>,
    preprocessor_pkl: Option<PathBuf>,
    meta: Option<PathBuf>,
    covariate_spec: Option<PathBuf>,
    dynamic: Option<&Bound<'py, PyAny>>,
    r#static: Option<&Bound<'py, PyAny>>,
    sequence_length: i64,
    horizon: i64,
    strict_run_id: bool,
    headers_only: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = run_id.py();
    let mut wrong = Vec::new();
    let request = RunRequest {
        // What UTF-8 cannot hold, no run id may have.
        run_id: run_id.to_string_lossy().into_owned(),
        strict_run_id,
        processed_npz,
        preprocessor_pkl,
        meta,
        covariate_spec,
        dynamic: names::read("dynamic", dynamic, &mut wrong)?.unwrap_or_default(),
        r#static: names::read("static", r#static, &mut wrong)?.unwrap_or_default(),
        sequence_length: steps("sequence_length", sequence_length, &mut wrong),
        horizon: steps("horizon", horizon, &mut wrong),
        headers_only,
    };
    let judge = || match ContractError::from_findings(wrong) {
        Some(unclear) => Err(unclear),
        None => contract::check(&read_run(&request)),
    };
    let report = py.detach(judge).map_err(|broken| error::broken(py, &broken))?;
    if let Some(spec) = report.spec.as_ref().and_then(|enforced| enforced.spec.as_ref()) {
        covariates::warn_of_unknown_keys(py, spec)?;
    }
    build::object(py, &report)
}

fn steps(argument: &str, given: i64, wrong: &mut Vec<ContractFinding>) -> u64 {
    u64::try_from(given).unwrap_or_else(|_| {
        let fault = ContractFault::ArgumentInvalid;
        wrong.push(ContractFinding::new(fault, argument, "at least 1 step", given.to_string()));
        0
    })
}

/// The run id that a path states, or `None` if it does not end in `processed/{run_id}/processed.npz`.
///
/// `None` says that the path cannot confirm a run id, not that one was confirmed. Raises `RunContractError`
/// for a path that must not be used: one with `..` behind another part, a directory whose name can be no
/// run id, or links that lead to another run.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "what pyo3 extracts from a path-like object")]
pub(crate) fn run_id_from_path(py: Python<'_>, path: PathBuf) -> PyResult<Option<String>> {
    let stated = py.detach(|| stated(&path)).map_err(|refused| error::broken(py, &refused.into()))?;
    Ok(stated.map(|id| id.as_str().to_owned()))
}

/// The id that a path states as it is named and, if there is something, with its links followed.
fn stated(path: &Path) -> Result<Option<RunId>, ContractFinding> {
    let refuse = |expected: &str, found| {
        Err(ContractFinding::new(ContractFault::PathMismatch, path.to_string_lossy(), expected, found))
    };
    let named = match layout(path) {
        Layout::Canonical(id) => id,
        Layout::Unrecognised { .. } => return Ok(None),
        Layout::Refused { why } => return refuse("`…/processed/{run_id}/processed.npz`", why),
    };
    match path.canonicalize() {
        Ok(real) if layout(&real).run_id() != Some(&named) => {
            let expected = format!("the directory `{named}` with links followed");
            refuse(&expected, format!("`{}`", real.to_string_lossy().escape_debug()))
        }
        _ => Ok(Some(named)),
    }
}

/// The layout is about `/`; on Windows a path may have either.
fn layout(path: &Path) -> Layout {
    let text = path.to_string_lossy();
    if cfg!(windows) { Layout::of(&text.replace('\\', "/")) } else { Layout::of(&text) }
}
