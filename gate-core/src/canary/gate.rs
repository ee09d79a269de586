//! A limit that must hold in every window of the clean period.

use alloc::format;
use alloc::string::String;

use super::align::Aligned;
use crate::quantity::shown;
use crate::time::count_windows;
use crate::{Finding, FindingCode, Note, NoteCode};

/// Holds a metric to a limit in every window of the clean period.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gate {
    /// The path in the policy.
    pub(super) rule: String,
    pub(super) metric: usize,
    pub(super) name: String,
    pub(super) stage: Option<usize>,
    pub(super) at_most: f64,
    pub(super) reason: String,
}

/// The windows above the limit in some stretch.
#[derive(Debug, Clone, Copy)]
struct Breach {
    first: usize,
    last: usize,
    count: usize,
    worst: f64,
}

/// What a gate saw in the finished windows of a stage.
pub(super) struct Judged<'a> {
    gate: &'a Gate,
    /// Before the clean period: listed, not counted.
    earlier: Option<Breach>,
    /// In the clean period.
    counted: Option<Breach>,
}

impl Gate {
    /// Holds every finished window against the limit.
    ///
    /// Missing windows and windows in a drill of the metric are not judged here: they are not clean.
    pub(super) fn judge(&self, aligned: &Aligned<'_>) -> Judged<'_> {
        let mut judged = Judged { gate: self, earlier: None, counted: None };
        let series = aligned.series(self.metric);
        if !series.summary().exceeds(self.at_most) {
            return judged;
        }
        let values = series.without(&aligned.drilled(&self.name));
        let (finished, period) = (aligned.finished(), aligned.period());
        let above = values.get(finished.clone()).unwrap_or_default().iter().zip(finished);
        for (value, slot) in above.filter(|(value, _)| **value > self.at_most) {
            let part = if slot < period.start { &mut judged.earlier } else { &mut judged.counted };
            let seen = part.get_or_insert(Breach { first: slot, last: slot, count: 0, worst: *value });
            seen.last = slot;
            seen.count += 1;
            seen.worst = seen.worst.max(*value);
        }
        judged
    }
}

impl Judged<'_> {
    /// The last finished slot that is above the limit.
    pub(super) fn last_breach(&self) -> Option<usize> {
        self.counted.or(self.earlier).map(|breach| breach.last)
    }

    /// A finding if some window of the clean period is above the limit.
    pub(super) fn finding(&self, aligned: &Aligned<'_>) -> Option<Finding> {
        let (gate, breach) = (self.gate, self.counted?);
        let (name, limit) = (&gate.name, shown(gate.at_most));
        let (above, period) = (breach.count, aligned.period().len());
        Some(Finding {
            code: FindingCode::GateExceeded,
            reason: gate.reason.clone(),
            rule: Some(gate.rule.clone()),
            metric: Some(name.clone()),
            windows: aligned.windows(breach.first, breach.last),
            count: above,
            from: aligned.time_of(breach.first),
            to: aligned.time_of(breach.last + 1),
            observed: Some(breach.worst),
            limit: Some(gate.at_most),
            run_minutes: None,
            needed_minutes: None,
            would_pass_if: format!(
                "{name} is at most {limit} in every window of the clean period ({above} of {period} were above)"
            ),
        })
    }

    /// A note if windows of the stage from before the clean period are above the limit.
    pub(super) fn note(&self, aligned: &Aligned<'_>) -> Option<Note> {
        let (gate, breach) = (self.gate, self.earlier?);
        let (limit, worst) = (shown(gate.at_most), shown(breach.worst));
        let windows = count_windows(breach.count);
        Some(Note {
            code: NoteCode::EarlierBreach,
            metric: Some(gate.name.clone()),
            windows: aligned.windows(breach.first, breach.last),
            message: format!(
                "{} was above {limit} in {windows} before the clean period, at most {worst}",
                gate.name
            ),
        })
    }
}
