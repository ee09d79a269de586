//! `tsfm-gate run health`

use gate_core::contract::health;
use gate_core::render::{self, Colour};

use crate::args::RunHealth;
use crate::artifacts::{HealthRequest, read_health};
use crate::breach::Breach;
use crate::command::{Answer, passed};
use crate::failure::Failure;

/// Checks a finished run.
pub(super) fn run(args: RunHealth, colour: Colour) -> Result<Answer, Failure> {
    let RunHealth { run_id, artifacts, strict_run_id, format } = args;
    let facts = read_health(&HealthRequest { run_id, strict_run_id, artifacts });
    let report = health::check(&facts).map_err(Box::<Breach>::from)?;
    Ok(passed(format, &report, |report| render::run::health(report, colour)))
}
