//! What a latch takes for bad.

use alloc::format;

use serde::{Deserialize, Serialize};

use crate::error::{ErrorCode, GateError};

/// The longest `max_gap_ms`: a year.
const MOST_MS: u64 = 366 * 24 * 60 * 60 * 1000;
const NS_PER_MS: u64 = 1_000_000;

/// The rule of a latch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LatchConfig {
    /// A reading under this is bad; one that equals it is good. Above 0, at most 1. Default 0.99.
    pub min_reading: f64,
    /// So many bad readings in a row latch it. Default 3.
    pub consecutive: u32,
    /// Each stretch of this length without a reading counts as one bad reading. By default silence counts for nothing,
    /// because not every service has traffic at all hours.
    pub max_gap_ms: Option<u64>,
}

impl Default for LatchConfig {
    fn default() -> Self {
        Self { min_reading: 0.99, consecutive: 3, max_gap_ms: None }
    }
}

impl LatchConfig {
    /// Refuses a rule under which nothing could ever latch, or everything would.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::OutOfRange`] at `min_reading`, `consecutive` or `max_gap_ms`.
    pub fn validate(&self) -> Result<(), GateError> {
        let refuse = |path: &str, expected: &str, found: &dyn core::fmt::Display| {
            Err(GateError::new(ErrorCode::OutOfRange, path, expected, format!("{found}")))
        };
        // Written so that NaN is refused.
        if !(self.min_reading > 0.0 && self.min_reading <= 1.0) {
            return refuse("min_reading", "a number above 0, at most 1", &self.min_reading);
        }
        if self.consecutive == 0 {
            return refuse("consecutive", "at least 1", &self.consecutive);
        }
        match self.max_gap_ms {
            Some(gap) if gap == 0 || gap > MOST_MS => {
                refuse("max_gap_ms", "1 to 31622400000 milliseconds (366 days)", &gap)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn max_gap(&self) -> Option<u64> {
        self.max_gap_ms.map(|gap| gap.saturating_mul(NS_PER_MS))
    }
}
