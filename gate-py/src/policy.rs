//! `tsfm_gate.Policy`: a checked policy that threads share.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use gate_core::canary::policy::{BUILTIN, PolicyDoc};
use gate_core::{ErrorCode, GateError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyTuple};

use crate::convert::{self, Text};
use crate::{build, error, evaluate};

/// What a rollout must show. Immutable: to have one is the proof that its rules agree with each other.
#[pyclass(frozen, module = "tsfm_gate")]
#[derive(Debug)]
pub(crate) struct Policy(gate_core::Policy);

impl Policy {
    pub(crate) const fn inner(&self) -> &gate_core::Policy {
        &self.0
    }

    fn accept(py: Python<'_>, read: Result<gate_core::Policy, GateError>) -> PyResult<Self> {
        error::accept(py, read.map(Self))
    }
}

#[pymethods]
impl Policy {
    /// Returns the policy of the given name that is built in.
    #[staticmethod]
    #[pyo3(signature = (name="tsfm-canary"))]
    fn builtin(py: Python<'_>, name: &str) -> PyResult<Py<Self>> {
        if name == BUILTIN {
            return default(py).map(|policy| policy.clone().unbind());
        }
        Py::new(py, Self::accept(py, gate_core::Policy::builtin(name))?)
    }

    /// Reads a YAML or JSON file.
    #[staticmethod]
    #[expect(clippy::needless_pass_by_value, reason = "what pyo3 extracts from a path-like object")]
    fn from_file(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        Self::accept(py, py.detach(|| gate_cli::policy_from_file(&path)))
    }

    /// Reads a mapping with the fields of a policy document.
    #[staticmethod]
    fn from_dict(document: &Bound<'_, PyAny>) -> PyResult<Self> {
        Self::accept(document.py(), convert::read::<PolicyDoc>(document)?.try_into())
    }

    /// Reads JSON text.
    #[staticmethod]
    fn from_json(text: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = text.py();
        match Text::of(text)? {
            Some(text) => Self::accept(py, py.detach(|| gate_core::Policy::from_json(text.bytes()))),
            None => Err(error::raised(py, &not_a_text(text))),
        }
    }

    /// The name that verdicts carry.
    #[getter]
    fn name(&self) -> &str {
        self.0.name()
    }

    /// The length of the windows that the limits are meant for.
    #[getter]
    fn window_minutes(&self) -> u32 {
        self.0.window_minutes()
    }

    /// The names of the stages, in the order of the document.
    #[getter]
    fn stages<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        PyTuple::new(
            py,
            self.0.stages().iter().map(gate_core::canary::policy::Stage::name).collect::<Vec<_>>(),
        )
    }

    /// What is legal but suspicious, in the order of the document.
    fn lint<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        build::object(py, &self.0.lint())
    }

    /// The document with every default filled in.
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        build::object(py, self.0.document())
    }

    /// Judges a snapshot of a stage with this policy.
    #[pyo3(signature = (snapshot, stage, *, now=None, digests=false))]
    fn evaluate<'py>(
        &self,
        snapshot: &Bound<'py, PyAny>,
        stage: &str,
        now: Option<&Bound<'py, PyAny>>,
        digests: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        evaluate::decide(&self.0, snapshot, stage, now, digests)
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().0 == self.0)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.name().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        let stages: Vec<_> = self.0.stages().iter().map(gate_core::canary::policy::Stage::name).collect();
        format!(
            "<Policy {}: {} min windows, stages {}>",
            self.0.name(),
            self.0.window_minutes(),
            stages.join(" -> ")
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyAny>,))> {
        let read = py.get_type::<Self>().getattr("from_dict")?;
        Ok((read, (self.to_dict(py)?,)))
    }
}

/// The policy that a `policy` argument means: none for the built-in one, a name, a `Policy`, a mapping.
pub(crate) fn resolve<'py>(
    py: Python<'py>,
    given: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, Policy>> {
    let Some(given) = given else {
        return default(py).cloned();
    };
    if let Ok(policy) = given.cast::<Policy>() {
        return Ok(policy.clone());
    }
    match given.cast::<PyString>() {
        Ok(name) => Policy::builtin(py, name.to_str()?).map(|policy| policy.into_bound(py)),
        Err(_) => Bound::new(py, Policy::from_dict(given)?),
    }
}

fn default(py: Python<'_>) -> PyResult<&Bound<'_, Policy>> {
    static BUILT_IN: PyOnceLock<Py<Policy>> = PyOnceLock::new();
    let read = || Py::new(py, Policy::accept(py, gate_core::Policy::builtin(BUILTIN))?);
    BUILT_IN.get_or_try_init(py, read).map(|policy| policy.bind(py))
}

fn not_a_text(object: &Bound<'_, PyAny>) -> GateError {
    GateError::new(ErrorCode::WrongType, "", "JSON text", convert::described(object))
}
