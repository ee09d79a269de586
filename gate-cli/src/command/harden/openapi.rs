//! `tsfm-gate harden openapi`

use gate_core::hardening::openapi::{OpenApiReport, OpenApiStatus, Operation, judge};

use super::body::body;
use super::{Answer, exit, judged, kept, lines, one_line};
use crate::args::HardenOpenapi;
use crate::failure::Failure;

/// Says whether the paths and methods are there.
pub(super) fn run(args: &HardenOpenapi) -> Result<Answer, Failure> {
    let required: Vec<Operation> = if args.required.is_empty() {
        Operation::built_in()
    } else {
        args.required.iter().map(|text| Operation::parse(text)).collect()
    };
    let found = body(&args.body, "/openapi.json")?;
    let report = judge(&found.name, found.bytes.as_deref().map_err(String::as_str), &required);
    kept(&report, args.reported.output.as_deref(), args.body.input.as_deref())?;
    Ok(judged(args.reported.shown.format, exit(report.status == OpenApiStatus::Pass), &report, text))
}

fn text(report: &OpenApiReport) -> String {
    let warnings: String = report.warnings.iter().map(|it| format!("  note: {}\n", one_line(it))).collect();
    let word = match (report.status, &report.openapi_version) {
        (OpenApiStatus::Pass, Some(version)) => {
            format!("OPENAPI_SMOKE_PASS\nopenapi={}\n", one_line(version))
        }
        (OpenApiStatus::Pass, None) => "OPENAPI_SMOKE_PASS\n".to_owned(),
        (OpenApiStatus::Fail, _) => "OPENAPI_SMOKE_FAIL\n".to_owned(),
    };
    format!("{word}{}{warnings}", lines(&report.failures))
}
