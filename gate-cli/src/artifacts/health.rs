//! The readers of a finished run: eight artifacts, each where the layout puts it.

use std::fs;
use std::path::{Path, PathBuf};

use gate_core::contract::RunId;
use gate_core::contract::facts::{Artifact, FilePath, Unreadable};
use gate_core::contract::health::HealthFacts;

use super::{document, file, preprocessor, read_archive};

/// What one health check is asked to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthRequest {
    /// The run id as it was given.
    pub run_id: String,
    /// True if the strict form is asked for.
    pub strict_run_id: bool,
    /// The folder that holds `processed`, `models`, `checkpoints`, `metrics`, `reports` and `metadata`.
    pub artifacts: PathBuf,
}

/// Reads the artifacts of a finished run. Nothing is written, and with an unusable run id nothing is read either.
#[must_use]
pub fn read_health(request: &HealthRequest) -> HealthFacts {
    let root = &request.artifacts;
    let nothing = HealthFacts {
        run_id: request.run_id.clone(),
        strict_run_id: request.strict_run_id,
        folder: folder(root),
        npz: Artifact::NotNamed,
        meta: Artifact::NotNamed,
        split: Artifact::NotNamed,
        preprocessor: Artifact::NotNamed,
        best: Artifact::NotNamed,
        last: Artifact::NotNamed,
        metrics: Artifact::NotNamed,
        report: Artifact::NotNamed,
        metadata: Artifact::NotNamed,
    };
    // Only a valid id is safe as a part of a path.
    let Ok(id) = RunId::new(&request.run_id) else { return nothing };
    let processed = root.join("processed").join(id.as_str());
    let checkpoints = root.join("checkpoints").join(id.as_str());
    let named = |folder: &str, ending: &str| root.join(folder).join(format!("{id}{ending}"));
    HealthFacts {
        npz: read_archive(&processed.join("processed.npz"), false),
        meta: document(&processed.join("meta.json"), false),
        split: document(&processed.join("split_contract.json"), false),
        preprocessor: preprocessor(&root.join("models").join(id.as_str()).join("preprocessor.pkl"), false),
        best: size(&checkpoints.join("best.keras")),
        last: size(&checkpoints.join("last.keras")),
        metrics: document(&named("metrics", ".json"), false),
        report: size(&named("reports", ".md")),
        metadata: document(&named("metadata", ".json"), false),
        ..nothing
    }
}

/// The size of a file, which is opened but not read.
fn size(path: &Path) -> Artifact<u64> {
    file::artifact(path, false, |opened| Ok(opened.size))
}

fn folder(path: &Path) -> Artifact<()> {
    let resolved = fs::canonicalize(path).ok().map(|path| path.to_string_lossy().into_owned());
    let at = FilePath { named: path.to_string_lossy().into_owned(), resolved, explicit: true };
    match fs::metadata(path) {
        Ok(found) if found.is_dir() => Artifact::Read(at, ()),
        Ok(_) => Artifact::Unreadable(at, no_folder("a file".to_owned())),
        Err(error) if file::is_absence(&error) => Artifact::Absent(at),
        Err(error) => Artifact::Unreadable(at, no_folder(error.to_string())),
    }
}

fn no_folder(found: String) -> Unreadable {
    Unreadable { opened: false, inside: String::new(), expected: "a directory".to_owned(), found }
}
