//! Cases, properties and the reference evaluator of tsfm-gate.
