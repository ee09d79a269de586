//! How a release gate ends.

use core::fmt;

use serde::{Deserialize, Serialize};

/// How one gate, or all of them, ended. The order is that of severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateVerdict {
    /// The evidence is there, whole and good.
    Pass,
    /// The evidence does not decide. It never promotes.
    Inconclusive,
    /// The evidence is there and bad.
    Fail,
}

impl GateVerdict {
    /// The word in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Inconclusive => "inconclusive",
            Self::Fail => "fail",
        }
    }

    /// The process exit status: 0 pass, 2 inconclusive, 3 fail.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Inconclusive => 2,
            Self::Fail => 3,
        }
    }
}

impl fmt::Display for GateVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
