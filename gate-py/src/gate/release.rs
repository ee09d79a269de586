//! The release gates: regressions, the environment, and the test matrix.

use gate_core::document::Table;
use gate_core::release::env::Requirements;
use gate_core::release::matrix::{self, Binding, GateRecord, RequiredGate, Waiver};
use gate_core::release::regression::{Measurement, RegressionPolicy};
use pyo3::prelude::*;

use super::{accept, instant, judged, named, or_default, read, read_secret};

/// Compares a candidate with a baseline: is it slower or larger than what runs now?
#[pyfunction]
#[pyo3(signature = (baseline, candidate, *, policy=None))]
pub(crate) fn regression<'py>(
    baseline: &Bound<'py, PyAny>,
    candidate: &Bound<'py, PyAny>,
    policy: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = baseline.py();
    let policy: RegressionPolicy = or_default(policy)?;
    let sides: (Measurement, Measurement) = (named("baseline", baseline)?, named("candidate", candidate)?);
    let report = accept(py, py.detach(|| policy.compare(&sides.0, &sides.1)))?;
    judged(py, report.verdict.exit_code(), &report)
}

/// Judges variables by a table of requirements. No value is in the answer or in an error.
#[pyfunction]
#[pyo3(signature = (requirements, stage, variables))]
pub(crate) fn check_env<'py>(
    requirements: &Bound<'py, PyAny>,
    stage: &str,
    variables: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = requirements.py();
    let requirements: Requirements = read(requirements)?;
    let variables: Table<String> = accept(py, read_secret(variables)?)?;
    let report = accept(py, py.detach(|| requirements.check(stage, &variables)))?;
    judged(py, report.verdict.exit_code(), &report)
}

/// Judges the verdicts of all gates: each required one exactly once, fresh, and about this candidate.
#[pyfunction]
#[pyo3(signature = (required, candidate, records, waivers=None, *, now=None))]
pub(crate) fn check_matrix<'py>(
    required: &Bound<'py, PyAny>,
    candidate: &Bound<'py, PyAny>,
    records: &Bound<'py, PyAny>,
    waivers: Option<&Bound<'py, PyAny>>,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = required.py();
    let required: Vec<RequiredGate> = named("required", required)?;
    let candidate: Binding = named("candidate", candidate)?;
    let records: Vec<GateRecord> = named("records", records)?;
    let waivers: Option<Vec<Waiver>> = waivers.map(|waivers| named("waivers", waivers)).transpose()?;
    let waivers = waivers.unwrap_or_default();
    let now = instant(now)?;
    let judge = || matrix::judge(&required, &candidate, &records, &waivers, now);
    let report = accept(py, py.detach(judge))?;
    judged(py, report.verdict.exit_code(), &report)
}
