//! What is wrong with a run, each fault with its code from birth.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use super::code::ContractCode;
use crate::code::codes;
use crate::document::to_line;

codes! {
    /// Every way to break the run contract, in the order that decides the exit status when several are broken.
    ///
    /// What was asked comes first, then whose the artifacts are, then whether they are there, whole, described by
    /// the spec, of the right shape, and enough. A fault further down is often the consequence of one further up.
    ContractFault {
        RunIdSyntax = "run-id-syntax",
            "The run id is empty, too long, or has characters that no path should have.",
            "Use 1 to 128 characters of A-Z, a-z, 0-9, dot, underscore and hyphen, not starting with dot or hyphen.";
        PathMismatch = "path-mismatch",
            "The directory of `processed.npz`, as named or as resolved, is another run's.",
            "Pass the artifacts of this run, or the run id of these artifacts.";
        MetaMismatch = "meta-mismatch",
            "`meta.json` beside `processed.npz` names another run.",
            "Run the preprocessing of this run again.";
        PreprocessorMismatch = "preprocessor-mismatch",
            "The preprocessor was made by another run.",
            "Pass the preprocessor of this run, or run its preprocessing again.";
        SplitMismatch = "split-mismatch",
            "`split_contract.json` names another run.",
            "Run the preprocessing of this run again.";
        FileMissing = "file-missing",
            "A file that was named is not there.",
            "Check the path and the working directory.";
        FileUnusable = "file-unusable",
            "A file is there but cannot be opened: a directory, no permission, too large, or an I/O failure.",
            "Name a regular file, or the directory that is expected, that this user may read.";
        ArchiveUnreadable = "archive-unreadable",
            "`processed.npz` is not a whole archive of arrays.",
            "Write the artifact again; a copy may have been cut short.";
        ArrayUnreadable = "array-unreadable",
            "An array that is needed cannot be read without running code, or not at all.",
            "Write it as numbers or text, not as Python objects.";
        KeyMissing = "key-missing",
            "`processed.npz` lacks an array that the contract requires.",
            "Run the preprocessing again with a version that writes it.";
        LayoutViolation = "layout-violation",
            "The artifacts do not lie as `.../processed/{run_id}/processed.npz`.",
            "Keep the layout that the preprocessing writes.";
        SplitMissing = "split-missing",
            "`split_contract.json` is not beside `processed.npz`.",
            "Run the preprocessing again with a version that writes it.";
        DocumentInvalid = "document-invalid",
            "A JSON document of the run cannot be read, or is not what it should be.",
            "Write the document again; the message names the field.";
        SplitInvalid = "split-invalid",
            "`split_contract.json` has another schema, or its slices do not fit the windows.",
            "Run the preprocessing again with a version that writes `phase1.split_contract.v1`.";
        PreprocessorInvalid = "preprocessor-invalid",
            "The preprocessor is not a plain pickled dict with a run id; anything that would run code is refused.",
            "Save the preprocessor as a plain dict of containers, strings and numbers.";
        FeaturesInvalid = "features-invalid",
            "`feature_names` or `target_indices` do not describe the arrays.",
            "Run the preprocessing again; indices lie within the features.";
        NotFinite = "not-finite-values",
            "An array holds NaN or infinity.",
            "Find out which input has gaps; a model must not be trained on them.";
        MetricsInvalid = "metrics-invalid",
            "The metrics report lacks a key, or holds a value that is not a finite number.",
            "Write mae, mse, rmse, mape and r2 as finite numbers.";
        MetricsMismatch = "metrics-mismatch",
            "A report, checkpoint or metadata document belongs to another run.",
            "Evaluate this run again.";
        ArtifactMissing = "artifact-missing",
            "A finished run lacks one of its artifacts.",
            "Run the step that writes it.";
        SpecInvalid = "spec-invalid",
            "The covariate spec is not what `covariate_spec.v1` says.",
            "Correct the field that the message names.";
        SpecRequiredMissing = "spec-required-missing",
            "A covariate that the spec requires is not declared.",
            "Declare it, or make it optional in the spec.";
        SpecUndeclared = "spec-undefined",
            "A declared covariate is not in the spec's group.",
            "Add it to the spec, or do not declare it.";
        SpecColumnMissing = "spec-column-missing",
            "A declared covariate is not among the columns.",
            "Add the column, or do not declare it.";
        ShapeMismatch = "shape-mismatch",
            "X and y do not have the shapes that lookback, features and horizon ask for.",
            "Check sequence length and horizon against the preprocessing.";
        BatchMismatch = "batch-mismatch",
            "X and y have different numbers of windows.",
            "Run the preprocessing again.";
        DataInsufficient = "data-insufficient",
            "Training, validation or test has no window after the split.",
            "Provide more rows, or a shorter sequence length or horizon.";
        ArgumentInvalid = "argument-invalid",
            "The command line or an argument cannot be understood.",
            "Run the command with --help.";
        OutputFailed = "output-failed",
            "The answer could not be written: a closed pipe or a full disk.",
            "Make the destination writable.";
    }
}

impl ContractFault {
    /// The runbook's code.
    #[must_use]
    pub const fn code(self) -> ContractCode {
        match self {
            Self::PathMismatch
            | Self::MetaMismatch
            | Self::PreprocessorMismatch
            | Self::SplitMismatch
            | Self::MetricsMismatch => ContractCode::RunIdMismatch,
            Self::FileMissing => ContractCode::FileNotFound,
            Self::ShapeMismatch | Self::BatchMismatch => ContractCode::InputShapeError,
            Self::DataInsufficient => ContractCode::InsufficientDataError,
            Self::RunIdSyntax
            | Self::SpecInvalid
            | Self::SpecRequiredMissing
            | Self::SpecUndeclared
            | Self::SpecColumnMissing
            | Self::ArgumentInvalid
            | Self::OutputFailed => ContractCode::RunnerExecError,
            _ => ContractCode::ArtifactContractError,
        }
    }
}

/// One thing that is wrong with a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContractFinding {
    /// What kind of fault it is.
    pub fault: ContractFault,
    /// The runbook's code.
    pub code: ContractCode,
    /// The file, argument or field, like `meta.json: run_id` or `dynamic_covariates[3].type`.
    pub path: String,
    /// What would have been right.
    pub expected: String,
    /// What is there instead.
    pub found: String,
}

impl ContractFinding {
    /// A finding; its code is that of the fault.
    pub fn new(
        fault: ContractFault,
        path: impl Into<String>,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Self {
        Self { fault, code: fault.code(), path: path.into(), expected: expected.into(), found: found.into() }
    }
}

impl fmt::Display for ContractFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "expected {}, found {}", self.expected, self.found)
    }
}

/// A broken contract: every finding, the one that decides first.
// INVARIANT: not empty, sorted by the order of `ContractFault`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractError {
    first: ContractFinding,
    others: Vec<ContractFinding>,
}

impl ContractError {
    /// The error of some findings; `None` when there are none and the contract holds.
    #[must_use]
    pub fn from_findings(mut findings: Vec<ContractFinding>) -> Option<Self> {
        // Stable, so that findings of one kind stay in the order in which they were looked for.
        findings.sort_by_key(|finding| finding.fault);
        let mut findings = findings.into_iter();
        findings.next().map(|first| Self { first, others: findings.collect() })
    }

    /// The finding that decides code and exit status.
    #[must_use]
    pub const fn first(&self) -> &ContractFinding {
        &self.first
    }

    /// Every finding, the deciding one first.
    pub fn findings(&self) -> impl Iterator<Item = &ContractFinding> {
        core::iter::once(&self.first).chain(&self.others)
    }

    /// The runbook's code.
    #[must_use]
    pub const fn code(&self) -> ContractCode {
        self.first.code
    }

    /// The process exit status: 21, 22, 23, 24, 26 or 27.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        self.first.code.exit_code()
    }

    /// The runbook's payload: one line of JSON as Python writes it, in ASCII, without a line end.
    #[must_use]
    pub fn payload(&self) -> String {
        to_line(&Payload {
            ok: false,
            exit_code: self.exit_code(),
            error: PayloadError { code: self.code(), message: self.to_string(), r#type: "RunContractError" },
            findings: self.findings().collect(),
        })
    }
}

impl From<ContractFinding> for ContractError {
    fn from(first: ContractFinding) -> Self {
        Self { first, others: Vec::new() }
    }
}

impl fmt::Display for ContractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first)?;
        match self.others.len() {
            0 => Ok(()),
            more => write!(f, " (and {more} more)"),
        }
    }
}

impl core::error::Error for ContractError {}

#[derive(Serialize)]
struct Payload<'a> {
    ok: bool,
    exit_code: u8,
    error: PayloadError,
    findings: Vec<&'a ContractFinding>,
}

#[derive(Serialize)]
struct PayloadError {
    code: ContractCode,
    message: String,
    r#type: &'static str,
}
