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
        Box::new(Self { error, source: Some(source) })
    }

    /// How the process ends, every finding with what to do about it for people, and the payload.
    pub(crate) fn report(&self, colour: Colour) -> (Exit, String, String) {
        let people = self.error.findings().map(|finding| self.remark(finding, colour)).collect();
        (self.error.code().into(), people, self.named().payload())
    }

    /// The error for programs, which see no excerpt: with the file in front of each path in it.
    fn named(&self) -> ContractError {
        let findings = self.error.findings().map(|finding| self.in_file(finding)).collect();
        ContractError::from_findings(findings).unwrap_or_else(|| self.error.clone())
    }

    fn in_file(&self, finding: &ContractFinding) -> ContractFinding {
        let mut finding = finding.clone();
        if let Some(source) = self.document(finding.fault) {
            let between = if finding.path.is_empty() { "" } else { ": " };
            finding.path = format!("{}{between}{}", source.name, finding.path);
        }
        finding
    }

    /// The document, if the fault is about it: an argument that does not fit stands on the command line.
    fn document(&self, fault: ContractFault) -> Option<&Source> {
        self.source.as_ref().filter(|_| is_about_a_document(fault))
    }

    fn remark(&self, finding: &ContractFinding, colour: Colour) -> String {
        let source = self.document(finding.fault);
        let is_inside = !finding.path.is_empty();
        let text = if is_inside { finding.to_string() } else { self.in_file(finding).to_string() };
        let remark = Remark {
            level: Level::ERROR,
            code: finding.fault.as_str(),
            text: &text,
            action: finding.fault.action(),
        };
        let place = source.filter(|_| is_inside).and_then(|source| place(source, finding));
        remark.render(source, place, colour)
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
