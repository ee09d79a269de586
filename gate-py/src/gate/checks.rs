//! The checks of a cutover, one function each.

use gate_core::GateError;
use gate_core::cutover::Check;
use gate_core::cutover::canary_health::{FAILURE_METRIC, snapshot_health};
use gate_core::cutover::keys::{KeyRule, KeysReport, RotationPlan, judge_keys, judge_rotation};
use gate_core::cutover::readyz::default_max_age;
use gate_core::cutover::recovery::{RecoveryFacts, RecoveryLimits, measure};
use gate_core::time::Instant;
use pyo3::prelude::*;

use super::blob::Blob;
use super::facts::{Answer, Breaker, Keys, Promotion, Rule};
use super::{Tried, accept, checked, instant, length, named, or_default, read, read_secret, reported};
use crate::evaluate::Input;
use crate::{convert, policy};

/// Judges what a service answered when it was asked whether it is ready.
///
/// `answer` has `status`, `body` and `at`, or `failed` (why there was none) and `at`.
#[pyfunction]
#[pyo3(signature = (answer, *, max_age=None, now=None))]
pub(crate) fn check_readyz<'py>(
    answer: &Bound<'py, PyAny>,
    max_age: Option<&Bound<'py, PyAny>>,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = answer.py();
    let max_age = length("max_age", max_age)?.unwrap_or_else(default_max_age);
    let (answer, now) = (read::<Answer>(answer)?, instant(now)?);
    let check = accept(py, py.detach(|| answer.judge(max_age, now)))?;
    checked(py, &check)
}

/// Judges how long keys still last. `None` is a list that is not there. No secret is looked at.
#[pyfunction]
#[pyo3(signature = (keys, *, warn_days=None, critical_days=None, now=None))]
pub(crate) fn check_keys<'py>(
    py: Python<'py>,
    keys: Option<&Bound<'py, PyAny>>,
    warn_days: Option<&Bound<'py, PyAny>>,
    critical_days: Option<&Bound<'py, PyAny>>,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let warn_days = warn_days.map(|days| named("warn_days", days)).transpose()?;
    let critical_days = critical_days.map(|days| named("critical_days", days)).transpose()?;
    let list = keys.map(read_secret::<Blob>).transpose()?.map(|list| accept(py, list)).transpose()?;
    let (keys, now) = (Keys { list, warn_days, critical_days }, instant(now)?);
    let report: KeysReport = accept(py, py.detach(|| keys.judge(now)))?;
    reported(py, &report.check(), &report)
}

/// Judges the plan of a rotation of keys: has it a gap, do the keys follow it, and what is next. Without `keys` they are
/// taken to be as planned.
#[pyfunction]
#[pyo3(signature = (plan, keys=None, *, now=None))]
pub(crate) fn check_rotation<'py>(
    plan: &Bound<'py, PyAny>,
    keys: Option<&Bound<'py, PyAny>>,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = plan.py();
    let (plan, now) = (read::<RotationPlan>(plan)?, instant(now)?);
    let list = keys.map(read_secret::<Blob>).transpose()?.map(|list| accept(py, list)).transpose()?;
    let report = py.detach(|| {
        let keys = list.map(|list| judge_keys(Some(&list.0), KeyRule::default(), now));
        judge_rotation(&plan, keys.as_ref(), now)
    });
    reported(py, &report.check(), &report)
}

/// Judges who may promote: a person, or the machine. `facts` has `environment`, `marker` and `file`.
#[pyfunction]
#[pyo3(signature = (facts, *, now=None))]
pub(crate) fn check_promotion<'py>(
    facts: &Bound<'py, PyAny>,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = facts.py();
    let facts: Promotion = accept(py, read_secret(facts)?)?;
    checked(py, &facts.judge(instant(now)?))
}

/// Judges the stored state of a `Guard` or a `MetricBreaker`; `at` says when it was stored.
#[pyfunction]
#[pyo3(signature = (state, *, holds=None, at=None))]
pub(crate) fn check_breaker<'py>(
    py: Python<'py>,
    state: Option<&Bound<'py, PyAny>>,
    holds: Option<&Bound<'py, PyAny>>,
    at: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let breaker = Breaker {
        state: state.map(read::<Blob>).transpose()?,
        holds: holds.map(read::<Blob>).transpose()?,
        saved_at: at.map(|at| convert::instant("at", at)).transpose()?,
    };
    checked(py, &py.detach(|| breaker.judge()))
}

/// Judges the last windows of a canary. Without dates in the snapshot nobody can say when it was measured.
#[pyfunction]
#[pyo3(signature = (snapshot, stage, *, policy=None, rule=None, now=None))]
pub(crate) fn canary_health<'py>(
    snapshot: &Bound<'py, PyAny>,
    stage: &str,
    policy: Option<&Bound<'py, PyAny>>,
    rule: Option<&Bound<'py, PyAny>>,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = snapshot.py();
    let rule: Rule = or_default(rule)?;
    let check = accept(py, canary(snapshot, stage, policy, &rule, instant(now)?)?)?;
    checked(py, &check)
}

/// The check of a canary, observed when its last window ended.
pub(super) fn canary(
    snapshot: &Bound<'_, PyAny>,
    stage: &str,
    policy: Option<&Bound<'_, PyAny>>,
    rule: &Rule,
    now: Instant,
) -> Tried<Check> {
    let py = snapshot.py();
    let policy = policy::resolve(py, policy)?;
    let policy = policy.get().inner();
    let input = Input::read(snapshot)?;
    let judge = || -> Result<Check, GateError> {
        let snapshot = input.validate()?;
        let now = snapshot.is_dated().then_some(now);
        let health = snapshot_health(policy, &snapshot, stage, &rule.rule(), now)?;
        let windows = policy.windows(&snapshot, stage, FAILURE_METRIC, now)?;
        Ok(health.check().observed(windows.last().and_then(|window| window.to)))
    };
    Ok(py.detach(judge))
}

/// Judges a restore that was measured: how long it took, what is lost, what is different.
#[pyfunction]
#[pyo3(signature = (facts, *, limits=None, now=None))]
pub(crate) fn check_recovery<'py>(
    facts: &Bound<'py, PyAny>,
    limits: Option<&Bound<'py, PyAny>>,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = facts.py();
    let limits = limits.map_or_else(|| Ok(RecoveryLimits::default()), read)?;
    let (facts, now) = (read::<RecoveryFacts>(facts)?, instant(now)?);
    let report = py.detach(|| measure(&facts, &limits, now));
    reported(py, &report.check(), &report)
}
