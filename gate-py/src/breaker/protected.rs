//! A function behind a breaker.

use gate_core::breaker::Outcome;
use gate_core::breaker::guard::GuardRecorded;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple, PyType};

use super::answer::Refusal;
use super::call::CallBreaker;
use super::guard::Guard;
use super::permit::Permit;
use super::words;

/// A function whose calls ask a breaker first. `protect` makes it.
#[pyclass(frozen, dict, weakref, module = "tsfm_gate")]
#[derive(Debug)]
pub(crate) struct Protected {
    breaker: Breaker,
    function: Py<PyAny>,
    failures: Py<PyAny>,
    ignored: Py<PyAny>,
}

#[derive(Debug, FromPyObject)]
enum Breaker {
    Call(Py<CallBreaker>),
    Guard(Py<Guard>),
}

impl Breaker {
    #[inline]
    fn ask(&self, py: Python<'_>) -> PyResult<Result<Permit, Refusal>> {
        match self {
            Self::Call(breaker) => breaker.get().ask(py, None),
            Self::Guard(guard) => guard.get().ask(py, None),
        }
    }

    #[inline]
    fn tell(&self, py: Python<'_>, permit: &Permit, outcome: Outcome) -> PyResult<GuardRecorded> {
        match self {
            Self::Call(breaker) => breaker.get().tell(py, permit, outcome, None, None),
            Self::Guard(guard) => guard.get().tell(py, permit, outcome, None, None),
        }
    }
}

#[pymethods]
impl Protected {
    #[new]
    fn new(breaker: Breaker, function: Py<PyAny>, failures: Py<PyAny>, ignored: Py<PyAny>) -> Self {
        Self { breaker, function, failures, ignored }
    }

    #[pyo3(signature = (*args, **kwargs))]
    fn __call__<'py>(
        &self,
        args: &Bound<'py, PyTuple>,
        kwargs: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = args.py();
        let permit = match self.breaker.ask(py)? {
            Ok(permit) => permit,
            Err(refusal) => return Err(PyErr::from_value(refusal.error(py)?)),
        };
        let result = self.function.bind(py).call(args, kwargs);
        let outcome = match &result {
            Ok(_) => Outcome::Success,
            Err(error) => self.outcome_of(py, error)?,
        };
        self.breaker.tell(py, &permit, outcome)?;
        result
    }

    /// A method, where it was looked up on an instance: as with every function.
    fn __get__<'py>(
        slf: &Bound<'py, Self>,
        instance: Option<&Bound<'py, PyAny>>,
        owner: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        static METHOD: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let _ = owner;
        match instance {
            Some(instance) => METHOD.import(slf.py(), "types", "MethodType")?.call1((slf, instance)),
            None => Ok(slf.clone().into_any()),
        }
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("<Protected {}>", self.function.bind(py).repr()?))
    }

    /// By its name, as with every function.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        slf.getattr("__qualname__")
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.breaker {
            Breaker::Call(breaker) => visit.call(breaker)?,
            Breaker::Guard(guard) => visit.call(guard)?,
        }
        visit.call(&self.function)?;
        visit.call(&self.failures)?;
        visit.call(&self.ignored)
    }
}

impl Protected {
    #[cold]
    fn outcome_of(&self, py: Python<'_>, error: &PyErr) -> PyResult<Outcome> {
        static OUTCOME: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
        let outcome_of = OUTCOME.import(py, "tsfm_gate._breaker", "outcome_of")?;
        words::outcome(&outcome_of.call1((error.value(py), &self.failures, &self.ignored))?)
    }
}
