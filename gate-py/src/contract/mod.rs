//! The run contract: runs, covariate specs and metrics reports.

mod covariates;
mod metrics;
mod names;
mod run;
mod spec;

pub(crate) use covariates::{enforce_covariate_spec, validate_covariate_spec};
pub(crate) use metrics::{check_metrics, compute_metrics};
pub(crate) use run::{check_run, run_id_from_path};

use gate_core::GateError;
use gate_core::contract::{ContractError, ContractFault, ContractFinding};
use gate_core::document::Node;
use pyo3::prelude::*;

use crate::convert::{self, Text};
use crate::error;

/// A document that no longer depends on what other threads do to the Python object it came from.
enum Document<'a> {
    Text(Text<'a>),
    Tree(Node),
}

impl<'a> Document<'a> {
    /// Reads a mapping or JSON text. What is no document breaks the contract as `fault`.
    fn read(object: &'a Bound<'_, PyAny>, fault: ContractFault) -> PyResult<Self> {
        let read = match Text::try_of(object)? {
            Ok(Some(text)) => Ok(Self::Text(text)),
            Ok(None) => convert::try_read(object)?.map(Self::Tree),
            Err(refused) => Err(refused),
        };
        read.map_err(|refused| error::broken(object.py(), &unusable(fault, "", &refused).into()))
    }

    /// The document as a tree; for text that is where its syntax is read.
    fn into_tree(self, fault: ContractFault) -> Result<Node, ContractError> {
        match self {
            Self::Tree(node) => Ok(node),
            Self::Text(text) => gate_core::document::from_json_tree(text.bytes())
                .map_err(|refused| unusable(fault, "", &refused).into()),
        }
    }
}

/// What makes an argument unusable, as a finding.
fn unusable(fault: ContractFault, argument: &str, refused: &GateError) -> ContractFinding {
    let joint = if argument.is_empty() || refused.path().is_empty() || refused.path().starts_with('[') {
        ""
    } else {
        "."
    };
    let mut found = refused.found().to_owned();
    if let Some(at) = refused.position() {
        found += &format!(" at line {} column {}", at.line, at.column);
    }
    ContractFinding::new(fault, format!("{argument}{joint}{}", refused.path()), refused.expected(), found)
}
