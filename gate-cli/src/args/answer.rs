//! How the answer of a command is written.

use std::path::PathBuf;

use clap::Args;

use super::ReportFormat;

/// How an answer is written.
#[derive(Debug, Args)]
pub(crate) struct Shown {
    /// Format of the answer [default: text on a terminal, else json]
    #[arg(long, short)]
    pub(crate) format: Option<ReportFormat>,
}

/// How an answer is written that is a report to be kept.
#[derive(Debug, Args)]
pub(crate) struct Reported {
    /// File for the report, beside what is printed; replaced as a whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
