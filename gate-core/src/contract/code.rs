//! The runbook's error codes and exit statuses.

use core::fmt;

use serde::{Deserialize, Serialize};

/// One row of the runbook's table (section 6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContractCode {
    /// An input file or artifact is not there.
    FileNotFound,
    /// An artifact breaks its contract: unreadable, keys missing, split contract missing or of another schema.
    ArtifactContractError,
    /// Shapes or batch sizes of X and y do not fit.
    InputShapeError,
    /// Everything else: the run id's syntax, the covariate spec, the command line.
    RunnerExecError,
    /// Training, validation or test has no window after the split.
    InsufficientDataError,
    /// The sources of the run id disagree.
    RunIdMismatch,
}

impl ContractCode {
    /// The process exit status.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::FileNotFound => 21,
            Self::ArtifactContractError => 22,
            Self::InputShapeError => 23,
            Self::RunnerExecError => 24,
            Self::InsufficientDataError => 26,
            Self::RunIdMismatch => 27,
        }
    }

    /// The code as it stands in the payload.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FileNotFound => "FILE_NOT_FOUND",
            Self::ArtifactContractError => "ARTIFACT_CONTRACT_ERROR",
            Self::InputShapeError => "INPUT_SHAPE_ERROR",
            Self::RunnerExecError => "RUNNER_EXEC_ERROR",
            Self::InsufficientDataError => "INSUFFICIENT_DATA_ERROR",
            Self::RunIdMismatch => "RUN_ID_MISMATCH",
        }
    }
}

impl fmt::Display for ContractCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
