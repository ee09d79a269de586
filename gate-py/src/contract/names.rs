//! Names of covariates and columns, from anything that lists them.

use gate_core::contract::{ContractFault, ContractFinding};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyString};
use serde::de::IgnoredAny;

use crate::convert::{self, described};

/// More than any data frame has columns, so that a list without end is refused.
const MOST: usize = 1 << 20;

/// Reads names, if there are any: of a data frame its columns, of anything else what iteration yields.
///
/// One string is refused, since its characters would be taken for names. What is wrong is put aside, so that it can
/// be said all at once.
pub(super) fn read(
    argument: &'static str,
    object: Option<&Bound<'_, PyAny>>,
    wrong: &mut Vec<ContractFinding>,
) -> PyResult<Option<Vec<String>>> {
    let Some(object) = object else {
        return Ok(None);
    };
    let mut refuse = |path: String, expected: &str, found: String| {
        wrong.push(ContractFinding::new(ContractFault::ArgumentInvalid, path, expected, found));
    };
    let Some(items) = items(object)? else {
        refuse(argument.to_owned(), "an array of names", what(object)?);
        return Ok(None);
    };
    let mut names = Vec::new();
    for (index, item) in items.enumerate() {
        if index == MOST {
            refuse(argument.to_owned(), &format!("at most {MOST} names"), "more".to_owned());
            break;
        }
        match name(&item?)? {
            Ok(name) => names.push(name),
            Err(found) => refuse(format!("{argument}[{index}]"), "a name", found),
        }
    }
    Ok(Some(names))
}

/// What a list of names yields; none for an object that is no list.
fn items<'py>(
    object: &Bound<'py, PyAny>,
) -> PyResult<Option<impl Iterator<Item = PyResult<Bound<'py, PyAny>>>>> {
    let is_text = object.is_instance_of::<PyString>()
        || object.is_instance_of::<PyBytes>()
        || object.is_instance_of::<PyByteArray>();
    if is_text {
        return Ok(None);
    }
    match columns(object)?.try_iter() {
        Ok(items) => Ok(Some(items)),
        Err(error) if error.is_instance_of::<PyTypeError>(object.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The columns of a data frame of pandas or polars or of a table of Arrow; any other object itself.
///
/// The class is asked, since a series has its labels as attributes.
fn columns<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    let class = object.get_type();
    // Arrow has both, and its `columns` are the data.
    for name in [intern!(py, "column_names"), intern!(py, "columns")] {
        if class.hasattr(name)? {
            return object.getattr(name);
        }
    }
    Ok(object.clone())
}

/// The name that an object is, or what it is instead.
fn name(object: &Bound<'_, PyAny>) -> PyResult<Result<String, String>> {
    if let Ok(text) = object.cast::<PyString>()
        && let Ok(text) = text.to_str()
    {
        return Ok(Ok(text.to_owned()));
    }
    // In the words for a value of a document.
    Ok(convert::try_read::<String>(object)?.map_err(|refused| refused.found().to_owned()))
}

/// What an object is that is no list.
fn what(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let read = convert::try_read::<Vec<IgnoredAny>>(object)?;
    Ok(read.map_or_else(|refused| refused.found().to_owned(), |_| described(object)))
}
