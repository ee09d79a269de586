//! How an exception of Python code crosses serde, whose errors are faults.

use std::cell::Cell;

use gate_core::ErrorCode;
use gate_core::document::Fault;
use pyo3::PyErr;

/// What ends a conversion: an input that cannot be used, or an exception that foreign code raised.
pub(super) enum Stop {
    Fault(Fault),
    Raised(PyErr),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

/// Keeps the exception while a fault without content takes its way out.
#[derive(Default)]
pub(super) struct Scope(Cell<Option<PyErr>>);

impl Scope {
    /// The same result for serde.
    pub(super) fn settle<T>(&self, result: Result<T, Stop>) -> Result<T, Fault> {
        result.map_err(|stop| match stop {
            Stop::Fault(fault) => fault,
            Stop::Raised(error) => {
                self.0.set(Some(error));
                Fault::new(ErrorCode::WrongValue, "a readable value", "an exception")
            }
        })
    }

    /// The exception that ended the conversion, if one did.
    pub(super) fn raised(&self) -> Option<PyErr> {
        self.0.take()
    }
}
