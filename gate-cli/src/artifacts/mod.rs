//! The readers: from the files of a run to the facts that `gate_core::contract` judges.
//!
//! They never fail. What cannot be read is a fact, too, and whether it matters is not decided here. Nothing that a
//! file holds is ever executed.

mod bounds;
mod file;
mod health;
mod json;
mod npz;
mod paths;
mod pickle;
mod wrong;

use std::path::{Path, PathBuf};

use gate_core::contract::facts::{Archive, Artifact, RunFacts, Unreadable};
use gate_core::document::Node;
use rawzip::FileReader;

pub use health::{HealthRequest, read_health};

/// What one `run check` is asked to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRequest {
    /// The run id as it was given.
    pub run_id: String,
    /// True if the strict form is asked for.
    pub strict_run_id: bool,
    /// `--processed-npz`.
    pub processed_npz: Option<PathBuf>,
    /// `--preprocessor-pkl`; without it, where the layout of the npz puts it.
    pub preprocessor_pkl: Option<PathBuf>,
    /// `--meta`; without it, `meta.json` beside the npz.
    pub meta: Option<PathBuf>,
    /// `--covariate-spec`.
    pub covariate_spec: Option<PathBuf>,
    /// Declared dynamic covariates.
    pub dynamic: Vec<String>,
    /// Declared static covariates.
    pub r#static: Vec<String>,
    /// Lookback that the model is asked for.
    pub sequence_length: u64,
    /// Steps that the model is asked to predict.
    pub horizon: u64,
    /// True to leave the data of the arrays unread.
    pub headers_only: bool,
}

/// Reads everything that a request names, and what the layout puts beside it.
#[must_use]
pub fn read_run(request: &RunRequest) -> RunFacts {
    let npz = request.processed_npz.as_deref();
    RunFacts {
        run_id: request.run_id.clone(),
        strict_run_id: request.strict_run_id,
        npz: npz.map_or(Artifact::NotNamed, |path| read_archive(path, request.headers_only)),
        meta: named_or(request.meta.as_deref(), npz.map(|npz| paths::beside(npz, "meta.json")), document),
        split: named_or(None, npz.map(|npz| paths::beside(npz, "split_contract.json")), document),
        preprocessor: named_or(
            request.preprocessor_pkl.as_deref(),
            npz.and_then(paths::preprocessor_of),
            preprocessor,
        ),
        spec: named_or(request.covariate_spec.as_deref(), None, document),
        dynamic: request.dynamic.clone(),
        r#static: request.r#static.clone(),
        sequence_length: request.sequence_length,
        horizon: request.horizon,
    }
}

/// Reads an npz: every header, the values of `feature_names` and `target_indices`, and unless `headers_only` the data
/// of the arrays that a model would be fed.
#[must_use]
pub fn read_archive(path: &Path, headers_only: bool) -> Artifact<Archive> {
    file::artifact(path, true, |opened| npz::read(FileReader::from(opened.file), opened.size, headers_only))
}

/// Reads an npz that is in memory.
///
/// # Errors
/// What makes the archive itself unreadable; a broken member is marked in the result.
pub fn read_archive_bytes(bytes: &[u8], headers_only: bool) -> Result<Archive, Unreadable> {
    npz::read(bytes, bytes.len() as u64, headers_only)
}

/// Reads a preprocessor: a pickle of plain data.
#[must_use]
pub fn read_preprocessor(path: &Path) -> Artifact<Node> {
    preprocessor(path, true)
}

/// Reads a pickle of protocol 0 to 5 that holds plain data: containers, text, numbers, booleans and None.
///
/// Dicts become objects, in which a later value of one key replaces the earlier; lists, tuples and sets become arrays.
/// Bytes after the pickle are ignored, as Python ignores them.
///
/// # Errors
/// The first opcode that would import or call something, or that Python would not understand either. Nothing is
/// executed.
pub fn read_pickle(bytes: &[u8]) -> Result<Node, Unreadable> {
    pickle::read(bytes)
}

/// Reads a JSON document; anything but an object is unreadable.
#[must_use]
pub fn read_document(path: &Path) -> Artifact<Node> {
    document(path, true)
}

fn document(path: &Path, explicit: bool) -> Artifact<Node> {
    file::artifact(path, explicit, |opened| json::read(&file::read_all(opened)?))
}

fn preprocessor(path: &Path, explicit: bool) -> Artifact<Node> {
    file::artifact(path, explicit, |opened| read_pickle(&file::read_all(opened)?))
}

fn named_or(
    named: Option<&Path>,
    derived: Option<PathBuf>,
    read: fn(&Path, bool) -> Artifact<Node>,
) -> Artifact<Node> {
    match (named, derived) {
        (Some(path), _) => read(path, true),
        (None, Some(path)) => read(&path, false),
        (None, None) => Artifact::NotNamed,
    }
}
