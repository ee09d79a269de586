//! `tsfm-gate release env`

use std::env::vars_os;

use gate_core::document::Table;
use gate_core::release::env::{EnvReport, Requirements};
use gate_core::{ErrorCode, GateError};

use super::{Answer, env_file, exit, judged};
use crate::args::ReleaseEnv;
use crate::command::quoted;
use crate::document_file;
use crate::failure::Failure;
use crate::input;

/// Judges the variables of this process, or of a file.
pub(super) fn run(args: &ReleaseEnv) -> Result<Answer, Failure> {
    let requirements = requirements(args)?;
    let variables = match &args.env_file {
        // Without the text in errors: it is full of values.
        Some(path) => env_file::parse(&input::read(path, env_file::ARGUMENT)?.bytes)?,
        None => of_process(),
    };
    let report = requirements.check(&args.stage, &variables)?;
    Ok(judged(args.shown.format, exit(report.verdict), &report, text))
}

fn requirements(args: &ReleaseEnv) -> Result<Requirements, Failure> {
    let Some(service) = &args.service else { return Ok(document_file::read(&args.table, "table")?) };
    let services: Table<Requirements> = document_file::read(&args.table, "table")?;
    let names: Vec<String> = services.0.iter().map(|(name, _)| name.clone()).collect();
    let table = services.0.into_iter().find(|(name, _)| name == service).map(|(_, table)| table);
    table.ok_or_else(|| {
        let expected = format!("one of {}", names.join(", "));
        GateError::new(ErrorCode::WrongValue, "service", expected, quoted(service)).into()
    })
}

/// What is no text has characters that no requirement allows, and keeps them.
fn of_process() -> Table<String> {
    vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .collect()
}

fn text(report: &EnvReport) -> String {
    let mut text = format!("{}: {} variables for {}\n", report.verdict, report.checked, report.stage);
    for problem in &report.problems {
        let fault = serde_json::to_value(problem.fault).ok();
        let fault = fault.as_ref().and_then(|word| word.as_str()).unwrap_or("wrong").replace('_', " ");
        text += &format!("  {}: {fault}, expected {}\n", problem.name.escape_debug(), problem.expected);
    }
    text
}
