//! Snapshots for the benchmarks, grown from the case `gate/full_100-passes`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a benchmark stops at the first surprise"
)]

use gate_core::{Policy, Snapshot};
use serde::Deserialize;
use serde_json::{Value, json};

/// Windows of a year of 5-minute windows.
pub const YEAR: usize = 365 * 288;

/// A clean snapshot of so many windows whose values differ in every digit, as measured ones do.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "window numbers are small")]
pub fn snapshot(windows: usize) -> String {
    let wave = |scale: f64, floor: f64, step: f64| -> Value {
        // Rounded to what a metrics store exports: six decimals.
        let value = |i: usize| ((floor + scale * (i as f64 * step).sin().abs()) * 1e6).round() / 1e6;
        (0..windows).map(|i| json!(value(i))).collect()
    };
    json!({
        "window_minutes": 5,
        "metrics": {
            "p95_latency_ms": wave(60.0, 230.0, 0.7),
            "error_rate": wave(0.008, 0.0005, 1.3),
            "fallback_rate": wave(0.04, 0.03, 0.3),
            "breaker_open_rate": wave(0.2, 0.01, 0.9),
            "invalid_output_rate": vec![0; windows],
        }
    })
    .to_string()
}

/// The same with breaches: every rule has something to report.
#[must_use]
pub fn breached(windows: usize) -> String {
    let mut document: Value = serde_json::from_str(&snapshot(windows)).expect("a snapshot");
    for name in ["p95_latency_ms", "error_rate", "fallback_rate", "breaker_open_rate", "invalid_output_rate"]
    {
        let high = if name == "p95_latency_ms" { 512.5 } else { 0.75 };
        for index in windows / 2..windows / 2 + 3 {
            document["metrics"][name][index] = json!(high);
        }
    }
    document.to_string()
}

/// What a user would parse into without us: plain columns, nothing checked.
#[derive(Debug, Deserialize)]
pub struct Plain {
    /// Length of a window.
    pub window_minutes: u32,
    /// The columns.
    pub metrics: Columns,
}

/// Five plain columns.
#[derive(Debug, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Columns {
    pub p95_latency_ms: Vec<f64>,
    pub error_rate: Vec<f64>,
    pub fallback_rate: Vec<f64>,
    pub breaker_open_rate: Vec<f64>,
    pub invalid_output_rate: Vec<f64>,
}

/// The built-in policy.
#[must_use]
pub fn policy() -> Policy {
    Policy::builtin("tsfm-canary").expect("valid")
}

/// A snapshot from its text.
#[must_use]
pub fn parse(text: &str) -> Snapshot {
    Snapshot::from_json(text.as_bytes()).expect("a valid snapshot")
}
