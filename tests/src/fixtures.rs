//! The fixture trees of the run contract: 102 runs, good ones and broken ones, as they would lie on a disk.

use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde_json::Value;
use tempfile::TempDir;

/// One archive, because git would not keep empty folders and hundreds of small binaries are noise in a review.
const ARCHIVE: &[u8] = include_bytes!("../fixtures/run_contract.tar.gz");

/// One row of `index.json`: a folder, the arguments of a check, and what the check must answer.
#[derive(Debug, Clone)]
pub struct Fixture {
    /// The name of the folder.
    pub name: String,
    /// `run_id`, `processed_npz`, `preprocessor_pkl`, `covariate_spec`, …; paths are relative to the folder.
    pub args: Value,
    /// The exit status that is asked for.
    pub exit_code: u8,
    /// The runbook's code; none for success.
    pub code: Option<String>,
    /// What demands it: `seed`, `upstream`, `reading` or `proposal`.
    pub basis: String,
    /// The whole row.
    pub row: Value,
}

impl Fixture {
    /// An argument that is text.
    #[must_use]
    pub fn text(&self, argument: &str) -> Option<&str> {
        self.args.get(argument).and_then(Value::as_str)
    }

    /// The folder of the case, in an unpacked archive.
    #[must_use]
    pub fn folder(&self, unpacked: &TempDir) -> PathBuf {
        root(unpacked).join(&self.name)
    }

    /// An argument that is a path, in an unpacked archive. `..` and links stay as they are.
    #[must_use]
    pub fn path(&self, argument: &str, unpacked: &TempDir) -> Option<PathBuf> {
        self.text(argument).map(|path| self.folder(unpacked).join(path))
    }
}

/// Unpacks all trees into a fresh folder; they lie in [`root`] of it.
#[must_use]
pub fn unpack() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    tar::Archive::new(GzDecoder::new(ARCHIVE)).unpack(folder.path()).expect("the archive is whole");
    folder
}

/// The folder that holds one folder for each case, and `index.json`.
#[must_use]
pub fn root(unpacked: &TempDir) -> PathBuf {
    unpacked.path().join("run_contract")
}

/// The rows of `index.json`, in its order.
#[must_use]
pub fn index(unpacked: &TempDir) -> Vec<Fixture> {
    read_index(&root(unpacked).join("index.json"))
}

fn read_index(path: &Path) -> Vec<Fixture> {
    let text = std::fs::read(path).expect("index.json");
    let index: Value = serde_json::from_slice(&text).expect("index.json is JSON");
    index["cases"].as_array().expect("cases").iter().map(fixture).collect()
}

fn fixture(row: &Value) -> Fixture {
    let text = |value: &Value| value.as_str().map(String::from);
    let exit_code = row["must"]["exit_code"].as_u64().and_then(|code| u8::try_from(code).ok());
    Fixture {
        name: text(&row["case"]).expect("a name"),
        args: row["args"].clone(),
        exit_code: exit_code.expect("an exit status"),
        code: text(&row["must"]["code"]),
        basis: text(&row["basis"]).expect("a basis"),
        row: row.clone(),
    }
}
