//! One file per subcommand. Each returns a value; nothing is written here.

mod breaker;
pub(crate) mod compat;
mod covariates;
mod cutover;
mod evaluate;
mod explain;
mod harden;
mod judged;
mod policy;
mod release;
mod run;
mod signed;

use std::path::PathBuf;

use gate_core::render::Colour;
use gate_core::time::Instant;
use serde::Serialize;

use crate::args::{Covariates, Ours, Policy, ReportFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;

/// What a command has to say, where to, and how the process ends once it has been said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) exit: Exit,
    pub(crate) to: Destination,
    /// What went wrong all the same, to be told once the answer is written.
    pub(crate) but: Option<Failure>,
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
    /// A file that must not be there yet.
    NewFile {
        path: PathBuf,
    },
}

impl Answer {
    pub(crate) fn on_stdout(text: String, exit: Exit) -> Self {
        Self { text, exit, to: Destination::Stdout, but: None }
    }
}

/// What a command may know of its surroundings.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings {
    /// Read when a dated snapshot is judged or a breaker is asked, without `--now`.
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
        Ours::Run(command) => run::run(command, around.colour),
        Ours::Covariates(Covariates::Check(args)) => covariates::check(args),
        Ours::Breaker(command) => breaker::breaker(command, around),
        Ours::Latch(command) => breaker::latch(command, around),
        Ours::Harden(command) => harden::run(command, around),
        Ours::Release(command) => release::run(command, around),
        Ours::Cutover(command) => cutover::run(command, around),
    }
}

/// A contract that holds: what was compared, for programs.
#[derive(Serialize)]
struct Passed<'a, T> {
    ok: bool,
    exit_code: u8,
    #[serde(flatten)]
    report: &'a T,
}

/// The answer of a contract that holds.
fn passed<T: Serialize>(format: Option<ReportFormat>, report: &T, text: impl FnOnce(&T) -> String) -> Answer {
    let exit = Exit::Promote;
    let text = match report_format(format) {
        ReportFormat::Text => text(report),
        ReportFormat::Json => pretty(&Passed { ok: true, exit_code: exit.code(), report }),
    };
    Answer::on_stdout(text, exit)
}

/// A text in an error. What would steer a terminal is escaped, and only the beginning of a long one is shown.
pub(crate) fn quoted(text: &str) -> String {
    let shown: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    let more = if text.chars().nth(80).is_some() { "…" } else { "" };
    format!("`{shown}{more}`")
}

/// Names for people: `` `a`, `b` ``, or `none`. What would steer a terminal is escaped.
fn names<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> =
        names.iter().map(|name| format!("`{}`", name.as_ref().escape_debug())).collect();
    if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") }
}

/// What a reader of a pass should know all the same.
fn notes(notes: &[String]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    let lines: String = notes.iter().map(|note| format!("  {note}\n")).collect();
    format!("\nnotes\n{lines}")
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
