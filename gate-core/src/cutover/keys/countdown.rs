//! One key against the clock.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use chrono::TimeDelta;
use serde::Serialize;

use super::{KeyRule, KeyState};
use crate::bounds::MAX_NAME_BYTES;
use crate::document::Node;
use crate::time::{Instant, parse_instant};

/// How it stands with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyLevel {
    /// Nothing to do.
    Ok,
    /// It ends soon.
    Warning,
    /// It ends very soon, or has ended.
    Critical,
    /// The entry cannot be used: nobody knows when it ends.
    Failure,
}

/// What one entry of the list says. The secret is not read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KeyReading {
    /// The id, or `unknown` where it has none that could be shown.
    pub key_id: String,
    /// The state; none if it is not one of the known ones.
    pub state: Option<KeyState>,
    /// How it stands.
    pub level: KeyLevel,
    /// One line for people.
    pub message: String,
    /// Whole days that are left, rounded down; negative once it has ended.
    pub days_remaining: Option<i64>,
    /// When it ends.
    #[serde(with = "crate::time::rfc3339::option")]
    pub ends_at: Option<Instant>,
}

/// Judges one entry as of `now`.
///
/// An active key ends after `expires_at`, a key in grace at `grace_until`; both to the instant. An incoming key is judged
/// like an active one where it has an end. `until` is what those who sign and verify with the key go by: where it comes
/// first, the key ends there. What a retired key says of its end no longer matters.
#[must_use]
pub fn judge_key(entry: &Node, rule: KeyRule, now: Instant) -> KeyReading {
    let (key_id, id_is_good) = id_of(entry);
    let word = entry.get("state").and_then(Node::text);
    let state = word.and_then(KeyState::parse);
    let fail = |message: &str| KeyReading {
        key_id: key_id.clone(),
        state,
        level: KeyLevel::Failure,
        message: message.into(),
        days_remaining: None,
        ends_at: None,
    };
    let state = match form(entry, id_is_good, state) {
        Ok(state) => state,
        Err(message) => return fail(message),
    };
    let (own, required) = match state {
        KeyState::Active => ("expires_at", true),
        KeyState::Incoming => ("expires_at", false),
        KeyState::Grace => ("grace_until", true),
        KeyState::Retired => return KeyReading { level: KeyLevel::Ok, ..fail("Retired (no longer used)") },
    };
    if required && is_absent(entry, own) {
        return fail(&format!("{own}: expected a time, found nothing"));
    }
    match first_end(entry, [own, "until"]) {
        Err(field) => fail(&format!("{field}: expected an RFC 3339 time with an offset")),
        Ok(Some(end)) => counted(key_id.clone(), state, end, rule, now),
        Ok(None) => KeyReading { level: KeyLevel::Ok, ..fail("Incoming (verifies, does not sign yet)") },
    }
}

/// When a key ends, by the field that says so.
#[derive(Debug, Clone, Copy)]
struct End {
    at: Instant,
    field: &'static str,
}

/// The first of the ends that an entry names; the field of one that cannot be read.
fn first_end(entry: &Node, fields: [&'static str; 2]) -> Result<Option<End>, &'static str> {
    let read = |field| {
        let text = entry.get(field).and_then(Node::text);
        let at = text.and_then(|text| parse_instant(text, field).ok()).ok_or(field)?;
        Ok(End { at, field })
    };
    let named = fields.into_iter().filter(|field| !is_absent(entry, field));
    let ends: Vec<End> = named.map(read).collect::<Result<_, _>>()?;
    Ok(ends.into_iter().min_by_key(|end| end.at))
}

fn is_absent(entry: &Node, field: &str) -> bool {
    matches!(entry.get(field), None | Some(Node::Null))
}

/// The state of an entry that has the form of a key.
fn form(entry: &Node, id_is_good: bool, state: Option<KeyState>) -> Result<KeyState, &'static str> {
    match entry {
        Node::Object(_) if entry.key_twice().is_some() => Err("a field stands twice"),
        Node::Object(_) if !id_is_good => Err("key_id: expected a short printable text"),
        // What stands there may be anything, a secret too; it is not shown.
        Node::Object(_) => state.ok_or("state: expected incoming, active, grace or retired"),
        _ => Err("expected an object"),
    }
}

fn counted(key_id: String, state: KeyState, end: End, rule: KeyRule, now: Instant) -> KeyReading {
    let left = end.at - now;
    let days = whole_days(left);
    let ended = match end.field {
        "expires_at" => left < TimeDelta::zero(),
        _ => left <= TimeDelta::zero(),
    };
    let within = |limit: u32| days <= i64::from(limit);
    let level = match () {
        () if ended || within(rule.critical_days()) => KeyLevel::Critical,
        () if within(rule.warn_days()) => KeyLevel::Warning,
        () => KeyLevel::Ok,
    };
    let what = match state {
        KeyState::Grace => "Grace period",
        KeyState::Incoming => "Incoming key",
        KeyState::Active | KeyState::Retired => "Active key",
    };
    let message = match level {
        _ if ended => format!("{what} EXPIRED ({} ago)", days_text(whole_days(-left))),
        KeyLevel::Critical => format!("{what} expires in {} (CRITICAL)", days_text(days)),
        _ => format!("{what} expires in {}", days_text(days)),
    };
    KeyReading {
        key_id,
        state: Some(state),
        level,
        message,
        days_remaining: Some(days),
        ends_at: Some(end.at),
    }
}

fn days_text(days: i64) -> String {
    if days == 1 { String::from("1 day") } else { format!("{days} days") }
}

/// Rounded down, also below zero.
fn whole_days(delta: TimeDelta) -> i64 {
    let days = delta.num_days();
    if TimeDelta::days(days) > delta { days - 1 } else { days }
}

/// The id of an entry, and whether it is one.
fn id_of(entry: &Node) -> (String, bool) {
    let printable =
        |id: &&str| !id.is_empty() && id.len() <= MAX_NAME_BYTES && !id.chars().any(char::is_control);
    match entry.get("key_id").and_then(Node::text).filter(printable) {
        Some(id) => (id.to_string(), true),
        None => (String::from("unknown"), false),
    }
}
