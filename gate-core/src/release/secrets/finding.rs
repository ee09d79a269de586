//! What a scan says about a secret without saying it.

use alloc::string::String;

use serde::Serialize;

use super::rule::SecretRule;

/// A secret that was found: of what kind, where, and as much as may be shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct SecretFinding {
    /// The first byte of the value.
    pub start: usize,
    /// The byte after the value.
    pub end: usize,
    /// What kind of secret it is.
    pub rule: SecretRule,
    /// The name that it is assigned to, if there is one: `OPENAI_API_KEY`.
    pub name: Option<String>,
    /// How many characters the value has.
    pub length: usize,
    /// The first 8 hexadecimal digits of its digest under the key of the scan.
    pub fingerprint: String,
}
