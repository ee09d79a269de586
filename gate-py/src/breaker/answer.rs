//! `tsfm_gate.Refusal` and `tsfm_gate.Recorded`: what a breaker answers, as values.

use gate_core::breaker::guard::{Changes, GuardRecorded};
use gate_core::breaker::{Recorded as Told, Refusal as Refused};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use super::clock::seconds;
use super::permit::Permit;
use super::words;

/// The answer to a request as an object.
#[inline]
pub(super) fn object(py: Python<'_>, asked: Result<Permit, Refusal>) -> PyResult<Bound<'_, PyAny>> {
    Ok(match asked {
        Ok(permit) => Bound::new(py, permit)?.into_any(),
        Err(refusal) => Bound::new(py, refusal)?.into_any(),
    })
}

/// A "no": which layer says it, why, and when it is worth asking again. False.
#[pyclass(frozen, module = "tsfm_gate")]
#[derive(Debug)]
pub(crate) struct Refusal {
    refused: Refused,
    /// What most refusals have nothing of.
    changes: Option<Box<Changes>>,
}

impl Refusal {
    pub(super) fn new(refused: Refused, changes: &Changes) -> Self {
        Self { refused, changes: (!changes.is_empty()).then(|| Box::new(*changes)) }
    }
}

#[pymethods]
impl Refusal {
    /// The layer that decides: `latch`, `hold`, `auto_off`, `ladder` or `call`.
    #[getter]
    fn by(&self) -> &'static str {
        words::layer(self.refused.by)
    }

    /// Why: `panic_stop`, `held_off`, `disabled_auto`, `baseline_only`, `open` or `probes_out`.
    #[getter]
    fn reason(&self) -> &'static str {
        self.refused.reason.as_str()
    }

    /// Seconds until it is worth asking again; `None` if time alone changes nothing.
    #[getter]
    fn retry_after(&self) -> Option<f64> {
        self.refused.retry_after.map(seconds)
    }

    /// Transitions that were due by the time of the request.
    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        words::transitions(py, &self.changes.as_deref().copied().unwrap_or_default())
    }

    /// A new `BreakerOpen` that says the same.
    pub(super) fn error<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let class = CLASS.import(py, "tsfm_gate._breaker", "BreakerOpen")?;
        class.call1((self.by(), self.reason(), self.retry_after()))
    }

    /// Raises a new `BreakerOpen`.
    fn raise_if_refused(&self, py: Python<'_>) -> PyResult<()> {
        Err(PyErr::from_value(self.error(py)?))
    }

    #[expect(clippy::unused_self, reason = "the protocol of Python")]
    fn __bool__(&self) -> bool {
        false
    }

    fn __repr__(&self) -> String {
        let again = self.retry_after().map(|left| format!(", again in {left} s")).unwrap_or_default();
        format!("<Refusal by {}: {}{again}>", self.by(), self.reason())
    }
}

/// What became of a result. True if it counts.
#[pyclass(frozen, module = "tsfm_gate")]
#[derive(Debug)]
pub(crate) struct Recorded {
    counted: bool,
    changes: Option<Box<Changes>>,
}

impl Recorded {
    #[inline]
    pub(super) fn of(py: Python<'_>, told: &GuardRecorded) -> PyResult<Py<Self>> {
        // Of the two answers that all but a few calls get, one object each is enough.
        static COUNTED: PyOnceLock<Py<Recorded>> = PyOnceLock::new();
        static STALE: PyOnceLock<Py<Recorded>> = PyOnceLock::new();
        let plain = |counted| Py::new(py, Self { counted, changes: None });
        match told {
            Told::Counted(None) => COUNTED.get_or_try_init(py, || plain(true)).map(|one| one.clone_ref(py)),
            Told::Stale => STALE.get_or_try_init(py, || plain(false)).map(|one| one.clone_ref(py)),
            Told::Counted(Some(changes)) => {
                Py::new(py, Self { counted: true, changes: Some(Box::new(*changes)) })
            }
        }
    }
}

#[pymethods]
impl Recorded {
    /// `counted`, or `stale` for a permit that was used before, or of a time that is over.
    #[getter]
    fn verdict(&self) -> &'static str {
        if self.counted { "counted" } else { "stale" }
    }

    /// What it changed.
    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        words::transitions(py, &self.changes.as_deref().copied().unwrap_or_default())
    }

    fn __bool__(&self) -> bool {
        self.counted
    }

    fn __repr__(&self) -> String {
        format!("<Recorded {}>", self.verdict())
    }
}
