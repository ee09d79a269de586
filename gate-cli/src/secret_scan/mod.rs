//! The scan of files of any size for secrets: window by window, on two threads, and what lies packed in them as well.

mod container;
mod queue;
mod tar;
mod unpack;
mod walk;
mod window;

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::thread;

use gate_core::release::secrets::{Artifact, ArtifactScan, Scanner, SecretFinding, SecretRule};
use rawzip::FileReader;

use queue::{Queue, Window};
pub use walk::{Found, Root, walk};

/// As many as the machines have that this is meant for; more would wait for the disk.
const THREADS: usize = 2;

/// So many findings are kept of all files. A scan that finds more says so, and is not whole.
const MAX_FINDINGS: usize = 100_000;

/// What became of one file so far.
#[derive(Debug, Default)]
struct Outcome {
    bytes: u64,
    findings: Vec<SecretFinding>,
    /// Why it was not scanned whole, if so.
    problem: Option<String>,
    /// What lies packed in it.
    inside: Vec<Artifact>,
}

/// Scans bytes that are in memory, and what lies packed in them.
#[must_use]
pub fn scan_bytes(name: String, bytes: &[u8], scanner: &Scanner) -> Vec<Artifact> {
    let size = bytes.len() as u64;
    let inside = unpack::inside(&name, bytes, &bytes, size, scanner);
    let outcome = Outcome { bytes: size, findings: scanner.scan(bytes), problem: None, inside };
    bounded(vec![name], [outcome].into_iter())
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
            scope.spawn(|| work(&names, &queue, &outcomes, scanner));
        }
    });
    bounded(
        names,
        outcomes.into_iter().map(|outcome| outcome.into_inner().unwrap_or_else(PoisonError::into_inner)),
    )
}

fn work(names: &[String], queue: &Mutex<Queue>, outcomes: &[Mutex<Outcome>], scanner: &Scanner) {
    let mut buffer = Vec::new();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
        let Some((index, window)) = next else { return };
        let (Some(name), Some(outcome)) = (names.get(index), outcomes.get(index)) else { return };
        let part = window.and_then(|window| {
            of_window(name, &window, scanner, &mut buffer).map_err(|error| error.to_string())
        });
        let mut outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner);
        match part {
            Ok(part) => {
                outcome.bytes += part.bytes;
                outcome.findings.extend(part.findings);
                outcome.inside.extend(part.inside);
            }
            Err(problem) => outcome.problem = Some(problem),
        }
    }
}

/// What one window adds: the first one also what lies packed in the file.
fn of_window(name: &str, window: &Window, scanner: &Scanner, buffer: &mut Vec<u8>) -> io::Result<Outcome> {
    let Window { file, size, place } = window;
    buffer.resize(usize::try_from(place.length).unwrap_or(0), 0);
    read_exact(file, place.offset, buffer)?;
    if place.is_last && read_some(file, place.offset + place.length, &mut [0])? > 0 {
        return Err(changed());
    }
    let inside = if place.offset == 0 {
        unpack::inside(name, buffer, &FileReader::from(file.try_clone()?), *size, scanner)
    } else {
        Vec::new()
    };
    let findings = place.findings(buffer, scanner)?;
    Ok(Outcome { bytes: place.new_bytes(), findings, problem: None, inside })
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

/// The artifacts, each before what lies in it, as long as all findings fit.
fn bounded(names: Vec<String>, outcomes: impl Iterator<Item = Outcome>) -> Vec<Artifact> {
    let mut left = MAX_FINDINGS;
    let mut artifacts: Vec<Artifact> = names.into_iter().zip(outcomes).flat_map(artifacts_of).collect();
    for Artifact { scan, .. } in &mut artifacts {
        let ArtifactScan::Scanned { findings, .. } = scan else { continue };
        match left.checked_sub(findings.len()) {
            Some(rest) => left = rest,
            None => *scan = ArtifactScan::Unreadable(format!("more than {MAX_FINDINGS} findings in all")),
        }
    }
    artifacts
}

fn artifacts_of((name, outcome): (String, Outcome)) -> Vec<Artifact> {
    let Outcome { bytes, mut findings, problem, inside } = outcome;
    // What a container holds as it is was found in it and in its entry, and the entry says more.
    let said: BTreeSet<(SecretRule, &str)> = inside.iter().flat_map(found_in).collect();
    findings.retain(|finding| !said.contains(&(finding.rule, finding.fingerprint.as_str())));
    findings.sort();
    let scan = problem.map_or(ArtifactScan::Scanned { bytes, findings }, ArtifactScan::Unreadable);
    [Artifact { name, scan }].into_iter().chain(inside).collect()
}

fn found_in(artifact: &Artifact) -> impl Iterator<Item = (SecretRule, &str)> {
    let findings = match &artifact.scan {
        ArtifactScan::Scanned { findings, .. } => findings.as_slice(),
        ArtifactScan::Unreadable(_) => &[],
    };
    findings.iter().map(|finding| (finding.rule, finding.fingerprint.as_str()))
}

#[cfg(test)]
mod tests {
    use super::window::{HALF, OVERLAP, WINDOW};
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
