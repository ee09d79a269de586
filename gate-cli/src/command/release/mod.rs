//! `tsfm-gate release`: may this build be released?

mod audit;
mod env;
mod env_file;
mod evidence;
mod matrix;
mod promote;
mod regression;
mod secrets;

use gate_core::release::GateVerdict;
use gate_core::time::{Instant, parse_instant};
use gate_core::{ErrorCode, GateError};

use super::judged::{exit_of, judged, lines, one_line};
use super::{Answer, Surroundings, pretty};
use crate::args::Release;
use crate::exit::Exit;
use crate::failure::Failure;

/// Runs a subcommand of `release`.
pub(super) fn run(command: Release, around: Surroundings) -> Result<Answer, Failure> {
    match command {
        Release::Regression(args) => regression::run(&args),
        Release::Env(args) => env::run(&args),
        Release::Secrets(args) => secrets::run(&args, around),
        Release::Matrix(args) => matrix::run(&args, around),
        Release::Audit(command) => audit::run(&command, around),
        Release::Promote(command) => promote::run(&command, around),
    }
}

fn exit(verdict: GateVerdict) -> Exit {
    exit_of(verdict.exit_code())
}

/// The instant that was given, or the clock.
fn now(given: Option<&str>, around: Surroundings) -> Result<Instant, GateError> {
    given.map_or_else(|| Ok((around.clock)()), |text| parse_instant(text, "now"))
}

/// An error about two arguments that cannot both be stdin.
fn both_stdin() -> GateError {
    GateError::new(ErrorCode::Contradiction, "candidate", "at most one argument that is stdin", "two")
}
