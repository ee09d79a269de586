//! What must hold of whatever a service, a file or a person hands to the gates.
#![expect(clippy::expect_used, reason = "a property stops at the first surprise")]

use gate_core::cutover::evidence::{EvidenceFile, Expectation, Trust, verify};
use gate_core::cutover::keys::{KeyLevel, KeyRule, judge_keys};
use gate_core::cutover::promotion::{PromotionFacts, PromotionMode, Says, promotion, sources};
use gate_core::cutover::readyz::{READY_WORDS, ReadyzFacts, default_max_age, readyz};
use gate_core::cutover::{CheckState, breakers};
use gate_core::hardening::openapi::{self, Operation};
use gate_core::hardening::{Summary, metrics};
use gate_core::release::audit;
use gate_core::release::secrets::Scanner;
use gate_core::secret::Secret;
use gate_core::time::{Instant, parse_instant};
use serde_json::Value;

fn now() -> Instant {
    parse_instant("2026-11-21T10:30:00Z", "now").expect("an instant")
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_default()
}

/// Any bytes, handed to every gate.
pub fn gate_bytes(bytes: &[u8]) {
    readyz_body(bytes);
    key_list(bytes);
    assignments(bytes);
    evidence(bytes);
    audit_log(bytes);
    reports(bytes);
    secrets(bytes);
}

/// A service is ready only by a good word of its own, and never with an error as its status, or too late.
fn readyz_body(body: &[u8]) {
    let asked = |status, at| readyz(ReadyzFacts::Answered { status, body, at }, default_max_age(), now());
    if asked(200, now()).state == CheckState::Healthy {
        let body = json(body);
        assert!(body["status"].as_str().is_some_and(|word| READY_WORDS.contains(&word)), "{body}");
    }
    let late = now() - default_max_age() - default_max_age();
    for check in [asked(500, now()), asked(404, now()), asked(200, late)] {
        assert_eq!(check.state, CheckState::Unhealthy, "{}", check.message);
    }
}

/// Keys are well only if one of them is active.
fn key_list(bytes: &[u8]) {
    let report = judge_keys(Some(bytes), KeyRule::default(), now());
    if matches!(report.level(), KeyLevel::Ok | KeyLevel::Warning) {
        let list = json(bytes);
        let keys = list.as_array().expect("a list");
        assert!(keys.iter().any(|key| key["state"] == "active"), "{list}");
    }
}

/// Whatever is in the file, a person's promotion that was written down is read back, and the rest of the file stays.
fn assignments(bytes: &[u8]) {
    let file = String::from_utf8_lossy(bytes);
    let facts = |file| PromotionFacts { environment: [None; 2], marker: Some("manual"), file: Some(file) };
    let before = promotion(&facts(&file));
    if before.state == CheckState::Healthy {
        assert!(sources(&facts(&file)).iter().all(|(_, says)| matches!(says, Says::Manual | Says::Nothing)));
    }
    let written = PromotionMode::Manual.rewrite(Some(&file));
    assert_eq!(PromotionMode::Manual.rewrite(Some(&written)), written, "twice is not once");
    assert!(file.contains("AUTOPROMOTE") || written.starts_with(&*file), "{file:?} became {written:?}");
    assert!(sources(&facts(&written)).iter().all(|(_, says)| *says != Says::Auto), "{written:?}");
}

/// No index of nothing is evidence, and no bytes of a file are believed that no index lists.
fn evidence(bytes: &[u8]) {
    let expected = Expectation { trust: Trust::Storage, anchor: None, now: now(), max_age: None };
    let files = [EvidenceFile::from_bytes("a.json", bytes)];
    for report in [verify(Some(bytes), &[], &expected), verify(None, &files, &expected)] {
        assert_eq!(report.state(), CheckState::Unhealthy);
    }
}

/// A log that verifies does not once a line is dropped, unless that was its last.
fn audit_log(bytes: &[u8]) {
    let report = audit::verify(bytes, None);
    assert_eq!(report.verified, report.faults == 0);
    if report.verified && report.end.records > 1 {
        let first = bytes.iter().position(|byte| *byte == b'\n').expect("a line");
        assert!(!audit::verify(bytes.get(first + 1..).unwrap_or_default(), None).verified);
    }
}

/// What was asked for and is not there is no pass; a summary that reads is one that reads back.
fn reports(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let report = metrics::judge(&text, &["no_service_has_this"]);
    assert!(!report.ok || text.contains("no_service_has_this"));
    let report = openapi::judge("url", Ok(bytes), &[Operation::new("/no/service/has/this", "get")]);
    assert!(!report.passed() || text.contains("service"));
    let _ = (breakers::metric_breaker(Some(bytes), Some(bytes)), breakers::guard(Some(bytes)));
    if let Ok(summary) = Summary::from_json(bytes) {
        let again = serde_json::to_vec(&summary).expect("a document");
        assert_eq!(Summary::from_json(&again).expect("its own document"), summary);
    }
}

/// Findings lie in the bytes, in order, each once.
fn secrets(bytes: &[u8]) {
    let found = Scanner::new(Secret::new("key")).scan(bytes);
    for finding in &found {
        assert!(finding.start < finding.end && finding.end <= bytes.len(), "{finding:?}");
    }
    assert!(found.is_sorted());
}
