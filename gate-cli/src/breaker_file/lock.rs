//! One process at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use gate_core::{ErrorCode, GateError};

/// How long to sleep between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// The right to change a state file. It ends with the process, however that ends.
#[derive(Debug)]
pub(crate) struct Lock {
    /// Closing it lets go.
    _file: File,
}

impl Lock {
    /// Waits for the right, at most so long.
    ///
    /// The lock is on a file of its own that stays: the state file is replaced as a whole, so a lock on it would be on
    /// a file that is no longer there.
    pub(crate) fn take(path: &Path, most: Duration) -> Result<Self, GateError> {
        let failed = |error: io::Error| {
            let found = format!("`{}`: {error}", path.display());
            GateError::new(ErrorCode::OutputFailed, "state", "a folder in which a lock can be placed", found)
        };
        let options = OpenOptions::new().write(true).create(true).truncate(false).open(path);
        let file = options.map_err(failed)?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::WouldBlock) if started.elapsed() < most => thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(held(path, most)),
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }
}

fn held(path: &Path, most: Duration) -> GateError {
    let expected = format!("a lock that is free within {} s", most.as_secs());
    let found = format!("`{}` held by another process", path.display());
    GateError::new(ErrorCode::StateLocked, "state", expected, found)
}
