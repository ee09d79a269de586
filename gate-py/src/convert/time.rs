//! Instants of Python.

use gate_core::document::Fault;
use gate_core::time::{Instant, parse_instant};
use gate_core::{ErrorCode, GateError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyString};

use super::scope::Stop;
use super::{described, text};
use crate::error;

/// An instant: RFC 3339 text or an aware `datetime`. `argument` names it in errors.
pub(crate) fn instant(argument: &str, given: &Bound<'_, PyAny>) -> PyResult<Instant> {
    read(given).map_err(|stop| match stop {
        Stop::Fault(fault) => {
            let refused = fault.under(gate_core::document::Segment::Key(argument.to_owned()));
            error::raised(given.py(), &refused.into())
        }
        Stop::Raised(error) => error,
    })
}

fn read(given: &Bound<'_, PyAny>) -> Result<Instant, Stop> {
    let text = match (given.cast::<PyString>(), rfc3339(given)) {
        (Ok(text), _) => text::utf8(text)?.to_owned(),
        (_, Some(text)) => text?,
        _ => {
            let expected = "an RFC 3339 time or an aware datetime";
            return Err(Fault::new(ErrorCode::WrongType, expected, described(given)).into());
        }
    };
    parse_instant(&text, "").map_err(|error| fault(&error).into())
}

/// The same error without its path, which the caller adds.
fn fault(error: &GateError) -> Fault {
    Fault::new(error.code(), error.expected(), error.found())
}

/// The RFC 3339 text of a `datetime`; none for anything else. A naive one is refused.
pub(super) fn rfc3339(object: &Bound<'_, PyAny>) -> Option<Result<String, Stop>> {
    object.cast::<PyDateTime>().ok().map(|_| aware(object))
}

fn aware(time: &Bound<'_, PyAny>) -> Result<String, Stop> {
    let py = time.py();
    let refused = |found| Fault::new(ErrorCode::TimeSyntax, "a datetime with an offset", found).into();
    match time.call_method0(intern!(py, "utcoffset")) {
        Ok(offset) if offset.is_none() => {
            let text = time.call_method0(intern!(py, "isoformat"))?;
            return Err(refused(format!("the naive datetime `{text}`")));
        }
        Ok(_) => {}
        // pandas' `NaT` is a datetime that refuses to be asked.
        Err(_) => return Err(refused(described(time))),
    }
    // In UTC, because RFC 3339 has no offsets with seconds and Python does.
    let utc = py.import("datetime")?.getattr("timezone")?.getattr("utc")?;
    let time = time.call_method1(intern!(py, "astimezone"), (utc,))?;
    Ok(time.call_method0(intern!(py, "isoformat"))?.extract()?)
}
