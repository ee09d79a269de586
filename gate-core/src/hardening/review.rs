//! The review of a hardening gate, as the runbook's section 7 wants it appended.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use chrono::TimeDelta;

use super::openapi::{OpenApiReport, OpenApiStatus};
use super::perf::PerfReport;
use super::security::SecurityReport;
use super::{OverallStatus, Summary};
use crate::line::one_line;
use crate::problem::Problem;
use crate::time::{Instant, format_instant, human_minutes, human_seconds};

/// How old a run may be unless somebody says otherwise.
pub const MAX_AGE: TimeDelta = TimeDelta::hours(24);

/// How far the time of a file may be behind the clock: file systems take it from the last tick of the kernel.
const RESOLUTION: TimeDelta = TimeDelta::milliseconds(10);

/// A report, with the time at which it was written, if that is known.
#[derive(Debug, Clone, Copy)]
pub struct Written<T> {
    /// The report.
    pub report: T,
    /// When it was written.
    pub at: Option<Instant>,
}

impl<T> Written<T> {
    /// The same, of a report that is lent.
    pub const fn as_ref(&self) -> Written<&T> {
        Written { report: &self.report, at: self.at }
    }
}

/// Everything that a review looks at. What is `None` was not there to be read.
///
/// A report counts only if it was written during the run: one from before or after says nothing about it.
#[derive(Debug, Clone)]
pub struct Review<'a> {
    /// When the review is made.
    pub now: Instant,
    /// How long ago the run may have ended.
    pub max_age: TimeDelta,
    /// Where the summary lies.
    pub summary_path: &'a str,
    /// Where the `OpenAPI` report lies.
    pub openapi_path: &'a str,
    /// The summary.
    pub summary: Option<&'a Summary>,
    /// The `OpenAPI` report.
    pub openapi: Option<Written<&'a OpenApiReport>>,
    /// The security report.
    pub security: Option<Written<&'a SecurityReport>>,
    /// The performance report.
    pub perf: Option<Written<&'a PerfReport>>,
}

impl Review<'_> {
    /// What speaks against the gate, by the runbook's checklist. Empty for a pass.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.summary.map_or_else(
            || vec![Problem::new("summary", "a summary", "none")],
            |summary| self.summary_problems(summary),
        );
        problems.extend(self.report_problem("openapi", "`PASS`", self.openapi, |report| {
            let found = match report.status {
                OpenApiStatus::Fail => "`FAIL`",
                OpenApiStatus::Pass => "`PASS` beside failures, or of nothing",
            };
            (!report.passed()).then_some(found)
        }));
        problems.extend(self.report_problem(
            "security",
            "every probe as expected",
            self.security,
            |report| (!report.passed()).then_some("a probe that did not"),
        ));
        problems.extend(self.report_problem("perf", "`ok: true`", self.perf, |report| {
            let found = if report.ok { "figures that do not keep the limits" } else { "`ok: false`" };
            (!report.passed()).then_some(found)
        }));
        problems
    }

    fn summary_problems(&self, summary: &Summary) -> Vec<Problem> {
        let mut problems = Vec::from_iter(self.age_problem(summary.run_finished_at_utc));
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
        problems
    }

    /// A run of long ago, or of a time that is still to come, says nothing about today.
    fn age_problem(&self, finished: Instant) -> Option<Problem> {
        let is_recent = finished <= self.now && self.now - finished <= self.max_age;
        let expected = format!("an end at most {} ago", limit(self.max_age));
        (!is_recent).then(|| Problem::new("run_finished_at_utc", expected, format_instant(finished)))
    }

    /// What speaks against a report: that there is none, that it is of another run, or what `fault` finds in it.
    fn report_problem<T>(
        &self,
        name: &str,
        expected: &str,
        written: Option<Written<&T>>,
        fault: impl Fn(&T) -> Option<&'static str>,
    ) -> Option<Problem> {
        let Some(written) = written else { return Some(Problem::new(name, expected, "no report")) };
        if let Some(summary) = self.summary
            && !is_of(summary, written.at)
        {
            let (started, finished) = (summary.run_started_at_utc, summary.run_finished_at_utc);
            let (started, finished) = (format_instant(started), format_instant(finished));
            let expected = format!("a report written during the run, {started} to {finished}");
            let at = written.at.map_or_else(|| String::from("at an unknown time"), format_instant);
            return Some(Problem::new(name, expected, format!("one written {at}")));
        }
        Some(Problem::new(name, expected, fault(written.report)?))
    }

    /// The block to append, with a line end after its last line. Its date is that of the run.
    #[must_use]
    pub fn text(&self) -> String {
        let problems = self.problems();
        let decision = if problems.is_empty() { "PASS" } else { "FAIL" };
        let date = self.summary.map(|summary| summary.run_started_at_utc.format("%Y-%m-%d").to_string());
        let overall = self.summary.map_or("unknown", |summary| summary.overall_status.as_str());
        let openapi = match self.openapi.map(|written| written.report.status) {
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
            date = date.as_deref().unwrap_or("no run"),
            summary = one_line(self.summary_path),
            openapi_path = one_line(self.openapi_path),
        )
    }
}

/// Whether something that was written then was written during the run.
fn is_of(run: &Summary, written: Option<Instant>) -> bool {
    written.is_some_and(|at| run.run_started_at_utc - RESOLUTION <= at && at <= run.run_finished_at_utc)
}

/// A limit as it was most likely written.
fn limit(length: TimeDelta) -> String {
    let minutes = length.num_minutes();
    match u64::try_from(minutes) {
        Ok(whole) if TimeDelta::minutes(minutes) == length => human_minutes(whole),
        _ => human_seconds(length),
    }
}
