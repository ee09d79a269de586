//! The card as a dashboard, and the preflight as a list, for people at a terminal.

use alloc::format;
use alloc::string::String;

use super::Colour;
use super::words::tame;
use crate::cutover::{Card, Check, CheckState, GoNoGo, Preflight};
use crate::time::format_instant;

/// The rule between the parts of the dashboard.
const RULE: &str = "============================================================";

/// Writes the dashboard of a card.
#[must_use]
pub fn dashboard(card: &Card, colour: Colour) -> String {
    let mut text = format!("{RULE}\n  CUTOVER READINESS DASHBOARD\n{RULE}\n");
    let overall = card.overall_state.as_str().to_ascii_uppercase();
    let answer = painted(card.go_no_go.as_str(), state_of(card.go_no_go), colour);
    text += &format!("  Overall: {overall}\n  Go/No-Go: {answer}\n");
    text += &format!("  Timestamp: {}\n{RULE}\n\n", format_instant(card.timestamp));
    for check in &card.checks {
        text += &check_line(check, colour);
        text.push('\n');
    }
    text += &format!("\n{RULE}\n  {}\n{RULE}\n", summary_line(card));
    text
}

/// The line of one check: a sign, the name, the state and what was found.
#[must_use]
pub fn check_line(check: &Check, colour: Colour) -> String {
    let sign = painted(sign(check.state), check.state, colour);
    format!("{sign} {:<25} [{:<10}] {}", tame(&check.name), check.state.as_str(), tame(&check.message))
}

/// The last line: how many are healthy.
#[must_use]
pub fn summary_line(card: &Card) -> String {
    format!("Metrics: {}/{} healthy", card.metrics.healthy, card.metrics.total_checks)
}

/// Writes the card as JSON, with a final newline.
#[must_use]
pub fn card_json(card: &Card) -> String {
    super::pretty(card)
}

/// Writes the report of a preflight as JSON, with a final newline.
#[must_use]
pub fn preflight_json(report: &Preflight) -> String {
    super::pretty(report)
}

/// Writes the list of a preflight.
#[must_use]
pub fn preflight(report: &Preflight, colour: Colour) -> String {
    let mut text = String::new();
    for line in &report.checks {
        let sign = painted(sign(line.state), line.state, colour);
        text += &format!("{sign} {}: {}\n", tame(&line.name), tame(&line.message));
    }
    let rule = "========================================";
    let (word, mark) = match report.summary.failed {
        0 => (String::from("ALL PRE-FLIGHT CHECKS: PASS"), "✓✓✓"),
        failed => (format!("{failed} OF {} PRE-FLIGHT CHECKS: FAIL", report.summary.total), "✗✗✗"),
    };
    let answer = painted(report.go_no_go.as_str(), state_of(report.go_no_go), colour);
    text += &format!("\n{rule}\n  {mark} {word} {mark}\n{rule}\nGo/No-Go: {answer}\n");
    text
}

const fn sign(state: CheckState) -> &'static str {
    match state {
        CheckState::Healthy => "✓",
        CheckState::Degraded => "⚠",
        CheckState::Unhealthy => "✗",
        CheckState::Unknown => "?",
    }
}

const fn state_of(answer: GoNoGo) -> CheckState {
    match answer {
        GoNoGo::Go => CheckState::Healthy,
        GoNoGo::Pending => CheckState::Degraded,
        GoNoGo::NoGo => CheckState::Unhealthy,
    }
}

fn painted(text: &str, state: CheckState, colour: Colour) -> String {
    let code = match state {
        CheckState::Healthy => 32,
        CheckState::Degraded | CheckState::Unknown => 33,
        CheckState::Unhealthy => 31,
    };
    match colour {
        Colour::On => format!("\u{1b}[1;{code}m{text}\u{1b}[0m"),
        Colour::Off => text.into(),
    }
}
