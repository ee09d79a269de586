//! Files that a check reads. A pipe or a device is refused: it could be waited for without an end.

use std::fs;
use std::path::Path;

use gate_core::cutover::evidence::{KeyRing, SigningKey};
use gate_core::document::{Node, check_text, from_json_tree, from_node};
use gate_core::{ErrorCode, GateError};
use serde::de::DeserializeOwned;

use crate::failure::Refusal;
use crate::input::{self, Source, Syntax};
use crate::{policy, yaml};

/// The bytes of a regular file.
pub(super) fn read(path: &Path, argument: &'static str) -> Result<Vec<u8>, GateError> {
    Ok(source(path, argument)?.bytes)
}

/// The bytes of a regular file; none if there is no file.
pub(super) fn read_if_there(path: &Path, argument: &'static str) -> Result<Option<Vec<u8>>, GateError> {
    match read(path, argument) {
        Err(error) if error.code() == ErrorCode::FileNotFound => Ok(None),
        read => read.map(Some),
    }
}

fn source(path: &Path, argument: &'static str) -> Result<Source, GateError> {
    if fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        let found = format!("something else at `{}`", path.display());
        return Err(GateError::new(ErrorCode::FileUnreadable, argument, "a regular file", found));
    }
    input::read(path, argument)
}

/// A document in YAML or JSON.
pub(super) fn document<T: DeserializeOwned>(path: &Path, argument: &'static str) -> Result<T, Box<Refusal>> {
    let mut source = source(path, argument)?;
    source.syntax = policy::syntax_of(path, &source.bytes);
    parse(&source).map_err(|error| Refusal::about(error, source))
}

fn parse<T: DeserializeOwned>(source: &Source) -> Result<T, GateError> {
    let tree: Node = match source.syntax {
        Syntax::Json => from_json_tree(&source.bytes)?,
        Syntax::Yaml => yaml::read(check_text(&source.bytes)?)?,
    };
    from_node(&tree)
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
