//! `tsfm-gate cutover keys plan`

use gate_core::cutover::keys::{KeyRule, Phase, RotationPlan, judge_rotation};
use gate_core::time::{Instant, format_instant, parse_instant};

use super::{Answer, Surroundings, answer, keys};
use crate::args::KeysPlan;
use crate::document_file;
use crate::failure::Failure;

pub(super) fn run(args: &KeysPlan, around: Surroundings) -> Result<Answer, Failure> {
    let now = args.now.as_deref().map_or_else(|| Ok((around.clock)()), |text| parse_instant(text, "now"))?;
    let plan: RotationPlan = document_file::read(&args.plan, "plan")?;
    let list = match (&args.file, &args.env) {
        (None, None) => None,
        (file, variable) => {
            Some(keys::report(file.as_deref(), variable.as_deref(), KeyRule::default(), now)?)
        }
    };
    let report = judge_rotation(&plan, list.as_ref(), now);
    let notes: Vec<String> = report.phases.iter().map(said).collect();
    answer(vec![report.check()], &notes, &args.shown, around)
}

/// `from … to …: k1 signs; k1, k2 verify`
fn said(phase: &Phase) -> String {
    let end = |end: Instant| format!(" to {}", format_instant(end));
    let to = phase.to.map_or_else(|| " on".to_owned(), end);
    format!(
        "from {}{to}: {} signs; {} verify",
        format_instant(phase.from),
        phase.signs,
        phase.verify.join(", ")
    )
}
