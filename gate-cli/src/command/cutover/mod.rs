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
use serde_json::Value;

use super::judged::one_line;
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

/// So many faults of a check are listed for people.
const MAX_FAULTS: usize = 20;

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
            let shown = |check| format!("{}\n{}", check_line(check, around.colour), faults(check));
            let lines: String = readiness.checks.iter().map(shown).collect();
            let notes = super::notes(notes);
            format!("{lines}\nGo/No-Go: {}\n{notes}", readiness.go_no_go)
        }
    };
    Ok(Answer::on_stdout(text, exit))
}

/// A line for each fault of a check, where the check alone would name only the first.
fn faults(check: &Check) -> String {
    let all = check.details.get("faults").and_then(Value::as_array).filter(|all| all.len() > 1);
    let Some(all) = all else { return String::new() };
    let listed = all.iter().take(MAX_FAULTS).filter_map(Value::as_str);
    let mut text: String = listed.map(|fault| format!("    {}\n", one_line(fault))).collect();
    if let Some(more) = all.len().checked_sub(MAX_FAULTS).filter(|more| *more > 0) {
        text += &format!("    and {more} more\n");
    }
    text
}
