//! Is every policy signed? Each has its signature in a file of its own, so that the policy stays the text that it is.

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::evidence::{KeyRing, Signature};
use super::foreign::one_line;
use super::{Check, CheckState};
use crate::GateError;
use crate::digest::Digest;
use crate::document::from_json;
use crate::time::Instant;

/// The name of the check.
pub const SIGNATURES: &str = "Policy Signatures";

/// The `schema_version` of a signature file.
pub const SIGNATURE_SCHEMA: &str = "tsfm_gate.signature.v1";

/// The signature of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetachedSignature {
    /// [`SIGNATURE_SCHEMA`]
    pub schema_version: String,
    /// The digest of the bytes of the file.
    pub sha256: Digest,
    /// The HMAC over schema, key id and digest, each ended by a line feed.
    pub signature: Signature,
}

/// A file and its signature, as far as they are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedFile<'a> {
    /// What it is called.
    pub name: &'a str,
    /// The digest of its bytes; none if it could not be read.
    pub sha256: Option<Digest>,
    /// The bytes of its signature file; none if there is none.
    pub signature: Option<&'a [u8]>,
}

fn message(key_id: &str, digest: Digest) -> String {
    format!("{SIGNATURE_SCHEMA}\n{key_id}\n{digest}\n")
}

/// Signs a file.
///
/// # Errors
/// `missing-field` if no key may sign.
pub fn sign(sha256: Digest, keys: &KeyRing, now: Instant) -> Result<DetachedSignature, GateError> {
    let signature = keys.sign(|key_id| message(key_id, sha256), now)?;
    Ok(DetachedSignature { schema_version: SIGNATURE_SCHEMA.to_string(), sha256, signature })
}

/// Judges files with their signatures. Healthy is at least one, and every one signed.
#[must_use]
pub fn signatures(files: &[SignedFile<'_>], keys: &KeyRing, now: Instant) -> Check {
    let faults: Vec<String> = files
        .iter()
        .filter_map(|file| Some(format!("{}: {}", one_line(file.name), problem(file, keys, now)?)))
        .collect();
    let (state, message) = match (files.len(), faults.len()) {
        (0, _) => (CheckState::Unhealthy, "expected at least one signed file, found none".to_string()),
        (all, 0) => (CheckState::Healthy, format!("{all} of {all} signed")),
        (all, bad) => {
            (CheckState::Unhealthy, format!("{bad} of {all} not signed as they are: {}", faults.join("; ")))
        }
    };
    Check::new(SIGNATURES, state, message)
        .with("files", files.len())
        .with("faults", faults)
        .observed(Some(now))
}

fn problem(file: &SignedFile<'_>, keys: &KeyRing, now: Instant) -> Option<String> {
    let Some(sha256) = file.sha256 else { return Some("it cannot be read".to_string()) };
    let Some(bytes) = file.signature else { return Some("expected a signature, found none".to_string()) };
    let detached: DetachedSignature = match from_json(bytes) {
        Ok(detached) => detached,
        Err(error) => return Some(format!("its signature cannot be read: {}", one_line(&error.to_string()))),
    };
    if detached.schema_version != SIGNATURE_SCHEMA {
        return Some(format!("schema_version: expected `{SIGNATURE_SCHEMA}`"));
    }
    if detached.sha256 != sha256 {
        return Some("it is not the text that was signed".to_string());
    }
    keys.problem(&detached.signature, |key_id| message(key_id, sha256), now)
}
