//! The writer of what is said: answers to stdout or to a file, explanations of failures to stderr.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anstream::{AutoStream, ColorChoice};
use gate_core::render::Colour;
use gate_core::{ErrorCode, GateError};
use tempfile::{Builder, NamedTempFile};

use crate::args::When;

/// True if a person reads stdout.
pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether stdout gets colour.
pub(crate) fn stdout_colour(when: When) -> Colour {
    colour(when, || AutoStream::choice(&io::stdout()))
}

/// Whether stderr gets colour.
pub(crate) fn stderr_colour(when: When) -> Colour {
    colour(when, || AutoStream::choice(&io::stderr()))
}

fn colour(when: When, auto: impl Fn() -> ColorChoice) -> Colour {
    let on = match when {
        When::Always => true,
        When::Never => false,
        When::Auto => auto() != ColorChoice::Never,
    };
    if on { Colour::On } else { Colour::Off }
}

/// Writes to stdout.
pub(crate) fn to_stdout(text: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

/// Writes to stderr. When that is closed too, the exit code is all that is left to say.
pub(crate) fn to_stderr(text: &str) {
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// The error of a stdout that cannot be written.
pub(crate) fn stdout_failed(error: &io::Error) -> GateError {
    failed("a writable stdout", error.to_string())
}

/// Writes a file as a whole or not at all. `input` is the file that must survive.
pub(crate) fn to_file(text: &str, path: &Path, input: Option<&Path>) -> Result<(), GateError> {
    // Through a link to its target, which would otherwise be replaced by a file.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if input.and_then(|input| fs::canonicalize(input).ok()).as_ref() == Some(&target) {
        let found = format!("the input file `{}`", path.display());
        return Err(failed("a file that is not the input", found));
    }
    replace(text, &target).map_err(|error| unwritable(path, &error))
}

/// Writes a file as a whole or not at all. Whatever is at the path stays.
pub(crate) fn to_new_file(text: &str, path: &Path) -> Result<(), GateError> {
    let folder = folder_of(path);
    let written = written(text, &folder, None).map_err(|error| unwritable(path, &error))?;
    match written.persist_noclobber(path) {
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
            let found = format!("`{}`", path.display());
            Err(GateError::new(ErrorCode::Contradiction, "output", "no file yet", found))
        }
        Err(error) => Err(unwritable(path, &error.error)),
        Ok(_) => {
            synchronise(&folder);
            Ok(())
        }
    }
}

fn unwritable(path: &Path, error: &io::Error) -> GateError {
    failed("a writable file", format!("`{}`: {}", path.display(), reason(error)))
}

/// The system's own words, without the temporary file's random name that tempfile adds.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let words = text.split(" at path ").next();
    words.unwrap_or_default().to_owned()
}

fn replace(text: &str, target: &Path) -> io::Result<()> {
    let permissions = match OpenOptions::new().write(true).open(target) {
        Ok(mut special) if !special.metadata()?.is_file() => {
            // A device or a pipe must not be replaced by a file.
            return special.write_all(text.as_bytes());
        }
        // Opening it proves that its owner allows it to be changed.
        Ok(file) => Some(file.metadata()?.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let folder = folder_of(target);
    written(text, &folder, permissions)?.persist(target).map_err(|error| error.error)?;
    synchronise(&folder);
    Ok(())
}

/// The text on the disk, in a file that is yet to get its name.
fn written(text: &str, folder: &Path, permissions: Option<fs::Permissions>) -> io::Result<NamedTempFile> {
    let mut temporary = temporary(folder)?;
    if let Some(permissions) = permissions {
        temporary.as_file().set_permissions(permissions)?;
    }
    temporary.write_all(text.as_bytes())?;
    temporary.as_file().sync_all()?;
    Ok(temporary)
}

/// Makes a rename last. It is done; a folder that cannot be synchronised does not undo it.
fn synchronise(folder: &Path) {
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

/// The folder that a file is in.
pub(crate) fn folder_of(target: &Path) -> PathBuf {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// A file beside the target, with the permissions of any new file once it has been renamed.
fn temporary(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".tsfm-gate-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // The process's umask takes away from these.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}

fn failed(expected: &str, found: String) -> GateError {
    GateError::new(ErrorCode::OutputFailed, "output", expected, found)
}
