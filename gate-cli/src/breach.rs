//! A broken run contract, and how stderr says so.

use std::ops::Range;

use annotate_snippets::Level;
use gate_core::contract::{ContractError, ContractFault, ContractFinding};
use gate_core::render::Colour;
use gate_core::{ErrorCode, GateError};

use crate::exit::Exit;
use crate::input::Source;
use crate::locate::find;
use crate::snippet::Remark;

/// A broken run contract, with the document that it is about, if it is about one.
#[derive(Debug)]
pub(crate) struct Breach {
    pub(crate) error: ContractError,
    pub(crate) source: Option<Source>,
}

impl From<ContractError> for Box<Breach> {
    fn from(error: ContractError) -> Self {
        Self::new(Breach { error, source: None })
    }
}

impl From<ContractFinding> for Box<Breach> {
    fn from(finding: ContractFinding) -> Self {
        ContractError::from(finding).into()
    }
}

impl Breach {
    /// A breach in a document.
    pub(crate) fn about(error: ContractError, source: Source) -> Box<Self> {
        let named = error.findings().cloned().map(|mut finding| {
            if finding.path.is_empty() {
                // Nothing else would say which of the files it is.
                finding.path.clone_from(&source.name);
            }
            finding
        });
        let error = ContractError::from_findings(named.collect()).unwrap_or(error);
        Box::new(Self { error, source: Some(source) })
    }

    /// How the process ends, every finding with what to do about it for people, and the payload.
    pub(crate) fn report(&self, colour: Colour) -> (Exit, String, String) {
        let people = self.error.findings().map(|finding| self.remark(finding, colour)).collect();
        (self.error.code().into(), people, self.error.payload())
    }

    fn remark(&self, finding: &ContractFinding, colour: Colour) -> String {
        let remark = Remark {
            level: Level::ERROR,
            code: finding.fault.as_str(),
            text: &finding.to_string(),
            action: finding.fault.action(),
        };
        // An argument that does not fit stands on the command line and not in the document.
        let source = self.source.as_ref().filter(|_| is_about_a_document(finding.fault));
        remark.render(source, source.and_then(|source| place(source, finding)), colour)
    }
}

const fn is_about_a_document(fault: ContractFault) -> bool {
    use ContractFault::{DocumentInvalid, MetricsInvalid, MetricsMismatch, SpecInvalid};
    matches!(fault, SpecInvalid | MetricsInvalid | MetricsMismatch | DocumentInvalid)
}

/// The value that a finding names; for a field that is not there, what it should be in.
fn place(source: &Source, finding: &ContractFinding) -> Option<Range<usize>> {
    let find = |code| find(source, &finding.path, code);
    // Of a key that stands twice, the second is one too many.
    let exact =
        if finding.found.starts_with("a second") { ErrorCode::DuplicateKey } else { ErrorCode::WrongValue };
    find(exact).or_else(|| find(ErrorCode::MissingField))
}

/// A file that cannot be read, or an answer that cannot be written, in the words of the contract.
pub(crate) fn finding_of(error: &GateError) -> ContractFinding {
    let fault = match error.code() {
        ErrorCode::FileNotFound => ContractFault::FileMissing,
        ErrorCode::FileUnreadable | ErrorCode::InputTooLarge => ContractFault::FileUnusable,
        ErrorCode::OutputFailed => ContractFault::OutputFailed,
        _ => ContractFault::ArgumentInvalid,
    };
    ContractFinding::new(fault, error.path(), error.expected(), error.found())
}
