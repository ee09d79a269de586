//! `tsfm-gate compat`: the upstream script's own command line.
//!
//! Arguments, output and exit codes are upstream's, so that a job can change the program and nothing else. Only the
//! usage text names this program, and a failure is one line on stderr where Python prints a traceback before it.
//! The file is read as UTF-8 in every locale.

mod argparse;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use gate_core::canary::compat::{decode, evaluate_json};

use crate::input;
use argparse::{Arguments, Stop};

/// What upstream would have printed and returned.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) exit_code: u8,
}

/// Runs the script's `main` with these arguments, without the program's name.
pub(crate) fn run(args: &[OsString]) -> Said {
    match argparse::parse(args) {
        Ok(arguments) => evaluate(&arguments).unwrap_or_else(|exception| raised(&exception)),
        Err(Stop::Help) => said(argparse::help(), 0),
        Err(Stop::Wrong(message)) => {
            Said { stdout: String::new(), stderr: argparse::wrong(&message), exit_code: 2 }
        }
    }
}

/// An uncaught exception, by the last line of its traceback.
pub(crate) fn raised(exception: &str) -> Said {
    Said { stdout: String::new(), stderr: format!("{exception}\n"), exit_code: 1 }
}

/// An `OSError` as Python names it.
pub(crate) fn os_error(error: &io::Error, file: Option<&OsStr>) -> String {
    let class = match error.kind() {
        io::ErrorKind::NotFound => "FileNotFoundError",
        io::ErrorKind::PermissionDenied => "PermissionError",
        io::ErrorKind::IsADirectory => "IsADirectoryError",
        io::ErrorKind::NotADirectory => "NotADirectoryError",
        io::ErrorKind::BrokenPipe => "BrokenPipeError",
        _ => "OSError",
    };
    let text = error.to_string();
    let (words, _) = text.split_once(" (os error").unwrap_or((&text, ""));
    let number = error.raw_os_error().map_or(String::new(), |number| format!("[Errno {number}] "));
    let file = file.map_or(String::new(), |file| format!(": {}", argparse::repr(&file.to_string_lossy())));
    format!("{class}: {number}{words}{file}")
}

fn evaluate(arguments: &Arguments) -> Result<Said, String> {
    let file = arguments.input.as_os_str();
    let bytes = input::read_whole(Path::new(file)).map_err(|error| os_error(&error, Some(file)))?;
    let verdict = decode(&bytes)
        .and_then(|text| {
            drop(bytes);
            evaluate_json(&text, arguments.stage)
        })
        .map_err(|error| error.to_string())?;
    Ok(said(verdict.to_stdout(), verdict.exit_code()))
}

fn said(stdout: String, exit_code: u8) -> Said {
    Said { stdout, stderr: String::new(), exit_code }
}
