//! A limit that must hold in every window of the clean period.

use alloc::format;
use alloc::string::String;

use super::align::Aligned;
use super::column::shown;
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

impl Gate {
    /// Returns a finding if some window of the clean period is above the limit.
    ///
    /// Missing windows and windows in a drill of the metric are not judged here: they are not clean.
    pub(super) fn check(&self, aligned: &Aligned<'_>) -> Option<Finding> {
        let breach = self.breach(aligned, aligned.period())?;
        let period = aligned.period().len();
        Some(Finding {
            code: FindingCode::GateExceeded,
            reason: self.reason.clone(),
            rule: Some(self.rule.clone()),
            metric: Some(self.name.clone()),
            windows: aligned.windows(breach.first, breach.last),
            count: breach.count,
            from: aligned.time_of(breach.first),
            to: aligned.time_of(breach.last + 1),
            observed: Some(breach.worst),
            limit: Some(self.at_most),
            run_minutes: None,
            needed_minutes: None,
            would_pass_if: format!(
                "{} is at most {} in every window of the clean period ({} of {period} were above)",
                self.name,
                shown(self.at_most),
                breach.count,
            ),
        })
    }

    /// Returns a note if windows of the stage from before the clean period are above the limit.
    pub(super) fn earlier(&self, aligned: &Aligned<'_>) -> Option<Note> {
        let before = aligned.finished().start..aligned.period().start;
        let breach = self.breach(aligned, before)?;
        Some(Note {
            code: NoteCode::EarlierBreach,
            metric: Some(self.name.clone()),
            windows: aligned.windows(breach.first, breach.last),
            message: format!(
                "{} was above {} in {} before the clean period, at most {}",
                self.name,
                shown(self.at_most),
                count_windows(breach.count),
                shown(breach.worst),
            ),
        })
    }

    /// The last finished slot that is above the limit.
    pub(super) fn last_breach(&self, aligned: &Aligned<'_>) -> Option<usize> {
        self.breach(aligned, aligned.finished()).map(|breach| breach.last)
    }

    fn breach(&self, aligned: &Aligned<'_>, slots: core::ops::Range<usize>) -> Option<Breach> {
        let series = aligned.series(self.metric);
        if !series.summary().exceeds(self.at_most) {
            return None;
        }
        let values = series.without(&aligned.drilled(&self.name));
        let above = |slot: &usize| values.get(*slot).copied().filter(|value| *value > self.at_most);
        slots.filter_map(|slot| above(&slot).map(|value| (slot, value))).fold(None, |seen, (slot, value)| {
            let seen = seen.unwrap_or(Breach { first: slot, last: slot, count: 0, worst: value });
            Some(Breach { last: slot, count: seen.count + 1, worst: seen.worst.max(value), ..seen })
        })
    }
}
