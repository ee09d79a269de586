//! What a service says about its own readiness, and whether to believe it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use chrono::TimeDelta;
use serde_json::{Map, Value};

use super::foreign::one_line;
use super::{Check, CheckState};
use crate::document::{Node, from_json_tree};
use crate::time::{Instant, human_minutes};

/// The name of the check.
pub const READYZ: &str = "Readyz Endpoint";

/// The words that say: ready. Case matters, as it does to everybody else who reads them.
pub const READY_WORDS: [&str; 3] = ["ok", "ready", "pass"];

/// How old an answer may be.
#[must_use]
pub fn default_max_age() -> TimeDelta {
    TimeDelta::seconds(60)
}

/// What came of asking a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadyzFacts<'a> {
    /// It answered.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body, as it came.
        body: &'a [u8],
        /// When it came.
        at: Instant,
    },
    /// It did not: refused, timed out, cut off, redirected elsewhere.
    Failed {
        /// Why, for people.
        why: &'a str,
        /// When that was known.
        at: Instant,
    },
}

/// Judges an answer as of `now`.
///
/// Healthy is one of [`READY_WORDS`] in a fresh answer whose own checks are all good, with a 2xx. Degraded is the word
/// `degraded`, and a good word in a 503, which one of the two denies. Anything else is unhealthy; a good word beside a
/// failed check too: it is not to be believed.
#[must_use]
pub fn readyz(facts: ReadyzFacts<'_>, max_age: TimeDelta, now: Instant) -> Check {
    match facts {
        ReadyzFacts::Failed { why, at } => {
            bad(format!("unreachable: {}", one_line(why))).with("reached", false).observed(Some(at))
        }
        ReadyzFacts::Answered { status, body, at } => answered(status, body, max_age, now - at)
            .with("reached", true)
            .with("http_status", status)
            .observed(Some(at)),
    }
}

fn bad(message: String) -> Check {
    Check::new(READYZ, CheckState::Unhealthy, message)
}

fn answered(status: u16, body: &[u8], max_age: TimeDelta, age: TimeDelta) -> Check {
    if !(200..300).contains(&status) && status != 503 {
        return bad(format!("HTTP status {status}, expected 200 or 503"));
    }
    let said = match read(body) {
        Ok(said) => said,
        Err(why) => return bad(format!("malformed answer: {why}")).with("word", Value::Null),
    };
    let (state, message) = if age > max_age || age < TimeDelta::zero() {
        (CheckState::Unhealthy, stale(max_age, age))
    } else {
        said.judge(status)
    };
    Check::new(READYZ, state, message).with("word", said.word).with("checks", said.checks)
}

fn stale(max_age: TimeDelta, age: TimeDelta) -> String {
    if age < TimeDelta::zero() {
        return String::from("the answer is from the future; check the clocks");
    }
    let minutes = |delta: TimeDelta| human_minutes(u64::try_from(delta.num_minutes()).unwrap_or(0));
    let shown = |delta: TimeDelta| {
        if delta < TimeDelta::minutes(2) { format!("{}s", delta.num_seconds()) } else { minutes(delta) }
    };
    format!("the answer is {} old, the limit is {}", shown(age), shown(max_age))
}

/// A body that could be read.
struct Said {
    word: Value,
    /// By name: the word of each check.
    checks: Map<String, Value>,
    /// The checks that are not good, as `name word` with the reason that was given.
    failed: Vec<String>,
}

impl Said {
    fn judge(&self, status: u16) -> (CheckState, String) {
        let word = self.word.as_str();
        let failed = self.failed.join(", ");
        match word {
            Some(good) if READY_WORDS.contains(&good) => match (self.failed.is_empty(), status) {
                (true, 503) => (CheckState::Degraded, format!("the body says {good}, the HTTP status 503")),
                (true, _) => (CheckState::Healthy, String::from("All systems operational")),
                _ => {
                    (CheckState::Unhealthy, format!("the body says {good}, its own checks do not: {failed}"))
                }
            },
            Some("degraded") if self.failed.is_empty() => {
                (CheckState::Degraded, String::from("Some systems degraded"))
            }
            Some("degraded") => (CheckState::Degraded, format!("Some systems degraded: {failed}")),
            _ => {
                let word = word.map_or_else(|| self.word.to_string(), one_line);
                let words = READY_WORDS.join(", ");
                let tail = if self.failed.is_empty() { failed } else { format!(": {failed}") };
                (CheckState::Unhealthy, format!("status is {word}, expected one of {words}{tail}"))
            }
        }
    }
}

fn read(body: &[u8]) -> Result<Said, String> {
    let tree = from_json_tree(body).map_err(|error| one_line(&error.to_string()))?;
    if !matches!(tree, Node::Object(_)) {
        return Err(String::from("expected an object"));
    }
    if let Some(key) = tree.key_twice() {
        return Err(format!("the key {} stands twice", one_line(key)));
    }
    let word = match tree.get("status") {
        Some(Node::Text(word)) => Value::from(one_line(word)),
        Some(Node::Bool(flag)) => Value::from(*flag),
        Some(Node::Unsigned(number)) => Value::from(*number),
        _ => Value::Null,
    };
    let mut said = Said { word, checks: Map::new(), failed: Vec::new() };
    match tree.get("checks") {
        None => {}
        Some(Node::Object(checks)) => said.take("", checks),
        Some(_) => return Err(String::from("checks: expected an object")),
    }
    Ok(said)
}

impl Said {
    /// Checks of the body, or of a check in it. A number under `ts` is when they ran.
    fn take(&mut self, of: &str, checks: &[(String, Node)]) {
        let is_time =
            |name: &str, check: &Node| name == "ts" && matches!(check, Node::Unsigned(_) | Node::Float(_));
        for (name, check) in checks.iter().filter(|(name, check)| !is_time(name, check)) {
            self.one(format!("{of}{}", one_line(name)), check);
        }
    }

    /// One check: an object with a `status`, or the word itself. It is as good as the checks that it is made of.
    fn one(&mut self, name: String, check: &Node) {
        let word = check.get("status").and_then(Node::text).or_else(|| check.text());
        if !word.is_some_and(|word| READY_WORDS.contains(&word)) {
            let reason = check.get("reason").and_then(Node::text);
            let reason = reason.map_or_else(String::new, |reason| format!(" ({})", one_line(reason)));
            let word = word.map_or_else(|| String::from("has no status"), one_line);
            self.failed.push(format!("{name} {word}{reason}"));
        }
        match check.get("checks") {
            None => {}
            Some(Node::Object(parts)) => self.take(&format!("{name}."), parts),
            Some(_) => self.failed.push(format!("{name}.checks is no object")),
        }
        self.checks.insert(name, word.map_or(Value::Null, |word| Value::from(one_line(word))));
    }
}
