//! Where a breaker has the time from.

use std::sync::OnceLock;
use std::time::Instant;

use gate_core::{ErrorCode, GateError};
use pyo3::exceptions::PyTypeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use crate::convert;
use crate::error;

/// The clock of a breaker.
#[derive(Debug)]
pub(crate) enum Clock {
    /// The one of `time.monotonic`, read without Python.
    Monotonic,
    /// Something to call that returns seconds.
    Callable(Py<PyAny>),
}

/// An instant, and what `time.monotonic_ns` said then.
static ORIGIN: OnceLock<(Instant, u64)> = OnceLock::new();

impl Clock {
    pub(crate) fn new(py: Python<'_>, clock: Option<Bound<'_, PyAny>>) -> PyResult<Self> {
        if let Some(clock) = clock {
            if clock.is_callable() {
                return Ok(Self::Callable(clock.unbind()));
            }
            return Err(PyTypeError::new_err("clock: expected something to call that returns seconds"));
        }
        if ORIGIN.get().is_none() {
            // So that hosts may mix this clock with instants of `time.monotonic`.
            let origin: u64 = py.import("time")?.call_method0("monotonic_ns")?.extract()?;
            ORIGIN.get_or_init(|| (Instant::now(), origin));
        }
        Ok(Self::Monotonic)
    }

    /// What was passed as the clock.
    pub(crate) fn given<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyAny>> {
        match self {
            Self::Monotonic => None,
            Self::Callable(clock) => Some(clock.bind(py).clone()),
        }
    }

    /// The time: the one that is passed, or the one that it shows.
    pub(super) fn now(&self, py: Python<'_>, now: Option<&Bound<'_, PyAny>>) -> PyResult<u64> {
        Ok(self.told(py, now)?.unwrap_or_else(monotonic))
    }

    /// Shows Python's garbage collector what it holds.
    pub(super) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self {
            Self::Monotonic => Ok(()),
            Self::Callable(clock) => visit.call(clock),
        }
    }

    /// The time as the caller states it, or as a foreign clock does; `None` where [`monotonic`] is to be read.
    #[inline]
    pub(super) fn told(&self, py: Python<'_>, now: Option<&Bound<'_, PyAny>>) -> PyResult<Option<u64>> {
        match (now, self) {
            (Some(now), _) => nanoseconds("now", now).map(Some),
            (None, Self::Monotonic) => Ok(None),
            (None, Self::Callable(clock)) => nanoseconds("clock", &clock.bind(py).call0()?).map(Some),
        }
    }
}

/// Nanoseconds of the clock of `time.monotonic`.
#[inline]
pub(super) fn monotonic() -> u64 {
    let (began, origin) = ORIGIN.get_or_init(|| (Instant::now(), 0));
    let passed = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
    origin.saturating_add(passed)
}

/// Seconds of Python, an instant or a length, as nanoseconds.
pub(super) fn nanoseconds(path: &str, seconds: &Bound<'_, PyAny>) -> PyResult<u64> {
    let py = seconds.py();
    let expected = "seconds of 0 or more, up to 570 years";
    let value: f64 = match convert::try_read(seconds)? {
        Ok(value) => value,
        Err(wrong) => {
            let refused = GateError::new(wrong.code(), path, expected, wrong.found());
            return Err(error::raised(py, &refused));
        }
    };
    let ns = (value * 1e9).round();
    if (0.0..1.8e19).contains(&ns) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to fit")]
        return Ok(ns as u64);
    }
    let code = if value.is_finite() { ErrorCode::OutOfRange } else { ErrorCode::NotFinite };
    Err(error::raised(py, &GateError::new(code, path, expected, value)))
}

/// Nanoseconds as seconds of Python.
#[expect(clippy::cast_precision_loss, reason = "for people and for sleeping; the core keeps nanoseconds")]
pub(super) fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}
