//! What a folder of evidence is worth.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;
use serde_json::Value;

use super::fault::EvidenceFault;
use super::index::{Index, IndexAnchor};
use super::verify::{Expectation, Trust};
use crate::cutover::{Check, CheckState};
use crate::time::{Instant, format_instant};

/// The name of the check.
pub const EVIDENCE: &str = "Evidence Integrity";

/// What was found in a folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvidenceReport {
    /// How many files the index lists.
    pub entries: usize,
    /// Every fault.
    pub faults: Vec<EvidenceFault>,
    /// The index, if it could be read: keep it as the next anchor if the folder is healthy.
    pub anchor: Option<IndexAnchor>,
    /// Which key signed, where the signature was looked at.
    pub key_id: Option<String>,
    /// Whether that key is in grace, so that the folder must be signed anew before the key ends.
    pub grace: bool,
    /// Whether the index is upstream's.
    pub legacy: bool,
    /// Whether there is a signature that nobody looked at.
    pub unchecked_signature: bool,
    /// When the index was made.
    #[serde(with = "crate::time::rfc3339::option")]
    pub generated_at: Option<Instant>,
}

impl EvidenceReport {
    pub(super) fn new(entries: usize, faults: Vec<EvidenceFault>) -> Self {
        Self {
            entries,
            faults,
            anchor: None,
            key_id: None,
            grace: false,
            legacy: false,
            unchecked_signature: false,
            generated_at: None,
        }
    }

    pub(super) fn of_index(mut self, index: &Index, expected: &Expectation<'_>, grace: bool) -> Self {
        let signer = index.signature.as_ref().map(|signature| signature.key_id.clone());
        self.anchor = Some(index.anchor());
        self.generated_at = Some(index.generated_at);
        self.grace = grace;
        match expected.trust {
            Trust::Keys(_) => self.key_id = signer,
            Trust::Storage => self.unchecked_signature = signer.is_some(),
        }
        self
    }

    pub(super) fn of_legacy(mut self) -> Self {
        self.legacy = true;
        self
    }

    /// Healthy is a folder without a fault whose index is believed. A signature that could not be looked at is unknown,
    /// and upstream's evidence is degraded at best: anybody could have signed it.
    #[must_use]
    pub fn state(&self) -> CheckState {
        match self {
            _ if !self.faults.is_empty() => CheckState::Unhealthy,
            Self { legacy: true, .. } => CheckState::Degraded,
            Self { unchecked_signature: true, .. } => CheckState::Unknown,
            _ => CheckState::Healthy,
        }
    }

    /// The report as a check of files that were looked at `now`. How old the index may be is judged already.
    #[must_use]
    pub fn check_at(&self, now: Instant) -> Check {
        let faults: Vec<Value> = self.faults.iter().map(|fault| Value::from(fault.to_string())).collect();
        let mut check = Check::new(EVIDENCE, self.state(), self.message())
            .with("entries", self.entries)
            .with("faults", faults)
            .with("signed", self.key_id.is_some())
            .observed(Some(now));
        if let Some(anchor) = self.anchor {
            check = check.with("sequence", anchor.sequence).with("digest", anchor.digest.to_string());
        }
        if let Some(key_id) = &self.key_id {
            check = check.with("key_id", key_id.as_str()).with("key_in_grace", self.grace);
        }
        check.with("generated_at", self.generated_at.map(format_instant))
    }

    fn message(&self) -> String {
        let files = if self.entries == 1 { "1 file".to_string() } else { format!("{} files", self.entries) };
        match (self.faults.as_slice(), self.state()) {
            ([only], _) => format!("1 fault: {only}"),
            ([first, ..], _) => format!("{} faults, the first: {first}", self.faults.len()),
            (_, CheckState::Degraded) => {
                format!("{files} as listed, but by upstream's index, which is not signed")
            }
            (_, CheckState::Unknown) => format!("{files} as listed, but no key was given for the signature"),
            _ => match &self.key_id {
                Some(key) if self.grace => format!("{files} as listed, signed by `{key}`, which is in grace"),
                Some(key) => format!("{files} as listed, signed by `{key}`"),
                None => format!("{files} as listed, not signed; the storage is trusted"),
            },
        }
    }
}
