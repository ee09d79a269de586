//! `tsfm_gate.verify_evidence`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::TimeDelta;
use gate_cli::evidence_folder::{self, INDEX};
use gate_cli::read_if_there;
use gate_core::GateError;
use gate_core::cutover::Check;
use gate_core::cutover::evidence::{
    EvidenceFile, EvidenceReport, Expectation, IndexAnchor, KeyRing, SigningKey, Trust, verify,
};
use gate_core::time::Instant;
use pyo3::prelude::*;
use serde::Deserialize;

use super::blob::Blob;
use super::{Tried, accept, instant, length, read, read_secret, reported};
use crate::convert;

/// What the folder is called in errors.
const ARGUMENT: &str = "evidence";

/// A folder as facts: the bytes of its index, if it has one, and of every other file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Folder {
    index: Option<Blob>,
    files: BTreeMap<String, Blob>,
}

/// Where the evidence is.
enum Evidence {
    At(PathBuf),
    Given(Folder),
}

/// What is expected of it.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) keys: Option<KeyRing>,
    pub(super) anchor: Option<IndexAnchor>,
    pub(super) max_age: Option<TimeDelta>,
}

/// Verifies a folder of evidence: a path, or its files as facts (`index` and `files`).
///
/// With `keys` the index must be signed by one of them; without, whoever can write to the folder is trusted.
#[pyfunction]
#[pyo3(signature = (evidence, *, keys=None, anchor=None, max_age=None, now=None))]
pub(crate) fn verify_evidence<'py>(
    evidence: &Bound<'py, PyAny>,
    keys: Option<&Bound<'py, PyAny>>,
    anchor: Option<&Bound<'py, PyAny>>,
    max_age: Option<&Bound<'py, PyAny>>,
    now: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = evidence.py();
    let wanted = Wanted {
        keys: keys.map(ring).transpose()?.map(|ring| accept(py, ring)).transpose()?,
        anchor: anchor.map(read).transpose()?,
        max_age: length("max_age", max_age)?,
    };
    let (check, report) = accept(py, judge(evidence, &wanted, instant(now)?)?)?;
    reported(py, &check, &report)
}

/// The keys of a list of `key_id`, `secret`, `state` and `until`.
pub(super) fn ring(keys: &Bound<'_, PyAny>) -> Tried<KeyRing> {
    Ok(read_secret::<Vec<SigningKey>>(keys)?.and_then(KeyRing::new))
}

/// Verifies the evidence as of `now`, which is also when it was looked at.
pub(super) fn judge(
    evidence: &Bound<'_, PyAny>,
    wanted: &Wanted,
    now: Instant,
) -> Tried<(Check, EvidenceReport)> {
    let evidence = match evidence.extract::<PathBuf>() {
        Ok(path) => Evidence::At(path),
        Err(_) => match convert::try_read(evidence)? {
            Ok(folder) => Evidence::Given(folder),
            Err(refused) => return Ok(Err(refused)),
        },
    };
    Ok(Python::attach(|py| py.detach(|| verified(&evidence, wanted, now))))
}

fn verified(
    evidence: &Evidence,
    wanted: &Wanted,
    now: Instant,
) -> Result<(Check, EvidenceReport), GateError> {
    let (index, files) = match evidence {
        Evidence::At(path) => {
            (read_if_there(&path.join(INDEX), ARGUMENT)?, evidence_folder::read(path, ARGUMENT)?)
        }
        Evidence::Given(folder) => {
            let files = folder.files.iter();
            let files = files.map(|(name, file)| EvidenceFile::from_bytes(name.as_str(), &file.0)).collect();
            (folder.index.as_ref().map(|index| index.0.clone()), files)
        }
    };
    let trust = wanted.keys.as_ref().map_or(Trust::Storage, Trust::Keys);
    let expected = Expectation { trust, anchor: wanted.anchor, now, max_age: wanted.max_age };
    let report = verify(index.as_deref(), &files, &expected);
    Ok((report.check_at(now), report))
}
