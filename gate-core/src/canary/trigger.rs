//! A limit that rolls back when a metric stays above it for long enough.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::align::Aligned;
use super::runs::{Run, longest_run};
use super::verdict::Excuse;
use crate::quantity::shown;
use crate::time::{format_instant, human_minutes};
use crate::{Finding, FindingCode};

/// Rolls back when a metric stays above a limit for long enough.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Trigger {
    /// The path in the policy.
    pub(super) rule: String,
    pub(super) metric: usize,
    pub(super) name: String,
    pub(super) stage: Option<usize>,
    pub(super) above: f64,
    /// How many windows in a row must breach.
    pub(super) needed: usize,
    pub(super) excused_by_drill: bool,
    pub(super) reason: String,
}

impl Trigger {
    /// Returns a finding if the longest breaching run since the stage began is long enough.
    pub(super) fn check(&self, aligned: &Aligned<'_>) -> Option<Finding> {
        let series = aligned.series(self.metric);
        if !series.summary().exceeds(self.above) {
            return None;
        }
        let excused = if self.excused_by_drill { aligned.drilled(&self.name) } else { Vec::new() };
        let values = series.without(&excused);
        let observed = aligned.observed();
        let offset = observed.start;
        let run = longest_run(values.get(observed)?, self.above, aligned.bridge())?;
        let run = Run { first: run.first + offset, last: run.last + offset, ..run };
        (run.breaching >= self.needed).then(|| self.fired(aligned, run))
    }

    fn fired(&self, aligned: &Aligned<'_>, run: Run) -> Finding {
        let run_minutes = aligned.minutes(run.breaching);
        let needed_minutes = aligned.minutes(self.needed);
        Finding {
            code: FindingCode::TriggerFired,
            reason: self.reason.clone(),
            rule: Some(self.rule.clone()),
            metric: Some(self.name.clone()),
            windows: aligned.windows(run.first, run.last),
            count: run.breaching,
            from: aligned.time_of(run.first),
            to: aligned.time_of(run.last + 1),
            observed: Some(run.worst),
            limit: Some(self.above),
            run_minutes: Some(run_minutes),
            needed_minutes: Some(needed_minutes),
            would_pass_if: self.would_pass_if(needed_minutes, run_minutes),
        }
    }

    fn would_pass_if(&self, needed: u64, run: u64) -> String {
        let limit = shown(self.above);
        if self.needed == 1 {
            return format!("{} is at most {limit} in every window", self.name);
        }
        let (needed, run) = (human_minutes(needed), human_minutes(run));
        format!("{} is above {limit} for less than {needed} in a row (it was for {run})", self.name)
    }

    /// What drills excused: every breaching window that lies wholly inside one.
    pub(super) fn excuses(&self, aligned: &Aligned<'_>) -> Vec<Excuse> {
        let series = aligned.series(self.metric);
        if !self.excused_by_drill || !series.summary().exceeds(self.above) {
            return Vec::new();
        }
        let drills = aligned.snapshot.drills.iter().filter(|drill| drill.names(&self.name));
        let observed = aligned.observed();
        let excuse = |drill| {
            let inside = aligned.inside(drill);
            let inside = inside.start.max(observed.start)..inside.end.min(observed.end);
            let offset = inside.start;
            let values = series.believed().get(inside)?;
            let breaching: Vec<_> =
                values.iter().enumerate().filter(|(_, value)| **value > self.above).collect();
            let (first, last) = (breaching.first()?.0 + offset, breaching.last()?.0 + offset);
            Some(Excuse {
                reason: self.reason.clone(),
                rule: self.rule.clone(),
                metric: self.name.clone(),
                windows: aligned.windows(first, last),
                count: breaching.len(),
                observed: breaching.iter().fold(f64::NEG_INFINITY, |worst, (_, value)| worst.max(**value)),
                limit: self.above,
                drill_from: format_instant(drill.from),
                drill_to: format_instant(drill.to),
                drill_reason: drill.reason.clone(),
                author: drill.author.clone(),
            })
        };
        drills.filter_map(excuse).collect()
    }
}
