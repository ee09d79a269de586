//! The scan of one artifact.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::anchor::Anchor;
use super::confirm;
use super::finding::SecretFinding;
use super::prefilter::Prefilter;
use super::rule::SecretRule;
use super::wide;
use crate::secret::Secret;

/// The longest value that is looked at; a longer one is a secret of this length.
pub const MAX_VALUE_BYTES: usize = 512;

/// The longest name that a finding shows.
const MAX_NAME_BYTES: usize = 64;

/// Looks for secrets in bytes of any kind. Make one and use it for every artifact.
#[derive(Debug, Clone)]
pub struct Scanner {
    prefilter: Prefilter,
    key: Secret,
}

impl Scanner {
    /// A scanner that shows fingerprints under this key. An allow-list holds only for scans under one and the same.
    #[must_use]
    pub fn new(key: Secret) -> Self {
        Self { prefilter: Prefilter::new(), key }
    }

    /// Every secret in these bytes, in order of place and rule, each once.
    #[must_use]
    pub fn scan(&self, bytes: &[u8]) -> Vec<SecretFinding> {
        let mut findings = Vec::new();
        self.pass(bytes, |at| at, &mut findings);
        if wide::is_possible(bytes) {
            for first in [0, 1] {
                self.pass(&wide::narrow(bytes, first), |at| first + 2 * at, &mut findings);
            }
        }
        findings.sort();
        findings.dedup_by(|next, kept| {
            next.rule == kept.rule && next.start == kept.start && next.end == kept.end
        });
        findings
    }

    fn pass(&self, bytes: &[u8], place: impl Fn(usize) -> usize, findings: &mut Vec<SecretFinding>) {
        self.prefilter.each(bytes, |anchor, start| {
            if let Some(value) = confirm::value(bytes, anchor, start) {
                let text = bytes.get(value.clone()).unwrap_or_default();
                findings.push(SecretFinding {
                    start: place(value.start),
                    end: place(value.end),
                    rule: anchor.rule,
                    name: name(bytes, anchor, start, &value),
                    length: text.len(),
                    fingerprint: Secret::new(text).shown("", &self.key).digest,
                });
            }
        });
    }
}

/// The whole name that an anchor is part of, if a value is assigned to it.
fn name(bytes: &[u8], anchor: &Anchor, start: usize, value: &Range<usize>) -> Option<String> {
    if !matches!(anchor.rule, SecretRule::ApiKey | SecretRule::Credential) || value.start < start {
        return None;
    }
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'_' | b'-');
    let before = bytes.get(..start)?.iter().rev().take(MAX_NAME_BYTES).take_while(is_part).count();
    let after = bytes.get(start..value.start)?.iter().take(MAX_NAME_BYTES).take_while(is_part).count();
    let name = bytes.get(start - before..start + after)?;
    Some(String::from_utf8_lossy(name).into_owned())
}
