//! `tsfm-gate cutover preflight`

use std::time::Duration;

use gate_core::cutover::readiness::{RECOVERY, SIGNATURES};
use gate_core::cutover::{Check, PreflightChecks};
use gate_core::render::readiness::{preflight, preflight_json};

use super::super::{Answer, Surroundings, report_format};
use super::plan::Plan;
use super::readiness::{card_checks, max_age, of_card};
use super::{checks, side_by_side};
use crate::args::{CutoverPreflight, ReportFormat};
use crate::document_file;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::storage::Target;

/// A report is written once by one process: another one that is at it wins at once.
const WAIT: Duration = Duration::from_secs(1);

pub(super) fn run(args: &CutoverPreflight, around: Surroundings) -> Result<Answer, Failure> {
    let plan = document_file::read_regular::<Plan>(&args.plan, "plan")?.known()?;
    let (target, clock) = (Target::new(&args.report, "report"), around.clock);
    target.refuse_inputs([args.plan.clone()].into_iter().chain(plan.inputs()))?;
    target.refuse_special()?;
    // Before anything is checked, so that hours of checks are not lost to a folder that is not there.
    let _lock = target.lock(WAIT)?;
    // A kill from now on leaves a report of checks that were not run, and not the GO of an earlier time.
    let unfinished = PreflightChecks::default().report(clock(), max_age(&plan))?;
    target.replace(preflight_json(&unfinished).as_bytes())?;
    let mut probes = of_card(&plan, clock);
    probes.extend(plan.recovery.clone().map(|part| checks::recovery(part, clock)));
    probes.extend(plan.signatures.clone().map(|part| checks::signatures(part, clock)));
    let done = side_by_side::run(probes);
    let named = |name: &str| done.iter().find(|check: &&Check| check.name == name).cloned();
    let (recovery, signatures) = (named(RECOVERY), named(SIGNATURES));
    let all = PreflightChecks { card: card_checks(done), recovery, signatures };
    let report = all.report(clock(), max_age(&plan))?;
    let json = preflight_json(&report);
    target.replace(json.as_bytes())?;
    let text = match report_format(args.shown.format) {
        ReportFormat::Text => preflight(&report, around.colour),
        ReportFormat::Json => json,
    };
    Ok(Answer::on_stdout(text, Exit::from(report.go_no_go)))
}
