//! Replacing a state file as a whole.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use gate_core::{ErrorCode, GateError};

use crate::output::folder_of;

/// Bytes on the disk beside a state file, not yet in its place. Dropped before they are, they are removed.
#[derive(Debug)]
pub(crate) struct Prepared {
    next: PathBuf,
    target: PathBuf,
}

/// The path with something behind its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// Writes the bytes beside the file. The caller has the lock, so the name is its own: what a process that was killed
/// has left there is of no use to anybody.
pub(crate) fn prepare(bytes: &[u8], target: &Path) -> Result<Prepared, GateError> {
    let prepared = Prepared { next: beside(target, ".next"), target: target.to_owned() };
    write_new(bytes, &prepared.next, target).map_err(|error| failed(target, &error))?;
    Ok(prepared)
}

impl Prepared {
    /// Puts the bytes in the place of the file, at once and for good.
    pub(crate) fn put(&self) -> Result<(), GateError> {
        fs::rename(&self.next, &self.target).map_err(|error| failed(&self.target, &error))?;
        // The rename is done; a folder that cannot be synchronised does not undo it.
        let _ = File::open(folder_of(&self.target)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // Once they are in place, there is nothing to remove.
        let _ = fs::remove_file(&self.next);
    }
}

/// Moves a file that is of no use out of the way, and returns where to. Nothing is lost, and nothing is overwritten.
pub(crate) fn set_aside(target: &Path, stamp: &str) -> Result<PathBuf, GateError> {
    let mut aside = beside(target, &format!(".lost-{stamp}"));
    let mut number = 1;
    while fs::symlink_metadata(&aside).is_ok() {
        number += 1;
        aside = beside(target, &format!(".lost-{stamp}-{number}"));
    }
    fs::rename(target, &aside).map_err(|error| failed(target, &error))?;
    Ok(aside)
}

fn write_new(bytes: &[u8], next: &Path, target: &Path) -> io::Result<()> {
    match fs::remove_file(next) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(next)?;
    if let Ok(about) = fs::metadata(target) {
        file.set_permissions(about.permissions())?;
    }
    file.write_all(bytes)?;
    file.sync_all()
}

fn failed(target: &Path, error: &io::Error) -> GateError {
    let found = format!("`{}`: {error}", target.display());
    GateError::new(ErrorCode::OutputFailed, "state", "a state file that can be replaced", found)
}
