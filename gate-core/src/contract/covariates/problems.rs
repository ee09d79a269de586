//! The problems of a spec, as many as are worth listing.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::GateError;
use crate::contract::{ContractError, ContractFault, ContractFinding};

/// Problems of one kind that are listed before they are only counted: a file that is no spec can have a million, and
/// they must not hide the one of another kind.
const MOST: usize = 100;

/// Collects problems in the order in which they are found.
#[derive(Default)]
pub(super) struct Problems {
    listed: Vec<ContractFinding>,
    /// How many there are of each kind. What was expected is the kind.
    kinds: BTreeMap<String, usize>,
}

impl Problems {
    /// Adds one. The path and what was found are written only if it will be listed.
    pub(super) fn add(&mut self, expected: &str, problem: impl FnOnce() -> (String, String)) {
        let count = match self.kinds.get_mut(expected) {
            Some(count) => count,
            None => self.kinds.entry(expected.to_string()).or_default(),
        };
        *count += 1;
        if *count <= MOST {
            let (path, found) = problem();
            self.listed.push(ContractFinding::new(ContractFault::SpecInvalid, path, expected, found));
        }
    }

    /// Every problem as a finding.
    pub(super) fn into_findings(self) -> Vec<ContractFinding> {
        let mut findings = self.listed;
        for (expected, count) in self.kinds.into_iter().filter(|(_, count)| *count > MOST) {
            let found = format!("{} more that are not listed", count - MOST);
            findings.push(ContractFinding::new(ContractFault::SpecInvalid, "", expected, found));
        }
        findings
    }

    pub(super) fn into_error(self) -> Option<ContractError> {
        ContractError::from_findings(self.into_findings())
    }
}

/// The error of a text that is no JSON document.
pub(super) fn unreadable(error: &GateError) -> ContractError {
    let mut found = error.found().to_string();
    if let Some(at) = error.position() {
        found += &format!(" at line {} column {}", at.line, at.column);
    }
    ContractFinding::new(ContractFault::SpecInvalid, error.path(), error.expected(), found).into()
}
