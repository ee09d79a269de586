//! From a path to a file that can be read, or to the reason why there is none.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use gate_core::bounds::MAX_INPUT_BYTES;
use gate_core::contract::facts::{Artifact, FilePath, Unreadable};

/// A regular file, and its size.
pub(super) struct Opened {
    pub(super) file: File,
    pub(super) size: u64,
}

/// Opens the file at `path` and reads it; `explicit` if a person named it.
pub(super) fn artifact<T>(
    path: &Path,
    explicit: bool,
    read: impl FnOnce(Opened) -> Result<T, Unreadable>,
) -> Artifact<T> {
    let at = |resolved| FilePath { named: path.to_string_lossy().into_owned(), resolved, explicit };
    match open(path) {
        Ok(opened) => match read(opened) {
            Ok(value) => Artifact::Read(at(resolved(path)), value),
            Err(unreadable) => Artifact::Unreadable(at(resolved(path)), unreadable),
        },
        Err(error) if is_absence(&error) => Artifact::Absent(at(None)),
        Err(error) => Artifact::Unreadable(at(resolved(path)), unopened(&error)),
    }
}

/// Reads a whole file within the bound of all documents.
pub(super) fn read_all(opened: Opened) -> Result<Vec<u8>, Unreadable> {
    let most = MAX_INPUT_BYTES as u64;
    let too_large = |found| Unreadable {
        opened: false,
        inside: String::new(),
        expected: format!("at most {MAX_INPUT_BYTES} bytes"),
        found,
    };
    if opened.size > most {
        return Err(too_large(format!("{} bytes", opened.size)));
    }
    let mut bytes = Vec::new();
    // One more than the limit tells a file of exactly the limit from one that grew.
    opened.file.take(most + 1).read_to_end(&mut bytes).map_err(|error| unopened(&error))?;
    if bytes.len() > MAX_INPUT_BYTES { Err(too_large("more".to_owned())) } else { Ok(bytes) }
}

fn open(path: &Path) -> io::Result<Opened> {
    // Asked before opening, because to open a pipe is to wait for its writer.
    let kind = fs::metadata(path)?;
    if kind.is_dir() {
        return Err(io::Error::new(ErrorKind::IsADirectory, "a directory"));
    }
    if !kind.is_file() {
        return Err(io::Error::other("a pipe, a socket or a device"));
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok(Opened { file, size })
}

/// True if there is nothing at the path, even if something stands in its way.
pub(super) fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn unopened(error: &io::Error) -> Unreadable {
    let expected = "a regular file that can be read".to_owned();
    Unreadable { opened: false, inside: String::new(), expected, found: error.to_string() }
}

fn resolved(path: &Path) -> Option<String> {
    fs::canonicalize(path).ok().map(|path| path.to_string_lossy().into_owned())
}
