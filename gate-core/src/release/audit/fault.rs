//! What is wrong with a log.

use alloc::string::String;
use core::fmt;

use serde::Serialize;

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditFaultCode {
    /// There is no record.
    Empty,
    /// The line is not a record of this schema.
    Malformed,
    /// The hash is not that of the record.
    HashMismatch,
    /// The record does not follow the line before it.
    BrokenChain,
    /// The record's number is not the next one.
    Sequence,
    /// The log has fewer records than the anchor says.
    Truncated,
    /// Up to the anchor's record, it is not the log that the anchor was taken of.
    Rewritten,
}

/// One fault of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditFault {
    /// The line, counted from 1.
    pub line: u64,
    /// Its kind.
    pub code: AuditFaultCode,
    /// What was expected and found.
    pub message: String,
}

impl fmt::Display for AuditFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}
