//! The log of decisions on the disk.
//!
//! A record is added to a copy that then takes the place of the log: a kill leaves the old log or the new one. To write
//! at the end of the log itself would be faster, but a kill between two pages of a write leaves half a record, and so
//! does a disk that is full: a third state, which every reader would have to know. The copy costs no more than the
//! verification that comes with it, without which nothing is added.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read as _};
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

/// Verifies a log of any size in constant memory. `argument` is what it is called in errors.
///
/// # Errors
/// `file-not-found` and `file-unreadable`. A log that is not as it was written is a report.
pub fn verify(path: &Path, anchor: Option<Anchor>, argument: &str) -> Result<AuditReport, GateError> {
    read(path, argument, anchor, |_| Ok(()))
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
    let mut copy = log.copy()?;
    let end = if is_new {
        Anchor::empty()
    } else {
        let report = read(log.path(), ARGUMENT, anchor, |line| copy.add(line))?;
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

/// Opens a regular file. It is looked at first, because to open a pipe is to wait for its writer.
fn open(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() { File::open(path) } else { Err(io::Error::other("not a regular file")) }
}

/// Verifies line by line, and hands on what was read.
///
/// Of a line that is too long, only the beginning is in memory, and is handed on: such a log does not verify.
fn read(
    path: &Path,
    argument: &str,
    anchor: Option<Anchor>,
    mut hand_on: impl FnMut(&[u8]) -> Result<(), GateError>,
) -> Result<AuditReport, GateError> {
    let failed = |error: io::Error| unreadable(path, &error, argument);
    let mut log = BufReader::with_capacity(BUFFER, open(path).map_err(failed)?);
    let mut verifier = AuditVerifier::new(anchor);
    let mut line = Vec::new();
    loop {
        line.clear();
        // One more than any record has tells one that is too long.
        let most = MAX_AUDIT_LINE_BYTES as u64 + 2;
        if log.by_ref().take(most).read_until(b'\n', &mut line).map_err(failed)? == 0 {
            return Ok(verifier.finish());
        }
        hand_on(&line)?;
        let mut ended = line.pop_if(|last| *last == b'\n').is_some();
        if !ended && line.len() > MAX_AUDIT_LINE_BYTES {
            ended = skip_line(&mut log).map_err(failed)?;
        }
        verifier.line(&line, ended);
    }
}

/// Reads up to the next line feed, and says whether there was one.
fn skip_line(log: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let buffer = log.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        if buffer.is_empty() || end.is_some() {
            log.consume(end.map_or(0, |end| end + 1));
            return Ok(end.is_some());
        }
        let skipped = buffer.len();
        log.consume(skipped);
    }
}

fn unreadable(path: &Path, error: &io::Error, argument: &str) -> GateError {
    let found = format!("`{}`: {error}", path.display());
    let missing = error.kind() == io::ErrorKind::NotFound;
    let code = if missing { ErrorCode::FileNotFound } else { ErrorCode::FileUnreadable };
    GateError::new(code, argument, "a log that can be read", found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gate_core::release::audit;

    #[test]
    fn a_line_of_any_length_is_one_record_as_in_memory() -> Result<(), Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("a.log");
        for length in [0, MAX_AUDIT_LINE_BYTES - 1, MAX_AUDIT_LINE_BYTES + 1, 3 * MAX_AUDIT_LINE_BYTES] {
            for end in ["", "\n", "\nx", "\nx\n"] {
                let log = format!("x\n{}{end}", "x".repeat(length));
                fs::write(&path, &log)?;
                let expected = audit::verify(log.as_bytes(), None);
                assert_eq!(verify(&path, None, "log")?, expected, "{length} {end:?}");
            }
        }
        Ok(())
    }
}
