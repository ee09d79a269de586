//! The index: which files there are, and their digests. What it looks like is said in the [module](super).

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::fault::{EvidenceFault, EvidenceFaultCode};
use super::file::EvidenceFile;
use super::keys::KeyRing;
use super::names;
use crate::GateError;
use crate::digest::Digest;
use crate::document::to_canonical;
use crate::time::Instant;

/// The schema of an index.
pub const SCHEMA: &str = "tsfm_gate.evidence.v1";

/// The only algorithm of signatures.
pub(super) const ALGORITHM: &str = "hmac-sha256";

/// One file of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number, from 1.
    pub sequence: u64,
    /// Its path in the folder.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// The digest of its bytes.
    pub sha256: Digest,
}

/// Who vouches for an index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// `hmac-sha256`
    pub algorithm: String,
    /// Which key it was.
    pub key_id: String,
    /// The HMAC.
    pub value: Digest,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// [`SCHEMA`]
    pub schema_version: String,
    /// Its number, from 1.
    pub sequence: u64,
    /// The digest of the index before it; none before the first.
    pub previous: Option<Digest>,
    /// When it was made.
    #[serde(with = "crate::time::rfc3339")]
    pub generated_at: Instant,
    /// Whether its maker found it tampered with. Only `false` is good.
    pub tampered: bool,
    /// The files.
    pub entries: Vec<Entry>,
    /// The digest of everything above.
    pub digest: Digest,
    /// Who vouches for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// What the digest of an index covers.
#[derive(Serialize)]
struct Body<'a> {
    schema_version: &'a str,
    sequence: u64,
    previous: Option<Digest>,
    #[serde(with = "crate::time::rfc3339")]
    generated_at: Instant,
    tampered: bool,
    entries: &'a [Entry],
}

/// The number and the digest of an index that was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexAnchor {
    /// Its number.
    pub sequence: u64,
    /// Its digest.
    pub digest: Digest,
}

impl Index {
    /// The index of these files, to follow the one that the anchor names.
    ///
    /// # Errors
    /// Every fault of every file: what would not verify is not indexed.
    pub fn build(
        mut files: Vec<EvidenceFile>,
        after: Option<IndexAnchor>,
        generated_at: Instant,
    ) -> Result<Self, Vec<EvidenceFault>> {
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let faults = faults_of(&files);
        if !faults.is_empty() {
            return Err(faults);
        }
        let entry = |(sequence, file): (u64, EvidenceFile)| Entry {
            sequence,
            name: file.name,
            size: file.size,
            sha256: file.sha256,
        };
        let mut index = Self {
            schema_version: SCHEMA.to_string(),
            sequence: after.map_or(1, |after| after.sequence.saturating_add(1)),
            previous: after.map(|after| after.digest),
            generated_at,
            tampered: false,
            entries: (1..).zip(files).map(entry).collect(),
            digest: Digest([0; 32]),
            signature: None,
        };
        index.digest = index
            .content_digest()
            .map_err(|error| [EvidenceFault::index(EvidenceFaultCode::IndexMalformed, error.to_string())])?;
        Ok(index)
    }

    /// The same index, signed by the active key.
    ///
    /// # Errors
    /// `missing-field` if no key may sign.
    pub fn signed(mut self, keys: &KeyRing, now: Instant) -> Result<Self, GateError> {
        let key = keys.signer(now)?;
        let value = key.secret.sign(message(&key.key_id, self.digest).as_bytes());
        let (algorithm, key_id) = (ALGORITHM.to_string(), key.key_id.clone());
        self.signature = Some(Signature { algorithm, key_id, value });
        Ok(self)
    }

    /// Its number and digest, to be kept by whoever verified it.
    #[must_use]
    pub fn anchor(&self) -> IndexAnchor {
        IndexAnchor { sequence: self.sequence, digest: self.digest }
    }

    /// The text to store, canonical and ended by a line feed.
    ///
    /// # Errors
    /// `number-out-of-range` for a number that no reader of JSON would keep.
    pub fn to_text(&self) -> Result<String, GateError> {
        Ok(to_canonical(self)? + "\n")
    }

    /// The digest that it should have.
    ///
    /// # Errors
    /// `number-out-of-range` for a number that no reader of JSON would keep.
    pub fn content_digest(&self) -> Result<Digest, GateError> {
        let body = Body {
            schema_version: &self.schema_version,
            sequence: self.sequence,
            previous: self.previous,
            generated_at: self.generated_at,
            tampered: self.tampered,
            entries: &self.entries,
        };
        Ok(Digest::of(to_canonical(&body)?.as_bytes()))
    }
}

/// What a signature is over.
pub(super) fn message(key_id: &str, digest: Digest) -> String {
    format!("{SCHEMA}\n{key_id}\n{digest}\n")
}

/// The faults of files that are to be indexed, sorted by name.
fn faults_of(files: &[EvidenceFile]) -> Vec<EvidenceFault> {
    let mut faults = Vec::new();
    if files.is_empty() {
        let message = "expected at least one file, found none";
        faults.push(EvidenceFault::index(EvidenceFaultCode::NoEntries, message));
    }
    for (index, file) in files.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| files.get(before));
        if before.is_some_and(|before| before.name == file.name) {
            let message = "expected each name once, found it twice";
            faults.push(EvidenceFault::file(&file.name, EvidenceFaultCode::DuplicateName, message));
        }
        faults.extend(name_fault(&file.name));
        faults.extend(document_faults(file));
    }
    faults
}

pub(super) fn name_fault(name: &str) -> Option<EvidenceFault> {
    let problem = names::problem(name)?;
    let message = format!("expected a relative path inside the folder, found {problem}");
    Some(EvidenceFault::file(name, EvidenceFaultCode::UnsafeName, message))
}

pub(super) fn document_faults(file: &EvidenceFile) -> Vec<EvidenceFault> {
    match &file.document {
        Ok(document) => document.faults(&file.name),
        Err(error) => {
            [EvidenceFault::file(&file.name, EvidenceFaultCode::FileMalformed, error.to_string())].into()
        }
    }
}
