//! Is everything answered, is the answer GO, and does somebody stand for it?

use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use chrono::TimeDelta;

use super::sign::message;
use super::template::{ABORT_WHEN, CRITERIA, DAY_BEFORE, ITEMS};
use super::{CHECKLIST_SCHEMA, Checklist, SignedBy};
use crate::GateError;
use crate::cutover::evidence::Trust;
use crate::cutover::{Check, CheckState, GoNoGo, Readiness, fold};
use crate::time::{Instant, format_instant};

/// The name of the check of the document.
pub const CHECKLIST: &str = "Checklist";
/// The name of the check of the signatures.
pub const SIGNATURES: &str = "Signatures";

/// How long before its instant a cutover may be decided.
const MOST_AGE: TimeDelta = TimeDelta::hours(24);

/// Verifies a filled and signed document: the lines as they were asked, the items of the day before, every criterion,
/// the decision and the signatures. Whatever is open is pending; whatever speaks against it is no-go.
///
/// # Errors
/// Those of [`fold`]; they cannot arise here.
pub fn verify(list: &Checklist, trust: Trust<'_>, now: Instant) -> Result<Readiness, GateError> {
    let mut checks = Vec::new();
    checks.push(lines(list).observed(Some(now)));
    checks.extend(CRITERIA.iter().map(|line| criterion(list, line.id, line.title).observed(Some(now))));
    checks.push(decision(list).observed(Some(now)));
    checks.push(signatures(list, trust, now).observed(Some(now)));
    fold(checks)
}

fn bad(name: &str, message: impl Into<String>) -> Check {
    Check::new(name, CheckState::Unhealthy, message)
}

/// The lines are those of the template, and those of the day before are done.
fn lines(list: &Checklist) -> Check {
    if list.schema_version != CHECKLIST_SCHEMA {
        return bad(CHECKLIST, format!("schema_version: expected `{CHECKLIST_SCHEMA}`"));
    }
    let items = list.items.iter().map(|item| [&item.id, &item.due, &item.title].map(String::as_str));
    let criteria = list.criteria.iter().map(|one| [&one.id, &one.category, &one.title].map(String::as_str));
    let same = items.eq(ITEMS.iter().map(|line| [line.id, line.group, line.title]))
        && criteria.eq(CRITERIA.iter().map(|line| [line.id, line.group, line.title]))
        && list.abort_when.iter().map(String::as_str).eq(ABORT_WHEN);
    if !same {
        return bad(CHECKLIST, "expected the lines of the template, found others");
    }
    let due = || list.items.iter().filter(|item| item.due == DAY_BEFORE);
    let open: Vec<&str> = due().filter(|item| !item.done).map(|item| item.id.as_str()).collect();
    let total = due().count();
    let (state, message) = if open.is_empty() {
        (CheckState::Healthy, format!("{total} of {total} done"))
    } else {
        (CheckState::Unknown, format!("{} of {total} not done: {}", open.len(), open.join(", ")))
    };
    Check::new(CHECKLIST, state, message).with("open", open)
}

fn criterion(list: &Checklist, id: &str, title: &str) -> Check {
    let name = format!("Criterion {id}");
    let said = list.criteria.iter().find(|one| one.id == id).and_then(|one| one.decision);
    let (state, word) = answer(said);
    Check::new(name, state, format!("{title}: {word}"))
}

fn decision(list: &Checklist) -> Check {
    let (state, word) = answer(list.decision);
    Check::new("Decision", state, word)
}

const fn answer(said: Option<GoNoGo>) -> (CheckState, &'static str) {
    match said {
        Some(GoNoGo::Go) => (CheckState::Healthy, "GO"),
        Some(GoNoGo::NoGo) => (CheckState::Unhealthy, "NO-GO"),
        Some(GoNoGo::Pending) => (CheckState::Degraded, "PENDING"),
        None => (CheckState::Unknown, "not answered"),
    }
}

fn signatures(list: &Checklist, trust: Trust<'_>, now: Instant) -> Check {
    let names: Vec<&str> = list.signatures.iter().map(|by| by.name.as_str()).collect();
    if names.is_empty() {
        return Check::new(SIGNATURES, CheckState::Unknown, "nobody has signed");
    }
    let mut faults: Vec<String> =
        list.signatures.iter().filter_map(|by| wrong(list, by, trust, now)).collect();
    let twice = |index: &usize| names.iter().skip(index + 1).any(|name| Some(name) == names.get(*index));
    faults.extend((0..names.len()).find(twice).map(|_| "somebody has signed twice".to_string()));
    if !faults.is_empty() {
        return bad(SIGNATURES, faults.join("; ")).with("names", names);
    }
    // A signature of the day before is for that cutover, and for no later one.
    let early = list.signatures.iter().find(|by| list.cutover_at - by.signed_at > MOST_AGE);
    if let Some(early) = early {
        let message = format!("{} signed more than 24 h before the cutover", early.name);
        return Check::new(SIGNATURES, CheckState::Degraded, message).with("names", names);
    }
    if now > list.cutover_at + MOST_AGE {
        let message = format!("the cutover was due at {}", format_instant(list.cutover_at));
        return Check::new(SIGNATURES, CheckState::Degraded, message).with("names", names);
    }
    let by = names.join(", ");
    let message = match trust {
        Trust::Keys(_) => format!("signed by {by}"),
        Trust::Storage => format!("signed by {by}, without a key; the storage is trusted"),
    };
    Check::new(SIGNATURES, CheckState::Healthy, message).with("names", names)
}

/// What is wrong with one signature.
fn wrong(list: &Checklist, by: &SignedBy, trust: Trust<'_>, now: Instant) -> Option<String> {
    let name = crate::document::quoted(&by.name);
    if by.name.trim().is_empty() || by.role.trim().is_empty() {
        return Some("expected a name and a role".to_string());
    }
    match list.digest() {
        Ok(digest) if digest == by.digest => {}
        Ok(_) => return Some(format!("{name} signed another text than this")),
        Err(error) => return Some(error.to_string()),
    }
    if by.signed_at > now {
        return Some(format!("{name} signed in the future, at {}", format_instant(by.signed_at)));
    }
    let Trust::Keys(keys) = trust else { return None };
    let problem = match &by.signature {
        None => "expected a signature under a key, found none".to_string(),
        Some(signature) => keys.problem(signature, |key_id| message(key_id, by, by.digest), now)?,
    };
    Some(format!("{name}: {problem}"))
}
