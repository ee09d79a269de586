//! Every flaw of upstream that the descriptions list, and what shows that we do not have it: `flaws.json`.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// The codes of the descriptions: cutover, hardening and promotion scripts (`canary-`), release gates (`safety-`).
const LISTED: [(&str, RangeInclusive<u32>); 14] = [
    ("S", 1..=10),
    ("RZ", 1..=11),
    ("RW", 1..=1),
    ("EV", 1..=16),
    ("DR", 1..=4),
    ("DR", 6..=8),
    ("KR", 1..=17),
    ("PB", 1..=13),
    ("PM", 1..=6),
    ("RD", 1..=1),
    ("PF", 1..=6),
    ("CN", 1..=33),
    ("canary-", 34..=46),
    ("safety-", 26..=35),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    /// A case (`topic/name`) or a test (`path::function`) that shows what is done instead.
    shown_by: Option<String>,
    /// Why that answers the flaw, where it is not plain.
    #[serde(rename = "why")]
    _why: Option<String>,
    /// Why nothing here could have the flaw.
    not_ours: Option<String>,
}

fn answers() -> BTreeMap<String, Answer> {
    serde_json::from_str(include_str!("../flaws.json")).expect("answers")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_listed_flaw_is_answered() {
    let numbered = |(prefix, numbers): (&str, RangeInclusive<u32>)| {
        numbers.map(|number| format!("{prefix}{number}")).collect::<Vec<_>>()
    };
    let listed: BTreeSet<String> = LISTED.into_iter().flat_map(numbered).collect();
    assert_eq!(answers().into_keys().collect::<BTreeSet<_>>(), listed);
}

#[test]
fn every_answer_is_there() {
    let answers = answers();
    let is_answered = |(flaw, answer): &(&String, &Answer)| match (&answer.shown_by, &answer.not_ours) {
        (Some(shown_by), None) => is_shown(flaw, shown_by),
        (None, Some(reason)) => !reason.is_empty(),
        _ => false,
    };
    let open: Vec<&String> =
        answers.iter().filter(|answer| !is_answered(answer)).map(|(flaw, _)| flaw).collect();
    assert!(open.is_empty(), "neither shown by a case or test that exists, nor not ours: {open:?}");
}

/// Whether the test exists; or the case, which names the flaw where cases of its topic name any.
fn is_shown(flaw: &str, shown_by: &str) -> bool {
    if let Some((path, function)) = shown_by.split_once("::") {
        let text = fs::read_to_string(root().join(path)).unwrap_or_default();
        return text.contains(&format!("#[test]\nfn {function}()"));
    }
    let (topic, name) = shown_by.split_once('/').expect("a topic and a name");
    let text = fs::read_to_string(root().join("tests/cases").join(format!("{topic}.json"))).expect("a topic");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("cases");
    cases.iter().any(|case| {
        let names_it = case["flaws"].as_array().is_none_or(|flaws| flaws.iter().any(|known| known == flaw));
        case["name"] == name && names_it
    })
}
