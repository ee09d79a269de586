//! `tsfm_gate.MetricBreaker`.

use gate_core::breaker::guard::{Changes, Transition};
use gate_core::breaker::{
    Counts, Look, LookVerdict, MetricBreaker as Core, MetricBreakerState, MetricConfig, MetricReading,
};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;

use super::clock::{Clock, nanoseconds, seconds};
use super::settings;
use super::shared::Shared;
use super::stored::{self, Reduced, Times};
use super::words;
use crate::build;
use crate::error::accept;

/// Off while the metrics are bad: error rate, 99th percentile, and enough samples to say so.
#[pyclass(frozen, module = "tsfm_gate")]
#[derive(Debug)]
pub(crate) struct MetricBreaker(Shared<Metric>);

#[derive(Debug)]
struct Metric {
    core: Core,
    config: MetricConfig,
}

/// A look as a document.
#[derive(Serialize)]
struct Looked {
    verdict: LookVerdict,
    counts: Counts,
    changes: Vec<Transition>,
}

#[pymethods]
impl MetricBreaker {
    #[new]
    #[pyo3(signature = (config=None, *, clock=None, **settings))]
    fn new(
        py: Python<'_>,
        config: Option<&Bound<'_, PyAny>>,
        clock: Option<Bound<'_, PyAny>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let config: MetricConfig = settings::read(config, settings)?.unwrap_or_default();
        let core = accept(py, Core::new(&config))?;
        Ok(Self(Shared::new(Metric { core, config }, Clock::new(py, clock)?)))
    }

    /// The rule where every look decides alone, with the same thresholds both ways.
    #[staticmethod]
    #[pyo3(signature = (*, clock=None))]
    fn naive(py: Python<'_>, clock: Option<Bound<'_, PyAny>>) -> PyResult<Self> {
        let config = MetricConfig::naive();
        let core = accept(py, Core::new(&config))?;
        Ok(Self(Shared::new(Metric { core, config }, Clock::new(py, clock)?)))
    }

    /// Whether a call may pass: it is on, or off for long enough that a small share probes.
    #[pyo3(signature = (*, now=None))]
    fn admits(&self, py: Python<'_>, now: Option<&Bound<'_, PyAny>>) -> PyResult<bool> {
        self.0.at(py, now, |metric, now| metric.core.admits(now))
    }

    /// Seconds until calls are let through again; `None` if it is on, or time alone does not do it.
    #[pyo3(signature = (*, now=None))]
    fn retry_after(&self, py: Python<'_>, now: Option<&Bound<'_, PyAny>>) -> PyResult<Option<f64>> {
        self.0.at(py, now, |metric, now| metric.core.retry_after(now).map(seconds))
    }

    /// Counts one call. Returns the last look that was due, if one was.
    #[pyo3(signature = (failed, latency, *, now=None))]
    fn record<'py>(
        &self,
        py: Python<'py>,
        failed: bool,
        latency: &Bound<'py, PyAny>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let latency = nanoseconds("latency", latency)?;
        let look = self.0.at(py, now, |metric, now| metric.core.record(failed, latency, now))?;
        look.map(|look| looked(py, look)).transpose()
    }

    /// Judges ready-made metrics: every reading is a look of its own.
    #[pyo3(signature = (metrics, *, read_at=None, now=None))]
    fn check<'py>(
        &self,
        metrics: &Bound<'py, PyAny>,
        read_at: Option<f64>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = metrics.py();
        let (reading, readable) = reading(metrics, read_at);
        let look = self.0.at(py, now, |metric, now| metric.core.check(&reading, now))?;
        readable?;
        looked(py, accept(py, look)?)
    }

    /// Looks if a slice has ended. Hosts with traffic need not call it.
    #[pyo3(signature = (*, now=None))]
    fn tick<'py>(
        &self,
        py: Python<'py>,
        now: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let look = self.0.at(py, now, |metric, now| metric.core.tick(now))?;
        look.map(|look| looked(py, look)).transpose()
    }

    /// Switches on by command: the window is empty and no relapse is remembered.
    #[pyo3(signature = (*, now=None))]
    fn reset<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let change = self.0.at(py, now, |metric, now| metric.core.reset(now))?;
        words::transitions(py, &Changes { metric: Some(change), ..Changes::default() })
    }

    /// Takes other settings. State, counts and times stay; settings that are refused change nothing.
    #[pyo3(signature = (config=None, *, now=None, **settings))]
    fn reconfigure(
        &self,
        py: Python<'_>,
        config: Option<&Bound<'_, PyAny>>,
        now: Option<&Bound<'_, PyAny>>,
        settings: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        let config: MetricConfig = settings::read(config, settings)?.unwrap_or_default();
        let changed = self.0.at(py, now, |metric, now| {
            metric.core.reconfigure(&config, now)?;
            metric.config = config;
            Ok(())
        })?;
        accept(py, changed)
    }

    /// `enabled` or `disabled_auto`.
    #[getter]
    fn state(&self) -> &'static str {
        self.0.with(|metric| metric.core.state().as_str())
    }

    /// Where it stands. Changes nothing.
    #[pyo3(signature = (*, now=None))]
    fn status<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let status = self.0.at(py, now, |metric, now| metric.core.status(now))?;
        build::object(py, &status)
    }

    /// The settings, with every default filled in.
    #[getter]
    fn config<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let config = self.0.with(|metric| metric.config.clone());
        build::object(py, &config)
    }

    /// What it remembers, to store: ages and remaining times, no instants.
    #[pyo3(signature = (*, now=None))]
    fn snapshot<'py>(&self, py: Python<'py>, now: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        let state = self.0.at(py, now, |metric, now| metric.core.snapshot(now))?;
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
        let config: MetricConfig = settings::read(config, settings)?.unwrap_or_default();
        let state: MetricBreakerState = accept(py, stored::required(state)?)?;
        let Times { clock, now, elapsed } = stored::times(py, clock, now, elapsed)?;
        let core = accept(py, Core::restore(&config, &state, now, elapsed))?;
        Ok(Self(Shared::new(Metric { core, config }, clock)))
    }

    fn __repr__(&self) -> String {
        format!("<MetricBreaker {}>", self.state())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        stored::reduced(slf.as_any(), slf.get().0.clock())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.clock().traverse(&visit)
    }
}

/// Ready-made metrics, text or a mapping, and why they are none. The core is told of those as well: metrics that nobody
/// can read are unusable.
pub(super) fn reading(metrics: &Bound<'_, PyAny>, read_at: Option<f64>) -> (MetricReading, PyResult<()>) {
    let nothing = MetricReading {
        total_requests: f64::NAN,
        failed_requests: f64::NAN,
        p99_latency_ms: f64::NAN,
        timestamp: None,
        read_at: None,
    };
    match settings::document::<MetricReading>(metrics) {
        Ok(reading) => (MetricReading { read_at, ..reading }, Ok(())),
        Err(error) => (nothing, Err(error)),
    }
}

fn looked(py: Python<'_>, look: Look) -> PyResult<Bound<'_, PyAny>> {
    let changes = Changes { metric: look.change, ..Changes::default() }.transitions();
    build::object(py, &Looked { verdict: look.verdict, counts: look.counts, changes })
}
