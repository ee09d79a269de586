//! Reports that end with a code: for people line by line, for programs as one object.

pub(super) use gate_core::line::one_line;
use gate_core::problem::Problem;
use serde::Serialize;

use super::{Answer, pretty, report_format};
use crate::args::ReportFormat;
use crate::exit::Exit;

/// A report with how the process ends.
#[derive(Serialize)]
struct Judged<'a, T> {
    exit_code: u8,
    #[serde(flatten)]
    report: &'a T,
}

/// The answer that is a report.
pub(super) fn judged<T: Serialize>(
    format: Option<ReportFormat>,
    exit: Exit,
    report: &T,
    text: impl FnOnce(&T) -> String,
) -> Answer {
    let text = match report_format(format) {
        ReportFormat::Text => text(report),
        ReportFormat::Json => pretty(&Judged { exit_code: exit.code(), report }),
    };
    Answer::on_stdout(text, exit)
}

/// The code of a gate: 0, 2 or 3.
pub(super) const fn exit_of(code: u8) -> Exit {
    match code {
        0 => Exit::Promote,
        2 => Exit::Hold,
        _ => Exit::Rollback,
    }
}

/// A problem a line.
pub(super) fn lines(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("  {}\n", one_line(&problem.to_string()))).collect()
}
