//! `tsfm-gate harden metrics`

use gate_core::hardening::metrics::{BUILT_IN, MetricsReport, judge};
use gate_core::problem::Problem;

use super::body::body;
use super::{Answer, exit, judged, kept, lines};
use crate::args::HardenMetrics;
use crate::failure::Failure;

/// Says whether every series has samples.
pub(super) fn run(args: &HardenMetrics) -> Result<Answer, Failure> {
    let required: Vec<&str> = if args.required.is_empty() {
        BUILT_IN.to_vec()
    } else {
        args.required.iter().map(String::as_str).collect()
    };
    let found = body(&args.body, &args.path)?;
    let exposition =
        found.bytes.and_then(|bytes| String::from_utf8(bytes).map_err(|error| error.to_string()));
    let report = match exposition {
        Ok(text) => judge(&text, &required),
        Err(why) => {
            let problems = vec![Problem::new(found.name, "a text exposition of metrics", why)];
            MetricsReport { ok: false, samples: 0, problems }
        }
    };
    kept(&report, args.reported.output.as_deref(), args.body.input.as_deref())?;
    Ok(judged(args.reported.shown.format, exit(report.ok), &report, text))
}

fn text(report: &MetricsReport) -> String {
    let word = if report.ok { "METRICS_SMOKE_PASS" } else { "METRICS_SMOKE_FAIL" };
    format!("{word}: {} samples\n{}", report.samples, lines(&report.problems))
}
