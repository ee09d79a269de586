//! Which files a folder has.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gate_core::{ErrorCode, GateError};

/// The name of the file that lists the others.
pub const INDEX: &str = "index.json";

/// So many files are read at most, in so many levels.
const MAX_FILES: usize = 1_000_000;
const MAX_DEPTH: usize = 32;

/// One thing in a folder that is no folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    /// From the folder, with `/` between folders.
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    /// False for links, pipes and devices, and for a name that is no text: such a thing is reported, never read.
    pub(crate) is_file: bool,
}

/// Lists everything in a folder and its folders, sorted by name. Links are not followed.
pub(crate) fn walk(folder: &Path, argument: &'static str) -> Result<Vec<Listed>, GateError> {
    let mut listed = Vec::new();
    let mut left = vec![(folder.to_owned(), String::new(), 0)];
    while let Some((path, prefix, depth)) = left.pop() {
        let failed = |error: io::Error| refused(&path, &error, argument);
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let own = entry.file_name();
            let name = format!("{prefix}{}", own.to_string_lossy());
            if kind.is_dir() && depth < MAX_DEPTH {
                left.push((entry.path(), format!("{name}/"), depth + 1));
                continue;
            }
            let is_file = kind.is_file() && own.to_str().is_some();
            listed.push(Listed { name, path: entry.path(), is_file });
            if listed.len() > MAX_FILES {
                let expected = format!("at most {MAX_FILES} files");
                return Err(GateError::new(ErrorCode::InputTooLarge, argument, expected, "more"));
            }
        }
    }
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(listed)
}

fn refused(path: &Path, error: &io::Error, argument: &'static str) -> GateError {
    let (code, found) = match error.kind() {
        io::ErrorKind::NotFound => (ErrorCode::FileNotFound, format!("nothing at `{}`", path.display())),
        _ => (ErrorCode::FileUnreadable, format!("`{}`: {error}", path.display())),
    };
    GateError::new(code, argument, "a readable folder", found)
}
