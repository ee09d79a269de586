//! `tsfm-gate cutover`: may the service be cut over?

mod apart;
mod canary;
mod checklist;
mod checks;
mod evidence;
mod keys;
mod plan;
mod policies;
mod preflight;
mod promotion;
mod promotion_log;
mod readiness;
mod readyz;
mod recovery;
mod rehearse;
mod rotation;
mod side_by_side;
mod texts;

use gate_core::cutover::{Check, Readiness, fold};
use gate_core::render::readiness::check_line;
use serde::Serialize;

use super::{Answer, Surroundings, pretty, report_format};
use crate::args::{
    Cutover, CutoverEvidence, CutoverKeys, CutoverPromotion, CutoverRecovery, ReportFormat, Shown,
};
use crate::exit::Exit;
use crate::failure::Failure;

/// Runs a subcommand of `cutover`.
pub(super) fn run(command: Cutover, around: Surroundings) -> Result<Answer, Failure> {
    match command {
        Cutover::Readyz(args) => readyz::run(&args, around),
        Cutover::Evidence(CutoverEvidence::Index(args)) => evidence::index(&args, around),
        Cutover::Evidence(CutoverEvidence::Verify(args)) => evidence::verify(&args, around),
        Cutover::Recovery(CutoverRecovery::Measure(args)) => recovery::run(&args, around),
        Cutover::Keys(CutoverKeys::Check(args)) => keys::run(&args, around),
        Cutover::Keys(CutoverKeys::Plan(args)) => rotation::run(&args, around),
        Cutover::Promotion(CutoverPromotion::Show(files)) => promotion::show(&files, around),
        Cutover::Promotion(CutoverPromotion::Manual(args)) => promotion::manual(&args, around),
        Cutover::Promotion(CutoverPromotion::Auto(args)) => promotion::auto(&args, around),
        Cutover::Policies(command) => policies::run(&command, around),
        Cutover::Rehearse(args) => rehearse::run(&args, around),
        Cutover::Readiness(args) => readiness::run(&args, around),
        Cutover::Preflight(args) => preflight::run(&args, around),
        Cutover::Checklist(command) => checklist::run(command, around),
    }
}

/// Checks with the answer that follows from them.
#[derive(Serialize)]
struct Report<'a> {
    exit_code: u8,
    #[serde(flatten)]
    readiness: &'a Readiness,
    notes: &'a [String],
}

/// The answer of some checks. `notes` is what else there is to say.
fn answer(
    checks: Vec<Check>,
    notes: &[String],
    shown: &Shown,
    around: Surroundings,
) -> Result<Answer, Failure> {
    let readiness = fold(checks)?;
    let exit = Exit::from(readiness.go_no_go);
    let text = match report_format(shown.format) {
        ReportFormat::Json => pretty(&Report { exit_code: exit.code(), readiness: &readiness, notes }),
        ReportFormat::Text => {
            let lines: String =
                readiness.checks.iter().map(|check| check_line(check, around.colour) + "\n").collect();
            let notes = super::notes(notes);
            format!("{lines}\nGo/No-Go: {}\n{notes}", readiness.go_no_go)
        }
    };
    Ok(Answer::on_stdout(text, exit))
}
