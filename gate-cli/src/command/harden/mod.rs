//! `tsfm-gate harden`: is the service fit to be rolled out?

mod body;
mod metrics;
mod openapi;
mod perf;
mod plan;
mod review;
mod run;
mod security;
mod wait;

use std::path::Path;

use gate_core::GateError;
use serde::Serialize;

use super::judged::{exit_of, judged, lines, one_line};
use super::{Answer, Surroundings, pretty, report_format};
use crate::args::Harden;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::masker::Masker;
use crate::output;

/// Runs a subcommand of `harden`.
pub(super) fn run(command: Harden, around: Surroundings) -> Result<Answer, Failure> {
    match command {
        Harden::Run(args) => run::run(&args, around),
        Harden::Plan => Ok(Answer::on_stdout(plan::BUILT_IN.to_owned(), Exit::Promote)),
        Harden::Openapi(args) => openapi::run(&args),
        Harden::Security(args) => security::run(&args),
        Harden::Metrics(args) => metrics::run(&args),
        Harden::Perf(args) => perf::run(&args),
        Harden::Review(args) => review::run(&args, around),
    }
}

const fn exit(ok: bool) -> Exit {
    if ok { Exit::Promote } else { Exit::Rollback }
}

/// Writes a report to a file as well, if one is named, without secrets.
fn kept(report: &impl Serialize, file: Option<&Path>, input: Option<&Path>) -> Result<(), GateError> {
    let Some(file) = file else { return Ok(()) };
    let text = Masker::of_environment([])?.text(&pretty(report));
    output::to_file(&text, file, input)
}
