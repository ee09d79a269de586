//! Asks every rule and folds the findings into a verdict. It cannot fail.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::ops::Range;

use super::align::Aligned;
use super::coverage;
use super::gate::Judged;
use super::policy::STALE_REASON;
use super::verdict::{SCHEMA, Verdict};
use crate::time::{count_windows, format_instant, human_minutes, minutes};
use crate::{Decision, Finding, FindingCode, Note, NoteCode, VERSION};

/// Judges an aligned snapshot. Every rule is always asked, in policy order.
pub(super) fn evaluate(aligned: &Aligned<'_>) -> Verdict {
    let policy = aligned.policy;
    let triggers = || policy.triggers_of(aligned.stage);
    let judged: Vec<Judged<'_>> = policy.gates_of(aligned.stage).map(|gate| gate.judge(aligned)).collect();
    let fired: Vec<Finding> = triggers().filter_map(|trigger| trigger.check(aligned)).collect();
    let mut held: Vec<Finding> = judged.iter().filter_map(|gate| gate.finding(aligned)).collect();
    held.extend(coverage::findings(aligned));
    held.extend(stale(aligned));
    let (rollback_reasons, gate_fail_reasons) = (reasons(&fired), reasons(&held));
    let findings: Vec<Finding> = fired.into_iter().chain(held).collect();
    let decision = findings.iter().map(Finding::decision).max().unwrap_or(Decision::Promote);
    Verdict {
        stage: aligned.stage.name.clone(),
        windows: aligned.snapshot.windows,
        window_minutes: aligned.snapshot.window_minutes,
        gate_passed: decision == Decision::Promote,
        rollback_triggered: decision == Decision::Rollback,
        rollback_reasons,
        gate_fail_reasons,
        schema_version: SCHEMA.to_string(),
        engine: VERSION.to_string(),
        decision,
        next_stage: aligned.stage.next.clone(),
        policy: policy.name().to_string(),
        decided_at: aligned.now.map(format_instant),
        labels: aligned.snapshot.labels.clone(),
        digests: None,
        coverage: coverage::measure(aligned, judged.iter().filter_map(Judged::last_breach).max()),
        findings,
        excused: triggers().flat_map(|trigger| trigger.excuses(aligned)).collect(),
        notes: notes(aligned, &judged),
    }
}

/// The reasons of some findings, each once.
fn reasons(findings: &[Finding]) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    for finding in findings {
        if !reasons.contains(&finding.reason) {
            reasons.push(finding.reason.clone());
        }
    }
    reasons
}

/// A finding if the last window ended longer ago than the policy allows.
fn stale(aligned: &Aligned<'_>) -> Option<Finding> {
    let last_end = aligned.end_of_data()?;
    let age = aligned.now? - last_end;
    let max_age = u64::from(aligned.policy.max_age.minutes());
    if age <= minutes(max_age) {
        return None;
    }
    let age_minutes = age.as_seconds_f64() / 60.0;
    Some(Finding {
        code: FindingCode::Stale,
        reason: STALE_REASON.to_string(),
        rule: None,
        metric: None,
        windows: None,
        count: 0,
        from: Some(format_instant(last_end)),
        to: aligned.now.map(format_instant),
        observed: Some(age_minutes),
        limit: Some(coverage::float(max_age)),
        run_minutes: None,
        needed_minutes: None,
        would_pass_if: format!(
            "the last window ended at most {} before the decision",
            human_minutes(max_age)
        ),
    })
}

fn notes(aligned: &Aligned<'_>, judged: &[Judged<'_>]) -> Vec<Note> {
    let mut notes = Vec::new();
    if !aligned.snapshot.is_dated() {
        notes.push(note(NoteCode::Undated, "the windows have no times: gaps and age cannot be seen"));
    }
    let before = aligned.first.min(aligned.slots);
    if before > 0 {
        let windows = aligned.windows(0, before - 1);
        let text = format!("{} from before the stage began ignored", count_windows(before));
        notes.push(Note { windows, ..note(NoteCode::WindowBeforeStage, &text) });
    }
    if aligned.slots > aligned.decided {
        let windows = aligned.windows(aligned.slots - 1, aligned.slots - 1);
        let text = "the last window has not ended at the decision instant";
        notes.push(Note { windows, ..note(NoteCode::WindowUnfinished, text) });
    }
    notes.extend(judged.iter().filter_map(|gate| gate.note(aligned)));
    notes.extend(unjudged(aligned));
    notes
}

fn unjudged<'a>(aligned: &'a Aligned<'_>) -> impl Iterator<Item = Note> + 'a {
    let snapshot = aligned.snapshot;
    let judged = |name: &str| aligned.used().any(|(metric, _)| metric.name == name);
    let given = snapshot.metrics.iter().map(|(name, _)| name);
    let counted = snapshot.events.iter().map(|(name, _)| name).filter(|name| snapshot.metric(name).is_none());
    let strangers = given.chain(counted).filter(move |name| !judged(name)).map(|name| Note {
        metric: Some(name.clone()),
        ..note(NoteCode::MetricNotJudged, &format!("no rule of the stage mentions `{name}`"))
    });
    let computed =
        snapshot.events.iter().filter(|(name, _)| snapshot.metric(name).is_some()).map(|(name, _)| Note {
            metric: Some(name.clone()),
            ..note(NoteCode::RateComputed, &format!("`{name}` was computed from `events` and `samples`"))
        });
    let baseline = (!snapshot.baseline.is_empty())
        .then(|| note(NoteCode::BaselineNotJudged, "no rule of the policy compares with the baseline"));
    strangers.chain(computed).chain(baseline)
}

fn note(code: NoteCode, message: &str) -> Note {
    Note { code, metric: None, windows: None, message: message.to_string() }
}

impl Aligned<'_> {
    /// So many windows in minutes.
    pub(super) fn minutes(&self, windows: usize) -> u64 {
        windows as u64 * u64::from(self.policy.window_minutes())
    }

    /// The longest stretch of missing windows that does not break a run.
    pub(super) fn bridge(&self) -> usize {
        (self.policy.max_bridge.minutes() / self.policy.window_minutes()) as usize
    }

    /// Two slots as indices into the snapshot's arrays, where both have a window.
    pub(super) fn windows(&self, first: usize, last: usize) -> Option<[usize; 2]> {
        self.index_of(first).zip(self.index_of(last)).map(|(first, last)| [first, last])
    }

    /// The slots that lie wholly inside a drill of the metric.
    pub(super) fn drilled(&self, metric: &str) -> Vec<Range<usize>> {
        let drills = self.snapshot.drills.iter().filter(|drill| drill.names(metric));
        drills.map(|drill| self.inside(drill)).collect()
    }

    /// The requests of a slot's window, where they were counted.
    pub(super) fn samples_in(&self, slot: usize) -> Option<u64> {
        let index = self.index_of(slot)?;
        self.snapshot.samples.as_ref()?.0.get(index).copied().flatten()
    }
}
