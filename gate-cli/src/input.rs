//! The only reader: from a path to bytes.

use std::fs::{File, Metadata};
use std::io::{self, IsTerminal as _, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use chrono::DateTime;
use gate_core::bounds::MAX_INPUT_BYTES;
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};

/// The path that stands for stdin.
const STDIN: &str = "-";

/// How a text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Syntax {
    Json,
    Yaml,
}

/// A text that was read, kept for as long as something may have to be shown of it.
#[derive(Debug)]
pub(crate) struct Source {
    /// The path as it was given, or `<stdin>`.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) syntax: Syntax,
}

/// True if somebody would have to type the input.
pub(crate) fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// True for `-`.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path == Path::new(STDIN)
}

/// Reads a file, or stdin for `-`, up to the limit. `argument` names it in errors.
///
/// It is taken for JSON; whoever reads YAML says so afterwards.
pub(crate) fn read(path: &Path, argument: &'static str) -> Result<Source, GateError> {
    let (name, bytes) = if is_stdin(path) {
        let name = "<stdin>".to_owned();
        let bytes = read_all(io::stdin().lock(), 0, &name, argument)?;
        (name, bytes)
    } else {
        let name = path.display().to_string();
        let bytes = read_file(path, &name, argument)?;
        (name, bytes)
    };
    Ok(Source { name, bytes, syntax: Syntax::Json })
}

/// Reads a regular file. A pipe or a device is refused: it could be waited for without an end.
pub(crate) fn read_regular(path: &Path, argument: &'static str) -> Result<Source, GateError> {
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        let found = format!("something else at `{}`", path.display());
        return Err(GateError::new(ErrorCode::FileUnreadable, argument, "a regular file", found));
    }
    read(path, argument)
}

/// Reads the bytes of a regular file, up to the limit of all documents; none if there is no file. `argument` names it
/// in errors.
///
/// # Errors
/// `file-unreadable` and `input-too-large`.
pub fn read_if_there(path: &Path, argument: &'static str) -> Result<Option<Vec<u8>>, GateError> {
    match read_regular(path, argument) {
        Err(error) if error.code() == ErrorCode::FileNotFound => Ok(None),
        read => read.map(|source| Some(source.bytes)),
    }
}

/// The absolute path with every link followed, as far as something is there; the rest stays as it is named.
pub(crate) fn followed(path: &Path) -> io::Result<PathBuf> {
    let error = match std::fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => error,
        known => return known,
    };
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(error) };
    // A link that leads nowhere is there all the same, and nobody knows what it will lead to.
    if std::fs::symlink_metadata(path).is_ok() {
        return Err(error);
    }
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    Ok(followed(parent)?.join(name))
}

/// True if something is at the path.
pub(crate) fn is_there(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}

/// When a file was written last, in milliseconds like the clock, which would otherwise be behind a file of the same
/// instant. Nobody knows it of stdin, or of a file that says a time before 1970.
pub(crate) fn written_at(path: &Path) -> Option<Instant> {
    let about = std::fs::metadata(path).ok().filter(|_| !is_stdin(path))?;
    let since = about.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    DateTime::from_timestamp_millis(i64::try_from(since.as_millis()).ok()?)
}

/// The first bytes of a file.
pub(crate) struct Start {
    pub(crate) bytes: Vec<u8>,
    /// True if the file has no more.
    pub(crate) is_all: bool,
}

/// Reads at most `most` bytes of a file of any size, or of stdin for `-`. `argument` names it in errors.
pub(crate) fn read_start(path: &Path, most: usize, argument: &'static str) -> Result<Start, GateError> {
    let name = path.display().to_string();
    let failed = |error: io::Error| unreadable(&error, &name, argument);
    let mut bytes = Vec::new();
    // One more than is asked for tells whether there is more.
    let limit = most as u64 + 1;
    if is_stdin(path) {
        io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        File::open(path).map_err(failed)?.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    }
    let is_all = bytes.len() <= most;
    bytes.truncate(most);
    Ok(Start { bytes, is_all })
}

/// Reads a file of any size, as upstream does.
pub(crate) fn read_whole(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}

fn read_file(path: &Path, name: &str, argument: &'static str) -> Result<Vec<u8>, GateError> {
    let failed = |error: &io::Error| unreadable(error, name, argument);
    let file = File::open(path).map_err(|error| failed(&error))?;
    let metadata = file.metadata().map_err(|error| failed(&error))?;
    if metadata.is_dir() {
        let found = format!("the directory `{name}`");
        return Err(GateError::new(ErrorCode::FileUnreadable, argument, "a file", found));
    }
    let size = expected_size(&metadata, name, argument)?;
    read_all(file, size, name, argument)
}

/// The size that a file says it has, so that one that is too large is not read at all.
fn expected_size(metadata: &Metadata, name: &str, argument: &'static str) -> Result<usize, GateError> {
    usize::try_from(metadata.len())
        .ok()
        .filter(|size| *size <= MAX_INPUT_BYTES)
        .ok_or_else(|| too_large(&format!("{} bytes", metadata.len()), name, argument))
}

fn read_all(from: impl Read, size: usize, name: &str, argument: &'static str) -> Result<Vec<u8>, GateError> {
    // One more than the limit tells a text of exactly the limit from a longer one.
    let most = MAX_INPUT_BYTES as u64 + 1;
    let mut bytes = Vec::with_capacity(size.saturating_add(1));
    from.take(most).read_to_end(&mut bytes).map_err(|error| unreadable(&error, name, argument))?;
    if bytes.len() > MAX_INPUT_BYTES {
        return Err(too_large("more", name, argument));
    }
    Ok(bytes)
}

fn too_large(found: &str, name: &str, argument: &'static str) -> GateError {
    let expected = format!("at most {MAX_INPUT_BYTES} bytes");
    let found = format!("{found} in `{name}`");
    GateError::new(ErrorCode::InputTooLarge, argument, expected, found)
}

fn unreadable(error: &io::Error, name: &str, argument: &'static str) -> GateError {
    if error.kind() == io::ErrorKind::NotFound {
        let found = format!("nothing at `{name}`");
        return GateError::new(ErrorCode::FileNotFound, argument, "a file", found);
    }
    let found = format!("`{name}`: {error}");
    GateError::new(ErrorCode::FileUnreadable, argument, "a readable file", found)
}
