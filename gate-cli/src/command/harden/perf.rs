//! `tsfm-gate harden perf`

use gate_core::hardening::perf::{PerfReport, PerfThresholds, judge};

use super::{Answer, exit, judged, kept, one_line};
use crate::args::HardenPerf;
use crate::failure::{Failure, Refusal};
use crate::input;

/// Holds what a benchmark printed against its limits.
pub(super) fn run(args: &HardenPerf) -> Result<Answer, Failure> {
    let source = input::read(&args.file, "bench")?;
    let limits = PerfThresholds::default();
    let limits = PerfThresholds {
        cycle_s: args.cycle_s.unwrap_or(limits.cycle_s),
        p95_ms: args.p95_ms.unwrap_or(limits.p95_ms),
    };
    let report = match judge(&source.bytes, args.exit_status, limits) {
        Ok(report) => report,
        Err(error) => return Err(Refusal::about(error, source).into()),
    };
    kept(&report, args.reported.output.as_deref(), Some(&args.file))?;
    Ok(judged(args.reported.shown.format, exit(report.ok), &report, text))
}

fn text(report: &PerfReport) -> String {
    let word = if report.ok { "PERF_GATE_PASS" } else { "PERF_GATE_FAIL" };
    let failures: String =
        report.failures.iter().map(|failure| format!("  {}\n", one_line(failure))).collect();
    format!("{word}\n{failures}")
}
