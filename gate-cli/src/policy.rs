//! From a name or a file to a policy.

use std::ffi::OsStr;
use std::path::Path;

use gate_core::canary::policy::{BUILTIN, BUILTIN_YAML};
use gate_core::document::check_text;
use gate_core::{ErrorCode, GateError, Policy};

use crate::failure::Refusal;
use crate::input::{self, Source, Syntax};
use crate::yaml;

/// The argument that errors name.
const ARGUMENT: &str = "policy";

/// Returns the built-in policy of this name, or reads the file, with the text that it stands in.
pub(crate) fn named(name_or_file: &Path) -> Result<(Policy, Source), Box<Refusal>> {
    if name_or_file == Path::new(BUILTIN) {
        return Ok((Policy::builtin(BUILTIN)?, builtin_source()));
    }
    from_file(name_or_file).map_err(|refusal| match refusal.error.code() {
        ErrorCode::FileNotFound => neither(name_or_file).unwrap_or(refusal),
        _ => refusal,
    })
}

fn builtin_source() -> Source {
    Source { name: BUILTIN.to_owned(), bytes: BUILTIN_YAML.into(), syntax: Syntax::Yaml }
}

/// The library's error, which says that both a name and a file would do.
fn neither(name: &Path) -> Option<Box<Refusal>> {
    Policy::builtin(&name.to_string_lossy()).err().map(Box::from)
}

/// Reads a policy file and keeps its text for what may have to be said about it.
pub(crate) fn from_file(path: &Path) -> Result<(Policy, Source), Box<Refusal>> {
    let mut source = input::read(path, ARGUMENT)?;
    source.syntax = syntax_of(path, &source.bytes);
    match parse(&source) {
        Ok(policy) => Ok((policy, source)),
        Err(error) => Err(Refusal::about(error, source)),
    }
}

/// By the ending of the name, else by the first character.
pub(crate) fn syntax_of(path: &Path, bytes: &[u8]) -> Syntax {
    let ending = path.extension().map(OsStr::to_ascii_lowercase);
    match ending.as_ref().and_then(|ending| ending.to_str()) {
        Some("json") => Syntax::Json,
        Some("yaml" | "yml") => Syntax::Yaml,
        _ if bytes.trim_ascii_start().starts_with(b"{") => Syntax::Json,
        _ => Syntax::Yaml,
    }
}

fn parse(source: &Source) -> Result<Policy, GateError> {
    match source.syntax {
        Syntax::Json => Policy::from_json(&source.bytes),
        Syntax::Yaml => from_yaml(&source.bytes),
    }
}

/// Reads a policy from YAML.
///
/// # Errors
/// Any code of a document or of a policy, with the path of the field, and `yaml-syntax`.
pub fn from_yaml(bytes: &[u8]) -> Result<Policy, GateError> {
    Policy::from_node(&yaml::read(check_text(bytes)?)?)
}
