//! Every file below some paths.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gate_core::{ErrorCode, GateError};

/// Something below a path: a file, or what is none and why that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is called in reports.
    pub name: String,
    /// Where the file is; else why it cannot be scanned.
    pub path: Result<PathBuf, String>,
}

/// A file or a folder to scan, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// What it is called in reports; what lies in it is called so, and by its place in it.
    pub name: PathBuf,
    /// Where it is.
    pub path: PathBuf,
}

impl Root {
    /// A path that is called as it is written.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self { name: path.to_owned(), path: path.to_owned() }
    }

    /// The same for something that lies in it.
    fn entry(&self, name: &OsStr) -> Self {
        Self { name: self.name.join(name), path: self.path.join(name) }
    }

    fn file(self) -> Found {
        Found { name: self.name.display().to_string(), path: Ok(self.path) }
    }

    fn odd(&self, why: &dyn ToString) -> Found {
        Found { name: self.name.display().to_string(), path: Err(why.to_string()) }
    }
}

/// Every file below the roots, in order, each once. The roots themselves may be links; links below them are not
/// followed.
///
/// # Errors
/// `file-not-found` and `file-unreadable` for a root, with the path `argument`.
pub fn walk(roots: &[Root], argument: &'static str) -> Result<Vec<Found>, GateError> {
    let mut found = Vec::new();
    for root in roots {
        let refused = |error| unreadable(&root.path, &error, argument);
        let about = fs::metadata(&root.path).map_err(refused)?;
        if about.is_dir() {
            let whole = fs::canonicalize(&root.path).map_err(refused)?;
            below(root, &whole, &mut found);
        } else {
            found.push(of_kind(root.clone(), Ok(about)));
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name).then_with(|| one.path.cmp(&other.path)));
    found.dedup();
    Ok(found)
}

fn below(root: &Root, whole: &Path, found: &mut Vec<Found>) {
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder.path) {
            Ok(entries) => entries,
            Err(error) => {
                found.push(folder.odd(&error));
                continue;
            }
        };
        for entry in entries {
            let Ok(entry) = entry.map_err(|error| found.push(folder.odd(&error))) else { continue };
            let entry = folder.entry(&entry.file_name());
            match fs::symlink_metadata(&entry.path) {
                Ok(about) if about.is_dir() => folders.push(entry),
                Ok(about) if about.is_symlink() => found.extend(link(&entry, whole)),
                about => found.push(of_kind(entry, about)),
            }
        }
    }
}

fn of_kind(entry: Root, about: io::Result<fs::Metadata>) -> Found {
    match about {
        Ok(about) if about.is_file() => entry.file(),
        // A pipe would be waited for, and a device may have no end.
        Ok(_) => entry.odd(&"neither a file nor a folder"),
        Err(error) => entry.odd(&error),
    }
}

/// A link within the tree leads to what is scanned anyway. One that leads out of it, or nowhere, is a part that nobody
/// looks at.
fn link(entry: &Root, whole: &Path) -> Option<Found> {
    match fs::canonicalize(&entry.path) {
        Ok(target) if target.starts_with(whole) => None,
        Ok(_) => Some(entry.odd(&"a link that leads out of the tree")),
        Err(error) => Some(entry.odd(&format!("a link that leads nowhere: {error}"))),
    }
}

fn unreadable(path: &Path, error: &io::Error, argument: &'static str) -> GateError {
    let missing = error.kind() == io::ErrorKind::NotFound;
    let code = if missing { ErrorCode::FileNotFound } else { ErrorCode::FileUnreadable };
    let found = format!("`{}`: {error}", path.display());
    GateError::new(code, argument, "files and folders that can be read", found)
}
