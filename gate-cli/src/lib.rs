//! The command line of tsfm-gate.
