//! What a call breaker is told.

use serde::{Deserialize, Serialize};

/// The settings of a call breaker. Every field may be left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallConfig {
    /// Failures in a row that open it: 5. `null` switches the rule off.
    pub consecutive_failures: Option<u32>,
    /// The age at which the latest failure no longer counts for the row; never when left out.
    pub streak_ttl_ms: Option<u64>,
    /// How long it stays open: 120 s. 0 lets the next call probe.
    pub open_ms: u64,
    /// Longer open times for relapses; none when left out.
    pub escalation: Option<Escalation>,
    /// How it is probed.
    pub half_open: HalfOpen,
    /// A rule on rates; none when left out.
    pub window: Option<CallWindow>,
}

impl Default for CallConfig {
    fn default() -> Self {
        Self {
            consecutive_failures: Some(5),
            streak_ttl_ms: None,
            open_ms: 120_000,
            escalation: None,
            half_open: HalfOpen::default(),
            window: None,
        }
    }
}

/// The open time doubles with every relapse, and steps down again while it stays closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Escalation {
    /// The longest open time: 960 s.
    pub max_open_ms: u64,
    /// One doubling is taken back for each such stretch closed: 600 s.
    pub healthy_ms: u64,
}

impl Default for Escalation {
    fn default() -> Self {
        Self { max_open_ms: 960_000, healthy_ms: 600_000 }
    }
}

/// A round of probes: so many calls decide whether it closes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HalfOpen {
    /// Probes in a round: 1. It opens again as soon as `successes` can no longer be reached.
    pub probes: u32,
    /// Successes that close it: 1.
    pub successes: u32,
    /// Probes out at the same time: 1.
    pub in_flight: u32,
    /// How long a probe may take before it is lost: 30 s. Its place is free then.
    pub lease_ms: u64,
    /// Lost probes that a round forgives: 2. With one more it opens again.
    pub max_lost: u32,
}

impl Default for HalfOpen {
    fn default() -> Self {
        Self { probes: 1, successes: 1, in_flight: 1, lease_ms: 30_000, max_lost: 2 }
    }
}

/// A rule on the rate of failures or of slow calls, over the latest calls or over the latest time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CallWindow {
    /// The window is so many calls.
    pub calls: Option<u32>,
    /// The window is so much time.
    pub time_ms: Option<u64>,
    /// Slices that a window of time moves by: 10.
    pub slices: u32,
    /// Calls in the window below which no rate is believed: 100.
    pub min_calls: u32,
    /// The largest rate of failures that keeps it closed, like 0.05.
    pub failure_rate: Option<f64>,
    /// The largest rate of slow calls that keeps it closed. A slow probe fails then.
    pub slow_rate: Option<f64>,
    /// The longest latency that is not slow.
    pub slow_above_ms: Option<u64>,
}

impl Default for CallWindow {
    fn default() -> Self {
        Self {
            calls: None,
            time_ms: None,
            slices: 10,
            min_calls: 100,
            failure_rate: None,
            slow_rate: None,
            slow_above_ms: None,
        }
    }
}
