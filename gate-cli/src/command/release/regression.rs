//! `tsfm-gate release regression`

use gate_core::quantity::shown;
use gate_core::release::regression::{Comparison, Measurement, RegressionPolicy, RegressionReport};

use super::{Answer, both_stdin, exit, judged, lines};
use crate::args::ReleaseRegression;
use crate::document_file;
use crate::failure::Failure;
use crate::input::is_stdin;

/// Compares a candidate with what runs now.
pub(super) fn run(args: &ReleaseRegression) -> Result<Answer, Failure> {
    if is_stdin(&args.baseline) && is_stdin(&args.candidate) {
        return Err(both_stdin().into());
    }
    let policy = match &args.policy {
        Some(path) => document_file::read(path, "policy")?,
        None => RegressionPolicy::default(),
    };
    let baseline: Measurement = document_file::read_json(&args.baseline, "baseline")?;
    let candidate: Measurement = document_file::read_json(&args.candidate, "candidate")?;
    let report = policy.compare(&baseline, &candidate)?;
    Ok(judged(args.shown.format, exit(report.verdict), &report, text))
}

fn text(report: &RegressionReport) -> String {
    let rows: String = report.comparisons.iter().map(row).collect();
    format!("{}\n{rows}{}", report.verdict, lines(&report.problems))
}

fn row(compared: &Comparison) -> String {
    let figure = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), shown);
    let Comparison { metric, verdict, baseline, candidate, limit, problems } = compared;
    let figures = format!("{} -> {}, limit {}", figure(*baseline), figure(*candidate), figure(*limit));
    format!("  {verdict:<13} {}: {figures}\n{}", metric.escape_debug(), lines(problems))
}
