//! Ready-made metrics.

use alloc::format;

use serde::{Deserialize, Serialize};

use crate::breaker::window::Counts;
use crate::document::present;
use crate::error::{ErrorCode, GateError};

/// The largest whole number below which a float holds every one.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Metrics that something else computed, as their document has them. [`super::MetricBreaker::check`]
/// refuses what cannot be: nothing in here is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricReading {
    /// All requests.
    pub total_requests: f64,
    /// Those that failed.
    pub failed_requests: f64,
    /// The 99th percentile of the latency. It may be infinite: beyond the last bucket of a histogram.
    pub p99_latency_ms: f64,
    /// When it was computed, in seconds. A later reading has a later one; an equal one is the same reading.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<f64>,
    /// When it was read, on the same clock as the timestamp. The host fills it in.
    #[serde(skip)]
    pub read_at: Option<f64>,
}

impl MetricReading {
    /// The same reading, read at this time of the clock that gave its timestamp.
    #[must_use]
    pub const fn read_at(self, seconds: f64) -> Self {
        Self { read_at: Some(seconds), ..self }
    }

    /// The counts, if they are possible.
    pub(super) fn counts(&self) -> Result<Counts, GateError> {
        let total = whole("total_requests", self.total_requests)?;
        let failed = whole("failed_requests", self.failed_requests)?;
        if failed > total {
            let expected = format!("at most `total_requests`, {total}");
            return Err(GateError::new(ErrorCode::OutOfRange, "failed_requests", expected, failed));
        }
        Ok(Counts { total, failed, slow: 0 })
    }

    /// The percentile, if it is possible.
    pub(super) fn p99(&self) -> Result<f64, GateError> {
        let found = self.p99_latency_ms;
        if found >= 0.0 {
            return Ok(found);
        }
        let code = if found < 0.0 { ErrorCode::OutOfRange } else { ErrorCode::NotFinite };
        Err(GateError::new(code, "p99_latency_ms", "milliseconds of 0 or more", found))
    }

    /// The timestamp, if it is later than the last one and not too old. A clock that is ahead by more
    /// than the allowed age is refused as well: every later reading would look old beside it.
    pub(super) fn fresh(&self, last: Option<f64>, max_age_ns: u64) -> Result<Option<f64>, GateError> {
        let Some(timestamp) = self.timestamp else {
            return match last {
                Some(_) => Err(stale("a timestamp, as in the readings before", "none")),
                None => Ok(None),
            };
        };
        if !timestamp.is_finite() {
            let code = ErrorCode::NotFinite;
            return Err(GateError::new(code, "timestamp", "a finite number of seconds", timestamp));
        }
        if let Some(last) = last.filter(|last| timestamp <= *last) {
            return Err(stale(&format!("a later one than {last}, which was read before"), timestamp));
        }
        #[expect(clippy::cast_precision_loss, reason = "seconds in a float are no more precise")]
        let max_age = max_age_ns as f64 / 1e9;
        let age = self.read_at.map(|read_at| read_at - timestamp).filter(|_| max_age_ns > 0);
        match age {
            // Written so that NaN is refused.
            Some(age) if !(-max_age..=max_age).contains(&age) => {
                Err(stale(&format!("one at most {max_age} s from now"), format!("one {age} s old")))
            }
            _ => Ok(Some(timestamp)),
        }
    }
}

fn stale(expected: &str, found: impl alloc::string::ToString) -> GateError {
    GateError::new(ErrorCode::OutOfRange, "timestamp", expected, found)
}

fn whole(path: &str, found: f64) -> Result<u64, GateError> {
    let code = match found {
        _ if !found.is_finite() => ErrorCode::NotFinite,
        _ if !(0.0..=EXACT).contains(&found) => ErrorCode::OutOfRange,
        _ if libm::trunc(found).to_bits() != found.to_bits() => ErrorCode::WrongValue,
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 2^53, whole")]
        _ => return Ok(found as u64),
    };
    Err(GateError::new(code, path, "a whole number of 0 or more", found))
}
