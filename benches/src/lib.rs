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

/// A covariate spec of so many covariates, grown from the case `covariates/good`: names of the length that pipelines
/// generate, in no order.
#[must_use]
pub fn covariate_spec(covariates: usize) -> Value {
    let kinds = ["numeric", "categorical", "boolean"];
    let sources = ["temperature", "promo", "holiday", "price", "온도"];
    let covariate = |i: usize| {
        // A step that shares no factor with a power of ten, so that the names do not come sorted.
        let name = format!("{}_{:05}", sources[i % sources.len()], i * 7919 % 100_000);
        json!({"name": name, "type": kinds[i % kinds.len()], "required": i.is_multiple_of(4)})
    };
    let dynamic: Vec<Value> = (0..covariates * 7 / 10).map(covariate).collect();
    let fixed: Vec<Value> = (covariates * 7 / 10..covariates).map(covariate).collect();
    json!({
        "schema_version": "covariate_spec.v1",
        "dynamic_covariates": dynamic,
        "static_covariates": fixed,
        "imputation_policy": {"dynamic_covariates": "ffill_bfill_then_zero", "static_covariates": "unknown_token"},
    })
}

/// What JSON Schema can say of a covariate spec.
#[must_use]
pub fn covariate_schema() -> Value {
    let group = json!({"type": "array", "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "pattern": "\\S"},
            "type": {"enum": ["numeric", "categorical", "boolean"]},
            "required": {"type": "boolean"},
        },
        "required": ["name", "type", "required"],
        "additionalProperties": false,
    }});
    json!({
        "type": "object",
        "properties": {
            "schema_version": {"const": "covariate_spec.v1"},
            "dynamic_covariates": group,
            "static_covariates": group,
            "imputation_policy": {
                "type": "object",
                "properties": {
                    "dynamic_covariates": {"enum": ["ffill_bfill_then_zero", "mean", "zero", null]},
                    "static_covariates": {"enum": ["mode", "none", "unknown_token", null]},
                },
                "additionalProperties": false,
            },
        },
        "required": ["schema_version"],
        "additionalProperties": false,
    })
}
