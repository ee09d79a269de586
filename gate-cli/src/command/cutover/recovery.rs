//! `tsfm-gate cutover recovery measure`

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant as Stopwatch};

use gate_core::cutover::recovery::{RecoveryFacts, RecoveryLimits, measure};
use gate_core::cutover::{Check, CheckState};
use gate_core::digest::Digest;
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};

use super::apart::{not_apart, shared};
use super::{Answer, Surroundings, answer};
use crate::args::RecoveryMeasure;
use crate::evidence_folder;
use crate::failure::Failure;
use crate::masker::Masker;
use crate::process::{self, End, Ended, Interrupt, Job, Program};

/// What is to be restored, how, and how fast.
pub(super) struct Restore<'a> {
    pub(super) source: &'a Path,
    pub(super) program: &'a Program,
    pub(super) target: &'a Path,
    pub(super) timeout: Duration,
    pub(super) limits: RecoveryLimits,
}

pub(super) fn run(args: &RecoveryMeasure, around: Surroundings) -> Result<Answer, Failure> {
    let program = Program::Shell(args.restore.clone());
    let restore = Restore {
        source: &args.source,
        program: &program,
        target: &args.target,
        timeout: args.timeout,
        limits: RecoveryLimits { rto_seconds: args.rto.as_secs_f64(), rpo_files: args.rpo },
    };
    let (check, notes) = check(&restore, around.clock)?;
    answer(vec![check], &notes, &args.shown, around)
}

/// Restores and compares. What the command said is not shown.
pub(super) fn check(
    restore: &Restore<'_>,
    clock: fn() -> Instant,
) -> Result<(Check, Vec<String>), GateError> {
    refuse_shared(restore)?;
    refuse_full(restore.target)?;
    let source = digests(restore.source, "source")?;
    let masker = Masker::of_environment([])?;
    let started = Stopwatch::now();
    let ended = carried_out(restore, &masker)?;
    let restored = restored(restore, &ended.end);
    let seconds = restored.is_ok().then(|| started.elapsed().as_secs_f64());
    let measured_at = Some(clock());
    let changed = touched(restore.source, &source);
    let (restored, fault, changed) = match restored {
        Ok(files) => (Some(files), changed.or_else(|| leads_back(restore)), None),
        Err(fault) => (None, Some(fault), changed),
    };
    let facts = RecoveryFacts { source: Some(source), restored, seconds, measured_at, retention: None };
    let mut check = measure(&facts, &restore.limits, clock()).check();
    if let Some(message) = fault {
        check = Check { state: CheckState::Unhealthy, message, ..check };
    }
    let command = masker.text(&restore.program.shown());
    let failed = (ended.end != End::Exited(0)).then(|| format!("`{command}` {}", how(&ended.end)));
    Ok((check, failed.into_iter().chain(changed).collect()))
}

fn carried_out(restore: &Restore<'_>, masker: &Masker) -> Result<Ended, GateError> {
    let interrupt = Interrupt::listen();
    let (program, timeout) = (restore.program, restore.timeout);
    let job = Job { program, environment: &[], timeout, masker, interrupt: &interrupt };
    process::run(&job, &mut io::sink()).map_err(|error| {
        GateError::new(ErrorCode::OutputFailed, "restore", "a command that can be followed", error)
    })
}

/// What is in the target, or why that is no restore. What a command that failed has left is none, whatever it looks like.
fn restored(restore: &Restore<'_>, end: &End) -> Result<BTreeMap<String, Digest>, String> {
    if *end != End::Exited(0) {
        return Err(format!("the restore {}", how(end)));
    }
    digests(restore.target, "target").map_err(|error| error.to_string())
}

/// Why the source is not what it was, if so: what was moved or changed there is no copy of it.
fn touched(source: &Path, before: &BTreeMap<String, Digest>) -> Option<String> {
    let found = match digests(source, "source") {
        Ok(after) if after == *before => return None,
        Ok(after) => first_difference(before, &after),
        Err(error) => error.to_string(),
    };
    Some(format!("the source is not what it was before the restore: {found}"))
}

fn first_difference(before: &BTreeMap<String, Digest>, after: &BTreeMap<String, Digest>) -> String {
    let name = before.keys().chain(after.keys()).find(|name| before.get(*name) != after.get(*name));
    format!("`{}`", name.map_or("", String::as_str).escape_debug())
}

/// Why the target is the source itself, or some of it, if the restore has made it so.
fn leads_back(restore: &Restore<'_>) -> Option<String> {
    let why = match not_apart(restore.source, restore.target) {
        Some(why) => Some(why),
        None => shared(restore.source, restore.target).unwrap_or_else(|error| Some(error.to_string())),
    };
    why.map(|why| format!("nothing was restored: {why}"))
}

/// How a command ended that did not end well.
pub(super) fn how(end: &End) -> String {
    match end {
        End::Exited(code) => format!("ended with exit code {code}"),
        End::Killed => "was ended by a signal".to_owned(),
        End::TimedOut => "ran into its timeout".to_owned(),
        End::Interrupted => "was interrupted".to_owned(),
        End::NotStarted(why) => format!("could not be started: {why}"),
    }
}

/// What is in the source already would be taken for restored, and a restore into it would change it.
fn refuse_shared(restore: &Restore<'_>) -> Result<(), GateError> {
    not_apart(restore.source, restore.target).map_or(Ok(()), |why| {
        Err(GateError::new(ErrorCode::Contradiction, "target", "a folder apart from the source", why))
    })
}

/// Files that were there before would be taken for restored ones.
fn refuse_full(target: &Path) -> Result<(), GateError> {
    let found = match fs::read_dir(target) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => format!("`{}`: {error}", target.display()),
        Ok(mut entries) => {
            if entries.next().is_none() {
                return Ok(());
            }
            format!("files in `{}`", target.display())
        }
    };
    Err(GateError::new(ErrorCode::Contradiction, "target", "an empty folder, or none", found))
}

fn digests(folder: &Path, argument: &'static str) -> Result<BTreeMap<String, Digest>, GateError> {
    let mut all = BTreeMap::new();
    for (name, digest) in evidence_folder::digests(folder, argument)? {
        let Some(digest) = digest else {
            let found = format!("`{}` in `{}`", name.escape_debug(), folder.display());
            return Err(GateError::new(ErrorCode::FileUnreadable, argument, "readable regular files", found));
        };
        all.insert(name, digest);
    }
    Ok(all)
}
