//! `tsfm_gate.scan_secrets`.

use std::path::PathBuf;

use gate_cli::secret_scan::{Root, scan, scan_bytes, walk};
use gate_core::release::secrets::{Allowed, Scanner, SecretReport, judge};
use gate_core::secret::Secret;
use gate_core::{ErrorCode, GateError};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyMapping};

use super::{accept, instant, judged, or_default, read_secret};
use crate::convert;

/// Something to scan.
enum Content {
    Bytes(Vec<u8>),
    Path(PathBuf),
}

/// Scans for secrets: bytes, a path of a file or a folder, or a mapping of these by name. A `str` is a path.
///
/// What lies packed in a zip, a tar or a gzip is scanned as well, and called `{archive}!{place}`.
/// A file in a folder is called by the path or the name of the folder, and by its place in it: `{name}/{place}`.
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
    let judge_all = || -> Result<SecretReport, GateError> {
        let mut artifacts = Vec::new();
        for (name, content) in contents {
            match content {
                Content::Bytes(bytes) => artifacts.extend(scan_bytes(name, &bytes, &scanner)),
                Content::Path(path) => {
                    let root = Root { name: name.into(), path };
                    artifacts.extend(scan(walk(&[root], "data")?, &scanner));
                }
            }
        }
        let there = || artifacts.iter().map(|artifact| artifact.name.clone()).collect();
        Ok(judge(&manifest.unwrap_or_else(there), &artifacts, &allowed, now))
    };
    let report = accept(py, py.detach(judge_all))?;
    judged(py, report.verdict.exit_code(), &report)
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
        let expected = "bytes, a path, or a mapping of these by name";
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
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Some(Content::Bytes(bytes.as_bytes().to_vec()));
    }
    if let Ok(bytes) = object.cast::<PyByteArray>() {
        return Some(Content::Bytes(bytes.to_vec()));
    }
    object.extract::<PathBuf>().ok().map(Content::Path)
}
