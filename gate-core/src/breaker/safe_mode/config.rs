//! When the service leaves the safe mode by itself.

use serde::{Deserialize, Serialize};

use super::ExitRule;
use crate::error::{ErrorCode, GateError};

/// The longest `exit_after_ms`: a year.
const MOST_MS: u64 = 366 * 24 * 60 * 60 * 1000;
const NS_PER_MS: u64 = 1_000_000;

/// The rule of the causes that the safe mode finds itself: health, and the panic stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SafeModeConfig {
    /// Whether bad health enters it. Default true.
    pub follow_health: bool,
    /// So many healthy looks in a row, all of them after it was entered, end it; null if none do. Default 2.
    pub exit_after_healthy: Option<u32>,
    /// And not before so many milliseconds in it. Default 60 000.
    pub exit_after_ms: u64,
    /// Whether a person must end it after health was `failed`. Default true.
    pub failed_needs_operator: bool,
}

impl Default for SafeModeConfig {
    fn default() -> Self {
        Self {
            follow_health: true,
            exit_after_healthy: Some(2),
            exit_after_ms: 60_000,
            failed_needs_operator: true,
        }
    }
}

impl SafeModeConfig {
    /// Refuses a rule that means nothing.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::OutOfRange`] at `exit_after_healthy` or `exit_after_ms`.
    pub fn validate(&self) -> Result<(), GateError> {
        if self.exit_after_healthy == Some(0) {
            let expected = "at least 1, or null for no exit by itself";
            return Err(GateError::new(ErrorCode::OutOfRange, "exit_after_healthy", expected, 0));
        }
        if self.exit_after_ms > MOST_MS {
            let expected = "at most 31622400000 milliseconds (366 days)";
            return Err(GateError::new(ErrorCode::OutOfRange, "exit_after_ms", expected, self.exit_after_ms));
        }
        Ok(())
    }

    pub(super) fn exit(&self) -> ExitRule {
        match self.exit_after_healthy {
            Some(count) => ExitRule::Healthy { count, after: self.exit_after_ms.saturating_mul(NS_PER_MS) },
            None => ExitRule::Left,
        }
    }
}
