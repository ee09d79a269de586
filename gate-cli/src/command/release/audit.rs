//! `tsfm-gate release audit`

use std::path::Path;
use std::time::Duration;

use gate_core::document::from_json;
use gate_core::release::audit::{Anchor, AuditReport};
use gate_core::{ErrorCode, GateError};
use serde::Serialize;

use super::{Answer, Surroundings, judged, one_line, pretty};
use crate::args::{AuditAppend, AuditVerify, ReleaseAudit};
use crate::audit_log::{self, ARGUMENT, without_secrets};
use crate::document_file;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input;
use crate::storage::Target;

/// What the file is called that keeps where the log ends.
const ANCHOR: &str = "anchor";

/// Runs a subcommand.
pub(super) fn run(command: &ReleaseAudit, around: Surroundings) -> Result<Answer, Failure> {
    match command {
        ReleaseAudit::Append(args) => append(args, around),
        ReleaseAudit::Verify(args) => verify(args),
    }
}

fn verify(args: &AuditVerify) -> Result<Answer, Failure> {
    let anchor = args.anchor.as_deref().map(anchor).transpose()?;
    let report = audit_log::verify(&args.file, anchor, ARGUMENT)?;
    let exit = if report.verified { Exit::Promote } else { Exit::Rollback };
    Ok(judged(args.shown.format, exit, &report, text))
}

/// What an append answers.
#[derive(Serialize)]
struct Appended {
    /// Whether the record stands in the log.
    done: bool,
    /// Where the log ends now.
    end: Anchor,
    /// Why nothing was appended, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    log: Option<AuditReport>,
}

fn append(args: &AuditAppend, around: Surroundings) -> Result<Answer, Failure> {
    let entry = without_secrets(document_file::read_json(&args.entry, "entry")?)?;
    entry.check_time((around.clock)())?;
    let log = Target::new(&args.file, ARGUMENT);
    let kept = args.anchor.as_deref().map(|path| Target::new(path, ANCHOR));
    if let Some(target) = &kept {
        target.refuse_inputs([args.file.clone(), args.entry.clone()])?;
        target.refuse_special()?;
    }
    let _lock = log.lock(Duration::from_secs(args.wait.into()))?;
    let is_there = input::is_there(log.path());
    if args.new && is_there {
        return Err(GateError::new(ErrorCode::Contradiction, ARGUMENT, "no log yet with --new", "one").into());
    }
    let known = match &kept {
        // The first record makes the anchor as well.
        Some(target) if args.new && !input::is_there(target.path()) => None,
        Some(target) => Some(anchor(target.path())?),
        None => None,
    };
    if args.new && known.is_some_and(|known| known != Anchor::empty()) {
        let found = "one of a log with records";
        return Err(
            GateError::new(ErrorCode::Contradiction, ANCHOR, "no anchor yet with --new", found).into()
        );
    }
    let (exit, answer) = match audit_log::append(&log, args.new, known, &entry)? {
        Ok(end) => {
            if let Some(target) = &kept {
                target.replace(pretty(&end).as_bytes())?;
            }
            (Exit::Promote, Appended { done: true, end, log: None })
        }
        Err(report) => (Exit::Rollback, Appended { done: false, end: report.end, log: Some(report) }),
    };
    Ok(judged(args.shown.format, exit, &answer, |answer| match &answer.log {
        None => format!("appended: record {}, hash {}\n", answer.end.records, answer.end.head),
        Some(report) => format!("not appended\n{}", text(report)),
    }))
}

fn anchor(path: &Path) -> Result<Anchor, GateError> {
    from_json(&input::read_regular(path, ANCHOR)?.bytes).map_err(|error| error.under(ANCHOR))
}

fn text(report: &AuditReport) -> String {
    let word = if report.verified { "verified" } else { "not verified" };
    let anchored =
        if report.anchored { "" } else { ", without an anchor: a log that was cut would not show" };
    let mut text = format!("{word}: {} records{anchored}\n", report.end.records);
    if let Some(fault) = &report.first_fault {
        text += &format!("  {}\n  {} faults in all\n", one_line(&fault.to_string()), report.faults);
    }
    text
}
