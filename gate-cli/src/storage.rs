//! Files that outlive the process: replaced as a whole, by one process at a time.
//!
//! `argument` is what a file is called in errors.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use gate_core::{ErrorCode, GateError};

use crate::output::folder_of;

/// How long to sleep between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// The right to change a file. It ends with the process, however that ends.
#[derive(Debug)]
pub(crate) struct Lock {
    /// Closing it lets go.
    _file: File,
}

impl Lock {
    /// Waits for the right to change the file, at most so long.
    ///
    /// The lock is on a file of its own that stays: the file itself is replaced as a whole, so a lock on it would be on
    /// a file that is no longer there.
    pub(crate) fn take(target: &Path, most: Duration, argument: &'static str) -> Result<Self, GateError> {
        let path = beside(target, ".lock");
        let failed = |error: io::Error| {
            let found = format!("`{}`: {error}", path.display());
            GateError::new(ErrorCode::OutputFailed, argument, "a folder in which a lock can be placed", found)
        };
        let options = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let file = options.map_err(failed)?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if started.elapsed() < most => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(held(&path, most, argument)),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }
}

fn held(path: &Path, most: Duration, argument: &'static str) -> GateError {
    let expected = format!("a lock that is free within {} s", most.as_secs());
    let found = format!("`{}` held by another process", path.display());
    GateError::new(ErrorCode::StateLocked, argument, expected, found)
}

/// Bytes on the disk beside a file, not yet in its place. Dropped before they are, they are removed.
#[derive(Debug)]
pub(crate) struct Prepared {
    next: PathBuf,
    target: PathBuf,
    argument: &'static str,
}

/// The path with something behind its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// Writes the bytes beside the file. The caller has the lock, so the name is its own: what a process that was killed
/// has left there is of no use to anybody.
pub(crate) fn prepare(bytes: &[u8], target: &Path, argument: &'static str) -> Result<Prepared, GateError> {
    let prepared = Prepared { next: beside(target, ".next"), target: target.to_owned(), argument };
    write_new(bytes, &prepared.next, target).map_err(|error| failed(target, &error, argument))?;
    Ok(prepared)
}

/// Replaces the file by these bytes: at every instant it is the old one or the new one. The caller has the lock.
pub(crate) fn replace(bytes: &[u8], target: &Path, argument: &'static str) -> Result<(), GateError> {
    prepare(bytes, target, argument)?.put()
}

impl Prepared {
    /// Puts the bytes in the place of the file, at once and for good.
    pub(crate) fn put(&self) -> Result<(), GateError> {
        fs::rename(&self.next, &self.target).map_err(|error| failed(&self.target, &error, self.argument))?;
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
pub(crate) fn set_aside(target: &Path, stamp: &str, argument: &'static str) -> Result<PathBuf, GateError> {
    let mut aside = beside(target, &format!(".lost-{stamp}"));
    let mut number = 1;
    while fs::symlink_metadata(&aside).is_ok() {
        number += 1;
        aside = beside(target, &format!(".lost-{stamp}-{number}"));
    }
    fs::rename(target, &aside).map_err(|error| failed(target, &error, argument))?;
    Ok(aside)
}

fn write_new(bytes: &[u8], next: &Path, target: &Path) -> io::Result<()> {
    let mut file = create(next, target)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// An empty file with the permissions of the target.
fn create(next: &Path, target: &Path) -> io::Result<File> {
    match fs::remove_file(next) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = OpenOptions::new().write(true).create_new(true).open(next)?;
    if let Ok(about) = fs::metadata(target) {
        file.set_permissions(about.permissions())?;
    }
    Ok(file)
}

fn failed(target: &Path, error: &io::Error, argument: &'static str) -> GateError {
    let expected = format!("a {argument} file that can be replaced");
    GateError::new(ErrorCode::OutputFailed, argument, expected, format!("`{}`: {error}", target.display()))
}

/// The bytes that will replace a file, while they are written. The caller has the lock.
#[derive(Debug)]
pub(crate) struct Copy {
    file: File,
    prepared: Prepared,
}

/// Begins the bytes that will replace a file.
pub(crate) fn copy(target: &Path, argument: &'static str) -> Result<Copy, GateError> {
    let prepared = Prepared { next: beside(target, ".next"), target: target.to_owned(), argument };
    let file = create(&prepared.next, target).map_err(|error| failed(target, &error, argument))?;
    Ok(Copy { file, prepared })
}

impl Copy {
    /// To write to.
    pub(crate) const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Adds bytes at the end.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), GateError> {
        let Prepared { target, argument, .. } = &self.prepared;
        self.file.write_all(bytes).map_err(|error| failed(target, &error, argument))
    }

    /// The bytes on the disk, ready to be put in place.
    pub(crate) fn done(self) -> Result<Prepared, GateError> {
        let Prepared { target, argument, .. } = &self.prepared;
        self.file.sync_all().map_err(|error| failed(target, &error, argument))?;
        Ok(self.prepared)
    }
}
