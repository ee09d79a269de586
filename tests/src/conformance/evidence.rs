//! The upstream evidence: its canonical text, its indexer, its validator, its merge, and its measure of recovery.
//!
//! The legacy reading of the core reads upstream's documents and indexes; the adapter names upstream's fields. In
//! lenient mode upstream accepts an index of nothing, so that fault is not counted then. Not compared: when a file was
//! last written, and what the transfer in `dr.measure` did, which are facts of the edge.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use gate_core::canary::compat::parse;
use gate_core::cutover::CheckState;
use gate_core::cutover::evidence::legacy::{self, LegacyDocument};
use gate_core::cutover::evidence::{EvidenceFaultCode, EvidenceReport, merge, verify_listing};
use gate_core::cutover::recovery::{RecoveryFacts, RecoveryLimits, Retention, measure};
use gate_core::digest::Digest;
use gate_core::document::{Node, from_json_tree};
use gate_core::time::{Instant, parse_instant};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{Outcome, Row};

/// Inputs keep the spelling of their numbers, which upstream's digests cover.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    input: BTreeMap<String, &'a RawValue>,
    expect: Value,
}

impl Fields<'_> {
    fn raw(&self, key: &str) -> &str {
        self.input.get(key).map_or("null", |raw| raw.get())
    }

    fn value(&self, key: &str) -> Value {
        serde_json::from_str(self.raw(key)).expect("a value")
    }
}

/// Replays one operation.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    Ok(match row.op() {
        "evidence.canonical" => canonical(&fields),
        "evidence.scan" => scan(&fields),
        "evidence.validate" => validate(&fields),
        "evidence.merge" => merged(&fields),
        "dr.measure" => recovery(&fields),
        other => Outcome::OutOfScope(other.to_owned()),
    })
}

fn canonical(fields: &Fields) -> Outcome {
    let document = parse(fields.raw("evidence")).expect("a document");
    let text = legacy::signed_text(&document).expect("a text");
    let signature = json!(Digest::of(text.as_bytes()));
    let expect = &fields.expect;
    Outcome::of("canonical", &expect["canonical"], &json!(text))
        .and(|| Outcome::of("index_signature", &expect["index_signature"], &signature))
        .and(|| Outcome::of("recompute_signature", &expect["recompute_signature"], &signature))
}

/// Folders are read as a whole by our edge; upstream looks at the top-level files of one ending.
fn scan(fields: &Fields) -> Outcome {
    let files = fields.value("files");
    let files = files.as_object().expect("files");
    let tenant = fields.value("tenant_filter");
    let nested = |name: &String| name.contains('/');
    let mut found: Vec<(&String, Value)> = files
        .iter()
        .filter(|(name, _)| {
            Path::new(name).extension() == Some(OsStr::new("json")) && *name != "index.json" && !nested(name)
        })
        .map(|(name, text)| (name, scanned(name, text.as_str().expect("text"))))
        .collect();
    found.sort_by(|a, b| a.0.cmp(b.0));
    let other = |entry: &Value| tenant.is_string() && entry["tenant"] != tenant;
    let found: Vec<Value> = found.into_iter().map(|(_, entry)| entry).filter(|entry| !other(entry)).collect();
    let expected = fields.expect["files"].as_array().expect("files");
    let names = |files: &[Value]| files.iter().map(|file| file["path"].clone()).collect::<Vec<_>>();
    if files.keys().any(nested) {
        return Outcome::Departure("EV13");
    }
    let mut outcome = Outcome::of("paths", &names(expected), &names(&found));
    for (expected, found) in expected.iter().zip(&found) {
        let path = &found["path"];
        for key in ["sha256", "size", "tier", "tampered", "tenant", "generated_at"] {
            outcome = outcome.and(|| Outcome::of(&format!("{path} {key}"), &expected[key], &found[key]));
        }
    }
    let tampered = found.iter().filter(|entry| entry["tampered"] == true).count();
    outcome
        .and(|| Outcome::of("count", &fields.expect["summary"]["count"], &json!(found.len())))
        .and(|| Outcome::of("tampered", &fields.expect["summary"]["tampered"], &json!(tampered)))
}

fn scanned(name: &str, text: &str) -> Value {
    let tier = if name.ends_with(".locked.json") { "LOCKED" } else { "WIP" };
    // Python reads NaN; our index takes no document with it.
    let not_json = from_json_tree(text.as_bytes()).is_err();
    match LegacyDocument::from_json(text.as_bytes()) {
        Ok(document) => json!({
            "path": name, "sha256": Digest::of(text.as_bytes()), "size": text.len(), "tier": tier,
            "tampered": document.tampered || !document.uncovered.is_empty() || not_json, "tenant": document.tenant,
            "generated_at": document.generated_at,
        }),
        Err(_) => json!({
            "path": name, "sha256": "", "size": text.len(), "tier": tier, "tampered": true,
            "tenant": null, "generated_at": null,
        }),
    }
}

fn validate(fields: &Fields) -> Outcome {
    let files = fields.value("files");
    let files: Vec<_> = files
        .as_object()
        .expect("files")
        .iter()
        .map(|(name, text)| legacy::file(name, text.as_str().expect("text").as_bytes()))
        .collect();
    let expect = &fields.expect;
    let index = fields.value("index_text");
    let Some(index) = index.as_str() else { return Outcome::OutOfScope("a folder without an index".into()) };
    let Ok(index) = from_json_tree(index.as_bytes()) else {
        return Outcome::of("valid", &expect["valid"], &json!(false));
    };
    let report = verify_listing(legacy::listing(&index), &files);
    let argv = fields.value("argv");
    let env = fields.value("env");
    let said = argv.as_array().expect("arguments").iter().rev().find_map(Value::as_str);
    let lenient = said.map_or(env["DECISIONOS_EVIDENCE_STRICT"] == "0", |said| said == "--lenient");
    let valid = report.faults.iter().all(|fault| lenient && fault.code == EvidenceFaultCode::NoEntries);
    let has = |code| report.faults.iter().any(|fault| fault.code == code);
    let outcome = Outcome::of("valid", &expect["valid"], &json!(valid));
    if expect["entry_count"].is_null() {
        return outcome;
    }
    match outcome.and(|| errors(&report, expect)) {
        Outcome::Different(_) if has(EvidenceFaultCode::UnsafeName) => Outcome::Departure("EV14"),
        Outcome::Different(_) if expect["valid"] == true && has(EvidenceFaultCode::Unlisted) => {
            Outcome::Departure("EV7")
        }
        outcome => outcome,
    }
}

fn errors(report: &EvidenceReport, expect: &Value) -> Outcome {
    use EvidenceFaultCode::{DigestMalformed, DigestMismatch, FileMissing, MissingBlock, Unlisted};
    let of = |codes: &[EvidenceFaultCode]| {
        report.faults.iter().filter(|fault| codes.contains(&fault.code)).count()
    };
    let unlisted = |name: &str| {
        report.faults.iter().any(|fault| fault.code == Unlisted && fault.file.as_deref() == Some(name))
    };
    // Upstream does not look at files that are not listed.
    let missing: Vec<&str> = report
        .faults
        .iter()
        .filter(|fault| fault.code == MissingBlock && !unlisted(fault.file.as_deref().unwrap_or_default()))
        .filter_map(|fault| fault.message.split('`').nth(1))
        .collect();
    // An entry without a name is looked for under the name `null`.
    let nameless = report.faults.iter().filter(|fault| fault.message.starts_with("entries[")).count();
    let entries = report.entries + nameless;
    let absent = of(&[FileMissing]) + nameless;
    Outcome::of("missing fields", &expect["errors"]["missing_field"], &json!(missing))
        .and(|| {
            let differing = of(&[DigestMismatch, DigestMalformed]);
            Outcome::of("digests", &expect["errors"]["sha_mismatch"], &json!(differing))
        })
        .and(|| Outcome::of("files", &expect["errors"]["file_not_found"], &json!(absent)))
        .and(|| Outcome::of("entries", &expect["entry_count"], &json!(entries.to_string())))
}

fn merged(fields: &Fields) -> Outcome {
    let object = |key: &str| match from_json_tree(fields.raw(key).as_bytes()) {
        Ok(Node::Object(blocks)) => blocks,
        other => panic!("{key}: {other:?}"),
    };
    let (before, blocks) = (object("evidence"), object("blocks"));
    let shown = |document: &[(String, Node)]| {
        let canary = document.iter().find(|(name, _)| name == "canary").map(|(_, canary)| plain(canary));
        let mut keys: Vec<String> = document.iter().map(|(name, _)| name.clone()).collect();
        keys.sort();
        (canary.unwrap_or_default(), json!(keys))
    };
    let fresh = blocks.iter().any(|(name, _)| name == "canary");
    let (canary, keys) = shown(&merge(before, blocks));
    if fresh && fields.expect["canary"].get("windows").is_none() && canary.get("windows").is_some() {
        return Outcome::Departure("CN9");
    }
    Outcome::of("canary", &fields.expect["canary"], &canary)
        .and(|| Outcome::of("keys", &fields.expect["keys"], &keys))
}

fn plain(node: &Node) -> Value {
    let text = gate_core::document::canonical(node).expect("a canonical text");
    serde_json::from_str(&text).expect("a value")
}

/// The files are the top-level ones. Upstream's marker is no evidence; what failed to come back is lost.
fn recovery(fields: &Fields) -> Outcome {
    let expect = &fields.expect;
    let names_of = |key: &str| -> Vec<String> { serde_json::from_str(fields.raw(key)).expect("names") };
    if fields.value("bucket") == "" {
        return Outcome::OutOfScope("dr.measure without a bucket".into());
    }
    if !names_of("upload_fails").is_empty() && expect["rto_seconds"].is_null() {
        return Outcome::OutOfScope("dr.measure that ended before a restore".into());
    }
    let mut names = names_of("files");
    if fields.value("stale_marker") == true {
        names.push("dr_test_marker.json".into());
    }
    let (lost, corrupt) = (names_of("download_fails"), names_of("corrupt"));
    let source: BTreeMap<String, Digest> =
        names.iter().map(|name| (name.clone(), Digest::of(name.as_bytes()))).collect();
    let mut returned = source.clone();
    returned.retain(|name, _| !lost.contains(name));
    for name in &corrupt {
        returned.entry(name.clone()).and_modify(|digest| *digest = Digest::of(b"corrupt"));
    }
    let unlocked: Vec<String> =
        names_of("lock_fails").into_iter().filter(|name| names.contains(name)).collect();
    let facts = RecoveryFacts {
        source: Some(source),
        restored: Some(returned),
        seconds: fields.value("recovery_secs").as_f64(),
        measured_at: Some(instant("2026-11-20T00:00:00Z")),
        retention: Some(Retention { unlocked, locked_until: Some(instant("2026-12-20T00:00:00Z")) }),
    };
    let measured = measure(&facts, &limits(&fields.value("argv")), instant("2026-11-20T00:00:00Z"));
    let verdict = |met: Option<bool>| met.map(|met| if met { "PASS" } else { "FAIL" });
    let intact = measured.lost.is_empty() && measured.differing.is_empty();
    let code = i32::from(measured.state != CheckState::Healthy);
    let outcome = Outcome::of("rto", &expect["rto_pass"], &json!(verdict(measured.rto_met)))
        .and(|| Outcome::of("seconds", &expect["rto_seconds"], &fields.value("recovery_secs")))
        .and(|| Outcome::of("rpo", &expect["rpo_pass"], &json!(verdict(measured.rpo_met))))
        .and(|| Outcome::of("lost", &expect["rpo_files"], &json!(measured.lost.len())))
        .and(|| Outcome::of("integrity", &expect["integrity"], &json!(verdict(Some(intact)))))
        .and(|| Outcome::of("exit code", &expect["exit_code"], &json!(code)));
    let marker = lost.iter().chain(&corrupt).any(|name| name == "dr_test_marker.json");
    match outcome {
        Outcome::Different(_) if marker => Outcome::Departure("DR6"),
        Outcome::Different(_) if names.is_empty() => Outcome::Departure("DR1"),
        outcome => outcome,
    }
}

fn limits(argv: &Value) -> RecoveryLimits {
    let argv: Vec<&str> = argv.as_array().expect("arguments").iter().filter_map(Value::as_str).collect();
    let given = |name: &str| {
        argv.windows(2).find(|pair| pair[0] == name).map(|pair| pair[1].parse::<u32>().expect("a number"))
    };
    let standard = RecoveryLimits::default();
    RecoveryLimits {
        rto_seconds: given("--max-rto").map_or(standard.rto_seconds, f64::from),
        rpo_files: given("--max-rpo").map_or(standard.rpo_files, |files| files as usize),
    }
}

fn instant(text: &str) -> Instant {
    parse_instant(text, "").expect("an instant")
}
