//! Where a log ended when it was last looked at.

use alloc::format;
use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::document::{PREFIX, RecordRef};
use super::entry::AuditEntry;
use crate::bounds::MAX_AUDIT_LINE_BYTES;
use crate::digest::Digest;
use crate::document::to_canonical;
use crate::{ErrorCode, GateError};

/// The schema of a record.
pub(super) const SCHEMA: &str = "tsfm_gate.audit.v1";

/// What the first record follows: the SHA-256 of the schema's name.
#[must_use]
pub fn genesis() -> Digest {
    Digest::of(SCHEMA.as_bytes())
}

/// How many records a log has, and the hash of the last one. Also what the next record is appended to.
///
/// Kept outside the log, it shows when the log is cut, or written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// How many records there are.
    pub records: u64,
    /// The hash of the last one; the genesis of an empty log.
    pub head: Digest,
}

impl Anchor {
    /// The anchor of an empty log.
    #[must_use]
    pub fn empty() -> Self {
        Self { records: 0, head: genesis() }
    }

    /// The line of an entry behind this end of the log, without a line feed, and the new end.
    ///
    /// # Errors
    /// Those of [`AuditEntry::check`], and `input-too-large` for a line that no verifier would read.
    pub fn append(&self, entry: &AuditEntry) -> Result<(String, Self), GateError> {
        entry.check()?;
        let sequence = self.records.saturating_add(1);
        let record = to_canonical(&RecordRef::new(entry, sequence, self.head))?;
        let head = Digest::of(record.as_bytes());
        let line = format!("{PREFIX}{head}\",\"record\":{record}}}");
        if line.len() > MAX_AUDIT_LINE_BYTES {
            let expected = format!("a record of at most {MAX_AUDIT_LINE_BYTES} bytes");
            return Err(GateError::new(
                ErrorCode::InputTooLarge,
                "",
                expected,
                format!("{} bytes", line.len()),
            ));
        }
        Ok((line, Self { records: sequence, head }))
    }
}
