//! One file per subcommand. Each returns a value; nothing is written here.

pub(crate) mod compat;
mod evaluate;
mod explain;
mod policy;

use std::path::PathBuf;

use gate_core::render::Colour;
use gate_core::time::Instant;
use serde::Serialize;

use crate::args::{Ours, Policy, ReportFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// What a command has to say, where to, and how the process ends once it has been said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) exit: Exit,
    pub(crate) to: Destination,
}

/// Where an answer goes.
#[derive(Debug)]
pub(crate) enum Destination {
    Stdout,
    /// A file, which must not be the input.
    File {
        path: PathBuf,
        input: Option<PathBuf>,
    },
}

impl Answer {
    pub(crate) fn on_stdout(text: String, exit: Exit) -> Self {
        Self { text, exit, to: Destination::Stdout }
    }
}

/// What a command may know of its surroundings.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings {
    /// Read only when a dated snapshot is judged without `--now`.
    pub(crate) clock: fn() -> Instant,
    /// Of stdout.
    pub(crate) colour: Colour,
}

/// Runs a subcommand.
pub(crate) fn run(command: Ours, around: Surroundings) -> Result<Answer, Failure> {
    match command {
        Ours::Evaluate(args) => evaluate::run(args, around),
        Ours::Policy(Policy::Show(args)) => policy::show(&args),
        Ours::Policy(Policy::Check(args)) => policy::check(&args, around.colour),
        Ours::Explain(args) => explain::run(&args),
    }
}

/// Text for people at a terminal, JSON for whatever reads a pipe.
fn report_format(given: Option<ReportFormat>) -> ReportFormat {
    given.unwrap_or_else(
        || {
            if output::stdout_is_terminal() { ReportFormat::Text } else { ReportFormat::Json }
        },
    )
}

/// Indented JSON with a final newline.
fn pretty(value: &impl Serialize) -> String {
    // Every report is made of strings, integers and finite numbers, which always serialise.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
