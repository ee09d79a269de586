//! The log of decisions on the disk.
//!
//! A record is added to a copy that then takes the place of the log: a kill leaves the old log or the new one, and no
//! half a record. The copy costs no more than the verification that comes with it, without which nothing is added.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Write};
use std::path::Path;

use gate_core::bounds::MAX_AUDIT_LINE_BYTES;
use gate_core::release::audit::{Anchor, AuditEntry, AuditReport, AuditVerifier};
use gate_core::{ErrorCode, GateError};

use crate::masker::Masker;
use crate::storage::Target;

/// What the log is called in errors.
pub(crate) const ARGUMENT: &str = "audit";

/// Bytes that are read at once.
const BUFFER: usize = 256 * 1024;

/// Verifies a log in constant memory.
pub(crate) fn verify(path: &Path, anchor: Option<Anchor>) -> Result<AuditReport, GateError> {
    let log = open(path).map_err(|error| unreadable(path, &error))?;
    read(log, anchor, &mut io::sink()).map_err(|error| unreadable(path, &error))
}

/// Adds a record to a log that verifies, or says why it does not. The caller has the lock.
///
/// `None` in place of the log begins one.
pub(crate) fn append(
    log: &Target,
    is_new: bool,
    anchor: Option<Anchor>,
    entry: &AuditEntry,
) -> Result<Result<Anchor, AuditReport>, GateError> {
    let (path, mut copy) = (log.path(), log.copy()?);
    let end = if is_new {
        Anchor::empty()
    } else {
        let log = open(path).map_err(|error| unreadable(path, &error))?;
        let mut into = BufWriter::with_capacity(BUFFER, copy.file());
        let report = read(log, anchor, &mut into).and_then(|report| into.flush().map(|()| report));
        let report = report.map_err(|error| unreadable(path, &error))?;
        if !report.verified {
            return Ok(Err(report));
        }
        report.end
    };
    let (line, end) = end.append(entry)?;
    copy.add(format!("{line}\n").as_bytes())?;
    copy.done()?.put()?;
    Ok(Ok(end))
}

/// The same entry without secrets: the log is kept for ever.
///
/// # Errors
/// `out-of-range` with the path `environment` for more secrets than can be searched for.
pub fn without_secrets(mut entry: AuditEntry) -> Result<AuditEntry, GateError> {
    let masker = Masker::of_environment([])?;
    for text in [&mut entry.actor, &mut entry.action, &mut entry.reason] {
        *text = masker.text(text);
    }
    for criterion in &mut entry.criteria {
        criterion.name = masker.text(&criterion.name);
    }
    entry.digests = entry.digests.into_iter().map(|(name, digest)| (masker.text(&name), digest)).collect();
    Ok(entry)
}

fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    // A pipe would be waited for, and a log is read again and again.
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("not a regular file")) }
}

/// Verifies line by line, and copies what was read.
fn read(log: File, anchor: Option<Anchor>, copy: &mut impl Write) -> io::Result<AuditReport> {
    let mut log = BufReader::with_capacity(BUFFER, log);
    let mut verifier = AuditVerifier::new(anchor);
    let mut line = Vec::new();
    loop {
        line.clear();
        // One more than any record has tells one that is too long.
        let most = MAX_AUDIT_LINE_BYTES as u64 + 2;
        if log.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
            return Ok(verifier.finish());
        }
        copy.write_all(&line)?;
        let ended = line.pop_if(|last| *last == b'\n').is_some();
        verifier.line(&line, ended);
    }
}

fn unreadable(path: &Path, error: &io::Error) -> GateError {
    let found = format!("`{}`: {error}", path.display());
    let missing = error.kind() == io::ErrorKind::NotFound;
    let code = if missing { ErrorCode::FileNotFound } else { ErrorCode::FileUnreadable };
    GateError::new(code, ARGUMENT, "a log that can be read", found)
}
