//! The review of a hardening gate, as the runbook's section 7 wants it appended.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use chrono::NaiveDate;

use super::openapi::{OpenApiReport, OpenApiStatus};
use super::perf::PerfReport;
use super::security::SecurityReport;
use super::{OverallStatus, Summary};
use crate::problem::Problem;

/// Everything that a review looks at. What is `None` was not there to be read.
#[derive(Debug, Clone)]
pub struct Review<'a> {
    /// The day of the review.
    pub date: NaiveDate,
    /// Where the summary lies.
    pub summary_path: &'a str,
    /// Where the `OpenAPI` report lies.
    pub openapi_path: &'a str,
    /// The summary.
    pub summary: Option<&'a Summary>,
    /// The `OpenAPI` report.
    pub openapi: Option<&'a OpenApiReport>,
    /// The security report.
    pub security: Option<&'a SecurityReport>,
    /// The performance report.
    pub perf: Option<&'a PerfReport>,
}

impl Review<'_> {
    /// What speaks against the gate, by the runbook's checklist. Empty for a pass.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.summary_problems(&mut problems);
        if !self.openapi.is_some_and(OpenApiReport::passed) {
            let found = match self.openapi.map(|report| report.status) {
                None => "no report",
                Some(OpenApiStatus::Fail) => "`FAIL`",
                Some(OpenApiStatus::Pass) => "`PASS` beside failures, or of nothing",
            };
            problems.push(Problem::new("openapi", "`PASS`", found));
        }
        if !self.security.is_some_and(SecurityReport::passed) {
            let found = self.security.map_or("no report", |_| "a probe that did not");
            problems.push(Problem::new("security", "every probe as expected", found));
        }
        if !self.perf.is_some_and(PerfReport::passed) {
            let found = match self.perf.map(|report| report.ok) {
                None => "no report",
                Some(false) => "`ok: false`",
                Some(true) => "figures that do not keep the limits",
            };
            problems.push(Problem::new("perf", "`ok: true`", found));
        }
        problems
    }

    fn summary_problems(&self, problems: &mut Vec<Problem>) {
        let Some(summary) = self.summary else {
            return problems.push(Problem::new("summary", "a summary", "none"));
        };
        if summary.overall_status != OverallStatus::Success {
            let found = format!("`{}`", summary.overall_status.as_str());
            problems.push(Problem::new("overall_status", "`success`", found));
        }
        for step in summary.failed() {
            let found = match (summary.dry_run, step.exit_code) {
                (true, _) => String::from("not run"),
                (false, Some(code)) => format!("exit status {code}"),
                (false, None) => String::from("no exit status"),
            };
            problems.push(Problem::new(&*step.name, "exit status 0", found));
        }
    }

    /// The block to append, with a line end after its last line.
    #[must_use]
    pub fn text(&self) -> String {
        let problems = self.problems();
        let decision = if problems.is_empty() { "PASS" } else { "FAIL" };
        let overall = self.summary.map_or("unknown", |summary| summary.overall_status.as_str());
        let openapi = match self.openapi.map(|report| report.status) {
            Some(OpenApiStatus::Pass) => "PASS",
            Some(OpenApiStatus::Fail) => "FAIL",
            None => "unknown",
        };
        let failures: Vec<String> = problems.iter().map(|problem| one_line(&problem.to_string())).collect();
        let notable = if failures.is_empty() { String::from("none") } else { failures.join("; ") };
        let follow_up =
            if problems.is_empty() { "none" } else { "fix the failures above and run the gate again" };
        format!(
            "### Hardening gate ({date})\n\
             - Summary: {summary}\n\
             - OpenAPI: {openapi_path}\n\
             - Decision: {decision}\n\
             - Review notes:\n  \
               - Overall status: {overall}\n  \
               - OpenAPI status: {openapi}\n  \
               - Notable failures / mitigations: {notable}\n  \
               - Required follow-up: {follow_up}\n",
            date = self.date.format("%Y-%m-%d"),
            summary = one_line(self.summary_path),
            openapi_path = one_line(self.openapi_path),
        )
    }
}

/// A name with a line end must not become a line of the runbook.
fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
