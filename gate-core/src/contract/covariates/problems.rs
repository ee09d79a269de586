//! The problems of a spec, as many as are worth listing.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::GateError;
use crate::contract::{ContractError, ContractFault, ContractFinding};

/// Problems that are listed before they are only counted: a file that is no spec can have a million.
const MOST: usize = 1000;

/// Collects problems in the order in which they are found.
#[derive(Default)]
pub(super) struct Problems {
    listed: Vec<ContractFinding>,
    unlisted: usize,
}

impl Problems {
    /// Adds one. The texts are made only if it will be listed.
    pub(super) fn add(&mut self, problem: impl FnOnce() -> (String, String, String)) {
        if self.listed.len() == MOST {
            self.unlisted += 1;
            return;
        }
        let (path, expected, found) = problem();
        self.listed.push(ContractFinding::new(ContractFault::SpecInvalid, path, expected, found));
    }

    /// Every problem as a finding.
    pub(super) fn into_findings(self) -> Vec<ContractFinding> {
        let mut findings = self.listed;
        if self.unlisted > 0 {
            let found = format!("{} more", self.unlisted);
            let expected = "no further problems";
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
