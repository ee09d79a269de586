//! The metrics of a run: whether a report is one of this run and whole, and the formulas to verify it by.

mod formulas;
mod report;

pub use formulas::{Metrics, Undefined};
pub(super) use report::judge;
pub use report::{MetricsReport, check_report};
