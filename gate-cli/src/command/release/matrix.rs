//! `tsfm-gate release matrix`

use gate_core::release::matrix::{GateRow, MatrixReport};
use gate_core::time::format_instant;

use super::{Answer, Surroundings, evidence, exit, judged, lines, now, one_line};
use crate::args::ReleaseMatrix;
use crate::failure::Failure;

/// Judges the verdicts about a candidate.
pub(super) fn run(args: &ReleaseMatrix, around: Surroundings) -> Result<Answer, Failure> {
    let report = evidence::judge(&args.evidence, now(args.now.as_deref(), around)?)?;
    Ok(judged(args.shown.format, exit(report.verdict), &report, text))
}

/// The gates line by line.
pub(super) fn text(report: &MatrixReport) -> String {
    let rows: String = report.gates.iter().map(row).collect();
    format!("{}: commit {}\n{rows}{}", report.verdict, report.candidate.commit, lines(&report.problems))
}

fn row(row: &GateRow) -> String {
    let waived = row.waived_by.as_ref().map(|waiver| {
        let until = format_instant(waiver.until);
        one_line(&format!(", waived by {} until {until}: {}", waiver.name, waiver.reason))
    });
    let waived = waived.unwrap_or_default();
    format!("  {:<13} {}{waived}\n{}", row.verdict, row.gate.escape_debug(), lines(&row.problems))
}
