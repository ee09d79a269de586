//! Cases, properties and the reference evaluator of tsfm-gate.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

pub mod breaker_model;
pub mod budgets;
pub mod cases;
pub mod conformance;
pub mod false_trips;
pub mod fixtures;
pub mod guard_walk;
pub mod npz;
pub mod program;
pub mod properties;
pub mod properties_artifacts;
pub mod properties_evidence;
pub mod properties_gate;
pub mod properties_guard;
pub mod properties_metric;
pub mod properties_safety;
pub mod reference;
pub mod scenario;
pub mod scripts;

/// The README's Rust, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
