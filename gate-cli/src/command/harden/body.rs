//! A body to be judged: of a service, or of a file.

use gate_core::GateError;

use crate::args::Body;
use crate::input;

/// A body with where it comes from.
pub(super) struct Found {
    pub(super) name: String,
    /// Or why there is none.
    pub(super) bytes: Result<Vec<u8>, String>,
}

/// Reads the file.
pub(super) fn body(args: &Body, _path: &str) -> Result<Found, GateError> {
    let source = input::read(&args.input, "input")?;
    Ok(Found { name: source.name, bytes: Ok(source.bytes) })
}
