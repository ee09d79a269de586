//! What a run says it uses.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::names::{repeated, trimmed};
use super::shown;
use crate::bounds::MAX_COVARIATES;
use crate::contract::{ContractError, ContractFault, ContractFinding};
use crate::document::Node;

/// The covariates that a run declares, by command line or configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    /// Covariates that change over time.
    pub dynamic: Vec<String>,
    /// Covariates that are constant for a series.
    pub r#static: Vec<String>,
}

impl Declared {
    /// Reads both lists from trees; null is an empty list.
    ///
    /// # Errors
    /// `argument-invalid` for a tree that is no list, and for each name that is no string. A bare string is no list:
    /// `"temp"` would otherwise declare `t`, `e`, `m` and `p`.
    pub fn from_nodes(dynamic: &Node, r#static: &Node) -> Result<Self, ContractError> {
        let mut findings = Vec::new();
        let declared = Self {
            dynamic: names(dynamic, "declared_dynamic", &mut findings),
            r#static: names(r#static, "declared_static", &mut findings),
        };
        ContractError::from_findings(findings).map_or(Ok(declared), Err)
    }

    /// The same names trimmed, each once, without empty ones; and what is wrong with them.
    pub(super) fn cleaned(&self, context: &str) -> (Self, Vec<ContractFinding>) {
        let cleaned = Self { dynamic: unique(&self.dynamic), r#static: unique(&self.r#static) };
        let mut findings = Vec::new();
        let mut refuse = |name: &str, expected: &str, found: String| {
            let path = shown::in_context(context, name);
            findings.push(ContractFinding::new(ContractFault::ArgumentInvalid, path, expected, found));
        };
        for (name, names) in [("declared_dynamic", &self.dynamic), ("declared_static", &self.r#static)] {
            if names.len() > MAX_COVARIATES {
                let expected = format!("at most {MAX_COVARIATES} covariates");
                refuse(name, &expected, names.len().to_string());
            }
        }
        let both: Vec<&str> = cleaned.dynamic.iter().chain(&cleaned.r#static).map(String::as_str).collect();
        // Each list has a name once, so a repeated one stands in both.
        let in_both = repeated(&both).into_iter().filter_map(|(later, _)| both.get(later).copied());
        let in_both: Vec<&str> = in_both.collect();
        if !in_both.is_empty() {
            let found = format!("{} in both", shown::list(&in_both));
            refuse("declared_static", "names that are not declared as dynamic, too", found);
        }
        (cleaned, findings)
    }
}

fn names(node: &Node, path: &str, findings: &mut Vec<ContractFinding>) -> Vec<String> {
    let mut refuse = |path: String, expected: &str, found: &Node| {
        let found = shown::value(found);
        findings.push(ContractFinding::new(ContractFault::ArgumentInvalid, path, expected, found));
    };
    let items = match node {
        Node::Null => return Vec::new(),
        Node::Array(items) => items,
        other => {
            refuse(path.to_string(), "an array of names", other);
            return Vec::new();
        }
    };
    let mut names = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match item {
            Node::Text(name) => names.push(name.clone()),
            other => refuse(format!("{path}[{index}]"), "a name", other),
        }
    }
    names
}

fn unique(names: &[String]) -> Vec<String> {
    let names: Vec<&str> = names.iter().map(|name| trimmed(name)).collect();
    let mut again = repeated(&names).into_iter().map(|(later, _)| later).peekable();
    let kept = names.iter().enumerate().filter(|(index, _)| again.next_if_eq(index).is_none());
    kept.filter(|(_, name)| !name.is_empty()).map(|(_, name)| (*name).to_string()).collect()
}
