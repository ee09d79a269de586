//! Cases, properties and the reference evaluator of tsfm-gate.

pub mod conformance;
