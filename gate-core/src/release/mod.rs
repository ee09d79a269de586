//! May this build be released? Regressions, environment, secrets, the test matrix, and the way from stage to stage.
//!
//! Every part answers with all that it found, and nothing that is missing, unreadable or of another build passes.

pub mod audit;
pub mod env;
pub mod limits;
pub mod matrix;
pub mod promote;
pub mod quantile;
pub mod regression;
pub mod secrets;
mod verdict;

pub use quantile::Quantile;
pub use verdict::GateVerdict;
