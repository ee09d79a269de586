//! Folders, as far as they are read here.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gate_core::bounds::MAX_INPUT_BYTES;
use gate_core::{ErrorCode, GateError};

/// So many things are listed at most, in so many levels.
const MAX_FILES: usize = 1_000_000;
const MAX_DEPTH: usize = 32;

/// Something in a folder that is no folder.
pub(super) struct Listed {
    /// From the folder, with `/` between folders.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// False for links, pipes and devices, for what is nested too deep, and for a name that is no text.
    pub(super) is_file: bool,
}

/// Everything in a folder and the folders in it, sorted by name. Links are not followed.
pub(super) fn walk(folder: &Path, argument: &str) -> Result<Vec<Listed>, GateError> {
    let mut listed = Vec::new();
    let mut left = vec![(folder.to_owned(), String::new(), 0)];
    while let Some((path, prefix, depth)) = left.pop() {
        let failed = |error: io::Error| unreadable(&path, &error, argument);
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let own = entry.file_name();
            let name = format!("{prefix}{}", own.to_string_lossy());
            if kind.is_dir() && depth < MAX_DEPTH {
                left.push((entry.path(), format!("{name}/"), depth + 1));
                continue;
            }
            listed.push(Listed {
                name,
                path: entry.path(),
                is_file: kind.is_file() && own.to_str().is_some(),
            });
            if listed.len() > MAX_FILES {
                let expected = format!("at most {MAX_FILES} files");
                return Err(GateError::new(ErrorCode::InputTooLarge, argument, expected, "more"));
            }
        }
    }
    listed.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(listed)
}

/// The bytes of a regular file, up to the bound of all documents.
pub(super) fn bytes(path: &Path, argument: &str) -> Result<Vec<u8>, GateError> {
    let failed = |error: io::Error| unreadable(path, &error, argument);
    let mut bytes = Vec::new();
    // One more than the bound tells a file of exactly the bound from a longer one.
    open(path)
        .and_then(|file| file.take(MAX_INPUT_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(failed)?;
    if bytes.len() > MAX_INPUT_BYTES {
        let expected = format!("at most {MAX_INPUT_BYTES} bytes");
        return Err(GateError::new(ErrorCode::InputTooLarge, argument, expected, "more"));
    }
    Ok(bytes)
}

/// A regular file. It is looked at before it is opened, because to open a pipe is to wait for its writer.
pub(super) fn open(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_file() {
        return File::open(path);
    }
    Err(io::Error::other("not a regular file"))
}

pub(super) fn unreadable(path: &Path, error: &io::Error, argument: &str) -> GateError {
    let shown = path.display();
    if error.kind() == io::ErrorKind::NotFound {
        let found = format!("nothing at `{shown}`");
        return GateError::new(ErrorCode::FileNotFound, argument, "something to read", found);
    }
    let found = format!("`{shown}`: {error}");
    GateError::new(ErrorCode::FileUnreadable, argument, "something to read", found)
}
