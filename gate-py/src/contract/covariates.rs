//! `tsfm_gate.validate_covariate_spec` and `tsfm_gate.enforce_covariate_spec`.

use std::ffi::CString;

use gate_core::contract::covariates::{self, Declared, Enforced, Spec};
use gate_core::contract::{ContractError, ContractFault, ContractFinding};
use gate_core::document::Node;
use pyo3::exceptions::PyUserWarning;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use super::{Document, names, spec};
use crate::error;

/// Checks a covariate spec and returns its normal form.
///
/// Raises `RunContractError` with everything that is wrong, and warns of keys that nobody reads.
#[pyfunction]
pub(crate) fn validate_covariate_spec<'py>(payload: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = payload.py();
    let document = Document::read(payload, ContractFault::SpecInvalid)?;
    let judge = || match &document {
        Document::Text(text) => Spec::from_json(text.bytes()),
        Document::Tree(node) => Spec::from_node(node),
    };
    let valid = py.detach(judge).map_err(|broken| error::broken(py, &broken))?;
    warn_of_unknown_keys(py, &valid)?;
    spec::to_python(py, &valid)
}

/// Compares declared covariates, and the columns of the data, with a covariate spec.
///
/// Columns are a data frame or any iterable of names; `None` means that they are not known, and they are
/// not compared. An empty mapping as the spec means that there is none. Raises `RunContractError` with
/// everything that is wrong.
#[pyfunction]
#[pyo3(signature = (*, declared_dynamic, declared_static, available_columns=None, spec, context=""))]
pub(crate) fn enforce_covariate_spec<'py>(
    declared_dynamic: Option<&Bound<'py, PyAny>>,
    declared_static: Option<&Bound<'py, PyAny>>,
    available_columns: Option<&Bound<'py, PyAny>>,
    spec: &Bound<'py, PyAny>,
    context: &str,
) -> PyResult<Bound<'py, PyDict>> {
    let py = spec.py();
    let mut wrong = Vec::new();
    let mut read = |argument, object| names::read(argument, object, &mut wrong);
    let declared = Declared {
        dynamic: read("declared_dynamic", declared_dynamic)?.unwrap_or_default(),
        r#static: read("declared_static", declared_static)?.unwrap_or_default(),
    };
    let columns = read("available_columns", available_columns)?;
    let document = named(spec)?;
    let judge = || {
        let node = document.map(|document| document.into_tree(ContractFault::SpecInvalid)).transpose()?;
        match broken_names(wrong, node.as_ref()) {
            Some(broken) => Err(broken),
            None => covariates::enforce(node.as_ref(), &declared, columns.as_deref(), context),
        }
    };
    let enforced = py.detach(judge).map_err(|broken| error::broken(py, &broken))?;
    to_python(py, &enforced)
}

/// What is wrong with names, which cannot be compared then, and with the spec.
fn broken_names(mut wrong: Vec<ContractFinding>, spec: Option<&Node>) -> Option<ContractError> {
    if let (false, Some(Err(invalid))) = (wrong.is_empty(), spec.map(Spec::from_node)) {
        wrong.extend(invalid.findings().cloned());
    }
    ContractError::from_findings(wrong)
}

/// The spec, unless it is `{}`, which is how a pipeline without a spec calls.
fn named<'a>(spec: &'a Bound<'_, PyAny>) -> PyResult<Option<Document<'a>>> {
    let document = Document::read(spec, ContractFault::SpecInvalid)?;
    let empty = matches!(&document, Document::Tree(Node::Object(entries)) if entries.is_empty());
    Ok((!empty).then_some(document))
}

fn to_python<'py>(py: Python<'py>, enforced: &Enforced) -> PyResult<Bound<'py, PyDict>> {
    let (version, normal) = match &enforced.spec {
        Some(valid) => {
            warn_of_unknown_keys(py, valid)?;
            (Some(covariates::SCHEMA_VERSION), spec::to_python(py, valid)?)
        }
        None => (None, PyDict::new(py)),
    };
    let dict = PyDict::new(py);
    dict.set_item(intern!(py, "enabled"), enforced.spec.is_some())?;
    dict.set_item(intern!(py, "schema_version"), version)?;
    dict.set_item(intern!(py, "dynamic_covariates"), &enforced.dynamic)?;
    dict.set_item(intern!(py, "static_covariates"), &enforced.r#static)?;
    // Anything missing is an error, so there is nothing to list.
    dict.set_item(intern!(py, "required_missing"), PyList::empty(py))?;
    dict.set_item(intern!(py, "declared_missing_in_columns"), PyList::empty(py))?;
    dict.set_item(intern!(py, "spec"), normal)?;
    Ok(dict)
}

/// A key that nobody reads may be a rule that its author believes to be in force.
pub(super) fn warn_of_unknown_keys(py: Python<'_>, spec: &Spec) -> PyResult<()> {
    if spec.unknown_keys().is_empty() {
        return Ok(());
    }
    let keys: Vec<String> = spec.unknown_keys().iter().map(|key| format!("`{key}`")).collect();
    let message = format!("keys of the covariate spec that nobody reads: {}", keys.join(", "));
    // Odd keys are escaped in their paths, so there is no NUL in it.
    let message = CString::new(message).unwrap_or_default();
    PyErr::warn(py, &py.get_type::<PyUserWarning>(), &message, 1)
}
