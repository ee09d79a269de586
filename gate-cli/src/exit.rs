//! The exit codes that scripts rely on.

use gate_core::Decision;

/// How the process ends. The codes are never merged and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Promote. For commands that judge nothing: done.
    Promote = 0,
    /// Nothing was judged: the arguments, the input, the policy or the destination are unusable.
    Undecided = 1,
    /// Hold: not yet. For `policy check --deny-warnings`: there are warnings.
    Hold = 2,
    /// Roll back.
    Rollback = 3,
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
