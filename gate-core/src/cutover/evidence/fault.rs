//! What is wrong with an evidence folder.

use alloc::string::String;
use core::fmt;

use serde::Serialize;

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceFaultCode {
    /// There is no index.
    NoIndex,
    /// The index is not a document of the schema.
    IndexMalformed,
    /// `tampered` is absent, or anything but `false`.
    Tampered,
    /// The index lists no file.
    NoEntries,
    /// Two entries have one name.
    DuplicateName,
    /// A name leads out of the folder, or could be written in another way.
    UnsafeName,
    /// An entry has no digest.
    MissingDigest,
    /// What an entry has for a digest is none.
    DigestMalformed,
    /// A listed file is not there.
    FileMissing,
    /// A file is there and not listed.
    Unlisted,
    /// The bytes are not those that were listed.
    DigestMismatch,
    /// The size is not the one that was listed.
    SizeMismatch,
    /// The file is not a JSON object.
    FileMalformed,
    /// A required block is absent or has nothing in it.
    MissingBlock,
    /// The index's digest is not that of its content.
    IndexDigest,
    /// The numbers of the entries, or of the index, are not in order.
    Sequence,
    /// The index is not signed.
    Unsigned,
    /// The signature is not that of the index under the named key, or the key may not be used.
    BadSignature,
    /// The index is older than one that was verified before, or another than that one.
    Replayed,
    /// The index is older than allowed, or from the future.
    Stale,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceFault {
    /// The file that it is about; absent for the index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its kind.
    pub code: EvidenceFaultCode,
    /// What was expected and found.
    pub message: String,
}

impl EvidenceFault {
    pub(super) fn index(code: EvidenceFaultCode, message: impl Into<String>) -> Self {
        Self { file: None, code, message: message.into() }
    }

    pub(super) fn file(name: &str, code: EvidenceFaultCode, message: impl Into<String>) -> Self {
        Self { file: Some(name.into()), code, message: message.into() }
    }
}

impl fmt::Display for EvidenceFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.as_deref().unwrap_or("index.json"), self.message)
    }
}
