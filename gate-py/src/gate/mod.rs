//! The cutover, the hardening gate and the release gates: facts in, a dict with `exit_code` out.
//!
//! What cannot be used raises; what speaks against going on is an answer. Whatever may hold a secret is read without
//! repeating it in an error.

mod audit;
mod blob;
mod card;
mod checks;
mod evidence;
mod facts;
mod hardening;
mod release;
mod secrets;

pub(crate) use audit::{audit_append, audit_verify};
pub(crate) use card::readiness;
pub(crate) use checks::{
    canary_health, check_breaker, check_keys, check_promotion, check_readyz, check_recovery, check_rotation,
};
pub(crate) use evidence::verify_evidence;
pub(crate) use hardening::{check_openapi, check_perf, check_tokens, hardening_review};
pub(crate) use release::{check_env, check_matrix, regression};
pub(crate) use secrets::scan_secrets;

use chrono::{SubsecRound as _, TimeDelta, Utc};
use gate_cli::Masker;
use gate_core::cutover::{Check, CheckState};
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDelta, PyDict};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{build, convert, error};

/// A value, or why its input cannot be used; around it, exceptions of foreign code.
type Tried<T> = PyResult<Result<T, GateError>>;

/// The decision instant: what is given, or the clock, to the microsecond as `datetime` has it.
fn instant(now: Option<&Bound<'_, PyAny>>) -> PyResult<Instant> {
    now.map_or_else(|| Ok(Utc::now().trunc_subsecs(6)), |now| convert::instant("now", now))
}

/// A length of time: seconds, or a `timedelta`.
fn length(argument: &str, given: Option<&Bound<'_, PyAny>>) -> PyResult<Option<TimeDelta>> {
    let Some(given) = given else { return Ok(None) };
    let py = given.py();
    let seconds = if given.is_instance_of::<PyDelta>() {
        given.call_method0(intern!(py, "total_seconds"))?.extract()?
    } else {
        given.extract::<f64>().unwrap_or(f64::NAN)
    };
    let length = std::time::Duration::try_from_secs_f64(seconds).ok();
    if let Some(length) = length.and_then(|length| TimeDelta::from_std(length).ok()) {
        return Ok(Some(length));
    }
    let expected = "seconds of 0 or more, or a timedelta";
    let refused = GateError::new(ErrorCode::OutOfRange, argument, expected, "something else");
    Err(error::raised(py, &refused))
}

/// A value, or the exception that says why there is none, without secrets in it.
fn accept<T>(py: Python<'_>, made: Result<T, GateError>) -> PyResult<T> {
    error::accept(py, made.map_err(|refused| masked(&refused)))
}

/// The same error without the secrets in it.
fn masked(error: &GateError) -> GateError {
    let masker = match Masker::of_environment([]) {
        Ok(masker) => masker,
        Err(unknown) => return unknown,
    };
    let [path, expected, found] =
        [error.path(), error.expected(), error.found()].map(|text| masker.text(text));
    let shown = GateError::new(error.code(), path, expected, found);
    match error.position() {
        Some(position) => shown.at(position),
        None => shown,
    }
}

/// Reads a document, as far as it can be one.
fn read<T: DeserializeOwned>(object: &Bound<'_, PyAny>) -> PyResult<T> {
    accept(object.py(), convert::try_read(object)?)
}

/// Reads what may hold a secret: an error says where and what was expected, never what is there.
fn read_secret<T: DeserializeOwned>(object: &Bound<'_, PyAny>) -> Tried<T> {
    let hidden = |error: GateError| {
        GateError::new(error.code(), known_path(&error), error.expected(), "something else")
    };
    Ok(convert::try_read(object)?.map_err(hidden))
}

/// The path of an error, without a field that nobody knows: that may be a secret in the wrong place.
fn known_path(error: &GateError) -> String {
    let path = error.path();
    if error.code() != ErrorCode::UnknownField {
        return path.to_owned();
    }
    // A plain name has no dot in it, and any other is in quotes.
    let start = if path.ends_with("\"]") { path.rfind("[\"") } else { path.rfind('.').map(|dot| dot + 1) };
    format!("{}***", path.get(..start.unwrap_or(0)).unwrap_or_default())
}

/// Reads one of several documents: the path of an error starts with the name of the argument.
fn named<T: DeserializeOwned>(argument: &str, object: &Bound<'_, PyAny>) -> PyResult<T> {
    let placed = |error: GateError| {
        let joint = if error.path().is_empty() || error.path().starts_with('[') { "" } else { "." };
        let path = format!("{argument}{joint}{}", error.path());
        GateError::new(error.code(), path, error.expected(), error.found())
    };
    accept(object.py(), convert::try_read(object)?.map_err(placed))
}

/// The same document, or the default without one.
fn or_default<T: DeserializeOwned + Default>(given: Option<&Bound<'_, PyAny>>) -> PyResult<T> {
    given.map_or_else(|| Ok(T::default()), read)
}

/// The dict of a report without its secrets, with the exit status that the command line would have.
fn judged<'py>(py: Python<'py>, exit_code: u8, report: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let dict = PyDict::new(py);
    dict.set_item(intern!(py, "exit_code"), exit_code)?;
    filled(dict, report)
}

/// The dict of a check.
fn checked<'py>(py: Python<'py>, check: &Check) -> PyResult<Bound<'py, PyAny>> {
    judged(py, exit_code(check.state), check)
}

/// The dict of a check, and of the report that it was made from.
fn reported<'py>(py: Python<'py>, check: &Check, report: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let dict = checked(py, check)?;
    dict.set_item(intern!(py, "report"), filled(PyDict::new(py), report)?)?;
    Ok(dict)
}

fn filled<'py>(dict: Bound<'py, PyDict>, report: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let masker = accept(dict.py(), Masker::of_environment([]))?;
    build::masked_into(dict, report, &masker)
}

/// That of an answer with this check alone.
const fn exit_code(state: CheckState) -> u8 {
    match state {
        CheckState::Healthy => 0,
        CheckState::Degraded | CheckState::Unknown => 2,
        CheckState::Unhealthy => 3,
    }
}

/// 0 for a pass, 3 for anything else.
const fn pass_or_fail(is_pass: bool) -> u8 {
    if is_pass { 0 } else { 3 }
}
