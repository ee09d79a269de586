//! The flaws of upstream that we do not share.

use std::collections::BTreeMap;

use serde::Deserialize;

/// `departures.json`: per domain and flaw, why we depart, and the case that shows what we do instead.
#[derive(Deserialize)]
pub(super) struct Departures(BTreeMap<String, BTreeMap<String, Departure>>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "both are for people; reading them makes sure that nobody leaves one out")]
struct Departure {
    reason: String,
    case: String,
}

impl Departures {
    pub(super) fn built_in() -> serde_json::Result<Self> {
        serde_json::from_str(include_str!("../../departures.json"))
    }

    pub(super) fn lists(&self, domain: &str, flaw: &str) -> bool {
        self.0.get(domain).is_some_and(|flaws| flaws.contains_key(flaw))
    }
}
