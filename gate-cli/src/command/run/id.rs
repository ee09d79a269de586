//! `tsfm-gate run id`

use std::io;
use std::path::Path;

use gate_core::contract::{ContractFault, ContractFinding, Layout, RunId};

use crate::args::RunIdOf;
use crate::breach::Breach;
use crate::command::Answer;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;

/// Prints the run id and nothing else, so that a script can take it as it is.
pub(super) fn run(args: &RunIdOf) -> Result<Answer, Failure> {
    let id = run_id(&args.path).map_err(Box::<Breach>::from)?;
    Ok(Answer::on_stdout(format!("{id}\n"), Exit::Promote))
}

/// The id that a path states as it is named and with its links followed.
fn run_id(path: &Path) -> Result<RunId, ContractFinding> {
    let named = stated(path, "")?;
    let real = input::followed(path).map_err(|error| unknown(path, &error))?;
    let followed = format!("links followed: `{}`, ", real.display().to_string().escape_debug());
    let real = stated(&real, &followed)?;
    if real == named {
        return Ok(named);
    }
    let expected = format!("the directory `{named}` with links followed");
    Err(ContractFinding::new(ContractFault::PathMismatch, shown(path), expected, format!("`{real}`")))
}

/// Where the path leads cannot be found out, so neither can whose it is.
fn unknown(path: &Path, error: &io::Error) -> ContractFinding {
    let (fault, found) = match error.kind() {
        io::ErrorKind::NotFound => (ContractFault::FileMissing, "a link to nothing".to_owned()),
        _ => (ContractFault::FileUnusable, error.to_string()),
    };
    ContractFinding::new(fault, shown(path), "a path that can be followed", found)
}

fn stated(path: &Path, how: &str) -> Result<RunId, ContractFinding> {
    let text = path.to_string_lossy();
    // The layout is about `/`; on Windows a path may have either.
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    let (fault, state, why) = match Layout::of(&text) {
        Layout::Canonical(id) => return Ok(id),
        Layout::Unrecognised { why } => (ContractFault::LayoutViolation, "unrecognised", why),
        Layout::Refused { why } => (ContractFault::PathMismatch, "refused", why),
    };
    let expected = "`…/processed/{run_id}/processed.npz`";
    Err(ContractFinding::new(fault, shown(path), expected, format!("{how}{state}: {why}")))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
