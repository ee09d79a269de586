//! Files that a check reads.

use std::path::Path;

use gate_core::GateError;
use gate_core::cutover::evidence::{KeyRing, SigningKey};
use gate_core::document::{from_json_tree, from_node};

use crate::input::read_regular;

pub(super) use crate::input::read_if_there;

/// The bytes of a regular file.
pub(super) fn read(path: &Path, argument: &'static str) -> Result<Vec<u8>, GateError> {
    Ok(read_regular(path, argument)?.bytes)
}

/// Keys from a file. Nothing of its text is ever shown, not even where it is wrong.
pub(super) fn keys(path: &Path) -> Result<KeyRing, GateError> {
    let bytes = read(path, "key_file")?;
    let keys = from_json_tree(&bytes).and_then(|tree| from_node::<Vec<SigningKey>>(&tree));
    let keys = keys.map_err(|error| {
        let place = error.position().map_or_else(String::new, |at| format!(" at line {}", at.line));
        let found = format!("something else{place} of `{}`", path.display());
        GateError::new(error.code(), "key_file", "a list of keys with key_id, secret and state", found)
    })?;
    KeyRing::new(keys)
}
