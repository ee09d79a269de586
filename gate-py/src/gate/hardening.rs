//! The hardening gate: tokens, the performance smoke, the contract of the API, and the review.

use std::collections::BTreeMap;

use gate_core::hardening::openapi::{self, OpenApiReport, OpenApiStatus, Operation};
use gate_core::hardening::perf::{self, PerfReport, PerfThresholds};
use gate_core::hardening::review::{MAX_AGE, Review, Written};
use gate_core::hardening::security::{self, Probe};
use gate_core::hardening::{Summary, TokenFault, TokenPolicy};
use gate_core::secret::Secret;
use gate_core::{ErrorCode, GateError};
use pyo3::prelude::*;
use serde::Serialize;

use super::blob::Blob;
use super::{accept, instant, judged, length, or_default, pass_or_fail, read, read_secret};
use crate::convert;
use crate::error::raised;

/// One token, judged. It is not in here.
#[derive(Serialize)]
struct TokenRow {
    name: String,
    fault: Option<TokenFault>,
    message: Option<String>,
}

#[derive(Serialize)]
struct TokenReport {
    ok: bool,
    tokens: Vec<TokenRow>,
}

/// Judges tokens by name. No token is in the answer or in an error.
#[pyfunction]
#[pyo3(signature = (tokens, *, policy=None))]
pub(crate) fn check_tokens<'py>(
    tokens: &Bound<'py, PyAny>,
    policy: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = tokens.py();
    let policy: TokenPolicy = or_default(policy)?;
    let tokens: BTreeMap<String, Option<String>> = accept(py, read_secret(tokens)?)?;
    if tokens.is_empty() {
        let nothing = GateError::new(ErrorCode::MissingField, "tokens", "at least one token", "none");
        return Err(raised(py, &nothing));
    }
    let row = |(name, token): (String, Option<String>)| {
        let fault = policy.check(token.as_deref()).err();
        TokenRow { name, fault, message: fault.map(|fault| fault.to_string()) }
    };
    let tokens: Vec<TokenRow> = tokens.into_iter().map(row).collect();
    let ok = tokens.iter().all(|row| row.fault.is_none());
    judged(py, pass_or_fail(ok), &TokenReport { ok, tokens })
}

/// Judges what a benchmark printed (lines of `key=value`, or JSON) and how it ended.
#[pyfunction]
#[pyo3(signature = (output, *, exit_code, thresholds=None))]
pub(crate) fn check_perf<'py>(
    output: &Bound<'py, PyAny>,
    exit_code: Option<i32>,
    thresholds: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = output.py();
    let thresholds: PerfThresholds = or_default(thresholds)?;
    let output: Blob = read(output)?;
    let report = accept(py, py.detach(|| perf::judge(&output.0, exit_code, thresholds)))?;
    judged(py, pass_or_fail(report.ok), &report)
}

/// Judges the `OpenAPI` document of a service against the operations that others call.
///
/// `required` has lines like `/markets/{market_id}:GET`; without it, those of the documents.
#[pyfunction]
#[pyo3(signature = (document, *, required=None, url="openapi.json"))]
pub(crate) fn check_openapi<'py>(
    document: &Bound<'py, PyAny>,
    required: Option<Vec<String>>,
    url: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let py = document.py();
    let required = required
        .map_or_else(Operation::built_in, |lines| lines.iter().map(|line| Operation::parse(line)).collect());
    let document: Blob = read(document)?;
    let report = py.detach(|| openapi::judge(url, Ok(&document.0), &required));
    judged(py, pass_or_fail(report.status == OpenApiStatus::Pass), &report)
}

#[derive(Serialize)]
struct ReviewReport {
    ok: bool,
    text: String,
    problems: Vec<gate_core::problem::Problem>,
}

/// Writes the review of a hardening gate as the runbook has it appended.
///
/// `summary` is the summary document, `openapi` and `perf` are what `check_openapi` and `check_perf` returned, and
/// `security` is the list of probes with their answers, and `token` the one that they were made with: no answer may
/// hold it. `openapi_at`, `security_at` and `perf_at` say when each was written: it must be during the run, which must
/// have ended at most `max_age` ago (24 hours). What is not there, and what nobody knows the time of, speaks against the
/// gate.
#[pyfunction]
#[pyo3(signature = (
    *,
    summary=None,
    openapi=None,
    security=None,
    token=None,
    perf=None,
    openapi_at=None,
    security_at=None,
    perf_at=None,
    max_age=None,
    summary_path="rollout_hardening_gate_summary.json",
    openapi_path="openapi_smoke_report.json",
    now=None,
))]
#[expect(clippy::too_many_arguments, reason = "one for each part of the review")]
pub(crate) fn hardening_review<'py>(
    py: Python<'py>,
    summary: Option<&Bound<'py, PyAny>>,
    openapi: Option<&Bound<'py, PyAny>>,
    security: Option<&Bound<'py, PyAny>>,
    token: Option<&Bound<'py, PyAny>>,
    perf: Option<&Bound<'py, PyAny>>,
    openapi_at: Option<&Bound<'py, PyAny>>,
    security_at: Option<&Bound<'py, PyAny>>,
    perf_at: Option<&Bound<'py, PyAny>>,
    max_age: Option<&Bound<'py, PyAny>>,
    summary_path: &str,
    openapi_path: &str,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let summary: Option<Blob> = summary.map(read).transpose()?;
    let summary = summary.map(|text| accept(py, Summary::from_json(&text.0))).transpose()?;
    let openapi: Option<OpenApiReport> = openapi.map(report).transpose()?;
    let perf: Option<PerfReport> = perf.map(report).transpose()?;
    let probes: Option<Vec<Probe>> =
        security.map(read_secret).transpose()?.map(|probes| accept(py, probes)).transpose()?;
    let security = probes.map(|probes| security_report(py, &probes, token)).transpose()?;
    let at = |argument, given: Option<&Bound<'py, PyAny>>| {
        given.map(|given| convert::instant(argument, given)).transpose()
    };
    let [openapi_at, security_at, perf_at] =
        [at("openapi_at", openapi_at)?, at("security_at", security_at)?, at("perf_at", perf_at)?];
    let review = Review {
        now: instant(now)?,
        max_age: length("max_age", max_age)?.unwrap_or(MAX_AGE),
        summary_path,
        openapi_path,
        summary: summary.as_ref(),
        openapi: openapi.as_ref().map(|report| Written { report, at: openapi_at }),
        security: security.as_ref().map(|report| Written { report, at: security_at }),
        perf: perf.as_ref().map(|report| Written { report, at: perf_at }),
    };
    let problems = review.problems();
    let report = ReviewReport { ok: problems.is_empty(), text: review.text(), problems };
    judged(py, pass_or_fail(report.ok), &report)
}

/// Judges probes, for which their token must be known.
fn security_report(
    py: Python<'_>,
    probes: &[Probe],
    token: Option<&Bound<'_, PyAny>>,
) -> PyResult<security::SecurityReport> {
    let token: Option<Secret> =
        token.map(read_secret).transpose()?.map(|token| accept(py, token)).transpose()?;
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        let expected = "the token that the probes were made with";
        return Err(raised(py, &GateError::new(ErrorCode::MissingField, "token", expected, "none")));
    };
    Ok(security::judge(probes, &token))
}

/// A report that a function here returned, without the exit code that was added to it.
fn report<T: serde::de::DeserializeOwned>(report: &Bound<'_, PyAny>) -> PyResult<T> {
    let py = report.py();
    let Ok(dict) = report.cast::<pyo3::types::PyDict>() else { return read(report) };
    let dict = dict.copy()?;
    dict.call_method1(pyo3::intern!(py, "pop"), ("exit_code", py.None()))?;
    read(dict.as_any())
}
