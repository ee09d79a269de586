//! `tsfm-gate harden review`

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use gate_core::hardening::Summary;
use gate_core::hardening::openapi::OpenApiReport;
use gate_core::hardening::perf::PerfReport;
use gate_core::hardening::review::Review;
use gate_core::hardening::security::SecurityReport;
use gate_core::{ErrorCode, GateError};
use serde::de::DeserializeOwned;

use super::{Answer, Surroundings};
use crate::args::HardenReview;
use crate::command::quoted;
use crate::document_file;
use crate::exit::Exit;
use crate::failure::{Failure, Refusal};
use crate::input;
use crate::output::folder_of;

/// Prints the review block.
pub(super) fn run(args: &HardenReview, around: Surroundings) -> Result<Answer, Failure> {
    let source = input::read(&args.summary, "summary")?;
    let summary = match Summary::from_json(&source.bytes) {
        Ok(summary) => summary,
        Err(error) => return Err(Refusal::about(error, source).into()),
    };
    let logs = folder_of(&args.summary).join("logs");
    let openapi_path = args.openapi.clone().unwrap_or_else(|| logs.join("openapi_smoke_report.json"));
    let openapi: Option<OpenApiReport> = report(args.openapi.as_deref(), &openapi_path, "openapi")?;
    let security_path = logs.join("live_demo_security_report.json");
    let security: Option<SecurityReport> = report(args.security.as_deref(), &security_path, "security")?;
    let perf_path: PathBuf = logs.join("perf_bench_result.json");
    let perf: Option<PerfReport> = report(args.perf.as_deref(), &perf_path, "perf")?;
    let review = Review {
        date: date(args.date.as_deref(), around)?,
        summary_path: &args.summary.display().to_string(),
        openapi_path: &openapi_path.display().to_string(),
        summary: Some(&summary),
        openapi: openapi.as_ref(),
        security: security.as_ref(),
        perf: perf.as_ref(),
    };
    let exit = match (review.problems().is_empty(), summary.dry_run) {
        (true, _) => Exit::Promote,
        (false, true) => Exit::Hold,
        (false, false) => Exit::Rollback,
    };
    Ok(Answer::on_stdout(review.text(), exit))
}

/// A report that was named must be there; one that is looked for may be missing, and then speaks against the gate.
fn report<T: DeserializeOwned>(
    named: Option<&Path>,
    default: &Path,
    argument: &'static str,
) -> Result<Option<T>, Box<Refusal>> {
    match named {
        Some(path) => document_file::read_json(path, argument).map(Some),
        None if input::is_there(default) => document_file::read_json(default, argument).map(Some),
        None => Ok(None),
    }
}

fn date(given: Option<&str>, around: Surroundings) -> Result<NaiveDate, GateError> {
    let Some(text) = given else { return Ok((around.clock)().date_naive()) };
    NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .map_err(|_| GateError::new(ErrorCode::WrongValue, "date", "a day like `2026-11-21`", quoted(text)))
}
