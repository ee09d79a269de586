//! Settings: a document, or its fields as keyword arguments.

use gate_core::document::from_json;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::de::DeserializeOwned;

use crate::convert::{self, Text};
use crate::error::accept;

/// The settings that are given, if any are.
pub(super) fn read<T: DeserializeOwned>(
    config: Option<&Bound<'_, PyAny>>,
    settings: Option<&Bound<'_, PyDict>>,
) -> PyResult<Option<T>> {
    let settings = settings.filter(|settings| !settings.is_empty());
    match (config, settings) {
        (None, None) => Ok(None),
        (None, Some(settings)) => convert::read(settings.as_any()).map(Some),
        (Some(config), None) => document(config).map(Some),
        (Some(_), Some(_)) => {
            Err(PyTypeError::new_err("settings come as a document or as keyword arguments, not as both"))
        }
    }
}

pub(super) fn document<T: DeserializeOwned>(config: &Bound<'_, PyAny>) -> PyResult<T> {
    match Text::of(config)? {
        Some(text) => accept(config.py(), from_json(text.bytes())),
        None => convert::read(config),
    }
}
