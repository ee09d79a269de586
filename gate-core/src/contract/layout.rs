//! Where `processed.npz` lies, and the run id that the place states.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Serialize, Serializer};

use super::run_id::RunId;
use crate::document::quoted;

/// The name of the folder that holds the runs.
const FOLDER: &str = "processed";
/// The name of the archive.
const FILE: &str = "processed.npz";

/// What a path says about the run that its file belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layout {
    /// The last three parts are `processed/{run_id}/processed.npz`.
    Canonical(RunId),
    /// The path says nothing about a run, so it cannot take part in the comparison.
    Unrecognised {
        /// What is not as it should be.
        why: String,
    },
    /// The path must not be used: what it says is not where it leads, or names no run that there can be.
    Refused {
        /// What is wrong with it.
        why: String,
    },
}

impl Layout {
    /// Reads a path with `/` between its parts.
    ///
    /// Repeated separators, `.` and a trailing separator mean nothing, and `\` is an ordinary character; whoever has
    /// a Windows path replaces it before. Leading `..` say where the reader stands and are skipped; a `..` behind
    /// another part takes back what the path has just said, and is refused.
    ///
    /// ```
    /// use gate_core::contract::{Layout, RunId};
    /// let layout = Layout::of("artifacts/processed/run-a/processed.npz");
    /// assert_eq!(layout, Layout::Canonical(RunId::new("run-a").unwrap()));
    /// assert!(matches!(Layout::of("flat/processed.npz"), Layout::Unrecognised { .. }));
    /// assert!(matches!(Layout::of("processed/run-a/../run-b/processed.npz"), Layout::Refused { .. }));
    /// ```
    #[must_use]
    pub fn of(path: &str) -> Self {
        let parts = path.split('/').filter(|part| !matches!(*part, "" | "."));
        let parts: Vec<&str> = parts.skip_while(|part| *part == "..").collect();
        if parts.contains(&"..") {
            return Self::refused(
                "a `..` behind another part of the path, which hides the directory that is read",
            );
        }
        match parts.as_slice() {
            [.., FOLDER, id, FILE] => Self::of_directory(id),
            [.., FILE] => Self::unrecognised("`processed.npz` does not lie in `processed/{run_id}`"),
            [.., other] => {
                Self::unrecognised(&format!("the file is named {}, not `processed.npz`", quoted(other)))
            }
            [] => Self::unrecognised("the path names no file"),
        }
    }

    /// The run id that the path states.
    #[must_use]
    pub const fn run_id(&self) -> Option<&RunId> {
        match self {
            Self::Canonical(id) => Some(id),
            _ => None,
        }
    }

    fn of_directory(name: &str) -> Self {
        match RunId::exact(name) {
            Some(id) => Self::Canonical(id),
            None => Self::refused(&format!("the directory {}, whose name can be no run id", quoted(name))),
        }
    }

    fn unrecognised(why: &str) -> Self {
        Self::Unrecognised { why: why.to_string() }
    }

    fn refused(why: &str) -> Self {
        Self::Refused { why: why.to_string() }
    }
}

/// As JSON: `{"state": "canonical", "run_id": "run-a"}`, or a state with its `why`.
impl Serialize for Layout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(tag = "state", rename_all = "snake_case")]
        enum Document<'a> {
            Canonical { run_id: &'a RunId },
            Unrecognised { why: &'a str },
            Refused { why: &'a str },
        }
        match self {
            Self::Canonical(run_id) => Document::Canonical { run_id },
            Self::Unrecognised { why } => Document::Unrecognised { why },
            Self::Refused { why } => Document::Refused { why },
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stated(path: &str) -> Option<String> {
        Layout::of(path).run_id().map(ToString::to_string)
    }

    #[test]
    fn the_last_three_parts_state_the_run() {
        for path in [
            "processed/run-a/processed.npz",
            "./processed/./run-a/processed.npz/",
            "/srv//processed//run-a//processed.npz",
            "../processed/run-a/processed.npz",
            "processed/processed/run-a/processed.npz",
            "data/processed/run-x/art/processed/run-a/processed.npz",
            "s3://bucket/processed/run-a/processed.npz",
        ] {
            assert_eq!(stated(path).as_deref(), Some("run-a"), "{path}");
        }
    }

    #[test]
    fn another_layout_states_nothing() {
        for path in [
            "",
            ".",
            "..",
            "processed.npz",
            "artifacts/processed/processed.npz",
            "processed/run-a/sub/processed.npz",
            "processed/run-a/data.npz",
            "processed/run-a/Processed.npz",
            "Processed/run-a/processed.npz",
            "processed\\run-a\\processed.npz",
        ] {
            assert!(matches!(Layout::of(path), Layout::Unrecognised { .. }), "{path}");
        }
    }

    #[test]
    fn a_path_that_hides_its_directory_is_refused() {
        for path in [
            "processed/run-a/../run-b/processed.npz",
            "processed/../processed/run-b/processed.npz",
            "processed/run-a/processed.npz/..",
            "processed/ run-a/processed.npz",
            "processed/-rf/processed.npz",
            "processed/실행-01/processed.npz",
        ] {
            assert!(matches!(Layout::of(path), Layout::Refused { .. }), "{path}");
        }
    }
}
