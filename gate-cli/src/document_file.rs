//! Documents that people write, in YAML or JSON.

use std::path::Path;

use gate_core::GateError;
use gate_core::document::{Node, check_text, from_json, from_node};
use serde::de::DeserializeOwned;

use crate::failure::Refusal;
use crate::input::{self, Source, Syntax};
use crate::policy::syntax_of;
use crate::yaml;

/// Reads a document. `argument` names it in errors.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, argument: &'static str) -> Result<T, Box<Refusal>> {
    document(path, input::read(path, argument)?)
}

/// Reads a document from a regular file.
pub(crate) fn read_regular<T: DeserializeOwned>(
    path: &Path,
    argument: &'static str,
) -> Result<T, Box<Refusal>> {
    document(path, input::read_regular(path, argument)?)
}

fn document<T: DeserializeOwned>(path: &Path, mut source: Source) -> Result<T, Box<Refusal>> {
    source.syntax = syntax_of(path, &source.bytes);
    parse(&source.bytes, source.syntax).map_err(|error| Refusal::about(error, source))
}

/// Reads JSON. `argument` names it in errors.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path, argument: &'static str) -> Result<T, Box<Refusal>> {
    json(input::read(path, argument)?)
}

/// Reads JSON from a regular file.
pub(crate) fn read_regular_json<T: DeserializeOwned>(
    path: &Path,
    argument: &'static str,
) -> Result<T, Box<Refusal>> {
    json(input::read_regular(path, argument)?)
}

fn json<T: DeserializeOwned>(source: Source) -> Result<T, Box<Refusal>> {
    from_json(&source.bytes).map_err(|error| Refusal::about(error, source))
}

/// Reads a text.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], syntax: Syntax) -> Result<T, GateError> {
    match syntax {
        Syntax::Json => from_json(bytes),
        Syntax::Yaml => from_node::<T>(&tree(bytes)?),
    }
}

fn tree(bytes: &[u8]) -> Result<Node, GateError> {
    yaml::read(check_text(bytes)?)
}
