//! `tsfm-gate harden review`

use std::path::Path;

use gate_core::hardening::Summary;
use gate_core::hardening::openapi::OpenApiReport;
use gate_core::hardening::perf::PerfReport;
use gate_core::hardening::review::{Review, Written};
use gate_core::hardening::security::SecurityReport;
use serde::de::DeserializeOwned;

use super::{Answer, Surroundings};
use crate::args::HardenReview;
use crate::document_file;
use crate::duration::age;
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
    let openapi: Option<Written<OpenApiReport>> = report(args.openapi.as_deref(), &openapi_path, "openapi")?;
    let security_path = logs.join("live_demo_security_report.json");
    let security: Option<Written<SecurityReport>> =
        report(args.security.as_deref(), &security_path, "security")?;
    let perf_path = logs.join("perf_bench_result.json");
    let perf: Option<Written<PerfReport>> = report(args.perf.as_deref(), &perf_path, "perf")?;
    let review = Review {
        now: (around.clock)(),
        max_age: age(args.max_age),
        summary_path: &args.summary.display().to_string(),
        openapi_path: &openapi_path.display().to_string(),
        summary: Some(&summary),
        openapi: openapi.as_ref().map(Written::as_ref),
        security: security.as_ref().map(Written::as_ref),
        perf: perf.as_ref().map(Written::as_ref),
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
) -> Result<Option<Written<T>>, Box<Refusal>> {
    let path = named.unwrap_or(default);
    if named.is_none() && !input::is_there(path) {
        return Ok(None);
    }
    let report = document_file::read_json(path, argument)?;
    // Looked at afterwards: whatever replaces it meanwhile is younger than the run.
    Ok(Some(Written { report, at: input::written_at(path) }))
}
