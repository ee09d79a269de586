//! A verdict for people at a terminal.

use alloc::format;
use alloc::string::{String, ToString};

use super::Colour;
use super::words::{basis, coverage, excuse, headline, observation, tame};
use crate::{Decision, Finding, FindingCode, Verdict};

pub(super) fn render(verdict: &Verdict, colour: Colour) -> String {
    let mut page = Page { text: String::new(), colour };
    let word = paint(colour, verdict.decision, &verdict.decision.to_string().to_uppercase());
    page.line(&format!("{word} {}: {}", tame(&verdict.stage), tame(&headline(verdict))));
    page.field("judged", &basis(verdict));
    page.field("clean", &coverage(verdict));
    for (name, value) in &verdict.labels.0 {
        page.field("label", &format!("{name} = {value}"));
    }
    if let Some(digests) = &verdict.digests {
        page.field("policy", &format!("sha256 {}", digests.policy));
        page.field("input", &format!("sha256 {}", digests.input));
    }
    let of = |wanted: &dyn Fn(&Finding) -> bool| {
        verdict.findings.iter().filter(|f| wanted(f)).collect::<alloc::vec::Vec<_>>()
    };
    page.findings("rollback, because", &of(&|f| f.code == FindingCode::TriggerFired));
    page.findings("not promoted, because", &of(&|f| f.code == FindingCode::GateExceeded));
    let missing = |f: &Finding| !matches!(f.code, FindingCode::TriggerFired | FindingCode::GateExceeded);
    page.findings("still missing", &of(&missing));
    page.list(
        "excused by a drill",
        verdict.excused.iter().map(|it| format!("{}: {}", it.reason, excuse(it))),
    );
    page.list("notes", verdict.notes.iter().map(|note| note.message.clone()));
    page.text
}

/// Lines of the report so far.
struct Page {
    text: String,
    colour: Colour,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn field(&mut self, name: &str, value: &str) {
        self.line(&format!("  {name:<8}{}", tame(value)));
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        match self.colour {
            Colour::On => self.line(&format!("\u{1b}[1m{heading}\u{1b}[0m")),
            Colour::Off => self.line(heading),
        }
    }

    fn findings(&mut self, heading: &str, findings: &[&Finding]) {
        if findings.is_empty() {
            return;
        }
        self.heading(heading);
        for finding in findings {
            self.line(&format!("  {}", tame(&finding.reason)));
            self.line(&format!("      {}", tame(&observation(finding))));
            self.line(&format!("      passes if {}", tame(&finding.would_pass_if)));
        }
    }

    fn list(&mut self, heading: &str, items: impl ExactSizeIterator<Item = String>) {
        if items.len() == 0 {
            return;
        }
        self.heading(heading);
        for item in items {
            self.line(&format!("  {}", tame(&item)));
        }
    }
}

fn paint(colour: Colour, decision: Decision, word: &str) -> String {
    let code = match decision {
        Decision::Promote => "32",
        Decision::Hold => "33",
        Decision::Rollback => "31",
    };
    match colour {
        Colour::On => format!("\u{1b}[1;{code}m{word}\u{1b}[0m"),
        Colour::Off => word.to_string(),
    }
}
