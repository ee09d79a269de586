//! `tsfm-gate run`: does a run hold its contract?

mod check;
mod health;
mod id;
mod metrics;

use gate_core::render::Colour;

use super::Answer;
use crate::args::Run;
use crate::failure::Failure;

/// Runs a subcommand of `run`.
pub(super) fn run(command: Run, colour: Colour) -> Result<Answer, Failure> {
    match command {
        Run::Check(args) => check::run(args, colour),
        Run::Id(args) => id::run(&args),
        Run::Metrics(args) => metrics::run(&args, colour),
        Run::Health(args) => health::run(args, colour),
    }
}
