//! A covariate spec as a Python dict.
//!
//! A spec has thousands of small dicts that are alike, so they are copies of a few.

use gate_core::contract::covariates::{Covariate, CovariateType, SCHEMA_VERSION, Spec};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use crate::build;

/// The normal form of a spec, in the shape that pipelines know.
pub(super) fn to_python<'py>(py: Python<'py>, spec: &Spec) -> PyResult<Bound<'py, PyDict>> {
    let mut templates = Templates(Vec::new());
    let dict = PyDict::new(py);
    dict.set_item(intern!(py, "schema_version"), intern!(py, SCHEMA_VERSION))?;
    dict.set_item(intern!(py, "dynamic_covariates"), group(py, &spec.dynamic, &mut templates)?)?;
    dict.set_item(intern!(py, "static_covariates"), group(py, &spec.r#static, &mut templates)?)?;
    dict.set_item(intern!(py, "imputation_policy"), build::object(py, &spec.imputation)?)?;
    Ok(dict)
}

fn group<'py>(
    py: Python<'py>,
    covariates: &[Covariate],
    templates: &mut Templates<'py>,
) -> PyResult<Bound<'py, PyList>> {
    let items: PyResult<Vec<_>> = covariates.iter().map(|covariate| templates.fill(py, covariate)).collect();
    PyList::new(py, items?)
}

/// A dict without its name for each type of a covariate, required or not.
struct Templates<'py>(Vec<(CovariateType, bool, Bound<'py, PyDict>)>);

impl<'py> Templates<'py> {
    fn fill(&mut self, py: Python<'py>, covariate: &Covariate) -> PyResult<Bound<'py, PyDict>> {
        // Its keys are there already, so copying it and setting one costs less than setting three.
        let dict = self.of(py, covariate)?.copy()?;
        dict.set_item(intern!(py, "name"), PyString::new(py, &covariate.name))?;
        Ok(dict)
    }

    fn of(&mut self, py: Python<'py>, like: &Covariate) -> PyResult<Bound<'py, PyDict>> {
        let alike = |known: &&(CovariateType, bool, _)| known.0 == like.r#type && known.1 == like.required;
        if let Some((.., dict)) = self.0.iter().find(alike) {
            return Ok(dict.clone());
        }
        let dict = build::object(py, like)?.cast_into::<PyDict>()?;
        self.0.push((like.r#type, like.required, dict.clone()));
        Ok(dict)
    }
}
