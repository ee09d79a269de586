//! `tsfm-gate run metrics`

use gate_core::contract::metrics::{MetricsReport, check_report};
use gate_core::contract::{ContractError, ContractFault, ContractFinding, RunId};
use gate_core::document::from_json_tree;
use gate_core::render::{self, Colour};
use gate_core::{ErrorCode, GateError};
use serde::Serialize;

use crate::args::RunMetrics;
use crate::breach::Breach;
use crate::command::{Answer, notes, passed};
use crate::failure::Failure;
use crate::input;

/// Checks a metrics report.
pub(super) fn run(args: &RunMetrics, colour: Colour) -> Result<Answer, Failure> {
    let id = args.run_id.as_deref().map(RunId::new).transpose().map_err(Box::<Breach>::from)?;
    let source = input::read(&args.file, "metrics")?;
    let report = judge(&source.bytes, id.as_ref()).map_err(|error| Breach::about(error, source))?;
    let checked = Checked { report, notes: not_compared(id.as_ref()).into_iter().collect() };
    Ok(passed(args.format, &checked, |checked| {
        render::run::metrics(&checked.report, colour) + &notes(&checked.notes)
    }))
}

/// A report that holds the contract.
#[derive(Serialize)]
struct Checked {
    #[serde(flatten)]
    report: MetricsReport,
    notes: Vec<String>,
}

fn judge(bytes: &[u8], id: Option<&RunId>) -> Result<MetricsReport, ContractError> {
    let report = from_json_tree(bytes).map_err(|error| unreadable(&error))?;
    check_report(&report, id)
}

/// The error of a text that is no JSON, with the place in it.
fn unreadable(error: &GateError) -> ContractFinding {
    let place = error.position().map(|at| format!(" at line {} column {}", at.line, at.column));
    let found = format!("{}{}", error.found(), place.unwrap_or_default());
    // The reader of JSON would let null stand for it; a report is not whole with one.
    let is_number = error.code() == ErrorCode::NotFinite;
    let expected = if is_number { "a finite number" } else { error.expected() };
    ContractFinding::new(ContractFault::MetricsInvalid, error.path(), expected, found)
}

fn not_compared(id: Option<&RunId>) -> Option<String> {
    id.is_none().then(|| "no run id was given: the one of the report was compared with nothing".to_owned())
}
