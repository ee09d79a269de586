//! The security smoke: what the service answered to probes with and without a token.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::echo::holds;
use crate::document::{from_json_tree, quoted};
use crate::problem::Problem;
use crate::secret::Secret;

/// Headers that every answer carries, and what they say.
const HEADERS: [(&str, &str); 4] = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
];

/// One answer of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Every header as it came, names in any case.
    pub headers: Vec<(String, String)>,
    /// The body, as far as it was read.
    #[serde(default)]
    pub body: String,
}

/// What a probe should have found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// Without a token, or with a wrong one: 401.
    Unauthorized,
    /// With the token: 200.
    Allowed,
    /// Many with the token: 200 until 429, which says when to come back.
    RateLimited,
    /// Many with wrong tokens: 401 until 429.
    GuessesLimited,
    /// An error inside the service: a 5xx that says nothing about it.
    InternalError,
}

impl Expectation {
    /// Those without which a run shows nothing. Whether a service can be made to fail, or limits guesses, depends on it.
    const NEEDED: [Self; 3] = [Self::Unauthorized, Self::Allowed, Self::RateLimited];

    /// The word in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Allowed => "allowed",
            Self::RateLimited => "rate_limited",
            Self::GuessesLimited => "guesses_limited",
            Self::InternalError => "internal_error",
        }
    }
}

/// One probe with everything that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Its name: `POST /tsfm/forecast without token`.
    pub name: String,
    /// What it should have found.
    pub expect: Expectation,
    /// The answers, in order. Empty if there was none.
    pub answers: Vec<Answer>,
}

/// One row of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityRow {
    /// The probe.
    pub name: String,
    /// What it should have found.
    pub expect: Expectation,
    /// What is wrong. Empty if nothing is.
    pub problems: Vec<Problem>,
}

/// Every probe with its problems.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecurityReport {
    /// Whether every probe found what it should, and none is missing.
    pub ok: bool,
    /// A row for each probe, and one for each that should have been made and was not.
    pub rows: Vec<SecurityRow>,
}

impl SecurityReport {
    /// Whether the rows say so too, and none is missing: the word above them alone is not believed.
    #[must_use]
    pub fn passed(&self) -> bool {
        let is_there = |expect: &Expectation| self.rows.iter().any(|row| row.expect == *expect);
        self.ok
            && self.rows.iter().all(|row| row.problems.is_empty())
            && Expectation::NEEDED.iter().all(is_there)
    }
}

/// Judges the probes. Those for no token, a token and the rate limit must be there, and no answer may hold the token
/// that they were made with.
#[must_use]
pub fn judge(probes: &[Probe], token: &Secret) -> SecurityReport {
    let mut rows: Vec<SecurityRow> = probes.iter().map(|probe| row(probe, token)).collect();
    for expect in Expectation::NEEDED {
        if probes.iter().all(|probe| probe.expect != expect) {
            let problem = Problem::new(expect.as_str(), "a probe", "none");
            rows.push(SecurityRow {
                name: expect.as_str().to_string(),
                expect,
                problems: Vec::from([problem]),
            });
        }
    }
    SecurityReport { ok: rows.iter().all(|row| row.problems.is_empty()), rows }
}

fn row(probe: &Probe, token: &Secret) -> SecurityRow {
    let mut problems = Vec::new();
    if probe.answers.is_empty() {
        problems.push(Problem::new("answers", "at least one answer", "none"));
    }
    match probe.expect {
        Expectation::Unauthorized => each_status(probe, 401, &mut problems),
        Expectation::Allowed => each_status(probe, 200, &mut problems),
        Expectation::RateLimited => limited(probe, 200, token, &mut problems),
        Expectation::GuessesLimited => limited(probe, 401, token, &mut problems),
        Expectation::InternalError => internal(probe, &mut problems),
    }
    for (index, answer) in probe.answers.iter().enumerate() {
        headers(index, answer, token, &mut problems);
        echoes(index, answer, token, &mut problems);
        if answer.status >= 500 {
            problems.extend(leak(index, answer));
        }
    }
    SecurityRow { name: probe.name.clone(), expect: probe.expect, problems }
}

fn each_status(probe: &Probe, wanted: u16, problems: &mut Vec<Problem>) {
    for (index, answer) in probe.answers.iter().enumerate() {
        if answer.status != wanted {
            problems.push(status(index, &wanted.to_string(), answer));
        }
    }
}

fn status(index: usize, wanted: &str, answer: &Answer) -> Problem {
    Problem::new(format!("answers[{index}].status"), wanted, answer.status.to_string())
}

fn limited(probe: &Probe, before: u16, token: &Secret, problems: &mut Vec<Problem>) {
    let mut is_limited = false;
    for (index, answer) in probe.answers.iter().enumerate() {
        if answer.status == 429 {
            is_limited = true;
            problems.extend(retry_after(index, answer, token));
        } else if answer.status != before {
            problems.push(status(index, &format!("{before} or 429"), answer));
        }
    }
    // The first must get through: a service that refuses everybody limits nobody.
    if let Some(first) = probe.answers.first().filter(|first| first.status == 429) {
        problems.push(status(0, &before.to_string(), first));
    }
    if !is_limited {
        let found = format!("none in {} answers", probe.answers.len());
        problems.push(Problem::new("answers", "a 429", found));
    }
}

/// Seconds, or a date; a date is believed, as only the edge knows the clock.
fn retry_after(index: usize, answer: &Answer, token: &Secret) -> Option<Problem> {
    let values: Vec<&str> = values(answer, "Retry-After").collect();
    let is_date = |text: &str| chrono::DateTime::parse_from_rfc2822(text).is_ok();
    let good = matches!(values.as_slice(), [one] if one.parse::<u32>().is_ok_and(|s| s >= 1) || is_date(one));
    (!good).then(|| {
        let expected = "seconds of 1 or more, or a date";
        Problem::new(format!("answers[{index}].Retry-After"), expected, shown(&values, token))
    })
}

fn internal(probe: &Probe, problems: &mut Vec<Problem>) {
    for (index, answer) in probe.answers.iter().enumerate().filter(|(_, answer)| answer.status < 500) {
        problems.push(status(index, "a 5xx", answer));
    }
}

fn headers(index: usize, answer: &Answer, token: &Secret, problems: &mut Vec<Problem>) {
    for (name, wanted) in HEADERS {
        let found: Vec<&str> = values(answer, name).collect();
        let is_wanted = |value: &&str| value.trim().eq_ignore_ascii_case(wanted);
        let is_good = match name {
            // A list of directives, in one line or in several.
            "Cache-Control" => found.iter().flat_map(|value| value.split(',')).any(|it| is_wanted(&it)),
            _ => !found.is_empty() && found.iter().all(is_wanted),
        };
        if !is_good {
            let path = format!("answers[{index}].{name}");
            problems.push(Problem::new(path, quoted(wanted), shown(&found, token)));
        }
    }
}

/// The values of a header, unless the token is among them.
fn shown(values: &[&str], token: &Secret) -> String {
    let text = values.join(", ");
    match values {
        [] => String::from("none"),
        _ if holds(&text, token) => String::from("the token"),
        _ => quoted(&text),
    }
}

fn echoes(index: usize, answer: &Answer, token: &Secret, problems: &mut Vec<Problem>) {
    let headers = answer.headers.iter().any(|(_, value)| holds(value, token));
    for (part, _) in [("headers", headers), ("body", holds(&answer.body, token))].iter().filter(|it| it.1) {
        problems.push(Problem::new(format!("answers[{index}].{part}"), "no token", "the token"));
    }
}

fn values<'a>(answer: &'a Answer, name: &'a str) -> impl Iterator<Item = &'a str> {
    let named = answer.headers.iter().filter(move |(header, _)| header.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.trim())
}

/// One sentence and nothing else. What it says instead is not shown: it may be the secret.
fn leak(index: usize, answer: &Answer) -> Option<Problem> {
    let wanted = json!({"ok": false, "error": "internal server error"});
    // A plain reader keeps the last of two values, and would not see what the first one tells.
    let is_read_alike = from_json_tree(answer.body.as_bytes()).is_ok_and(|body| body.key_twice().is_none());
    let said = serde_json::from_str::<Value>(&answer.body).ok();
    (!is_read_alike || said.as_ref() != Some(&wanted)).then(|| {
        let found = format!("{} bytes of something else", answer.body.len());
        Problem::new(format!("answers[{index}].body"), wanted.to_string(), found)
    })
}
