//! `tsfm_gate.evaluate`: a snapshot, a stage and a policy in, a verdict out.

use gate_core::canary::snapshot::SnapshotDoc;
use gate_core::{GateError, Policy, Snapshot, Verdict};
use pyo3::prelude::*;

use crate::convert::{self, Text};
use crate::{error, policy, verdict};

/// Judges a snapshot of a stage, and never raises for a "no".
#[pyfunction]
#[pyo3(signature = (snapshot, stage, *, policy=None, now=None, digests=false))]
pub(crate) fn evaluate<'py>(
    snapshot: &Bound<'py, PyAny>,
    stage: &str,
    policy: Option<&Bound<'py, PyAny>>,
    now: Option<&Bound<'py, PyAny>>,
    digests: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let policy = policy::resolve(snapshot.py(), policy)?;
    decide(policy.get().inner(), snapshot, stage, now, digests)
}

/// Converts in, decides without the interpreter lock, and converts out.
pub(crate) fn decide<'py>(
    policy: &Policy,
    snapshot: &Bound<'py, PyAny>,
    stage: &str,
    now: Option<&Bound<'py, PyAny>>,
    digests: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = snapshot.py();
    let input = Input::read(snapshot)?;
    let now = now.map(|now| convert::instant("now", now)).transpose()?;
    let judge = || -> Result<Verdict, GateError> {
        let snapshot = input.validate()?;
        let verdict = policy.evaluate(&snapshot, stage, now)?;
        Ok(if digests { verdict.with_digests(policy, &snapshot) } else { verdict })
    };
    let verdict = error::accept(py, py.detach(judge))?;
    verdict::to_python(py, &verdict)
}

/// A snapshot that no longer depends on what other threads do to the Python object it came from.
pub(crate) enum Input<'a> {
    Text(Text<'a>),
    Document(Box<SnapshotDoc>),
}

impl<'a> Input<'a> {
    pub(crate) fn read(snapshot: &'a Bound<'_, PyAny>) -> PyResult<Self> {
        match Text::of(snapshot)? {
            Some(text) => Ok(Self::Text(text)),
            None => convert::read(snapshot).map(|document| Self::Document(Box::new(document))),
        }
    }

    pub(crate) fn validate(self) -> Result<Snapshot, GateError> {
        match self {
            Self::Text(text) => Snapshot::from_json(text.bytes()),
            Self::Document(document) => (*document).try_into(),
        }
    }
}
