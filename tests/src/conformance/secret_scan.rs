//! The upstream scan of artifacts, through our scanner.
//!
//! Upstream reads only files with five endings and names four kinds of hits, each once per file. Which files to read is a
//! matter of the edge, so the replay keeps to upstream's choice, but in rows that show what that choice misses.

use std::path::Path;

use gate_core::release::secrets::{Scanner, SecretFinding, SecretRule};
use gate_core::secret::Secret;
use serde::Deserialize;

use super::{Outcome, Row};

#[derive(Deserialize)]
struct Fields {
    events: Vec<Event>,
    expect: Vec<Expect>,
}

#[derive(Deserialize)]
struct Event {
    path: String,
    content: Option<String>,
    content_utf16le: Option<String>,
}

#[derive(Deserialize)]
struct Expect {
    scanned: bool,
    hits: Vec<String>,
}

/// Replays the files of a row and compares the kinds of hits.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let reads_all = row.flaws().any(|flaw| flaw == "file_type_not_scanned");
    let scanner = Scanner::new(Secret::new("replay"));
    for (number, (event, expected)) in fields.events.iter().zip(&fields.expect).enumerate() {
        let is_scanned = reads_all || is_read(&event.path);
        let findings = if is_scanned { scanner.scan(&bytes(event)) } else { Vec::new() };
        let outcome = Outcome::of(
            &format!("event {number} {event}", event = event.path),
            &(expected.scanned, expected.hits.clone()),
            &(is_scanned, hits(&findings)),
        );
        if let different @ Outcome::Different(_) = outcome {
            let is_wide = event.content_utf16le.is_some() && expected.hits.is_empty();
            return Ok(if is_wide { Outcome::Departure("secret_missed") } else { different });
        }
    }
    Ok(Outcome::of("events", &fields.expect.len(), &fields.events.len()))
}

fn is_read(path: &str) -> bool {
    let ending = Path::new(path).extension().unwrap_or_default().to_string_lossy().to_lowercase();
    ["json", "jsonl", "log", "txt", "ndjson"].contains(&ending.as_str())
}

fn bytes(event: &Event) -> Vec<u8> {
    match (&event.content, &event.content_utf16le) {
        (Some(text), _) => text.clone().into_bytes(),
        (None, Some(text)) => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        (None, None) => Vec::new(),
    }
}

/// Upstream's four kinds, in its order; what it has no name for stands under ours.
fn hits(findings: &[SecretFinding]) -> Vec<String> {
    let named = |word: &str| {
        let is_word = |name: &String| name.eq_ignore_ascii_case(word);
        findings.iter().any(|finding| finding.name.as_ref().is_some_and(is_word))
    };
    let of = |rule: SecretRule| findings.iter().any(|finding| finding.rule == rule);
    let mut hits: Vec<String> = [
        (named("OPENAI_API_KEY"), "OPENAI_API_KEY token detected"),
        (named("ANTHROPIC_API_KEY"), "ANTHROPIC_API_KEY token detected"),
        (of(SecretRule::SkKey), "Possible OpenAI secret format"),
        (of(SecretRule::ApiKey), "Generic API key"),
    ]
    .into_iter()
    .filter(|(is_there, _)| *is_there)
    .map(|(_, hit)| hit.to_owned())
    .collect();
    let known = [SecretRule::SkKey, SecretRule::ApiKey];
    hits.extend(findings.iter().filter(|it| !known.contains(&it.rule)).map(|it| it.rule.to_string()));
    hits
}
