//! `tsfm_gate.readiness`: the card of the six checks.

use chrono::TimeDelta;
use gate_core::cutover::breakers::BREAKER;
use gate_core::cutover::canary_health::CANARY;
use gate_core::cutover::keys::KEYS;
use gate_core::cutover::promotion::PROMOTION;
use gate_core::cutover::readiness::EVIDENCE;
use gate_core::cutover::readyz::{READYZ, default_max_age};
use gate_core::cutover::{CardChecks, Check, CheckState};
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMapping, PyString};

use super::checks::canary;
use super::evidence::{self, Wanted};
use super::facts::{Answer, Breaker, Judged, Keys, Promotion, Rule};
use super::{Tried, accept, instant, judged, length, read_secret};
use crate::convert;

/// How old what was measured may be, as the command line has it: two windows of a canary.
const MAX_AGE: TimeDelta = TimeDelta::minutes(10);

const PARTS: &str = "`readyz`, `evidence`, `keys`, `breaker`, `canary` or `promotion`";

/// Folds six checks into the card: go, pending or no-go.
///
/// Each part has the facts of its check, or `check`: what its function returned. A part that is not there was not
/// run, which is pending; facts that cannot be used are unhealthy, and the other checks are reported all the same.
#[pyfunction]
#[pyo3(signature = (facts, *, max_age=None, now=None))]
pub(crate) fn readiness<'py>(
    facts: &Bound<'py, PyAny>,
    max_age: Option<&Bound<'py, PyAny>>,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = facts.py();
    let (max_age, now) = (length("max_age", max_age)?.unwrap_or(MAX_AGE), instant(now)?);
    let mut card = CardChecks::default();
    for (part, facts) in parts(facts)? {
        let (name, place) = match part.as_str() {
            "readyz" => (READYZ, &mut card.readyz),
            "evidence" => (EVIDENCE, &mut card.evidence),
            "keys" => (KEYS, &mut card.keys),
            "breaker" => (BREAKER, &mut card.breaker),
            "canary" => (CANARY, &mut card.canary),
            "promotion" => (PROMOTION, &mut card.promotion),
            _ => {
                let refused = GateError::new(ErrorCode::UnknownField, part, PARTS, "another part");
                return Err(crate::error::raised(py, &refused));
            }
        };
        if !facts.is_none() {
            *place = Some(check(name, &facts, now)?.unwrap_or_else(|error| unusable(name, &error, now)));
        }
    }
    let card = accept(py, py.detach(|| card.card(now, max_age)))?;
    judged(py, card.go_no_go.exit_code(), &card)
}

fn parts<'py>(facts: &Bound<'py, PyAny>) -> PyResult<Vec<(String, Bound<'py, PyAny>)>> {
    let Ok(mapping) = facts.cast::<PyMapping>() else {
        let found = convert::described(facts);
        let refused = GateError::new(ErrorCode::WrongType, "", "an object", found);
        return Err(crate::error::raised(facts.py(), &refused));
    };
    mapping.items()?.iter().map(|item| item.extract()).collect()
}

/// A required input that cannot be used speaks against going on.
fn unusable(name: &str, error: &GateError, now: Instant) -> Check {
    let check = Check::new(name, CheckState::Unhealthy, error.to_string());
    check.with("code", error.code().as_str()).observed(Some(now))
}

fn check(name: &str, facts: &Bound<'_, PyAny>, now: Instant) -> Tried<Check> {
    if let Some(check) = entry(facts, "check")? {
        // Beside it nothing is looked at, so nothing may be there. The card knows which check it expects.
        if let Err(refused) = only(facts, &["check"])? {
            return Ok(Err(refused));
        }
        return Ok(convert::try_read::<Judged>(&check)?.map(Check::from));
    }
    Ok(match name {
        READYZ => convert::try_read::<Answer>(facts)?.and_then(|it| it.judge(default_max_age(), now)),
        KEYS => read_secret::<Keys>(facts)?.and_then(|it| Ok(it.judge(now)?.check())),
        BREAKER => convert::try_read::<Breaker>(facts)?.map(|it| it.judge()),
        PROMOTION => read_secret::<Promotion>(facts)?.map(|it| it.judge(now)),
        CANARY => of_canary(facts, now)?,
        _ => of_evidence(facts, now)?,
    })
}

/// An entry of a mapping; none where this is no mapping, too.
fn entry<'py>(facts: &Bound<'py, PyAny>, key: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
    match facts.cast::<PyMapping>() {
        Ok(mapping) if mapping.contains(key)? => mapping.get_item(key).map(Some),
        _ => Ok(None),
    }
}

/// Refuses other keys than these.
fn only(facts: &Bound<'_, PyAny>, known: &[&str]) -> Tried<()> {
    let Ok(mapping) = facts.cast::<PyMapping>() else {
        let found = convert::described(facts);
        return Ok(Err(GateError::new(ErrorCode::WrongType, "", "an object", found)));
    };
    for key in mapping.keys()?.iter() {
        let key = key.cast_into::<PyString>().map_or_else(|_| String::new(), |key| key.to_string());
        if !known.contains(&key.as_str()) {
            let expected = format!("one of {}", known.join(", "));
            return Ok(Err(GateError::new(ErrorCode::UnknownField, key, expected, "another field")));
        }
    }
    Ok(Ok(()))
}

fn missing(field: &str) -> GateError {
    GateError::new(ErrorCode::MissingField, field, "a value", "nothing")
}

/// `snapshot`, `stage`, and as they are needed `policy` and `rule`.
fn of_canary(facts: &Bound<'_, PyAny>, now: Instant) -> Tried<Check> {
    if let Err(refused) = only(facts, &["snapshot", "stage", "policy", "rule"])? {
        return Ok(Err(refused));
    }
    let Some(snapshot) = entry(facts, "snapshot")? else { return Ok(Err(missing("snapshot"))) };
    let Some(stage) = entry(facts, "stage")? else { return Ok(Err(missing("stage"))) };
    let rule = match entry(facts, "rule")? {
        Some(rule) => match convert::try_read::<Rule>(&rule)? {
            Ok(rule) => rule,
            Err(refused) => return Ok(Err(refused)),
        },
        None => Rule::default(),
    };
    let policy = entry(facts, "policy")?;
    usable(
        stage.extract::<String>().and_then(|stage| canary(&snapshot, &stage, policy.as_ref(), &rule, now)),
        facts,
    )
}

/// What was raised as an unusable input is one here, too.
fn usable(tried: Tried<Check>, facts: &Bound<'_, PyAny>) -> Tried<Check> {
    let py = facts.py();
    let raised = match tried {
        Err(raised) => raised,
        judged => return judged,
    };
    let class = py.import("tsfm_gate._errors")?.getattr("GateError")?;
    if !raised.matches(py, &class)? {
        return Err(raised);
    }
    let text = |name: &str| raised.value(py).getattr(name)?.extract::<String>();
    let known = ErrorCode::ALL.iter().find(|code| text("code").is_ok_and(|text| text == code.as_str()));
    let code = known.copied().unwrap_or(ErrorCode::WrongValue);
    Ok(Err(GateError::new(code, text("path")?, text("expected")?, text("found")?)))
}

/// The folder as `folder`, or its `index` and `files`; and as they are needed `keys`, `anchor` and `max_age`.
fn of_evidence(facts: &Bound<'_, PyAny>, now: Instant) -> Tried<Check> {
    if let Err(refused) = only(facts, &["folder", "index", "files", "keys", "anchor", "max_age"])? {
        return Ok(Err(refused));
    }
    let keys = entry(facts, "keys")?.map(|keys| evidence::ring(&keys)).transpose()?.transpose();
    let anchor = entry(facts, "anchor")?.map(|anchor| convert::try_read(&anchor)).transpose()?.transpose();
    let (keys, anchor) = match (keys, anchor) {
        (Ok(keys), Ok(anchor)) => (keys, anchor),
        (Err(refused), _) | (_, Err(refused)) => return Ok(Err(refused)),
    };
    let wanted = Wanted { keys, anchor, max_age: length("max_age", entry(facts, "max_age")?.as_ref())? };
    let folder = if let Some(folder) = entry(facts, "folder")? {
        folder
    } else {
        let given = PyDict::new(facts.py());
        for field in ["index", "files"] {
            if let Some(value) = entry(facts, field)? {
                given.set_item(field, value)?;
            }
        }
        given.into_any()
    };
    Ok(evidence::judge(&folder, &wanted, now)?.map(|(check, _)| check))
}
