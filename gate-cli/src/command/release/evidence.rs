//! The evidence of a candidate: what is required, and what was found.

use std::fs;
use std::path::{Path, PathBuf};

use gate_core::release::matrix::{self, Binding, GateRecord, MatrixReport, RequiredGate, Waiver};
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};
use serde::Deserialize;

use crate::args::Evidence;
use crate::document_file;
use crate::failure::Failure;

/// So many files of verdicts are read.
const MAX_FILES: usize = 10_000;

/// The plan document.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    required: Vec<RequiredGate>,
    candidate: Binding,
    #[serde(default)]
    waivers: Vec<Waiver>,
}

/// Judges the verdicts of a folder.
pub(super) fn judge(args: &Evidence, now: Instant) -> Result<MatrixReport, Failure> {
    let plan: Plan = document_file::read(&args.plan, "plan")?;
    let mut records = Vec::new();
    for path in files(&args.verdicts)? {
        records.push(document_file::read_json::<GateRecord>(&path, "verdicts")?);
    }
    Ok(matrix::judge(&plan.required, &plan.candidate, &records, &plan.waivers, now)?)
}

/// Every `*.json` of the folder, in order. What lies deeper is somebody else's.
fn files(folder: &Path) -> Result<Vec<PathBuf>, GateError> {
    let failed = |error: std::io::Error| {
        let missing = error.kind() == std::io::ErrorKind::NotFound;
        let code = if missing { ErrorCode::FileNotFound } else { ErrorCode::FileUnreadable };
        GateError::new(code, "verdicts", "a folder", format!("`{}`: {error}", folder.display()))
    };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            paths.push(path);
        }
    }
    if paths.len() > MAX_FILES {
        let found = paths.len().to_string();
        return Err(GateError::new(
            ErrorCode::InputTooLarge,
            "verdicts",
            format!("at most {MAX_FILES} files"),
            found,
        ));
    }
    paths.sort();
    Ok(paths)
}
