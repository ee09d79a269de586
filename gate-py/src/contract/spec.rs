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
    let mut items = Vec::with_capacity(covariates.len());
    for covariate in covariates {
        items.push(templates.fill(py, covariate)?);
    }
    PyList::new(py, items)
}

/// A dict for each type of a covariate, required or not: the first one that was made.
struct Templates<'py>(Vec<(CovariateType, bool, Bound<'py, PyDict>)>);

impl<'py> Templates<'py> {
    fn fill(&mut self, py: Python<'py>, covariate: &Covariate) -> PyResult<Bound<'py, PyDict>> {
        let alike =
            |known: &&(CovariateType, bool, _)| known.0 == covariate.r#type && known.1 == covariate.required;
        if let Some((.., template)) = self.0.iter().find(alike) {
            // The keys are there already, so copying it and setting one costs less than setting three.
            let dict = template.copy()?;
            dict.set_item(intern!(py, "name"), PyString::new(py, &covariate.name))?;
            return Ok(dict);
        }
        let dict = build::object(py, covariate)?.cast_into::<PyDict>()?;
        self.0.push((covariate.r#type, covariate.required, dict.clone()));
        Ok(dict)
    }
}
