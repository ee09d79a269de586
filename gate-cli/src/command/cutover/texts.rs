//! Files that a check reads.

use std::path::Path;

use gate_core::GateError;
use gate_core::cutover::evidence::{KeyRing, SigningKey};
use gate_core::document::{Node, check_text, from_json_tree, from_node};
use serde::de::DeserializeOwned;

use crate::failure::Refusal;
use crate::input::{Source, Syntax, read_regular};
use crate::{policy, yaml};

pub(super) use crate::input::read_if_there;

/// The bytes of a regular file.
pub(super) fn read(path: &Path, argument: &'static str) -> Result<Vec<u8>, GateError> {
    Ok(read_regular(path, argument)?.bytes)
}

/// A document in YAML or JSON.
pub(super) fn document<T: DeserializeOwned>(path: &Path, argument: &'static str) -> Result<T, Box<Refusal>> {
    let mut source = read_regular(path, argument)?;
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
