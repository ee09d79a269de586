//! `tsfm_gate.Guard`: all layers.

use gate_core::GateError;
use gate_core::breaker::guard::{Changes, GuardRecorded};
use gate_core::breaker::{
    Guard as Core, GuardConfig, LadderReading, LatchCause, Name, Outcome, Recorded as Told, Signed,
};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::answer::{self, Recorded, Refusal};
use super::clock::{Clock, nanoseconds};
use super::permit::{Permit, Right};
use super::settings;
use super::shared::Shared;
use super::stored::{self, Reduced, Times};
use super::{latch, metric, protect, words};
use crate::build;
use crate::error::{self, accept};

/// All layers of one service: one question before every call, one answer, and which layer gives it.
#[pyclass(frozen, module = "tsfm_gate")]
#[derive(Debug)]
pub(crate) struct Guard {
    shared: Shared<Core>,
    /// Why the state that it came from could not be trusted.
    lost: Option<GateError>,
}

#[pymethods]
impl Guard {
    #[new]
    #[pyo3(signature = (config=None, *, clock=None, **layers))]
    fn new(
        py: Python<'_>,
        config: Option<&Bound<'_, PyAny>>,
        clock: Option<Bound<'_, PyAny>>,
        layers: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let core = accept(py, Core::new(settings_of(config, layers)?))?;
        Ok(Self { shared: Shared::new(core, Clock::new(py, clock)?), lost: None })
    }

    /// Asks for one call: a `Permit`, or a `Refusal`, which is false.
    #[pyo3(signature = (*, now=None))]
    fn allow<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        answer::object(py, self.ask(py, now)?)
    }

    /// Takes the outcome of a call to every layer. Without a latency, it took from the permit to now.
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

    /// Takes a call that was not asked for here, such as one of another process, to the metric breaker.
    #[pyo3(signature = (failed, latency, *, now=None))]
    fn sample<'py>(
        &self,
        py: Python<'py>,
        failed: bool,
        latency: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let latency = nanoseconds("latency", latency)?;
        self.changed(py, now, |core, now| core.sample(failed, latency, now))
    }

    /// Takes ready-made metrics. Those that cannot be used count too, and raise with their `changes`.
    #[pyo3(signature = (metrics, *, read_at=None, now=None))]
    fn check<'py>(
        &self,
        metrics: &Bound<'py, PyAny>,
        read_at: Option<f64>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = metrics.py();
        let (reading, readable) = metric::reading(metrics, read_at);
        let (changes, unusable) = self.shared.at(py, now, |core, now| core.check(&reading, now))?;
        let changes = words::transitions(py, &changes)?;
        let taken = readable.and_then(|()| accept(py, unusable.map_or(Ok(()), Err)));
        if let Err(error) = &taken {
            error.value(py).setattr("changes", &changes)?;
        }
        taken.map(|()| changes)
    }

    /// Takes a reading of the ladder's own, where no metric breaker feeds it; `None` is missing.
    #[pyo3(signature = (failed=None, total=None, *, now=None))]
    fn level<'py>(
        &self,
        py: Python<'py>,
        failed: Option<u64>,
        total: Option<u64>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let reading = match (failed, total) {
            (Some(failed), Some(total)) => LadderReading::Rate { failed, total },
            // Half a reading is none.
            _ => LadderReading::Missing,
        };
        self.changed(py, now, |core, now| core.level(reading, now))
    }

    /// Takes a reading of the panic stop: a number, `None` if missing; all else is unreadable.
    #[pyo3(signature = (value, *, now=None))]
    fn observe<'py>(
        &self,
        value: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let reading = latch::reading(value);
        self.changed(value.py(), now, |core, now| core.observe(reading, now))
    }

    /// Lets time pass in every layer. Hosts with traffic need not call it.
    #[pyo3(signature = (*, now=None))]
    fn tick<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        self.changed(py, now, Core::tick)
    }

    /// Latches the panic stop, as a person says so.
    #[pyo3(signature = (actor, reason, *, now=None))]
    fn trip<'py>(
        &self,
        py: Python<'py>,
        actor: &str,
        reason: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let cause = LatchCause::Command(accept(py, Signed::new(actor, reason))?);
        self.changed(py, now, |core, now| core.trip(cause, now))
    }

    /// Latches the panic stop for a condition, which stays asserted until it is settled.
    #[pyo3(signature = (condition, *, now=None))]
    fn trip_for<'py>(
        &self,
        py: Python<'py>,
        condition: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let cause = LatchCause::Condition(accept(py, Name::new(condition))?);
        self.changed(py, now, |core, now| core.trip(cause, now))
    }

    /// Says that a condition no longer holds; false if it was not asserted. The stop holds on.
    #[pyo3(signature = (condition, *, now=None))]
    fn settle(&self, py: Python<'_>, condition: &str, now: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        self.shared.at(py, now, |core, now| core.settle(condition, now))
    }

    /// Clears the panic stop, and says what that ended; `None` without one.
    #[pyo3(signature = (actor, reason, *, now=None))]
    fn reset<'py>(
        &self,
        py: Python<'py>,
        actor: &str,
        reason: &str,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let by = accept(py, Signed::new(actor, reason))?;
        let ended = self.shared.at(py, now, |core, now| core.reset_latch(by, now))?;
        ended.as_ref().map(|ended| latch::reset(py, ended)).transpose()
    }

    /// Holds it `off` or `on`, or in `shadow`, until the same actor releases it or the time is over.
    #[pyo3(signature = (actor, reason, kind=None, *, expires_in=None, now=None))]
    fn hold<'py>(
        &self,
        py: Python<'py>,
        actor: &str,
        reason: &str,
        kind: Option<&Bound<'py, PyAny>>,
        expires_in: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<()> {
        let signed = accept(py, Signed::new(actor, reason))?;
        let kind = kind.map_or(Ok(gate_core::breaker::HoldKind::Off), words::hold_kind)?;
        let left = expires_in.map(|left| nanoseconds("expires_in", left)).transpose()?;
        let held = self.shared.at(py, now, |core, now| {
            core.hold(signed, kind, left.map(|left| now.saturating_add(left)), now)
        })?;
        accept(py, held)
    }

    /// Lifts the hold of the one who signs, and a pinned ladder; false if there was nothing.
    #[pyo3(signature = (actor, reason, *, now=None))]
    fn release(
        &self,
        py: Python<'_>,
        actor: &str,
        reason: &str,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<bool> {
        let signed = accept(py, Signed::new(actor, reason))?;
        self.shared.at(py, now, |core, now| core.release(&signed, now))
    }

    /// Takes other settings of the layers that there are. Settings that are refused change nothing.
    #[pyo3(signature = (config=None, *, now=None, **layers))]
    fn reconfigure<'py>(
        &self,
        py: Python<'py>,
        config: Option<&Bound<'py, PyAny>>,
        now: Option<&Bound<'py, PyAny>>,
        layers: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let config = settings_of(config, layers)?;
        let changes = self.shared.at(py, now, |core, now| core.reconfigure(config, now))?;
        words::transitions(py, &accept(py, changes)?)
    }

    /// Where it stands, which layer decides, and on which counts. Changes nothing.
    #[pyo3(signature = (*, now=None))]
    fn status<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let status = self.shared.at(py, now, |core, now| core.status(now))?;
        build::object(py, &status)
    }

    /// The settings, with every default filled in.
    #[getter]
    fn config<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let config = self.shared.with(|core| core.config().clone());
        build::object(py, &config)
    }

    /// Why the state that it was restored from could not be trusted; `None` if it could.
    #[getter]
    fn lost<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        self.lost.as_ref().map(|why| error::object(py, why))
    }

    /// What it remembers, to store: ages and remaining times, no instants.
    #[pyo3(signature = (*, now=None))]
    fn snapshot<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let state = self.shared.at(py, now, |core, now| core.snapshot(now))?;
        build::object(py, &state)
    }

    /// A guard that remembers what `snapshot` returned; a stopped one if that cannot be trusted.
    #[staticmethod]
    #[pyo3(signature = (state, config=None, *, elapsed=None, now=None, clock=None, **layers))]
    fn restore(
        state: &Bound<'_, PyAny>,
        config: Option<&Bound<'_, PyAny>>,
        elapsed: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
        clock: Option<Bound<'_, PyAny>>,
        layers: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let py = state.py();
        let config = settings_of(config, layers)?;
        let stored = stored::bytes(state)?;
        let Times { clock, now, elapsed } = stored::times(py, clock, now, elapsed)?;
        let restored = Core::restore_or_stopped(config, stored.as_deref(), now, elapsed);
        let (core, lost) = accept(py, restored)?;
        Ok(Self { shared: Shared::new(core, clock), lost })
    }

    /// A decorator: a function like this one whose calls ask the guard first.
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

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let status = self.shared.at(py, None, |core, now| core.status(now))?;
        Ok(format!("<Guard {}: {}>", status.mode.as_str(), status.because))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        stored::reduced(slf.as_any(), slf.get().shared.clock())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.shared.clock().traverse(&visit)
    }
}

impl Guard {
    /// Asks for one call.
    #[inline]
    pub(super) fn ask(
        &self,
        py: Python<'_>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Result<Permit, Refusal>> {
        let life = self.shared.life();
        self.shared.at(py, now, |core, now| {
            let admission = core.acquire(now);
            match admission.answer {
                Ok(permit) => Ok(Permit::new(life, Some(now), permit.kind(), Right::Guard(permit))
                    .with(admission.would, &admission.changes)),
                Err(refused) => Err(Refusal::new(refused, &admission.changes)),
            }
        })
    }

    /// Takes the outcome of a call to every layer.
    #[inline]
    pub(super) fn tell(
        &self,
        py: Python<'_>,
        permit: &Permit,
        outcome: Outcome,
        latency: Option<u64>,
        now: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<GuardRecorded> {
        self.shared.at(py, now, |core, now| {
            let Some(Right::Guard(right)) = permit.take(self.shared.life()) else { return Told::Stale };
            let latency = latency.unwrap_or_else(|| permit.latency(now));
            core.record(right, outcome, latency, now)
        })
    }

    fn changed<'py>(
        &self,
        py: Python<'py>,
        now: Option<&Bound<'py, PyAny>>,
        act: impl FnOnce(&mut Core, u64) -> Changes,
    ) -> PyResult<Bound<'py, PyAny>> {
        let changes = self.shared.at(py, now, act)?;
        words::transitions(py, &changes)
    }
}

/// Without any settings, all four layers with their defaults.
fn settings_of(
    config: Option<&Bound<'_, PyAny>>,
    layers: Option<&Bound<'_, PyDict>>,
) -> PyResult<GuardConfig> {
    Ok(settings::read(config, layers)?.unwrap_or_else(GuardConfig::full))
}
