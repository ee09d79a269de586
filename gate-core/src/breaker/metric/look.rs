//! What looks and transitions say.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

use super::config::Limits;
use crate::breaker::window::Counts;

/// The state, by the names of the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetricState {
    /// On.
    Enabled,
    /// Switched off by the metrics.
    DisabledAuto,
    /// Switched off by a person, which outranks everything automatic. Only [`super::Overrides`] lead here.
    ///
    /// [`super::Overrides`]: crate::breaker::Overrides
    DisabledManual,
}

impl MetricState {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::DisabledAuto => "disabled_auto",
            Self::DisabledManual => "disabled_manual",
        }
    }
}

impl fmt::Display for MetricState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An error rate above its limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateBreach {
    /// Samples that failed.
    pub failed: u64,
    /// All samples.
    pub total: u64,
    /// The limit in percent.
    pub limit_percent: f64,
}

/// A 99th percentile above its limit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum P99Breach {
    /// As a reading states it.
    Reading {
        /// The percentile.
        #[serde(with = "unbounded")]
        p99_ms: f64,
        /// The limit.
        limit_ms: f64,
    },
    /// From samples: more than one in a hundred took longer than the limit, which says the same.
    Samples {
        /// Samples that took longer.
        slow: u64,
        /// All samples.
        total: u64,
        /// The limit.
        limit_ms: f64,
    },
}

/// Why the state is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum MetricCause {
    /// Nothing has happened yet.
    Initial,
    /// What was exceeded.
    Breach {
        /// The error rate.
        rate: Option<RateBreach>,
        /// The percentile.
        p99: Option<P99Breach>,
    },
    /// Enough good looks.
    Recovered,
    /// A command.
    Commanded,
}

impl fmt::Display for MetricCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Initial => f.write_str("initial state"),
            Self::Recovered => f.write_str("metrics recovered"),
            Self::Commanded => f.write_str("manual override"),
            Self::Breach { rate, p99 } => {
                if let Some(rate) = rate {
                    write!(f, "error_rate={:.2}% > {:.2}%", percent(rate), rate.limit_percent)?;
                }
                if rate.is_some() && p99.is_some() {
                    f.write_str(", ")?;
                }
                p99.as_ref().map_or(Ok(()), |p99| write_p99(f, p99))
            }
        }
    }
}

/// Divided first: what is shown is the rate as a float has it, times 100.
#[expect(clippy::cast_precision_loss, reason = "for people, with two decimals")]
fn percent(rate: &RateBreach) -> f64 {
    rate.failed as f64 / rate.total as f64 * 100.0
}

fn write_p99(f: &mut fmt::Formatter<'_>, p99: &P99Breach) -> fmt::Result {
    match p99 {
        P99Breach::Reading { p99_ms, limit_ms } => write!(f, "p99={p99_ms:.1}ms > {limit_ms}ms"),
        P99Breach::Samples { slow, total, limit_ms } => {
            write!(f, "p99 > {limit_ms}ms ({slow} of {total} took longer)")
        }
    }
}

/// What a look found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LookVerdict {
    /// Within the limits.
    Good,
    /// Above a limit.
    Bad,
    /// Above the gross error rate.
    Gross,
    /// Too few samples.
    Undecided,
}

/// A look at the window, or at a reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// What it found.
    pub verdict: LookVerdict,
    /// What it looked at. Those slow are counted above the limit of the state before the look.
    pub counts: Counts,
    /// The transition that it caused.
    pub change: Option<MetricChange>,
}

/// A transition.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MetricChange {
    /// The state before.
    pub from: MetricState,
    /// The state now.
    pub to: MetricState,
    /// Why.
    pub cause: MetricCause,
    /// What the decision rests on.
    pub counts: Counts,
    /// The shortest time off from here, if it is off now.
    pub off_for_ns: u64,
}

/// Evidence: exact counts, and the percentile if a reading states one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Evidence {
    pub(super) counts: Counts,
    pub(super) p99_ms: Option<f64>,
}

impl Evidence {
    /// What exceeds the limits; `None` if nothing does.
    pub(super) fn breach(&self, limits: &Limits) -> Option<MetricCause> {
        let Counts { total, failed, .. } = self.counts;
        let rate = limits.error_rate.is_exceeded_by(failed, total).then(|| RateBreach {
            failed,
            total,
            limit_percent: limits.error_rate.percent(),
        });
        let p99 = self.p99_breach(limits);
        (rate.is_some() || p99.is_some()).then_some(MetricCause::Breach { rate, p99 })
    }

    /// By nearest rank the 99th percentile is above T exactly when more than one in a hundred is.
    fn p99_breach(&self, limits: &Limits) -> Option<P99Breach> {
        let limit_ms = limits.p99_ms;
        let Counts { total, slow, .. } = self.counts;
        match self.p99_ms {
            Some(p99_ms) => (p99_ms > limit_ms).then_some(P99Breach::Reading { p99_ms, limit_ms }),
            None => (u128::from(slow) * 100 > u128::from(total)).then_some(P99Breach::Samples {
                slow,
                total,
                limit_ms,
            }),
        }
    }
}

/// JSON has no infinity, and a percentile may be beyond the last bucket of a histogram.
mod unbounded {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
    pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        value.is_finite().then_some(*value).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        Ok(Option::deserialize(deserializer)?.unwrap_or(f64::INFINITY))
    }
}

impl MetricCause {
    /// The reason as text.
    #[must_use]
    pub fn reason(&self) -> String {
        alloc::format!("{self}")
    }
}
