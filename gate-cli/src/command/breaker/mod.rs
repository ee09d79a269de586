//! `tsfm-gate breaker` and `tsfm-gate latch`: may the model be called?

mod check;
mod latch;
mod orders;
mod replay;
mod report;
mod status;

use std::path::Path;

use gate_core::breaker::GuardConfig;
use gate_core::time::parse_instant;
use gate_core::{ErrorCode, GateError};

use super::signed::signed;
use super::{Answer, Surroundings};
use crate::args::{Breaker as BreakerCommand, Latch, Stored};
use crate::breaker_file::{Breaker, Clock, Now, StateFile};
use crate::failure::{Failure, Refusal};
use crate::input::{self, Source};

/// Runs a subcommand of `breaker`.
pub(super) fn breaker(command: BreakerCommand, around: Surroundings) -> Result<Answer, Failure> {
    match command {
        BreakerCommand::Check(args) => check::run(&args, around),
        BreakerCommand::Hold(args) => orders::hold(&args, around),
        BreakerCommand::Release(args) => orders::release(&args, around),
        BreakerCommand::Reset(args) => orders::reset(&args, around),
        BreakerCommand::Status(args) => status::run(&args, around),
        BreakerCommand::Replay(args) => replay::run(&args),
    }
}

/// Runs a subcommand of `latch`.
pub(super) fn latch(command: Latch, around: Surroundings) -> Result<Answer, Failure> {
    match command {
        Latch::Trip(args) => latch::trip(&args, around),
        Latch::Reset(args) => latch::reset(&args, around),
        Latch::Observe(args) => latch::observe(&args, around),
        Latch::Status(args) => status::run(&args, around),
    }
}

/// What tells the time of a command.
fn clock(stored: &Stored, around: Surroundings) -> Result<Clock, GateError> {
    Ok(match &stored.now {
        Some(text) => Clock::Given(Now::new(parse_instant(text, "now")?)?),
        None => Clock::Wall(around.clock),
    })
}

fn file(stored: &Stored) -> StateFile {
    StateFile::new(&stored.state, stored.wait())
}

/// Settings from a file, if one is named.
fn config(path: Option<&Path>) -> Result<Option<GuardConfig>, Box<Refusal>> {
    path.map(|path| read(path, "config", GuardConfig::from_json)).transpose()
}

/// A document from a file, with its text where there is something to say about it.
fn read<T>(
    path: &Path,
    argument: &'static str,
    parse: impl FnOnce(&[u8]) -> Result<T, GateError>,
) -> Result<T, Box<Refusal>> {
    let source: Source = input::read(path, argument)?;
    parse(&source.bytes).map_err(|error| Refusal::about(error, source))
}

/// Gives the breaker other settings of the layers that it has.
fn configure(breaker: &mut Breaker, config: GuardConfig) -> Result<(), GateError> {
    if *breaker.guard.config() == config {
        return Ok(());
    }
    let now = breaker.now;
    let changes = breaker.guard.reconfigure(config, now.ns).map_err(|error| error.under("config"))?;
    breaker.history.event("settings", "other settings were given", now.instant);
    breaker.note(&changes, None);
    Ok(())
}

/// The error of a command to a layer that the settings do not have.
fn without(layer: &str) -> GateError {
    let expected = "settings with this layer, as `tsfm-gate breaker reset --config` gives them";
    GateError::new(ErrorCode::Contradiction, format!("config.{layer}"), expected, "none")
}
