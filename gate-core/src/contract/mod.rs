//! The run contract: do these artifacts belong to this run, are they whole, and does the covariate spec fit?
//!
//! Facts in, findings out. Nothing here opens a file: `gate-cli` extracts the facts from npz, JSON and pickle.

mod archive;
mod check;
mod code;
pub mod covariates;
mod duplicates;
pub mod facts;
mod fields;
mod finding;
pub mod health;
mod layout;
pub mod metrics;
mod report;
mod run_id;
mod shapes;
mod sources;
mod split;
mod sufficiency;

pub use check::check;
pub use code::ContractCode;
pub use finding::{ContractError, ContractFault, ContractFinding};
pub use layout::Layout;
pub use report::{ArrayReport, Mode, RunReport, Source, SourceReport, SourceState, Windows};
pub use run_id::RunId;
pub use split::{SPLIT_SCHEMA, split_windows};
