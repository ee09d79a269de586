//! A verdict for a pull-request comment.

use alloc::format;
use alloc::string::String;

use super::words::{basis, coverage, excuse, headline, observation, tame};
use crate::{Decision, Verdict};

/// Rows that a table shows; the rest is counted, so that a comment stays within what forges accept.
const MAX_ROWS: usize = 100;

pub(super) fn render(verdict: &Verdict) -> String {
    let word = match verdict.decision {
        Decision::Promote => "✅ PROMOTE",
        Decision::Hold => "⏸️ HOLD",
        Decision::Rollback => "⛔ ROLLBACK",
    };
    let mut page = format!("### {word} {}: {}\n\n", escape(&verdict.stage), escape(&headline(verdict)));
    page += &format!("Judged {}. Clean for {}.\n", escape(&basis(verdict)), escape(&coverage(verdict)));
    page += &findings(verdict);
    page += &list(
        "Excused by a drill",
        verdict.excused.iter().map(|it| format!("{}: {}", it.reason, excuse(it))),
    );
    page += &list("Notes", verdict.notes.iter().map(|note| note.message.clone()));
    page += &list("Labels", verdict.labels.0.iter().map(|(name, value)| format!("{name}: {value}")));
    if let Some(digests) = &verdict.digests {
        page += &format!(
            "\n<sub>policy sha256 {}, input sha256 {}</sub>\n",
            escape(&digests.policy),
            escape(&digests.input)
        );
    }
    page
}

fn findings(verdict: &Verdict) -> String {
    if verdict.findings.is_empty() {
        return String::new();
    }
    let mut table = String::from("\n| reason | observed | passes if |\n| --- | --- | --- |\n");
    for finding in verdict.findings.iter().take(MAX_ROWS) {
        let cells = [&finding.reason, &observation(finding), &finding.would_pass_if].map(|text| escape(text));
        table += &format!("| {} |\n", cells.join(" | "));
    }
    table + &left_out(verdict.findings.len())
}

fn list(heading: &str, items: impl ExactSizeIterator<Item = String>) -> String {
    if items.len() == 0 {
        return String::new();
    }
    let count = items.len();
    let lines: String = items.take(MAX_ROWS).map(|item| format!("- {}\n", escape(&item))).collect();
    format!("\n{heading}:\n\n{lines}{}", left_out(count))
}

fn left_out(count: usize) -> String {
    match count.checked_sub(MAX_ROWS) {
        Some(more) if more > 0 => format!("\n{more} more are in the JSON verdict.\n"),
        _ => String::new(),
    }
}

/// Text from outside as text: no markup, no HTML, no mention of a user.
fn escape(text: &str) -> String {
    let mut safe = String::new();
    for c in tame(text).chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            '|' | '`' | '*' | '[' | ']' | '\\' | '#' | '~' | '!' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}
