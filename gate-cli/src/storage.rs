//! Files that outlive the process: replaced as a whole, by one process at a time.
//!
//! `argument` is what a file is called in errors.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use gate_core::{ErrorCode, GateError};

use crate::input::followed;
use crate::output::folder_of;

/// How long to sleep between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// Bytes that are written at once.
const BUFFER: usize = 64 * 1024;

/// A file that is to be replaced. Whoever does so has the lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    path: PathBuf,
    argument: &'static str,
}

impl Target {
    /// The file at the end of every link, so that all names of one file share its lock, and no link is replaced.
    pub(crate) fn new(path: &Path, argument: &'static str) -> Self {
        Self { path: followed(path).unwrap_or_else(|_| path.to_owned()), argument }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A file beside this one, which shares its lock.
    pub(crate) fn beside(&self, ending: &str) -> Self {
        Self { path: beside(&self.path, ending), argument: self.argument }
    }

    /// Refuses a place that is no place for a file, before anything else is done: a pipe, a device or a folder is not
    /// replaced, and neither is a link that leads nowhere.
    pub(crate) fn refuse_special(&self) -> Result<(), GateError> {
        match fs::symlink_metadata(&self.path) {
            Ok(about) if !about.is_file() => {
                let found = format!("something else at `{}`", self.path.display());
                let expected = "a regular file, or none yet";
                Err(GateError::new(ErrorCode::OutputFailed, self.argument, expected, found))
            }
            // What cannot be looked at cannot be written either, and that says why.
            _ => Ok(()),
        }
    }

    /// Refuses to replace what the same command reads: one of these files, or a file in one of these folders.
    pub(crate) fn refuse_inputs(&self, inputs: impl IntoIterator<Item = PathBuf>) -> Result<(), GateError> {
        let is_read = |input: &PathBuf| followed(input).is_ok_and(|input| self.path.starts_with(input));
        let Some(input) = inputs.into_iter().find(is_read) else { return Ok(()) };
        let found = format!("`{}`, which is, or is in, `{}`", self.path.display(), input.display());
        let expected = "a file that the command does not read";
        Err(GateError::new(ErrorCode::Contradiction, self.argument, expected, found))
    }

    /// Waits for the right to change the file, at most so long.
    ///
    /// The lock is on a file of its own that stays: the file itself is replaced as a whole, so a lock on it would be on
    /// a file that is no longer there.
    pub(crate) fn lock(&self, most: Duration) -> Result<Lock, GateError> {
        let path = beside(&self.path, ".lock");
        let failed = |error: io::Error| {
            let found = format!("`{}`: {error}", path.display());
            let expected = "a folder in which a lock can be placed";
            GateError::new(ErrorCode::OutputFailed, self.argument, expected, found)
        };
        let options = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let file = options.map_err(failed)?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { _file: file }),
                Err(TryLockError::WouldBlock) if started.elapsed() < most => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(held(&path, most, self.argument)),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }

    /// Replaces the file by these bytes: at every instant it is the old one or the new one.
    pub(crate) fn replace(&self, bytes: &[u8]) -> Result<(), GateError> {
        self.prepare(bytes)?.put()
    }

    /// Writes the bytes beside the file. The name is that of whoever has the lock: what a process that was killed has
    /// left there is of no use to anybody.
    pub(crate) fn prepare(&self, bytes: &[u8]) -> Result<Prepared, GateError> {
        let mut copy = self.copy()?;
        copy.add(bytes)?;
        copy.done()
    }

    /// Begins the bytes that will replace the file.
    pub(crate) fn copy(&self) -> Result<Copy, GateError> {
        self.refuse_special()?;
        let prepared = Prepared { next: beside(&self.path, ".next"), target: self.clone() };
        let file = create(&prepared.next, &self.path).map_err(|error| self.failed(&error))?;
        Ok(Copy { file: BufWriter::with_capacity(BUFFER, file), prepared })
    }

    /// Moves a file that is of no use out of the way, and returns where to. Nothing is lost, and nothing is overwritten.
    pub(crate) fn set_aside(&self, stamp: &str) -> Result<PathBuf, GateError> {
        let mut aside = beside(&self.path, &format!(".lost-{stamp}"));
        let mut number = 1;
        while fs::symlink_metadata(&aside).is_ok() {
            number += 1;
            aside = beside(&self.path, &format!(".lost-{stamp}-{number}"));
        }
        fs::rename(&self.path, &aside).map_err(|error| self.failed(&error))?;
        Ok(aside)
    }

    fn failed(&self, error: &io::Error) -> GateError {
        let found = format!("`{}`: {error}", self.path.display());
        GateError::new(ErrorCode::OutputFailed, self.argument, "a file that can be written", found)
    }
}

/// The right to change a file. It ends with the process, however that ends.
#[derive(Debug)]
pub(crate) struct Lock {
    /// Closing it lets go.
    _file: File,
}

impl Lock {
    /// Waits for the right to change two files. Whoever takes the same two takes them in the same order, so that nobody
    /// waits for somebody who waits.
    pub(crate) fn both(one: &Target, other: &Target, most: Duration) -> Result<[Self; 2], GateError> {
        if one.path == other.path {
            let (expected, found) = ("two different files", format!("`{}` twice", one.path.display()));
            return Err(GateError::new(ErrorCode::Contradiction, other.argument, expected, found));
        }
        let (first, second) = if one.path < other.path { (one, other) } else { (other, one) };
        Ok([first.lock(most)?, second.lock(most)?])
    }
}

fn held(path: &Path, most: Duration, argument: &'static str) -> GateError {
    let expected = format!("a lock that is free within {} s", most.as_secs());
    let found = format!("`{}` held by another process", path.display());
    GateError::new(ErrorCode::StateLocked, argument, expected, found)
}

/// The path with something behind its name.
pub(crate) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// Bytes on the disk beside a file, not yet in its place. Dropped before they are, they are removed.
#[derive(Debug)]
pub(crate) struct Prepared {
    next: PathBuf,
    target: Target,
}

impl Prepared {
    /// Puts the bytes in the place of the file, at once and for good.
    pub(crate) fn put(&self) -> Result<(), GateError> {
        let Target { path, .. } = &self.target;
        fs::rename(&self.next, path).map_err(|error| self.target.failed(&error))?;
        // The rename is done; a folder that cannot be synchronised does not undo it.
        let _ = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

impl Drop for Prepared {
    fn drop(&mut self) {
        // Once they are in place, there is nothing to remove.
        let _ = fs::remove_file(&self.next);
    }
}

/// The bytes that will replace a file, while they are written.
#[derive(Debug)]
pub(crate) struct Copy {
    file: BufWriter<File>,
    prepared: Prepared,
}

impl Copy {
    /// Adds bytes at the end.
    pub(crate) fn add(&mut self, bytes: &[u8]) -> Result<(), GateError> {
        self.file.write_all(bytes).map_err(|error| self.prepared.target.failed(&error))
    }

    /// The bytes on the disk, ready to be put in place.
    pub(crate) fn done(mut self) -> Result<Prepared, GateError> {
        let synchronised = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        synchronised.map_err(|error| self.prepared.target.failed(&error))?;
        Ok(self.prepared)
    }
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
