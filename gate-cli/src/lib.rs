//! The command line of tsfm-gate.
//!
//! [`run`] is the whole program: the binary calls it, and so does the Python wheel. `args` is what was typed, `command`
//! has one file per subcommand that returns a value, and `output` writes what is said. `input` reads documents;
//! [`artifacts`], [`audit_log`], [`evidence_folder`] and [`secret_scan`] read what may be larger than one. `storage`
//! replaces files, among them the state of a breaker, which `breaker_file` keeps. `http` asks services, `process` runs
//! commands of the user.

mod args;
pub mod artifacts;
pub mod audit_log;
mod breach;
mod breaker_file;
mod command;
mod document_file;
mod duration;
pub mod evidence_folder;
mod exit;
mod failure;
mod http;
mod input;
mod locate;
mod masker;
mod output;
mod policy;
mod process;
mod promotion_file;
pub mod secret_scan;
mod snippet;
mod storage;
mod veil;
mod yaml;

use std::ffi::OsString;
use std::iter;
use std::path::Path;

use chrono::{SubsecRound as _, Utc};
use gate_core::time::Instant;
use gate_core::{GateError, Policy};

use crate::args::{Cli, Codes, Command, Ours, When};
use crate::command::{Answer, Destination, Surroundings, compat};
use crate::failure::Failure;
use crate::veil::Veil;

pub use exit::Exit;
pub use input::read_if_there;
pub use masker::Masker;
pub use policy::from_yaml as policy_from_yaml;

/// Runs `tsfm-gate` and returns the exit code. The first argument is the program's name and is not used.
///
/// It reads stdin, files and the clock, and writes stdout, stderr and files, but never ends the process.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    // clap would take `--color` and `--help` out of arguments that are upstream's.
    if args.get(1).is_some_and(|first| first == "compat") {
        return compat_main(args.into_iter().skip(1));
    }
    let codes = args::codes_of(&args);
    let veil = Veil::over(args::handles_secrets(&args));
    match args::parse(args) {
        Ok(Cli { color, command }) => match command {
            Command::Ours(command) => end(answer(command, color, now, &veil), codes, color, &veil),
            // After an option of ours, which comes before the subcommand.
            Command::Compat { args } => compat_main(iter::once(OsString::new()).chain(args)),
        },
        Err(error) if error.use_stderr() => end(Err(error.into()), codes, When::Auto, &veil),
        Err(help) => {
            let text = failure::shown(&help, output::stdout_colour(When::Auto));
            end(written(Answer::on_stdout(text, Exit::Promote)), codes, When::Auto, &veil)
        }
    }
}

/// Runs `tsfm-gate compat`, the upstream script's own interface, and returns the exit code.
///
/// The first argument is the program's name and is not used.
pub fn compat_main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().skip(1).collect();
    let mut said = compat::run(&args);
    if let Err(error) = output::to_stdout(&said.stdout) {
        said = compat::raised(&compat::os_error(&error, None));
    }
    output::to_stderr(&said.stderr);
    said.exit_code
}

/// Reads a policy file: YAML, or JSON if its name ends in `.json` or it starts with `{`.
///
/// # Errors
/// `file-not-found`, `file-unreadable`, `input-too-large` with the path `policy`, and what makes the document unusable.
pub fn policy_from_file(path: &Path) -> Result<Policy, GateError> {
    match policy::from_file(path) {
        Ok((policy, _)) => Ok(policy),
        Err(refusal) => Err(refusal.error),
    }
}

/// The clock, in milliseconds.
fn now() -> Instant {
    Utc::now().trunc_subsecs(3)
}

fn answer(command: Ours, color: When, clock: fn() -> Instant, veil: &Veil) -> Result<Exit, Failure> {
    let around = Surroundings { clock, colour: output::stdout_colour(color) };
    let mut answer = command::run(command, around)?;
    answer.text = veil.text(answer.text);
    written(answer)
}

fn written(answer: Answer) -> Result<Exit, Failure> {
    match &answer.to {
        Destination::Stdout => {
            output::to_stdout(&answer.text).map_err(|error| output::stdout_failed(&error))?;
        }
        Destination::File { path, input } => output::to_file(&answer.text, path, input.as_deref())?,
        Destination::NewFile { path } => output::to_new_file(&answer.text, path)?,
    }
    match answer.but {
        Some(failure) => Err(failure),
        None => Ok(answer.exit),
    }
}

fn end(outcome: Result<Exit, Failure>, codes: Codes, color: When, veil: &Veil) -> u8 {
    let (exit, text) = match outcome {
        Ok(exit) => return exit.code(),
        Err(failure) => failure.report(codes, output::stderr_colour(color)),
    };
    output::to_stderr(&veil.text(text));
    exit.code()
}
