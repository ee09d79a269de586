//! What a command on a state file answers, in one form for all.

use std::path::Path;

use gate_core::breaker::guard::{Mode, Transition};
use gate_core::breaker::{GuardStatus, HoldKind, HoldState, Layer, MetricStatus};
use gate_core::line::one_line;
use serde::Serialize;

use super::super::{Answer, pretty, report_format};
use crate::args::ReportFormat;
use crate::breaker_file::{Breaker, Entry, History};
use crate::exit::Exit;

/// The last entries of the history that people get to see.
const SHOWN: usize = 10;

/// Where the breaker stands once the command is done.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    exit_code: u8,
    /// In the words of the monitor: `enabled`, `disabled_auto`, `disabled_manual`; and `stopped`.
    state: &'static str,
    /// Whether the command was carried out, where it could be refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    done: Option<bool>,
    /// The command.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    #[serde(flatten)]
    status: GuardStatus,
    /// Transitions that the command led to, and those that were due by then.
    changes: Vec<Transition>,
    notes: Vec<String>,
    /// How a person ends a stop.
    what_to_do: Option<String>,
    /// When the state was stored, before the command.
    saved_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history: Option<History>,
}

impl Report {
    pub(super) fn new(breaker: &Breaker, path: &Path) -> Self {
        let status = breaker.status();
        Self {
            exit_code: Exit::from(status.mode).code(),
            state: state(&status),
            done: None,
            order: None,
            changes: breaker.changes.clone(),
            notes: Vec::new(),
            what_to_do: what_to_do(breaker, &status, path),
            saved_at: breaker.saved_at.clone(),
            history: None,
            status,
        }
    }

    /// Says whether the command was carried out: `None` if the state could not be trusted.
    pub(super) fn of_order(self, done: Option<bool>, order: &str, why_not: &str) -> Self {
        let report = Self { done: Some(done == Some(true)), order: Some(order.to_owned()), ..self };
        match done {
            Some(true) => report,
            Some(false) => report.with_note(why_not.to_owned()),
            None => report.with_note("nothing was written: the state file cannot be trusted".to_owned()),
        }
    }

    pub(super) fn with_note(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }

    pub(super) fn with_history(self, history: History) -> Self {
        Self { history: Some(history), ..self }
    }

    pub(super) fn answer(&self, format: Option<ReportFormat>) -> Answer {
        let text = match report_format(format) {
            ReportFormat::Text => self.text(),
            ReportFormat::Json => pretty(self),
        };
        Answer::on_stdout(text, Exit::from(self.status.mode))
    }

    /// The state on a line of its own, which is all there is to say while nobody has to do anything.
    fn text(&self) -> String {
        let mut text = format!("{}\n", one_line(&self.headline()));
        if let (Some(done), Some(order)) = (self.done, &self.order) {
            text += &format!("  {}  {order}\n", if done { "done    " } else { "not done" });
        }
        if self.done.is_some() || self.status.mode == Mode::Stopped {
            for note in &self.notes {
                text += &format!("  note      {}\n", one_line(note));
            }
        }
        if let Some(what) = &self.what_to_do {
            text += &format!("  to do     {what}\n");
        }
        if let Some(history) = &self.history {
            text += &self.details();
            text += &told(history);
        }
        text
    }

    fn headline(&self) -> String {
        match self.status.by {
            None => self.state.to_owned(),
            Some(_) => format!("{} ({})", self.state, self.status.because),
        }
    }

    /// Every layer on a line.
    fn details(&self) -> String {
        let status = &self.status;
        let mut text = String::new();
        for hold in &status.holds {
            text += &hold_line(hold);
        }
        if let Some(latch) = &status.latch {
            let bad = latch.streak.total();
            let word = if latch.latched { "latched" } else { "clear" };
            text += &format!("  latch     {word}, {bad} bad readings in a row\n");
        }
        if let Some(metric) = &status.metric {
            text += &metric_line(metric);
        }
        if let Some(ladder) = &status.ladder {
            text += &format!("  ladder    {}\n", ladder.level.as_str());
        }
        if let Some(call) = &status.call {
            text += &format!("  call      {}\n", call.phase.as_str());
        }
        if let Some(saved_at) = &self.saved_at {
            text += &format!("  stored    {}\n", one_line(saved_at));
        }
        text
    }
}

fn hold_line(hold: &HoldState) -> String {
    let left = hold.remaining_ns.map_or_else(
        || "until it is released".to_owned(),
        |ns| format!("for another {} s", ns.div_ceil(1_000_000_000)),
    );
    let HoldState { actor, reason, .. } = hold;
    one_line(&format!("  hold      {} by {actor} {left}: {reason}", word(hold.kind))) + "\n"
}

fn metric_line(metric: &MetricStatus) -> String {
    let MetricStatus { state, reason, unusable, .. } = metric;
    let looked = metric.last_counts.map_or_else(
        || "no look yet".to_owned(),
        |counts| format!("last look at {} failed of {}", counts.failed, counts.total),
    );
    format!("  metric    {state} ({reason}), {looked}, {unusable} readings unusable\n")
}

fn told(history: &History) -> String {
    let entries = history.entries.iter().rev().take(SHOWN);
    let lines: Vec<String> = entries.map(|entry| format!("  {}\n", one_line(&entry_line(entry)))).collect();
    if lines.is_empty() { String::new() } else { format!("\nlast events\n{}", lines.concat()) }
}

fn entry_line(entry: &Entry) -> String {
    let Entry { at, actor, event, cause, counts, streak } = entry;
    let by = actor.as_ref().map(|actor| format!(" by {actor}")).unwrap_or_default();
    let counts = counts.map(|counts| format!(" ({} failed of {})", counts.failed, counts.total));
    let streak = streak.map(|streak| format!(" ({streak} in a row)"));
    format!("{at}  {event}{by}: {cause}{}{}", counts.unwrap_or_default(), streak.unwrap_or_default())
}

fn state(status: &GuardStatus) -> &'static str {
    match (status.mode, status.by) {
        (Mode::On, _) => "enabled",
        (Mode::Off, _) => "disabled_auto",
        (Mode::Stopped, Some(Layer::Hold)) => "disabled_manual",
        (Mode::Stopped, _) => "stopped",
    }
}

fn what_to_do(breaker: &Breaker, status: &GuardStatus, path: &Path) -> Option<String> {
    let state = shell_word(&path.display().to_string());
    let command = |words: &str, actor: &str| {
        format!("`tsfm-gate {words} --state {state} --actor {actor} --reason WHY`")
    };
    if breaker.lost.is_some() {
        let reset = command("breaker reset", "NAME");
        return Some(format!(
            "find out whether it was stopped; {reset} makes a fresh state and keeps what is there"
        ));
    }
    match (status.mode, status.by) {
        (Mode::Stopped, Some(Layer::Latch)) => Some(command("latch reset", "NAME")),
        (Mode::Stopped, _) => {
            let off = status.holds.iter().filter(|hold| hold.kind == HoldKind::Off);
            let releases = off.map(|hold| command("breaker release", &shell_word(&hold.actor)));
            Some(releases.collect::<Vec<_>>().join(", "))
        }
        _ => None,
    }
}

/// What a hold does, as people type it.
pub(super) const fn word(kind: HoldKind) -> &'static str {
    match kind {
        HoldKind::Off => "off",
        HoldKind::On => "on",
        HoldKind::Shadow => "shadow",
    }
}

/// A word as a shell takes it.
fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", one_line(text).replace('\'', r"'\''"))
}
