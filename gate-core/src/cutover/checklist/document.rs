//! The document that people fill in and sign.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::template::{ABORT_WHEN, CRITERIA, ITEMS};
use crate::GateError;
use crate::cutover::GoNoGo;
use crate::cutover::evidence::Signature;
use crate::digest::Digest;
use crate::document::to_canonical;
use crate::time::{Instant, rfc3339};

/// The `schema_version` of the document.
pub const CHECKLIST_SCHEMA: &str = "tsfm_gate.checklist.v1";

/// A checklist with its decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// [`CHECKLIST_SCHEMA`]
    pub schema_version: String,
    /// What is cut over: the service and its version.
    pub release: String,
    /// When.
    #[serde(with = "rfc3339")]
    pub cutover_at: Instant,
    /// What is to be looked at.
    pub items: Vec<ChecklistItem>,
    /// What decides.
    pub criteria: Vec<Criterion>,
    /// What takes the canary back at once.
    pub abort_when: Vec<String>,
    /// The decision; null as long as nobody has made it.
    pub decision: Option<GoNoGo>,
    /// Who stands for it. Each signature is over all that is above.
    #[serde(default)]
    pub signatures: Vec<SignedBy>,
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    /// Its name.
    pub id: String,
    /// When it is due: `D-1`, `T-30min`, `T+0`, `T+2h`.
    pub due: String,
    /// What must be true.
    pub title: String,
    /// True once somebody has seen that it is.
    pub done: bool,
    /// Who and where.
    #[serde(default)]
    pub note: String,
}

/// One criterion of the decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// Its name.
    pub id: String,
    /// What it belongs to.
    pub category: String,
    /// What must be true.
    pub title: String,
    /// `GO` or `NO-GO`; null as long as nobody has said.
    pub decision: Option<GoNoGo>,
    /// Why.
    #[serde(default)]
    pub note: String,
}

/// Who signed, and what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedBy {
    /// The name.
    pub name: String,
    /// As what.
    pub role: String,
    /// When.
    #[serde(with = "rfc3339")]
    pub signed_at: Instant,
    /// The digest of all that was signed.
    pub digest: Digest,
    /// The signature under a key, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

/// What signatures are over.
#[derive(Serialize)]
struct Body<'a> {
    schema_version: &'a str,
    release: &'a str,
    #[serde(with = "rfc3339")]
    cutover_at: Instant,
    items: &'a [ChecklistItem],
    criteria: &'a [Criterion],
    abort_when: &'a [String],
    decision: Option<GoNoGo>,
}

impl Checklist {
    /// An empty one.
    #[must_use]
    pub fn new(release: &str, cutover_at: Instant) -> Self {
        let items = ITEMS.iter().map(|line| ChecklistItem {
            id: line.id.to_string(),
            due: line.group.to_string(),
            title: line.title.to_string(),
            done: false,
            note: String::new(),
        });
        let criteria = CRITERIA.iter().map(|line| Criterion {
            id: line.id.to_string(),
            category: line.group.to_string(),
            title: line.title.to_string(),
            decision: None,
            note: String::new(),
        });
        Self {
            schema_version: CHECKLIST_SCHEMA.to_string(),
            release: release.to_string(),
            cutover_at,
            items: items.collect(),
            criteria: criteria.collect(),
            abort_when: ABORT_WHEN.iter().map(|line| (*line).to_string()).collect(),
            decision: None,
            signatures: Vec::new(),
        }
    }

    /// The digest of everything but the signatures.
    ///
    /// # Errors
    /// Those of [`to_canonical`].
    pub fn digest(&self) -> Result<Digest, GateError> {
        let body = Body {
            schema_version: &self.schema_version,
            release: &self.release,
            cutover_at: self.cutover_at,
            items: &self.items,
            criteria: &self.criteria,
            abort_when: &self.abort_when,
            decision: self.decision,
        };
        Ok(Digest::of(to_canonical(&body)?.as_bytes()))
    }
}
