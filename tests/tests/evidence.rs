//! Evidence, recovery and the audit log: cases, recorded rows and properties.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeMap;
use std::path::Path;

use chrono::TimeDelta;
use gate_core::cutover::evidence::{
    EvidenceFault, EvidenceFile, Expectation, Index, IndexAnchor, KeyRing, KeyState, SigningKey, Trust,
    merge, verify,
};
use gate_core::cutover::recovery::{RecoveryFacts, RecoveryLimits, measure};
use gate_core::digest::Digest;
use gate_core::document::{Node, Table, canonical, from_json, from_json_tree};
use gate_core::release::audit::{self, Anchor, AuditFaultCode, AuditResult};
use gate_core::secret::Secret;
use gate_core::time::{Instant, parse_instant};
use gate_tests::cases::difference;
use gate_tests::conformance::{Report, replay_file};
use gate_tests::properties_evidence::{
    canonical_texts_stay, changes_of_a_folder_show, changes_of_a_log_show, log, now,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const SECRET: &str = "the secret of ops, 32 characters";

fn cases() -> Vec<Value> {
    serde_json::from_str(include_str!("../cases/evidence.json")).expect("cases")
}

#[test]
fn every_case_comes_out_as_it_says() {
    for case in cases() {
        let input = &case["input"];
        let found = match case["op"].as_str() {
            Some("verify") => verified(input),
            Some("index") => {
                let faults = Index::build(facts(&texts(&input["files"])), None, now()).expect_err("faults");
                json!({"faults": shown(&faults)})
            }
            Some("merge") => json!({"document": merged(input)}),
            // Limits that JSON has no words for are asked of the library alone.
            Some("recovery" | "recovery-limit") => recovered(input),
            Some("keys") => {
                let keys: Table<Vec<SigningKey>> = from_json(input.to_string().as_bytes()).expect("keys");
                let rings = keys.0.into_iter().map(|(name, keys)| (name, KeyRing::new(keys)));
                rings.map(|(name, ring)| (name, json!(ring.err().map(|error| error.to_string())))).collect()
            }
            other => panic!("unknown operation {other:?}"),
        };
        if let Some(difference) = difference(&case["expect"], &found, "") {
            panic!("{}{difference}\n{found}", case["name"]);
        }
    }
}

fn texts(files: &Value) -> BTreeMap<String, String> {
    let text = |file: &Value| file.as_str().map_or_else(|| file.to_string(), ToOwned::to_owned);
    files.as_object().expect("files").iter().map(|(name, file)| (name.clone(), text(file))).collect()
}

fn facts(files: &BTreeMap<String, String>) -> Vec<EvidenceFile> {
    files.iter().map(|(name, text)| EvidenceFile::from_bytes(name.as_str(), text.as_bytes())).collect()
}

fn shown(faults: &[EvidenceFault]) -> Vec<String> {
    let code = |fault: &EvidenceFault| serde_json::to_value(fault.code).expect("a code");
    let file = |fault: &EvidenceFault| fault.file.clone().unwrap_or_else(|| "index".into());
    faults.iter().map(|fault| format!("{}: {}", file(fault), code(fault).as_str().expect("a word"))).collect()
}

fn instant(value: &Value) -> Option<Instant> {
    value.as_str().map(|text| parse_instant(text, "").expect("an instant"))
}

fn ring(secret: &str, state: KeyState) -> KeyRing {
    let (key_id, secret) = ("ops".to_owned(), Secret::new(secret));
    let until = (state == KeyState::Grace).then(|| now() + TimeDelta::days(30));
    KeyRing::new(vec![SigningKey { key_id, secret, state, until }]).expect("a ring")
}

fn verified(input: &Value) -> Value {
    let mut files = texts(&input["files"]);
    let index = index(input, &files);
    if let Some(changes) = input["then"]["files"].as_object() {
        for (name, change) in changes {
            if change == "$remove" {
                files.remove(name);
            } else {
                files.extend(texts(&json!({ name: change })));
            }
        }
    }
    let state = input["states"]["ops"].as_str().unwrap_or("active");
    let keys = ring(SECRET, serde_json::from_value(json!(state)).expect("a state"));
    let expected = Expectation {
        trust: if input["trust"] == "storage" { Trust::Storage } else { Trust::Keys(&keys) },
        anchor: anchor(&input["anchor"]),
        now: instant(&input["now"]).unwrap_or_else(now),
        max_age: input["max_age_minutes"].as_i64().map(TimeDelta::minutes),
    };
    let report = verify(index.as_deref().map(str::as_bytes), &facts(&files), &expected);
    let check = report.check_at(expected.now);
    assert!(!serde_json::to_string(&check).expect("a check").contains(SECRET));
    json!({"state": check.state, "faults": shown(&report.faults)})
}

fn anchor(value: &Value) -> Option<IndexAnchor> {
    value.is_object().then(|| serde_json::from_value(value.clone()).expect("an anchor"))
}

/// The text of the index, if there is one.
fn index(input: &Value, files: &BTreeMap<String, String>) -> Option<String> {
    if let Some(text) = input["index_text"].as_str() {
        return Some(text.to_owned());
    }
    match input.get("index") {
        Some(Value::Null) => return None,
        Some(given) => {
            let sha = files
                .values()
                .next()
                .map_or_else(String::new, |text| Digest::of(text.as_bytes()).to_string());
            return Some(given.to_string().replace("$sha", &sha));
        }
        None => {}
    }
    let mut index = Index::build(facts(files), anchor(&input["after"]), now()).expect("good files");
    if input["sign"] != false {
        let secret = input["sign_with"].as_str().unwrap_or(SECRET);
        index = index.signed(&ring(secret, KeyState::Active), now()).expect("a signature");
    }
    let then = &input["then"];
    if then["swap"] == true {
        index.entries.swap(0, 1);
    }
    let mut document = serde_json::to_value(&index).expect("a document");
    for (key, change) in then["index"].as_object().into_iter().flatten() {
        if change == "$remove" {
            document.as_object_mut().expect("an object").remove(key);
        } else {
            document[key] = change.clone();
        }
    }
    if then["digest_anew"] == true {
        let index: Index = from_json(document.to_string().as_bytes()).expect("an index");
        document["digest"] = json!(index.content_digest().expect("a digest"));
    }
    Some(document.to_string())
}

fn merged(input: &Value) -> Value {
    let object = |key: &str| match from_json_tree(input[key].to_string().as_bytes()) {
        Ok(Node::Object(blocks)) => blocks,
        other => panic!("{key}: {other:?}"),
    };
    let text = canonical(&Node::Object(merge(object("document"), object("blocks")))).expect("a text");
    serde_json::from_str(&text).expect("a document")
}

fn recovered(input: &Value) -> Value {
    let facts: RecoveryFacts = from_json(input["facts"].to_string().as_bytes()).expect("facts");
    let default = RecoveryLimits::default();
    let limits = RecoveryLimits {
        rto_seconds: input["rto"].as_str().map_or(default.rto_seconds, |rto| rto.parse().expect("a number")),
        ..default
    };
    let report = measure(&facts, &limits, now());
    assert_eq!(report.check().state, report.state);
    serde_json::to_value(&report).expect("a report")
}

#[test]
fn every_departure_has_a_case() {
    let cases = cases();
    let departures: Value = serde_json::from_str(include_str!("../departures.json")).expect("departures");
    for (flaw, departure) in departures["evidence"].as_object().expect("departures") {
        let named = |case: &&Value| {
            departure["case"] == format!("evidence/{}", case["name"].as_str().expect("a name"))
        };
        let case =
            cases.iter().find(named).unwrap_or_else(|| panic!("{flaw}: no case {}", departure["case"]));
        assert!(case["flaws"].as_array().expect("flaws").contains(&json!(flaw)), "{flaw}: {}", case["name"]);
    }
}

#[test]
fn recorded_rows_agree_but_for_the_departures() {
    let mut report = Report::default();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/evidence.jsonl.gz");
    replay_file(&path, &mut report).expect("a readable file");
    let text = report.to_string();
    assert!(report.is_good(), "{text}");
    assert!(!text.contains("not in departures.json"), "{text}");
}

#[test]
fn a_log_that_is_cut_shows_only_with_an_anchor() {
    let (lines, end) = log("ops", 3);
    let cut = lines[..2].concat();
    let alone = audit::verify(cut.as_bytes(), None);
    assert!(alone.verified && !alone.anchored, "{alone:?}");
    let anchored = audit::verify(cut.as_bytes(), Some(end));
    let fault = anchored.first_fault.expect("a fault");
    assert_eq!(
        (fault.code, fault.to_string().as_str()),
        (AuditFaultCode::Truncated, "line 2: expected 3 records, found 2")
    );
    // A log that grew since the anchor was taken is the same log.
    assert!(audit::verify(lines.concat().as_bytes(), Some(alone.end)).verified);
    assert!(!audit::verify(b"", None).verified, "nothing recorded is nothing shown");
}

#[test]
fn a_record_that_names_one_input_twice_is_none() {
    let (lines, _) = log("ops", 1);
    let (_, record) = lines[0].trim_end().split_once("\"record\":").expect("a record");
    let digests = record.find("\"digests\":{").expect("digests") + "\"digests\":{".len();
    let name: String = record[digests..].chars().take_while(|letter| *letter != ':').collect();
    let twice = format!("{}{name}:\"{}\",{}", &record[..digests], "0".repeat(64), &record[digests..]);
    let record = twice.strip_suffix('}').expect("a brace");
    let line = format!("{{\"hash\":\"{}\",\"record\":{record}}}\n", Digest::of(record.as_bytes()));
    let report = audit::verify(line.as_bytes(), None);
    let fault = report.first_fault.expect("a fault");
    assert_eq!(fault.code, AuditFaultCode::Malformed);
    assert!(fault.message.contains("each key once"), "{fault}");
}

#[test]
fn what_no_verifier_would_read_is_not_recorded() {
    let entry = |digests: usize, criteria: usize| audit::AuditEntry {
        at: now(),
        actor: "ops".to_owned(),
        action: "promote".to_owned(),
        digests: (0..digests).map(|number| (format!("file {number}"), Digest::of(b""))).collect(),
        criteria: (0..criteria)
            .map(|number| audit::Criterion { name: format!("gate {number}"), met: true })
            .collect(),
        result: AuditResult::Pass,
        reason: String::new(),
    };
    let (line, _) = Anchor::empty().append(&entry(1024, 1024)).expect("as many as there may be");
    assert!(audit::verify(format!("{line}\n").as_bytes(), None).verified);
    let refused = |entry| Anchor::empty().append(&entry).expect_err("too many").to_string();
    assert_eq!(refused(entry(1025, 1)), "digests: expected at most 1024, found 1025");
    assert_eq!(refused(entry(1, 1025)), "criteria: expected at most 1024, found 1025");
}

#[test]
fn a_pass_without_its_criteria_is_not_recorded() {
    let text = r#"{"at": "2026-11-21T10:05:00Z", "actor": "ops", "action": "promote", "digests": {"policy": "$"},
        "criteria": [{"name": "readyz", "met": false}], "result": "pass"}"#;
    let text = text.replace('$', &"a".repeat(64));
    let mut entry: audit::AuditEntry = from_json(text.as_bytes()).expect("an entry");
    let error = Anchor::empty().append(&entry).expect_err("a contradiction");
    assert_eq!(
        error.to_string(),
        "result: expected a pass only when every criterion is met, found `readyz` is not met"
    );
    entry.result = AuditResult::Fail;
    assert!(Anchor::empty().append(&entry).is_ok());
    entry.criteria.clear();
    assert_eq!(
        Anchor::empty().append(&entry).expect_err("nothing").to_string(),
        "criteria: expected at least one, found none"
    );
}

proptest! {
    #[test]
    fn no_change_of_a_folder_verifies(contents in prop::collection::vec(any::<u8>(), 3..7), kind: u8, at in 0usize..4096) {
        changes_of_a_folder_show(&contents, kind, at);
    }

    #[test]
    fn no_change_of_a_log_verifies(records in 1usize..8, kind: u8, at in 0usize..8192) {
        changes_of_a_log_show(records, kind, at);
    }

    #[test]
    fn canonical_texts_are_their_own(bits in prop::collection::vec(any::<u64>(), 0..20), texts in prop::collection::vec(".*", 0..6)) {
        canonical_texts_stay(&bits, &texts);
    }
}
