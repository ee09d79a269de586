//! Every file below some paths.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Something below a path: a file, or what is none and why that matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) path: Result<PathBuf, String>,
}

impl Found {
    fn file(path: PathBuf) -> Self {
        Self { name: path.display().to_string(), path: Ok(path) }
    }

    fn odd(path: &Path, why: &dyn ToString) -> Self {
        Self { name: path.display().to_string(), path: Err(why.to_string()) }
    }
}

/// Every file below the paths, in order, each once. The paths themselves may be links; links below them are not
/// followed.
pub(crate) fn walk(roots: &[PathBuf]) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for root in roots {
        if fs::metadata(root)?.is_dir() {
            let whole = fs::canonicalize(root)?;
            below(root, &whole, &mut found);
        } else {
            found.push(of_kind(root, fs::metadata(root)));
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name).then_with(|| one.path.cmp(&other.path)));
    found.dedup();
    Ok(found)
}

fn below(root: &Path, whole: &Path, found: &mut Vec<Found>) {
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                found.push(Found::odd(&folder, &error));
                continue;
            }
        };
        for entry in entries {
            let Ok(path) =
                entry.map(|entry| entry.path()).map_err(|error| found.push(Found::odd(&folder, &error)))
            else {
                continue;
            };
            match fs::symlink_metadata(&path) {
                Ok(about) if about.is_dir() => folders.push(path),
                Ok(about) if about.is_symlink() => found.extend(link(&path, whole)),
                about => found.push(of_kind(&path, about)),
            }
        }
    }
}

fn of_kind(path: &Path, about: io::Result<fs::Metadata>) -> Found {
    match about {
        Ok(about) if about.is_file() => Found::file(path.to_owned()),
        // A pipe would be waited for, and a device may have no end.
        Ok(_) => Found::odd(path, &"neither a file nor a folder"),
        Err(error) => Found::odd(path, &error),
    }
}

/// A link within the tree leads to what is scanned anyway. One that leads out of it, or nowhere, is a part that nobody
/// looks at.
fn link(path: &Path, whole: &Path) -> Option<Found> {
    match fs::canonicalize(path) {
        Ok(target) if target.starts_with(whole) => None,
        Ok(_) => Some(Found::odd(path, &"a link that leads out of the tree")),
        Err(error) => Some(Found::odd(path, &format!("a link that leads nowhere: {error}"))),
    }
}
