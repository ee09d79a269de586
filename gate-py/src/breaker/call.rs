//! `tsfm_gate.CallBreaker`.

use gate_core::breaker::guard::{Changes, GuardRecorded, PermitKind};
use gate_core::breaker::{CallBreaker as Core, CallChange, CallConfig, CallState, Outcome, Recorded as Told};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::answer::{self, Recorded, Refusal};
use super::clock::{Clock, nanoseconds};
use super::permit::{Permit, Right};
use super::settings;
use super::shared::Shared;
use super::stored::{self, Reduced, Times};
use super::{protect, words};
use crate::build;
use crate::error::accept;

/// Refuses calls to a model that fails: after failures in a row, or at too high a rate.
#[pyclass(frozen, module = "tsfm_gate")]
#[derive(Debug)]
pub(crate) struct CallBreaker(Shared<Core>);

#[pymethods]
impl CallBreaker {
    #[new]
    #[pyo3(signature = (config=None, *, clock=None, **settings))]
    fn new(
        py: Python<'_>,
        config: Option<&Bound<'_, PyAny>>,
        clock: Option<Bound<'_, PyAny>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let config: CallConfig = settings::read(config, settings)?.unwrap_or_default();
        Ok(Self(Shared::new(accept(py, Core::new(config))?, Clock::new(py, clock)?)))
    }

    /// Asks for one call: a `Permit`, or a `Refusal`, which is false.
    #[pyo3(signature = (*, now=None))]
    fn allow<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        answer::object(py, self.ask(py, now)?)
    }

    /// Takes the outcome of a call. Without a latency, it took from the permit to now.
    #[pyo3(signature = (permit, outcome, latency=None, *, now=None))]
    fn record<'py>(
        &self,
        permit: &Bound<'py, Permit>,
        outcome: &Bound<'py, PyAny>,
        latency: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Py<Recorded>> {
        let py = permit.py();
        let outcome = words::outcome(outcome)?;
        let latency = latency.map(|latency| nanoseconds("latency", latency)).transpose()?;
        Recorded::of(py, &self.tell(py, permit.get(), outcome, latency, now)?)
    }

    /// Lets time pass: gives up on probes that never came back. Hosts with traffic need not call it.
    #[pyo3(signature = (*, now=None))]
    fn tick<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let change = self.0.at(py, now, Core::tick)?;
        words::transitions(py, &change.map(of_call).unwrap_or_default())
    }

    /// Opens it for its full open time, as somebody says so.
    #[pyo3(signature = (*, now=None))]
    fn trip<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let change = self.0.at(py, now, Core::trip)?;
        words::transitions(py, &of_call(change))
    }

    /// Closes it and forgets all it counted, as somebody says so.
    #[pyo3(signature = (*, now=None))]
    fn reset<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let change = self.0.at(py, now, Core::reset)?;
        words::transitions(py, &change.map(of_call).unwrap_or_default())
    }

    /// Takes other settings. Time left and counts stay; settings that are refused change nothing.
    #[pyo3(signature = (config=None, *, now=None, **settings))]
    fn reconfigure<'py>(
        &self,
        py: Python<'py>,
        config: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
        settings: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let config: CallConfig = settings::read(config, settings)?.unwrap_or_default();
        let change = self.0.at(py, now, |core, now| core.reconfigure(config, now))?;
        words::transitions(py, &accept(py, change)?.map(of_call).unwrap_or_default())
    }

    /// Where it stands. Changes nothing.
    #[pyo3(signature = (*, now=None))]
    fn status<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let status = self.0.at(py, now, |core, now| core.status(now))?;
        build::object(py, &status)
    }

    /// The settings, with every default filled in.
    #[getter]
    fn config<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let config = self.0.with(|core| core.config().clone());
        build::object(py, &config)
    }

    /// What it remembers, to store: ages and remaining times, no instants.
    #[pyo3(signature = (*, now=None))]
    fn snapshot<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let state = self.0.at(py, now, |core, now| core.snapshot(now))?;
        build::object(py, &state)
    }

    /// A breaker that remembers what `snapshot` returned, `elapsed` seconds later.
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
        let config: CallConfig = settings::read(config, settings)?.unwrap_or_default();
        let state: CallState = accept(py, stored::required(state)?)?;
        let Times { clock, now, elapsed } = stored::times(py, clock, now, elapsed)?;
        let core = accept(py, Core::restore(config, state, now, elapsed))?;
        Ok(Self(Shared::new(core, clock)))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let status = self.0.at(py, None, |core, now| core.status(now))?;
        Ok(format!("<CallBreaker {}>", status.phase))
    }

    /// A decorator: a function like this one whose calls ask the breaker first.
    #[pyo3(signature = (function=None, **exceptions))]
    fn protect<'py>(
        slf: &Bound<'py, Self>,
        function: Option<&Bound<'py, PyAny>>,
        exceptions: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        protect::decorated(slf.as_any(), function, exceptions)
    }

    /// A context manager around one call.
    #[pyo3(signature = (**options))]
    fn attempt<'py>(
        slf: &Bound<'py, Self>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        protect::attempted(slf.as_any(), options)
    }

    /// The same as `protect`.
    fn __call__<'py>(slf: &Bound<'py, Self>, function: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        protect::decorated(slf.as_any(), Some(function), None)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        stored::reduced(slf.as_any(), slf.get().0.clock())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.clock().traverse(&visit)
    }
}

impl CallBreaker {
    /// Asks for one call.
    #[inline]
    pub(super) fn ask(
        &self,
        py: Python<'_>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Result<Permit, Refusal>> {
        let life = self.0.life();
        self.0.when(py, now, |core, now| {
            if now.is_unstated() && core.is_quiet() {
                return Ok(Permit::new(life, None, PermitKind::Call, Right::Call(core.bypass())));
            }
            let now = now.read();
            let acquired = core.acquire(now);
            let changes = Changes { call: acquired.changes, ..Changes::default() };
            match acquired.answer {
                Ok(permit) => {
                    let kind = if permit.is_probe() { PermitKind::Probe } else { PermitKind::Call };
                    Ok(Permit::new(life, Some(now), kind, Right::Call(permit)).with(None, &changes))
                }
                Err(refused) => Err(Refusal::new(refused, &changes)),
            }
        })
    }

    /// Takes the outcome of a call.
    #[inline]
    pub(super) fn tell(
        &self,
        py: Python<'_>,
        permit: &Permit,
        outcome: Outcome,
        latency: Option<u64>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<GuardRecorded> {
        self.0.when(py, now, |core, now| {
            let Some(Right::Call(right)) = permit.take(self.0.life()) else { return Told::Stale };
            let current = right.generation() == core.bypass().generation();
            if outcome == Outcome::Success && now.is_unstated() && current && core.is_quiet() {
                return Told::Counted(None);
            }
            let now = now.read();
            let latency = latency.unwrap_or_else(|| permit.latency(now));
            match core.record(right, outcome, latency, now) {
                Told::Counted(change) => Told::Counted(change.map(of_call)),
                Told::Stale => Told::Stale,
            }
        })
    }
}

fn of_call(change: CallChange) -> Changes {
    Changes { call: [Some(change), None], ..Changes::default() }
}
