//! The exit codes that scripts rely on.

use gate_core::Decision;
use gate_core::breaker::guard::Mode;
use gate_core::contract::ContractCode;
use gate_core::cutover::GoNoGo;

/// How the process ends. The codes are never merged and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Promote. For a breaker: on. For commands that judge neither: done, or everything agrees.
    Promote = 0,
    /// Nothing was judged: the arguments, the input, the policy, the settings or the destination are unusable.
    Undecided = 1,
    /// Hold: not yet. For a breaker: off for automatic reasons. For `policy check --deny-warnings`: there are warnings.
    Hold = 2,
    /// Roll back. For a breaker: stopped by a person, by its latch, or because its state cannot be trusted.
    Rollback = 3,
    /// Run contract: a file that was named is not there.
    FileNotFound = 21,
    /// Run contract: an artifact is unreadable, incomplete or in the wrong place.
    ArtifactContractError = 22,
    /// Run contract: shapes or numbers of windows do not fit.
    InputShapeError = 23,
    /// Run contract: the arguments, the run id or the covariate spec are wrong.
    RunnerExecError = 24,
    /// Run contract: training, validation or test has no window.
    InsufficientDataError = 26,
    /// Run contract: an artifact belongs to another run.
    RunIdMismatch = 27,
}

impl Exit {
    /// The number that the process exits with.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl From<Decision> for Exit {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Promote => Self::Promote,
            Decision::Hold => Self::Hold,
            Decision::Rollback => Self::Rollback,
        }
    }
}

impl From<GoNoGo> for Exit {
    fn from(answer: GoNoGo) -> Self {
        match answer {
            GoNoGo::Go => Self::Promote,
            GoNoGo::Pending => Self::Hold,
            GoNoGo::NoGo => Self::Rollback,
        }
    }
}

impl From<Mode> for Exit {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::On => Self::Promote,
            Mode::Off => Self::Hold,
            Mode::Stopped => Self::Rollback,
        }
    }
}

impl From<ContractCode> for Exit {
    fn from(code: ContractCode) -> Self {
        match code {
            ContractCode::FileNotFound => Self::FileNotFound,
            ContractCode::ArtifactContractError => Self::ArtifactContractError,
            ContractCode::InputShapeError => Self::InputShapeError,
            ContractCode::RunnerExecError => Self::RunnerExecError,
            ContractCode::InsufficientDataError => Self::InsufficientDataError,
            ContractCode::RunIdMismatch => Self::RunIdMismatch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runbooks_codes_are_those_of_the_core() {
        for code in [
            ContractCode::FileNotFound,
            ContractCode::ArtifactContractError,
            ContractCode::InputShapeError,
            ContractCode::RunnerExecError,
            ContractCode::InsufficientDataError,
            ContractCode::RunIdMismatch,
        ] {
            assert_eq!(Exit::from(code).code(), code.exit_code());
        }
    }
}
