//! Lays a snapshot on the grid of the policy's windows, seen from the decision instant.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::column::{Column, Counts};
use super::policy::{Metric, Policy, Stage};
use super::series::Series;
use super::snapshot::{Drill, Snapshot, Timeline};
use crate::document::{field, nearest, quoted};
use crate::quantity::shown;
use crate::time::{Instant, format_instant, minutes, shift};
use crate::{ErrorCode, GateError};

/// One snapshot, one stage and one decision instant, on one grid of windows ("slots").
///
/// Slot 0 starts with the snapshot's first window. Slots without a window are gaps.
// INVARIANT: every value in `series` is possible for its metric's unit, or NaN.
pub(super) struct Aligned<'a> {
    pub(super) policy: &'a Policy,
    pub(super) stage: &'a Stage,
    pub(super) snapshot: &'a Snapshot,
    /// The first slot that belongs to the stage.
    pub(super) first: usize,
    /// One past the slot of the last window.
    pub(super) slots: usize,
    /// How many slots have ended at the decision instant; more than `slots` when windows are late.
    pub(super) decided: usize,
    /// The decision instant of a dated snapshot.
    pub(super) now: Option<Instant>,
    /// One series per metric of the policy.
    pub(super) series: Vec<Series<'a>>,
}

impl<'a> Aligned<'a> {
    /// Lays out the snapshot, or refuses what does not fit the policy or the instant.
    pub(super) fn new(
        policy: &'a Policy,
        stage: &'a Stage,
        snapshot: &'a Snapshot,
        now: Option<Instant>,
    ) -> Result<Self, GateError> {
        check_window_length(policy, snapshot)?;
        check_drills(policy, &snapshot.drills)?;
        if now.is_some() {
            snapshot.timeline.require_dates("now")?;
        }
        let slots = match &snapshot.timeline {
            Timeline::Slots(_, slots) => slots.last().map_or(0, |last| last + 1),
            _ => snapshot.windows,
        };
        let grid = Grid { origin: snapshot.timeline.origin(), window: policy.window_minutes() };
        let now = now.or_else(|| grid.start_of(slots));
        check_future(snapshot, grid, slots, now)?;
        let decided = now.and_then(|now| grid.slots_until(now)).unwrap_or(slots);
        let first = snapshot.stage_started.map_or(0, |started| grid.first_slot_from(started));
        let series = policy.metrics.iter().map(|metric| series(metric, snapshot, slots));
        let series = series.collect::<Result<_, _>>()?;
        Ok(Self { policy, stage, snapshot, first, slots, decided, now, series })
    }

    /// The slots of the stage that have a window or a gap between two.
    pub(super) fn observed(&self) -> Range<usize> {
        self.first.min(self.slots)..self.slots
    }

    /// The observed slots that have ended at the decision instant.
    pub(super) fn finished(&self) -> Range<usize> {
        let end = self.decided.min(self.slots);
        self.first.min(end)..end
    }

    /// How many windows the clean period has.
    pub(super) fn needed(&self) -> usize {
        (self.stage.clean_for.minutes() / self.policy.window_minutes()) as usize
    }

    /// The finished slots that lie in the clean period.
    pub(super) fn period(&self) -> Range<usize> {
        let finished = self.finished();
        let start = self.decided.saturating_sub(self.needed());
        start.clamp(finished.start, finished.end)..finished.end
    }

    /// The series of a metric; empty for an index that the policy does not have.
    pub(super) fn series(&self, metric: usize) -> &Series<'a> {
        const NONE: &Series<'static> = &Series::ABSENT;
        self.series.get(metric).unwrap_or(NONE)
    }

    /// The metrics that rules of the stage need, with their series.
    pub(super) fn used(&self) -> impl Iterator<Item = (&'a Metric, &Series<'a>)> {
        let all = self.policy.metrics.iter().zip(&self.series).enumerate();
        all.filter(|(index, _)| self.policy.uses(self.stage, *index)).map(|(_, pair)| pair)
    }

    /// The slots that lie wholly inside a drill.
    pub(super) fn inside(&self, drill: &Drill) -> Range<usize> {
        self.grid().inside(drill.from, drill.to)
    }

    /// The slots that a drill touches.
    pub(super) fn touched(&self, drill: &Drill) -> Range<usize> {
        self.grid().touched(drill.from, drill.to)
    }

    /// The start of a slot, RFC 3339, in a dated snapshot. The end of a slot is the start of the next.
    pub(super) fn time_of(&self, slot: usize) -> Option<String> {
        self.grid().start_of(slot).map(format_instant)
    }

    /// The same as an instant.
    pub(super) fn start_of(&self, slot: usize) -> Option<Instant> {
        self.grid().start_of(slot)
    }

    /// When the last window ended, in a dated snapshot.
    pub(super) fn end_of_data(&self) -> Option<Instant> {
        self.grid().start_of(self.slots)
    }

    /// The index into the snapshot's arrays of the window in a slot; none for a gap.
    pub(super) fn index_of(&self, slot: usize) -> Option<usize> {
        match &self.snapshot.timeline {
            Timeline::Slots(_, slots) => slots.binary_search(&slot).ok(),
            _ => (slot < self.slots).then_some(slot),
        }
    }

    fn grid(&self) -> Grid {
        Grid { origin: self.snapshot.timeline.origin(), window: self.policy.window_minutes() }
    }
}

/// Where slots are in time.
#[derive(Clone, Copy)]
struct Grid {
    origin: Option<Instant>,
    window: u32,
}

impl Grid {
    fn start_of(self, slot: usize) -> Option<Instant> {
        let offset = minutes(slot as u64 * u64::from(self.window));
        self.origin.map(|origin| shift(origin, offset))
    }

    /// How many whole slots lie between the origin and an instant; 0 before the origin.
    fn slots_until(self, instant: Instant) -> Option<usize> {
        let length = minutes(u64::from(self.window)).num_milliseconds();
        // Whole milliseconds, rounded down, so that a slot counts only when it is over.
        let passed = (instant - self.origin?).num_milliseconds().max(0);
        usize::try_from(passed / length).ok()
    }

    /// The first slot that starts at an instant or after it.
    fn first_slot_from(self, instant: Instant) -> usize {
        let whole = self.slots_until(instant).unwrap_or(0);
        match self.start_of(whole) {
            Some(start) if start < instant => whole + 1,
            _ => whole,
        }
    }

    fn inside(self, from: Instant, to: Instant) -> Range<usize> {
        self.first_slot_from(from)..self.slots_until(to).unwrap_or(0)
    }

    fn touched(self, from: Instant, to: Instant) -> Range<usize> {
        self.slots_until(from).unwrap_or(0)..self.first_slot_from(to)
    }
}

fn check_window_length(policy: &Policy, snapshot: &Snapshot) -> Result<(), GateError> {
    if snapshot.window_minutes == policy.window_minutes() {
        return Ok(());
    }
    let expected = format!("{}, the window length of `{}`", policy.window_minutes(), policy.name());
    Err(GateError::new(ErrorCode::WindowLength, "window_minutes", expected, snapshot.window_minutes))
}

fn check_drills(policy: &Policy, drills: &[Drill]) -> Result<(), GateError> {
    for (index, drill) in drills.iter().enumerate() {
        for (position, name) in drill.metrics.iter().enumerate() {
            let path = || format!("drills[{index}].metrics[{position}]");
            match policy.metrics.iter().find(|metric| metric.name == *name) {
                Some(metric) if metric.safety => {
                    let found = format!("the safety metric {}", quoted(name));
                    let expected = "a metric that a drill may excuse";
                    return Err(GateError::new(ErrorCode::DrillMetric, path(), expected, found));
                }
                Some(_) => {}
                None => {
                    let near = nearest(name, policy.metrics.iter().map(|metric| metric.name.as_str()));
                    let hint = near.map_or(String::new(), |near| format!(" like `{near}`"));
                    let expected = format!("a metric of the policy{hint}");
                    return Err(GateError::new(ErrorCode::DrillMetric, path(), expected, quoted(name)));
                }
            }
        }
    }
    Ok(())
}

/// A window that starts at the decision instant or later cannot have been measured.
fn check_future(
    snapshot: &Snapshot,
    grid: Grid,
    slots: usize,
    now: Option<Instant>,
) -> Result<(), GateError> {
    let (Some(now), Some(start)) = (now, grid.start_of(slots.saturating_sub(1))) else {
        return Ok(());
    };
    if start < now {
        return Ok(());
    }
    let path = match snapshot.timeline {
        Timeline::Slots(..) => format!("window_starts[{}]", snapshot.windows.saturating_sub(1)),
        _ => String::from("start"),
    };
    let expected = format!("a last window that starts before the decision instant {}", format_instant(now));
    Err(GateError::new(ErrorCode::FutureWindow, path, expected, format_instant(start)))
}

/// The values of one metric by slot, computed from counts where there are any.
fn series<'a>(metric: &Metric, snapshot: &'a Snapshot, slots: usize) -> Result<Series<'a>, GateError> {
    let events = snapshot.events.iter().find(|(name, _)| *name == metric.name);
    let values = match (events, &snapshot.samples) {
        (Some((_, events)), Some(samples)) => Some(Cow::Owned(rates(events, samples))),
        _ => snapshot.metric(&metric.name).map(|column| Cow::Borrowed(column.raw())),
    };
    let Some(values) = values else {
        return Ok(Series::ABSENT);
    };
    let series = Series::new(on_grid(values, &snapshot.timeline, slots));
    check_range(metric, &series, snapshot)?;
    match &snapshot.samples {
        Some(samples) if metric.min_samples > 0 => {
            let believed = |count: &Option<u64>| count.is_some_and(|count| count >= metric.min_samples);
            let believed: Vec<bool> = samples.0.iter().map(believed).collect();
            Ok(series.believe(|slot| {
                window_in(&snapshot.timeline, slot).and_then(|index| believed.get(index)).copied()
            }))
        }
        _ => Ok(series),
    }
}

fn window_in(timeline: &Timeline, slot: usize) -> Option<usize> {
    match timeline {
        Timeline::Slots(_, slots) => slots.binary_search(&slot).ok(),
        _ => Some(slot),
    }
}

/// Events per request; a window without requests has no rate.
#[expect(clippy::cast_precision_loss, reason = "counts are at most 2^53")]
fn rates(events: &Counts, samples: &Counts) -> Vec<f64> {
    let rate = |(events, samples): (&Option<u64>, &Option<u64>)| match (events, samples) {
        (Some(events), Some(samples)) if *samples > 0 => *events as f64 / *samples as f64,
        _ => f64::NAN,
    };
    events.0.iter().zip(&samples.0).map(rate).collect()
}

/// Puts values into their slots; without gaps they are there already.
fn on_grid<'a>(values: Cow<'a, [f64]>, timeline: &Timeline, slots: usize) -> Cow<'a, [f64]> {
    match timeline {
        Timeline::Slots(_, placed) if slots != values.len() => {
            let mut grid = alloc::vec![f64::NAN; slots];
            for (slot, value) in placed.iter().zip(values.iter()) {
                if let Some(cell) = grid.get_mut(*slot) {
                    *cell = *value;
                }
            }
            Cow::Owned(grid)
        }
        _ => values,
    }
}

fn check_range(metric: &Metric, series: &Series<'_>, snapshot: &Snapshot) -> Result<(), GateError> {
    let range = metric.unit.range();
    if series.summary().within(&range) {
        return Ok(());
    }
    // The column again, for the index in the array: slots have gaps.
    let column = snapshot.metric(&metric.name).map(Column::raw).unwrap_or_default();
    let wrong = column.iter().enumerate().find(|(_, value)| !value.is_nan() && !range.contains(value));
    let (index, value) = wrong.map_or((0, f64::NAN), |(index, value)| (index, *value));
    let path = format!("{}[{index}]", field("metrics", &metric.name));
    Err(GateError::new(ErrorCode::OutOfRange, path, metric.unit.expected(), shown(value)))
}
