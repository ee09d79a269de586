//! Is the service fit to be rolled out? What the steps of the hardening gate measured, judged and written up.
//!
//! Bodies, headers and measured times come in; problems, a summary and the text of the review go out. A step that was
//! not run is never a step that passed.

mod echo;
pub mod metrics;
pub mod openapi;
pub mod perf;
pub mod review;
pub mod security;
mod summary;
mod token;

pub use summary::{OverallStatus, SUMMARY_FILE, Step, StepResult, StepStatus, Summary};
pub use token::{TokenFault, TokenPolicy};
