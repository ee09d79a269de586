//! Is the service ready to be cut over? Facts in, checks out, and one answer: go, pending or no-go.
//!
//! Every check runs and is reported, whatever the others say. What is missing, malformed, old or was not measured is
//! never healthy.

mod check;

pub use check::{Check, CheckState, GoNoGo, Readiness, fold};
