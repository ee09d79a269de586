//! The upstream countdown of signing keys.
//!
//! The adapter writes upstream's spellings of a time (without separators, or with a space) as RFC 3339, and our levels in
//! upstream's words; a list as a whole is as bad as its worst key. Dates without an offset stay as they are: nobody can
//! know what they mean. Not compared: exit codes beyond the level, and how an alert is sent, which are the command
//! line's. Limits where the warning would come last are refused by ours; for a single key the later one never counts, so
//! that the adapter may give both limits the same number.

use gate_core::cutover::keys::{KeyLevel, KeyReading, KeyRule, judge_key, judge_keys};
use gate_core::document::from_json_tree;
use gate_core::time::{Instant, parse_instant};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Outcome, Row};

#[derive(Deserialize)]
struct Fields {
    input: Value,
    expect: Value,
}

/// Replays the countdown of one key, or a run over a list.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let Fields { input, expect } = row.fields()?;
    Ok(match row.op() {
        "keyrot.check_key" => check_key(&input, &expect),
        "keyrot.run" => run(&input, &expect),
        other => Outcome::OutOfScope(other.to_owned()),
    })
}

fn check_key(input: &Value, expect: &Value) -> Outcome {
    let days = |field: &str| u32::try_from(input[field].as_u64().expect("days")).expect("few days");
    let (warn, critical) = (days("warn_days"), days("critical_days"));
    let rule = KeyRule::new(warn.max(critical), critical).expect("a possible rule");
    let entry = from_json_tree(dated(&input["key"]).to_string().as_bytes()).expect("a key");
    compare(0, expect, &judge_key(&entry, rule, now(input)), &input["key"])
}

fn run(input: &Value, expect: &Value) -> Outcome {
    let env = |name: &str| input["env"][name].as_str();
    let typed = ["--warn-days", "--critical-days"].map(|flag| argument(&input["argv"], flag));
    let environment = [env("ROTATION_WARN_DAYS"), env("ROTATION_CRITICAL_DAYS")];
    let rule = match KeyRule::from_texts(typed, environment) {
        Ok(rule) => rule,
        Err(error) => return Outcome::Different(format!("refused: {error}")),
    };
    let given = env("DECISIONOS_POLICY_KEYS");
    let list = given
        .map(|text| serde_json::from_str::<Value>(text).map_or(text.to_owned(), |list| rewritten(&list)));
    let report = judge_keys(list.as_deref().map(str::as_bytes), rule, now(input));
    let ours = |fault: &str| report.faults.iter().any(|it| it.starts_with(fault));
    if ours("no active key") && expect["overall"] != "no_keys" {
        return Outcome::Departure("KR4");
    }
    let limits = json!({"warn_days": report.warn_days, "critical_days": report.critical_days});
    let empty = Vec::new();
    let expected = expect["checks"].as_array().unwrap_or(&empty);
    let keys: Vec<Value> = given.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut outcome = Outcome::of("thresholds", &expect["thresholds"], &limits)
        .and(|| Outcome::of("overall", &expect["overall"], &json!(word(report.level()))))
        .and(|| Outcome::of("keys", &expected.len(), &report.keys.len()));
    for (index, ((expected, found), key)) in expected.iter().zip(&report.keys).zip(&keys).enumerate() {
        outcome = outcome.and(|| compare(index, expected, found, key));
    }
    outcome.and(|| alert(&expect["alert"], &report.keys))
}

/// An alert has one field for every key that is not well.
fn alert(expect: &Value, keys: &[KeyReading]) -> Outcome {
    let Some(fields) = expect["fields"].as_array() else { return Outcome::Same };
    let expected: Vec<(String, String)> =
        fields.iter().map(|field| (text(&field["title"]), plain(&text(&field["value"])))).collect();
    let bad = keys.iter().filter(|key| key.level != KeyLevel::Ok);
    let found: Vec<(String, String)> = bad.map(|key| (key.key_id.clone(), plain(&key.message))).collect();
    Outcome::of("alert", &expected, &found)
}

fn compare(index: usize, expect: &Value, found: &KeyReading, key: &Value) -> Outcome {
    // An unknown state is not repeated by ours.
    let state = found.state.map_or(&key["state"], |_| &expect["state"]);
    let known = found.state.map(gate_core::cutover::keys::KeyState::as_str);
    let found_state = known.map_or(state.clone(), |word| json!(word));
    Outcome::of(&format!("key {index} id"), &expect["key_id"], &json!(found.key_id))
        .and(|| Outcome::of(&format!("key {index} state"), &expect["state"], &found_state))
        .and(|| Outcome::of(&format!("key {index} level"), &expect["level"], &json!(word(found.level))))
        .and(|| {
            Outcome::of(&format!("key {index} days"), &expect["days_remaining"], &json!(found.days_remaining))
        })
        .and(|| {
            let expected = plain(expect["message"].as_str().unwrap_or_default());
            Outcome::of(&format!("key {index} message"), &expected, &plain(&found.message))
        })
}

const fn word(level: KeyLevel) -> &'static str {
    match level {
        KeyLevel::Ok => "ok",
        KeyLevel::Warning => "warning",
        KeyLevel::Critical => "critical",
        KeyLevel::Failure => "failure",
    }
}

/// Upstream writes `1 days`.
fn plain(message: &str) -> String {
    message.replace(" 1 days", " 1 day").replace("(1 days", "(1 day")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn now(input: &Value) -> Instant {
    parse_instant(input["now"].as_str().expect("now"), "now").expect("an instant")
}

fn argument<'a>(argv: &'a Value, flag: &str) -> Option<&'a str> {
    let words = argv.as_array()?;
    let at = words.iter().position(|word| word == flag)?;
    words.get(at + 1)?.as_str()
}

fn rewritten(list: &Value) -> String {
    match list {
        Value::Array(keys) => Value::Array(keys.iter().map(dated).collect()).to_string(),
        other => other.to_string(),
    }
}

/// A key with its dates as RFC 3339, where upstream's reading of them is clear.
fn dated(key: &Value) -> Value {
    let mut key = key.clone();
    for field in ["expires_at", "grace_until"] {
        if let Some(date) = key.get_mut(field)
            && let Some(written) = date.as_str().and_then(rfc3339)
        {
            *date = json!(written);
        }
    }
    key
}

/// `20250903T041927Z` and `2025-09-03 04:19:27+00:00`.
fn rfc3339(date: &str) -> Option<String> {
    let digits = |range: std::ops::Range<usize>| {
        date.get(range).filter(|part| part.bytes().all(|b| b.is_ascii_digit()))
    };
    if let (16, Some(day), Some(time), Some("T"), Some("Z")) =
        (date.len(), digits(0..8), digits(9..15), date.get(8..9), date.get(15..16))
    {
        let (y, m, d) = (&day[..4], &day[4..6], &day[6..]);
        return Some(format!("{y}-{m}-{d}T{}:{}:{}Z", &time[..2], &time[2..4], &time[4..]));
    }
    (date.get(10..11) == Some(" ")).then(|| date.replacen(' ', "T", 1))
}
