//! One file of the folder, as facts.

use alloc::string::String;

use super::document::DocumentFacts;
use crate::GateError;
use crate::digest::Digest;

/// A file that is there. Whoever reads large folders takes digest and document from the same bytes and drops them.
#[derive(Debug, Clone, PartialEq)]
pub struct EvidenceFile {
    /// Its path in the folder, with `/` between folders.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
    /// The digest of its bytes.
    pub sha256: Digest,
    /// What it says, or why that cannot be read.
    pub document: Result<DocumentFacts, GateError>,
}

impl EvidenceFile {
    /// The facts of a file with these bytes.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Self {
        Self {
            name: name.into(),
            size: bytes.len() as u64,
            sha256: Digest::of(bytes),
            document: DocumentFacts::from_json(bytes),
        }
    }
}
