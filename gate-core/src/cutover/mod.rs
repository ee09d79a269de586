//! Is the service ready to be cut over? Facts in, checks out, and one answer: go, pending or no-go.
//!
//! Every check runs and is reported, whatever the others say. What is missing, malformed, old or was not measured is
//! never healthy.

pub mod breakers;
pub mod canary_health;
mod check;
pub mod checklist;
pub mod evidence;
mod foreign;
pub mod keys;
pub mod promoter;
pub mod promotion;
pub mod readiness;
pub mod readyz;
pub mod recovery;
pub mod rehearsal;
pub mod signatures;

pub use check::{Check, CheckState, GoNoGo, Readiness, fold};
pub use readiness::{Card, CardChecks, Preflight, PreflightChecks};
