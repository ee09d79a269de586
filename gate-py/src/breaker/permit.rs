//! `tsfm_gate.Permit`: the right to make one call.

use std::sync::{Mutex, PoisonError};

use gate_core::breaker::guard::{Changes, PermitKind};
use gate_core::breaker::{CallPermit, GuardPermit, Refusal as Refused};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::answer::Refusal;
use super::words;

/// The right to make one call, from the breaker that gave it. True, counts once, cannot be copied.
#[pyclass(frozen, module = "tsfm_gate")]
#[derive(Debug)]
pub(crate) struct Permit {
    life: u64,
    /// When it was given, so that the breaker can tell how long the call took; none where that decides nothing.
    at: Option<u64>,
    kind: PermitKind,
    right: Mutex<Option<Right>>,
    /// What most permits have nothing of.
    more: Option<Box<More>>,
}

/// The permit of the core.
#[derive(Debug)]
pub(super) enum Right {
    Call(CallPermit),
    Guard(GuardPermit),
}

#[derive(Debug)]
struct More {
    would: Option<Refused>,
    changes: Changes,
}

impl Permit {
    #[inline]
    pub(super) const fn new(life: u64, at: Option<u64>, kind: PermitKind, right: Right) -> Self {
        Self { life, at, kind, right: Mutex::new(Some(right)), more: None }
    }

    /// The same with what else was found when it was given.
    pub(super) fn with(self, would: Option<Refused>, changes: &Changes) -> Self {
        if would.is_none() && changes.is_empty() {
            return self;
        }
        Self { more: Some(Box::new(More { would, changes: *changes })), ..self }
    }

    /// The right, for the breaker of this life and for the first that asks.
    #[inline]
    pub(super) fn take(&self, life: u64) -> Option<Right> {
        if self.life != life {
            return None;
        }
        self.right.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// How long the call took, as far as is known.
    #[inline]
    pub(super) fn latency(&self, now: u64) -> u64 {
        now.saturating_sub(self.at.unwrap_or(now))
    }
}

#[pymethods]
impl Permit {
    /// Why the call is let through: `call`, `probe`, `share`, `forced` or `shadow`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.kind.as_str()
    }

    /// Whether its outcome was recorded.
    #[getter]
    fn used(&self) -> bool {
        self.right.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    /// In shadow: the refusal that there would have been.
    #[getter]
    fn would(&self) -> Option<Refusal> {
        let more = self.more.as_ref()?;
        more.would.map(|refused| Refusal::new(refused, &Changes::default()))
    }

    /// Transitions that were due by the time of the request.
    #[getter]
    fn changes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        words::transitions(py, &self.more.as_ref().map_or_else(Changes::default, |more| more.changes))
    }

    /// Returns the permit: the call is not refused.
    fn raise_if_refused(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[expect(clippy::unused_self, reason = "the protocol of Python")]
    fn __bool__(&self) -> bool {
        true
    }

    #[expect(clippy::unused_self, reason = "the protocol of Python")]
    fn __reduce__(&self) -> PyResult<()> {
        Err(PyTypeError::new_err("a permit is for one call: it cannot be copied or pickled"))
    }

    fn __repr__(&self) -> String {
        format!("<Permit {}{}>", self.kind.as_str(), if self.used() { ", used" } else { "" })
    }
}
