//! Findings that somebody answers for, for a while.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::finding::SecretFinding;
use super::rule::SecretRule;
use crate::problem::Problem;
use crate::time::Instant;

/// One finding in one artifact that is known to be none, or is accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowed {
    /// The artifact, by its whole name.
    pub artifact: String,
    /// The kind of secret.
    pub rule: SecretRule,
    /// Its fingerprint, as a scan under the same key showed it.
    pub fingerprint: String,
    /// Why it may stay.
    pub reason: String,
    /// Who says so.
    pub author: String,
    /// Until when.
    #[serde(with = "crate::time::rfc3339")]
    pub until: Instant,
}

impl Allowed {
    /// Whether it excuses a finding at an instant.
    pub(super) fn excuses(&self, artifact: &str, finding: &SecretFinding, now: Instant) -> bool {
        self.problems("").is_empty()
            && now < self.until
            && self.artifact == artifact
            && self.rule == finding.rule
            && self.fingerprint == finding.fingerprint
    }

    /// What makes the entry none at all.
    pub(super) fn problems(&self, path: &str) -> Vec<Problem> {
        let fields = [
            ("artifact", &self.artifact),
            ("reason", &self.reason),
            ("author", &self.author),
            ("fingerprint", &self.fingerprint),
        ];
        let empty = fields.iter().filter(|(_, text)| text.trim().is_empty());
        empty.map(|(name, _)| Problem::new(alloc::format!("{path}.{name}"), "a text", "nothing")).collect()
    }
}
