//! `tsfm_gate.Latch`.

use gate_core::GateError;
use gate_core::breaker::guard::Changes;
use gate_core::breaker::script::ResetAnswer;
use gate_core::breaker::{
    Latch as Core, LatchCause, LatchChange, LatchConfig, LatchReset, Name, Reading, Signed,
};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;

use super::clock::Clock;
use super::settings;
use super::shared::Shared;
use super::stored::{self, Reduced, Times};
use super::words;
use crate::error::{self, accept};
use crate::{build, convert};

/// The panic stop: easy to latch, and only a person with a name and a reason lets go.
#[pyclass(frozen, module = "tsfm_gate")]
#[derive(Debug)]
pub(crate) struct Latch {
    shared: Shared<Core>,
    /// Why the state that it came from could not be trusted.
    lost: Option<GateError>,
}

/// What a reset ended, as a document.
#[derive(Serialize)]
struct Reset {
    #[serde(flatten)]
    ended: ResetAnswer,
    /// How long it held; `None` if it was clear.
    held_ns: Option<u64>,
}

#[pymethods]
impl Latch {
    #[new]
    #[pyo3(signature = (config=None, *, clock=None, **settings))]
    fn new(
        py: Python<'_>,
        config: Option<&Bound<'_, PyAny>>,
        clock: Option<Bound<'_, PyAny>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let config: LatchConfig = settings::read(config, settings)?.unwrap_or_default();
        let core = accept(py, Core::new(config))?;
        Ok(Self { shared: Shared::new(core, Clock::new(py, clock)?), lost: None })
    }

    /// Takes a reading: a number; `None` for a missing one; anything else is one that nobody can read.
    #[pyo3(signature = (value, *, number=None, now=None))]
    fn observe<'py>(
        &self,
        py: Python<'py>,
        value: &Bound<'py, PyAny>,
        number: Option<u64>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let reading = reading(value);
        let change = self.shared.at(py, now, |core, now| match number {
            Some(number) => core.observe_numbered(number, reading, now).change,
            None => core.observe(reading, now),
        })?;
        of_latch(py, change)
    }

    /// Lets time pass: counts overdue readings, and latches again while a condition is asserted.
    #[pyo3(signature = (*, now=None))]
    fn tick<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let change = self.shared.at(py, now, Core::tick)?;
        of_latch(py, change)
    }

    /// Latches it, as a person says so.
    #[pyo3(signature = (actor, reason, *, now=None))]
    fn trip<'py>(
        &self,
        py: Python<'py>,
        actor: &str,
        reason: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let cause = LatchCause::Command(accept(py, Signed::new(actor, reason))?);
        let change = self.shared.at(py, now, |core, now| core.trip(cause, now))?;
        of_latch(py, change)
    }

    /// Latches it for a condition, which stays asserted until it is settled.
    #[pyo3(signature = (condition, *, now=None))]
    fn trip_for<'py>(
        &self,
        py: Python<'py>,
        condition: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let cause = LatchCause::Condition(accept(py, Name::new(condition))?);
        let change = self.shared.at(py, now, |core, now| core.trip(cause, now))?;
        of_latch(py, change)
    }

    /// Says that a condition no longer holds; false if it was not asserted. The latch holds on.
    #[pyo3(signature = (condition, *, now=None))]
    fn settle(&self, py: Python<'_>, condition: &str, now: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        self.shared.at(py, now, |core, now| core.settle(condition, now))
    }

    /// Clears it, and says what that ended.
    #[pyo3(signature = (actor, reason, *, now=None))]
    fn reset<'py>(
        &self,
        py: Python<'py>,
        actor: &str,
        reason: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let by = accept(py, Signed::new(actor, reason))?;
        let ended = self.shared.at(py, now, |core, now| core.reset(by, now))?;
        reset(py, &ended)
    }

    /// Follows another rule from now on. What holds stays.
    #[pyo3(signature = (config=None, *, now=None, **settings))]
    fn reconfigure<'py>(
        &self,
        py: Python<'py>,
        config: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
        settings: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let config: LatchConfig = settings::read(config, settings)?.unwrap_or_default();
        let change = self.shared.at(py, now, |core, now| core.reconfigure(config, now))?;
        of_latch(py, accept(py, change)?)
    }

    /// Whether it holds.
    #[getter]
    fn latched(&self) -> bool {
        self.shared.with(|core| core.is_latched())
    }

    /// Why the state that it was restored from could not be trusted; `None` if it could.
    #[getter]
    fn lost<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.lost.as_ref().map(|why| error::object(py, why))
    }

    /// Where it stands. Changes nothing.
    #[pyo3(signature = (*, now=None))]
    fn status<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let status = self.shared.at(py, now, |core, now| core.status(now))?;
        build::object(py, &status)
    }

    /// The settings, with every default filled in.
    #[getter]
    fn config<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let config = self.shared.with(|core| *core.config());
        build::object(py, &config)
    }

    /// What it remembers, to store: ages, no instants.
    #[pyo3(signature = (*, now=None))]
    fn snapshot<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let state = self.shared.at(py, now, |core, now| core.snapshot(now))?;
        build::object(py, &state)
    }

    /// A latch that remembers what `snapshot` returned; one that holds if that cannot be trusted.
    #[staticmethod]
    #[pyo3(signature = (state, config=None, *, elapsed=None, now=None, clock=None, **settings))]
    fn restore(
        state: &Bound<'_, PyAny>,
        config: Option<&Bound<'_, PyAny>>,
        elapsed: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
        clock: Option<Bound<'_, PyAny>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let py = state.py();
        let config: LatchConfig = settings::read(config, settings)?.unwrap_or_default();
        let stored = stored::bytes(state)?;
        let Times { clock, now, elapsed } = stored::times(py, clock, now, elapsed)?;
        let restored = Core::restore_or_latched(config, stored.as_deref(), now, elapsed);
        let (core, lost) = accept(py, restored)?;
        Ok(Self { shared: Shared::new(core, clock), lost })
    }

    fn __repr__(&self) -> String {
        format!("<Latch {}>", if self.latched() { "latched" } else { "clear" })
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        stored::reduced(slf.as_any(), slf.get().shared.clock())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.shared.clock().traverse(&visit)
    }
}

/// What a source says. Whatever is no number is unreadable, which is bad, and so is a truth value, also one of numpy.
pub(super) fn reading(value: &Bound<'_, PyAny>) -> Reading {
    if value.is_none() {
        return Reading::Missing;
    }
    match convert::try_read(value) {
        Ok(Ok(number)) => Reading::Value(number),
        _ => Reading::Unreadable,
    }
}

/// What a reset ended, as a dict.
pub(super) fn reset<'py>(py: Python<'py>, ended: &LatchReset) -> PyResult<Bound<'py, PyAny>> {
    let reset = Reset { ended: ResetAnswer::from(ended), held_ns: ended.held };
    build::object(py, &reset)
}

fn of_latch(py: Python<'_>, change: Option<LatchChange>) -> PyResult<Bound<'_, PyAny>> {
    words::transitions(py, &Changes { latch: change, ..Changes::default() })
}
