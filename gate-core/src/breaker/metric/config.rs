//! The settings of a metric breaker, and the checked rules that they give.

use alloc::format;

use serde::{Deserialize, Serialize};

use crate::breaker::ratio::{Millionths, is_same, ratio};
use crate::document::present;
use crate::error::{ErrorCode, GateError};

/// The most slices of a window.
const MAX_SLICES: u32 = 4096;

/// The settings, as a document has them. Times are milliseconds, rates are ratios.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MetricConfig {
    /// An error rate above this is bad.
    pub error_rate_threshold: f64,
    /// A 99th percentile of the latency above this is bad.
    pub p99_latency_threshold_ms: f64,
    /// With fewer samples nothing is judged.
    pub min_samples: u64,
    /// Slices of the window.
    pub slices: u32,
    /// How long a slice lasts, unless it is counted in samples.
    pub slice_ms: u64,
    /// How many samples a slice has, in place of how long it lasts.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub slice_samples: Option<u64>,
    /// Bad looks in a row that switch off.
    pub bad_looks: u32,
    /// An error rate above this switches off at the first look; 1 for never.
    pub gross_error_rate: f64,
    /// The error rate that a good look has at most while off; half of the threshold when left out.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub recover_error_rate: Option<f64>,
    /// The percentile that a good look has at most while off; four fifths of the threshold when left out.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub recover_p99_latency_ms: Option<f64>,
    /// Good looks in a row, each on samples of its own, that switch on again.
    pub good_looks: u32,
    /// The shortest time off.
    pub off_min_ms: u64,
    /// The shortest time off doubles with every relapse up to this.
    pub off_max_ms: u64,
    /// To be switched off again within this time after switching on is a relapse.
    pub relapse_ms: u64,
    /// While off, every so manieth call is let through once the shortest time is over; 0 for none.
    pub probe_every: u32,
    /// The age from which on a ready-made reading says nothing, where its age is known; 0 for any age.
    pub max_reading_age_ms: u64,
}

impl Default for MetricConfig {
    fn default() -> Self {
        Self {
            error_rate_threshold: 0.05,
            p99_latency_threshold_ms: 100.0,
            min_samples: 100,
            slices: 12,
            slice_ms: 5_000,
            slice_samples: None,
            bad_looks: 3,
            gross_error_rate: 0.5,
            recover_error_rate: None,
            recover_p99_latency_ms: None,
            good_looks: 3,
            off_min_ms: 60_000,
            off_max_ms: 1_800_000,
            relapse_ms: 600_000,
            probe_every: 20,
            max_reading_age_ms: 120_000,
        }
    }
}

impl MetricConfig {
    /// The rule as the seed states it: every look decides alone, with the same thresholds both ways.
    ///
    /// A look is every ready-made reading, or every sample of the last hundred.
    #[must_use]
    pub fn naive() -> Self {
        Self {
            slices: 100,
            slice_samples: Some(1),
            bad_looks: 1,
            gross_error_rate: 1.0,
            recover_error_rate: Some(0.05),
            recover_p99_latency_ms: Some(100.0),
            good_looks: 1,
            off_min_ms: 0,
            off_max_ms: 0,
            relapse_ms: 0,
            probe_every: 0,
            max_reading_age_ms: 0,
            ..Self::default()
        }
    }

    /// The same settings with other thresholds, which are those of recovery as well.
    #[must_use]
    pub const fn with_thresholds(self, error_rate: f64, p99_ms: f64, min_samples: u64) -> Self {
        Self {
            error_rate_threshold: error_rate,
            p99_latency_threshold_ms: p99_ms,
            min_samples,
            recover_error_rate: Some(error_rate),
            recover_p99_latency_ms: Some(p99_ms),
            ..self
        }
    }
}

/// When a slice ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slicing {
    /// After so many nanoseconds.
    Time(u64),
    /// After so many samples.
    Samples(u64),
}

/// What may not be exceeded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Limits {
    pub(super) error_rate: Millionths,
    pub(super) p99_ms: f64,
    pub(super) p99_ns: u64,
}

/// The settings, checked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rules {
    pub(super) enter: Limits,
    pub(super) recover: Limits,
    pub(super) gross: Millionths,
    pub(super) min_samples: u64,
    pub(super) slices: usize,
    pub(super) slicing: Slicing,
    pub(super) bad_looks: u32,
    pub(super) good_looks: u32,
    pub(super) off_min_ns: u64,
    pub(super) off_max_ns: u64,
    pub(super) relapse_ns: u64,
    pub(super) probe_every: u32,
    pub(super) max_age_ns: u64,
}

impl TryFrom<&MetricConfig> for Rules {
    type Error = GateError;

    fn try_from(config: &MetricConfig) -> Result<Self, GateError> {
        let enter = enter_limits(config)?;
        let recover = recover_limits(config, enter)?;
        let gross = ratio("gross_error_rate", config.gross_error_rate, 1_000_000)?;
        if gross < enter.error_rate {
            let expected = "at least `error_rate_threshold`";
            return contradiction("gross_error_rate", expected, config.gross_error_rate);
        }
        if config.off_max_ms < config.off_min_ms {
            return contradiction("off_max_ms", "at least `off_min_ms`", config.off_max_ms);
        }
        Ok(Self {
            enter,
            recover,
            gross,
            min_samples: config.min_samples,
            slices: slices(config.slices)?,
            slicing: slicing(config)?,
            bad_looks: at_least_one("bad_looks", config.bad_looks)?,
            good_looks: at_least_one("good_looks", config.good_looks)?,
            off_min_ns: nanoseconds(config.off_min_ms),
            off_max_ns: nanoseconds(config.off_max_ms),
            relapse_ns: nanoseconds(config.relapse_ms),
            probe_every: config.probe_every,
            max_age_ns: nanoseconds(config.max_reading_age_ms),
        })
    }
}

fn enter_limits(config: &MetricConfig) -> Result<Limits, GateError> {
    let p99_ns = latency("p99_latency_threshold_ms", config.p99_latency_threshold_ms)?;
    // A strict comparison with 1 would never be true.
    let error_rate = ratio("error_rate_threshold", config.error_rate_threshold, 999_999)?;
    Ok(Limits { error_rate, p99_ms: config.p99_latency_threshold_ms, p99_ns })
}

fn recover_limits(config: &MetricConfig, enter: Limits) -> Result<Limits, GateError> {
    let error_rate = match config.recover_error_rate {
        Some(given) => ratio("recover_error_rate", given, 999_999)?,
        None => Millionths(enter.error_rate.0 / 2),
    };
    if error_rate > enter.error_rate {
        let expected = "at most `error_rate_threshold`";
        return contradiction("recover_error_rate", expected, error_rate.percent() / 100.0);
    }
    let (limit_ms, p99_ns) = match config.recover_p99_latency_ms {
        Some(given) => (given, latency("recover_p99_latency_ms", given)?),
        None => (enter.p99_ms * 0.8, enter.p99_ns / 5 * 4),
    };
    if p99_ns > enter.p99_ns {
        return contradiction("recover_p99_latency_ms", "at most `p99_latency_threshold_ms`", limit_ms);
    }
    Ok(Limits { error_rate, p99_ms: limit_ms, p99_ns })
}

fn slices(given: u32) -> Result<usize, GateError> {
    let refuse = || {
        let expected = format!("1 to {MAX_SLICES} slices");
        GateError::new(ErrorCode::WrongValue, "slices", expected, given)
    };
    let possible = (1..=MAX_SLICES).contains(&given);
    usize::try_from(given).ok().filter(|_| possible).ok_or_else(refuse)
}

/// A window of samples must be able to hold enough of them; one of time may always.
fn slicing(config: &MetricConfig) -> Result<Slicing, GateError> {
    let Some(samples) = config.slice_samples else {
        if config.slice_ms == 0 {
            return Err(GateError::new(ErrorCode::WrongValue, "slice_ms", "at least 1 ms", 0));
        }
        return Ok(Slicing::Time(nanoseconds(config.slice_ms)));
    };
    if samples == 0 {
        return Err(GateError::new(ErrorCode::WrongValue, "slice_samples", "at least 1 sample", 0));
    }
    let most = samples.saturating_mul(u64::from(config.slices));
    if most < config.min_samples {
        let expected = format!("a window of at least {} samples, as in `min_samples`", config.min_samples);
        return contradiction("slice_samples", &expected, most);
    }
    Ok(Slicing::Samples(samples))
}

fn at_least_one(path: &str, given: u32) -> Result<u32, GateError> {
    if given > 0 { Ok(given) } else { Err(GateError::new(ErrorCode::WrongValue, path, "at least 1", given)) }
}

/// Milliseconds as nanoseconds, up to about three months.
fn latency(path: &str, given: f64) -> Result<u64, GateError> {
    let nanoseconds = libm::round(given * 1e6);
    let exact = (0.0..=9e15).contains(&nanoseconds) && is_same(nanoseconds / 1e6, given);
    if exact {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 2^53, whole")]
        return Ok(nanoseconds as u64);
    }
    let expected = "milliseconds of 0 or more in whole nanoseconds";
    Err(GateError::new(ErrorCode::OutOfRange, path, expected, given))
}

const fn nanoseconds(ms: u64) -> u64 {
    ms.saturating_mul(1_000_000)
}

fn contradiction<T>(path: &str, expected: &str, found: impl alloc::string::ToString) -> Result<T, GateError> {
    Err(GateError::new(ErrorCode::Contradiction, path, expected, found))
}
