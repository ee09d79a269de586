//! The scan of files of any size for secrets: window by window, on two threads.
//!
//! Memory is bounded by the windows, not by the files. Windows overlap by more than the longest secret with its name,
//! so one that lies on a border stands whole in one of them.

mod queue;
mod walk;

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;

use gate_core::release::secrets::{Artifact, ArtifactScan, MAX_VALUE_BYTES, Scanner, SecretFinding};

use queue::{Queue, Window};
pub use walk::{Found, Root, walk};

/// As many as the machines have that this is meant for; more would wait for the disk.
const THREADS: usize = 2;

/// Bytes of a window. It fits the cache of a core.
pub(crate) const WINDOW: u64 = 1024 * 1024;

/// Bytes that two windows share: twice what a rule looks at, in text of two bytes per character.
pub(crate) const OVERLAP: u64 = 2 * HALF;

/// A secret that begins in the first half of an overlap belongs to the window before, else to the one after.
const HALF: u64 = 2 * 4 * MAX_VALUE_BYTES as u64;

/// So many findings are kept of all files. A scan that finds more says so, and is not whole.
const MAX_FINDINGS: usize = 100_000;

/// What became of one file so far.
#[derive(Debug, Default)]
struct Outcome {
    bytes: u64,
    findings: Vec<SecretFinding>,
    /// Why it was not scanned whole, if so.
    problem: Option<String>,
}

/// Scans files of any size. What cannot be read whole is an artifact that says so.
#[must_use]
pub fn scan(files: Vec<Found>, scanner: &Scanner) -> Vec<Artifact> {
    let (names, paths): (Vec<String>, Vec<Result<PathBuf, String>>) =
        files.into_iter().map(|found| (found.name, found.path)).unzip();
    let outcomes: Vec<Mutex<Outcome>> = paths.iter().map(|_| Mutex::default()).collect();
    let queue = Mutex::new(Queue::new(&paths));
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| work(&queue, &outcomes, scanner));
        }
    });
    bounded(
        names,
        outcomes.into_iter().map(|outcome| outcome.into_inner().unwrap_or_else(PoisonError::into_inner)),
    )
}

fn work(queue: &Mutex<Queue>, outcomes: &[Mutex<Outcome>], scanner: &Scanner) {
    let mut buffer = Vec::new();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((index, window)) = next else { return };
        let found = window.and_then(|window| {
            let findings = of_window(&window, scanner, &mut buffer).map_err(|error| error.to_string())?;
            Ok((window.new_bytes(), findings))
        });
        let Some(outcome) = outcomes.get(index) else { return };
        let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
        match found {
            Ok((bytes, findings)) => {
                outcome.bytes += bytes;
                outcome.findings.extend(findings);
            }
            Err(problem) => outcome.problem = Some(problem),
        }
    }
}

/// The findings that belong to one window, at their places in the file.
fn of_window(window: &Window, scanner: &Scanner, buffer: &mut Vec<u8>) -> io::Result<Vec<SecretFinding>> {
    buffer.resize(usize::try_from(window.length).unwrap_or(0), 0);
    read_exact(&window.file, window.offset, buffer)?;
    if window.is_last && read_some(&window.file, window.offset + window.length, &mut [0])? > 0 {
        return Err(changed());
    }
    let mut findings = scanner.scan(buffer);
    let owned = window.owned();
    findings.retain(|finding| owned.contains(&(finding.start as u64)));
    let offset = usize::try_from(window.offset).map_err(|_| changed())?;
    for finding in &mut findings {
        finding.start += offset;
        finding.end += offset;
    }
    Ok(findings)
}

fn read_exact(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match read_some(file, offset + done as u64, rest) {
            Ok(0) => return Err(changed()),
            Ok(count) => done += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Reads at a place, without the cursor that both threads would share.
fn read_some(file: &File, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
    #[cfg(unix)]
    return std::os::unix::fs::FileExt::read_at(file, buffer, offset);
    #[cfg(windows)]
    return std::os::windows::fs::FileExt::seek_read(file, buffer, offset);
}

fn changed() -> io::Error {
    io::Error::other("it changed while it was read")
}

/// The artifacts, as long as all findings fit.
fn bounded(names: Vec<String>, outcomes: impl Iterator<Item = Outcome>) -> Vec<Artifact> {
    let mut left = MAX_FINDINGS;
    let artifact = |(name, outcome): (String, Outcome)| {
        let scan = match (outcome.problem, left.checked_sub(outcome.findings.len())) {
            (Some(problem), _) => ArtifactScan::Unreadable(problem),
            (None, None) => ArtifactScan::Unreadable(format!("more than {MAX_FINDINGS} findings in all")),
            (None, Some(rest)) => {
                left = rest;
                let mut findings = outcome.findings;
                findings.sort();
                ArtifactScan::Scanned { bytes: outcome.bytes, findings }
            }
        };
        Artifact { name, scan }
    };
    names.into_iter().zip(outcomes).map(artifact).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gate_core::secret::Secret;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn scanned(bytes: &[u8]) -> Result<ArtifactScan, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("log");
        std::fs::write(&path, bytes)?;
        let found = Found { name: "log".to_owned(), path: Ok(path) };
        let artifact = scan(vec![found], &Scanner::new(Secret::new(""))).pop();
        Ok(artifact.ok_or("no artifact")?.scan)
    }

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn a_secret_anywhere_around_a_border_is_found_once_as_in_one_piece() -> Outcome {
        let value = "a1B2c3D4e5F6g7H8".repeat(20);
        let narrow = format!("\n  api_key = \"{value}\"\n").into_bytes();
        let wide = wide(&format!("\n  token: {value}\n"));
        let (window, stride) = (usize::try_from(WINDOW)?, usize::try_from(WINDOW - OVERLAP)?);
        let scanner = Scanner::new(Secret::new(""));
        for secret in [narrow, wide] {
            for around in [stride, stride + usize::try_from(HALF)?, window] {
                for shift in (0..2 * secret.len()).step_by(157) {
                    let start = around - secret.len() + shift;
                    let mut bytes = vec![b' '; start];
                    bytes.extend_from_slice(&secret);
                    bytes.resize(window + stride, b' ');
                    let mut findings = scanner.scan(&secret);
                    assert_eq!(findings.len(), 1);
                    for finding in &mut findings {
                        finding.start += start;
                        finding.end += start;
                    }
                    let expected = ArtifactScan::Scanned { bytes: bytes.len() as u64, findings };
                    assert_eq!(scanned(&bytes)?, expected, "{around} {shift}");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn an_empty_file_is_scanned_and_has_nothing() -> Outcome {
        assert_eq!(scanned(b"")?, ArtifactScan::Scanned { bytes: 0, findings: Vec::new() });
        Ok(())
    }
}
