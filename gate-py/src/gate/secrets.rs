//! `tsfm_gate.scan_secrets`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use gate_core::release::secrets::{
    Allowed, Artifact, ArtifactScan, MAX_VALUE_BYTES, Scanner, SecretFinding, SecretReport, judge,
};
use gate_core::secret::Secret;
use gate_core::{ErrorCode, GateError};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMapping, PyString};
use serde::Serialize;

use super::{accept, instant, judged, or_default, read_secret, walk};
use crate::convert;

/// What of a file is in memory at a time; larger ones are read piece by piece.
const PIECE: usize = 8 * 1024 * 1024;
/// Each piece is seen with so much of its neighbours that a name, its value and the blanks between are seen whole.
const AROUND: usize = 64 * MAX_VALUE_BYTES;

/// Something to scan.
enum Content {
    Bytes(Vec<u8>),
    Path(PathBuf),
}

/// A finding with the artifact that it is in.
#[derive(Serialize)]
struct Row<'a> {
    artifact: &'a str,
    #[serde(flatten)]
    finding: &'a SecretFinding,
}

#[derive(Serialize)]
struct Report<'a> {
    verdict: gate_core::release::GateVerdict,
    scanned: usize,
    bytes: u64,
    findings: Vec<Row<'a>>,
    allowed: Vec<Row<'a>>,
    problems: &'a [gate_core::problem::Problem],
}

/// Scans for secrets: text or bytes, a path-like object for a file or a folder, or a mapping of these by name.
///
/// A finding shows where and of what kind, a length, and a digest under `key`, which is random without one. The names
/// in `manifest` must all be scanned; without it, those that are there.
#[pyfunction]
#[pyo3(signature = (data, *, manifest=None, allowed=None, key=None, now=None))]
pub(crate) fn scan_secrets<'py>(
    data: &Bound<'py, PyAny>,
    manifest: Option<Vec<String>>,
    allowed: Option<&Bound<'py, PyAny>>,
    key: Option<&Bound<'py, PyAny>>,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = data.py();
    let allowed: Vec<Allowed> = or_default(allowed)?;
    let (scanner, now) = (Scanner::new(secret(py, key)?), instant(now)?);
    let contents = contents(data)?;
    let scan = || -> Result<SecretReport, GateError> {
        let mut artifacts = Vec::new();
        for (name, content) in &contents {
            match content {
                Content::Bytes(bytes) => artifacts.push(scanned(name.clone(), bytes, &scanner)),
                Content::Path(path) => on_disk(name, path, &scanner, &mut artifacts)?,
            }
        }
        let there = || artifacts.iter().map(|artifact| artifact.name.clone()).collect();
        Ok(judge(&manifest.unwrap_or_else(there), &artifacts, &allowed, now))
    };
    let report = accept(py, py.detach(scan))?;
    let shown = Report {
        verdict: report.verdict,
        scanned: report.scanned,
        bytes: report.bytes,
        findings: rows(&report.findings),
        allowed: rows(&report.allowed),
        problems: &report.problems,
    };
    judged(py, report.verdict.exit_code(), &shown)
}

fn rows(findings: &[(String, SecretFinding)]) -> Vec<Row<'_>> {
    findings.iter().map(|(artifact, finding)| Row { artifact, finding }).collect()
}

/// The key of the fingerprints.
fn secret(py: Python<'_>, key: Option<&Bound<'_, PyAny>>) -> PyResult<Secret> {
    match key {
        None => {
            let random = py.import("os")?.call_method1("urandom", (32,))?;
            Ok(Secret::new(random.extract::<Vec<u8>>()?))
        }
        Some(key) => accept(py, read_secret::<super::blob::Blob>(key)?).map(|key| Secret::new(key.0)),
    }
}

fn contents(data: &Bound<'_, PyAny>) -> PyResult<Vec<(String, Content)>> {
    if let Some(content) = content(data) {
        let name = match &content {
            Content::Path(path) => path.display().to_string(),
            Content::Bytes(_) => "data".to_owned(),
        };
        return Ok(vec![(name, content)]);
    }
    let refused = || {
        let found = convert::described(data);
        let expected = "text, bytes, a path, or a mapping of these by name";
        crate::error::raised(data.py(), &GateError::new(ErrorCode::WrongType, "data", expected, found))
    };
    let mapping = data.cast::<PyMapping>().map_err(|_| refused())?;
    let mut contents = Vec::new();
    for item in mapping.items()?.iter() {
        let (name, object): (String, Bound<'_, PyAny>) = item.extract()?;
        contents.push((name, content(&object).ok_or_else(refused)?));
    }
    Ok(contents)
}

fn content(object: &Bound<'_, PyAny>) -> Option<Content> {
    if let Ok(text) = object.cast::<PyString>() {
        // A lone surrogate cannot be in UTF-8; it stands for a byte that could not be decoded, and is no secret.
        return Some(Content::Bytes(text.to_string_lossy().into_owned().into_bytes()));
    }
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Some(Content::Bytes(bytes.as_bytes().to_vec()));
    }
    if let Ok(bytes) = object.cast::<PyByteArray>() {
        return Some(Content::Bytes(bytes.to_vec()));
    }
    object.extract::<PathBuf>().ok().map(Content::Path)
}

fn scanned(name: String, bytes: &[u8], scanner: &Scanner) -> Artifact {
    let scan = ArtifactScan::Scanned { bytes: bytes.len() as u64, findings: scanner.scan(bytes) };
    Artifact { name, scan }
}

/// Scans a file, or every file of a folder. What is there and cannot be read is reported; a path that leads nowhere is
/// an input that cannot be used.
fn on_disk(name: &str, path: &Path, scanner: &Scanner, to: &mut Vec<Artifact>) -> Result<(), GateError> {
    let about = std::fs::metadata(path).map_err(|error| walk::unreadable(path, &error, "data"))?;
    if !about.is_dir() {
        to.push(Artifact { name: name.to_owned(), scan: file(path, scanner) });
        return Ok(());
    }
    for listed in walk::walk(path, "data")? {
        let scan = if listed.is_file {
            file(&listed.path, scanner)
        } else {
            ArtifactScan::Unreadable("a link or something else".to_owned())
        };
        to.push(Artifact { name: listed.name, scan });
    }
    Ok(())
}

fn file(path: &Path, scanner: &Scanner) -> ArtifactScan {
    pieces(path, scanner).unwrap_or_else(|error| ArtifactScan::Unreadable(error.to_string()))
}

/// Reads piece by piece. A finding counts in the piece in which its value starts.
fn pieces(path: &Path, scanner: &Scanner) -> std::io::Result<ArtifactScan> {
    let mut file = walk::open(path)?;
    let (mut findings, mut buffer) = (Vec::new(), Vec::new());
    // Where the buffer lies in the file, and how much of it was counted already.
    let (mut offset, mut counted) = (0_usize, 0_usize);
    loop {
        let wanted = PIECE + AROUND - buffer.len().min(PIECE);
        let is_last = file.by_ref().take(wanted as u64).read_to_end(&mut buffer)? < wanted;
        let until = if is_last { buffer.len() } else { buffer.len().saturating_sub(AROUND) };
        let here = scanner.scan(&buffer).into_iter();
        findings.extend(here.filter(|it| (counted..until).contains(&it.start)).map(|mut it| {
            it.start += offset;
            it.end += offset;
            it
        }));
        if is_last {
            let bytes = offset as u64 + buffer.len() as u64;
            return Ok(ArtifactScan::Scanned { bytes, findings });
        }
        let dropped = until.saturating_sub(AROUND);
        buffer.drain(..dropped);
        offset += dropped;
        counted = until - dropped;
    }
}
