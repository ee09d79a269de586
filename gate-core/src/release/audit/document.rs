//! A line of the log, as it is written and as it is read.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::anchor::SCHEMA;
use super::entry::{AuditEntry, AuditResult, Criterion};
use crate::digest::Digest;
use crate::document::Table;
use crate::time::Instant;

/// How a line starts. Then come the hash, [`MIDDLE`], the record, and a brace.
pub(super) const PREFIX: &str = "{\"hash\":\"";

/// What stands between the hash and the record.
pub(super) const MIDDLE: &str = "\",\"record\":";

/// A record with its place in the chain, to be written.
#[derive(Serialize)]
pub(super) struct RecordRef<'a> {
    schema_version: &'static str,
    sequence: u64,
    previous: Digest,
    #[serde(with = "crate::time::rfc3339")]
    at: Instant,
    actor: &'a str,
    action: &'a str,
    digests: &'a BTreeMap<String, Digest>,
    criteria: &'a [Criterion],
    result: AuditResult,
    reason: &'a str,
}

impl<'a> RecordRef<'a> {
    pub(super) fn new(entry: &'a AuditEntry, sequence: u64, previous: Digest) -> Self {
        Self {
            schema_version: SCHEMA,
            sequence,
            previous,
            at: entry.at,
            actor: &entry.actor,
            action: &entry.action,
            digests: &entry.digests,
            criteria: &entry.criteria,
            result: entry.result,
            reason: &entry.reason,
        }
    }
}

/// A record that was read. Texts are borrowed where they have no escapes: a million of them are read in a second or two.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record<'a> {
    #[serde(borrow)]
    pub(super) schema_version: Cow<'a, str>,
    pub(super) sequence: u64,
    pub(super) previous: Digest,
    #[serde(with = "crate::time::rfc3339")]
    #[expect(dead_code, reason = "reading it shows that it is an instant")]
    at: Instant,
    #[serde(borrow)]
    pub(super) actor: Cow<'a, str>,
    #[serde(borrow)]
    pub(super) action: Cow<'a, str>,
    /// A name that stands twice is refused: two readers could see two inputs.
    pub(super) digests: Table<Digest>,
    #[serde(borrow)]
    pub(super) criteria: Vec<CriterionRead<'a>>,
    pub(super) result: AuditResult,
    #[serde(borrow)]
    #[expect(dead_code, reason = "reading it shows that it is a text")]
    reason: Cow<'a, str>,
}

/// A criterion that was read.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CriterionRead<'a> {
    #[serde(borrow)]
    pub(super) name: Cow<'a, str>,
    pub(super) met: bool,
}
