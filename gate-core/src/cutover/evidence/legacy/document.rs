//! A document of upstream, and what its own signature says about it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::text::{canonical, push};
use crate::canary::compat::{Str, Value};
use crate::digest::Digest;
use crate::{ErrorCode, GateError};

/// The blocks that the signature covers even where they are absent, as null.
const CORE: [&str; 7] = ["meta", "witness", "usage", "rating", "quota", "budget", "anomaly"];

/// The blocks that it covers where they are present and not null.
const OPTIONAL: [&str; 4] = ["perf", "perf_judge", "judges", "canary"];

/// What a document of upstream says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegacyDocument {
    /// Whose it is.
    pub tenant: Option<String>,
    /// When it was made, as it was written.
    pub generated_at: Option<String>,
    /// The required blocks that it does not have.
    pub missing: Vec<&'static str>,
    /// The blocks that its signature does not cover: anybody can change them.
    pub uncovered: Vec<String>,
    /// The text that its signature covers.
    pub canonical: String,
    /// The digest of that text.
    pub signature: Digest,
    /// Whether its own signature is absent or another, or a block is missing.
    pub tampered: bool,
}

impl LegacyDocument {
    /// Reads a document.
    ///
    /// # Errors
    /// Where upstream would have failed: `json-syntax`; `wrong-type` for a document, `meta` or `integrity` that is no
    /// object; `not-utf8` for half a surrogate pair.
    pub fn from_json(bytes: &[u8]) -> Result<Self, GateError> {
        let value = super::read(bytes)?;
        object(&value, "")?;
        let integrity = block(&value, "integrity");
        let stated = match integrity {
            Some(integrity) => {
                object(integrity, "integrity").map(|()| block(integrity, "signature_sha256"))?
            }
            None => None,
        };
        let meta = block(&value, "meta").filter(|meta| **meta != Value::Null);
        if let Some(meta) = meta {
            object(meta, "meta")?;
        }
        let said = |name: &str| match meta.and_then(|meta| block(meta, name)) {
            Some(Value::Str(text)) => Some(text.to_string()),
            _ => None,
        };
        let canonical = signed_text(&value)?;
        let signature = Digest::of(canonical.as_bytes());
        let missing: Vec<&str> =
            CORE.into_iter().chain(["integrity"]).filter(|name| block(&value, name).is_none()).collect();
        let agrees = matches!(stated, Some(Value::Str(stated)) if *stated == *signature.to_string());
        let tampered = !missing.is_empty() || !agrees;
        Ok(Self {
            tenant: said("tenant"),
            generated_at: said("generated_at"),
            missing,
            uncovered: uncovered(&value),
            canonical,
            signature,
            tampered,
        })
    }
}

/// The text that the signature of a document covers. An absent core block is null in it.
///
/// # Errors
/// `not-utf8` for half a surrogate pair.
pub fn signed_text(document: &Value) -> Result<String, GateError> {
    let optional =
        OPTIONAL.into_iter().filter(|name| !matches!(block(document, name), None | Some(Value::Null)));
    let mut names: Vec<&str> = CORE.into_iter().chain(optional).collect();
    names.sort_unstable();
    let mut text = String::from("{");
    for (index, name) in names.into_iter().enumerate() {
        text.push_str(if index == 0 { "" } else { ", " });
        push(&mut text, &Str::from(name))?;
        text.push_str(": ");
        text.push_str(&canonical(block(document, name).unwrap_or(&Value::Null))?);
    }
    text.push('}');
    Ok(text)
}

fn uncovered(document: &Value) -> Vec<String> {
    let Value::Dict(blocks) = document else { return Vec::new() };
    let known: Vec<&str> = CORE.into_iter().chain(OPTIONAL).chain(["integrity"]).collect();
    blocks.keys().map(ToString::to_string).filter(|name| !known.contains(&name.as_str())).collect()
}

pub(super) fn block<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    match value {
        Value::Dict(blocks) => blocks.get(&Str::from(name)),
        _ => None,
    }
}

fn object(value: &Value, path: &str) -> Result<(), GateError> {
    match value {
        Value::Dict(_) => Ok(()),
        other => Err(GateError::new(ErrorCode::WrongType, path, "an object", other.type_name())),
    }
}
