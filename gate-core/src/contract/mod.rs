//! The run contract: do these artifacts belong to this run, are they whole, and does the covariate spec fit?
//!
//! Facts in, findings out. Nothing here opens a file: `gate-cli` extracts the facts from npz, JSON and pickle.

mod code;
pub mod covariates;
pub mod facts;
mod finding;

pub use code::ContractCode;
pub use finding::{ContractError, ContractFault, ContractFinding};
