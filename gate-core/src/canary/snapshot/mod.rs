//! Window-aligned metrics of one stage.

mod document;
mod drill;
mod timeline;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub use document::{DrillDoc, SCHEMA, SnapshotDoc};
pub use drill::Drill;
pub(crate) use timeline::Timeline;

use super::column::{Column, Counts};
use crate::bounds::{
    MAX_LABELS, MAX_METRICS, MAX_NAME_BYTES, MAX_TEXT_BYTES, MAX_WINDOW_MINUTES, MAX_WINDOWS,
};
use crate::document::{Table, field, from_json, quoted};
use crate::time::{Instant, parse_instant};
use crate::{ErrorCode, GateError};

/// The window length of a snapshot that does not give one.
const DEFAULT_WINDOW_MINUTES: u32 = 5;

/// A snapshot that is sound by itself: equally long columns of finite or missing values, in order of time.
///
/// Whether its values are possible (a rate above 1) depends on the policy's units and is checked there.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    pub(super) window_minutes: u32,
    pub(super) windows: usize,
    pub(super) metrics: Vec<(String, Column)>,
    pub(super) timeline: Timeline,
    pub(super) stage_started: Option<Instant>,
    pub(super) samples: Option<Counts>,
    pub(super) events: Vec<(String, Counts)>,
    pub(super) drills: Vec<Drill>,
    pub(super) baseline: Vec<(String, Column)>,
    pub(super) labels: Table<String>,
}

impl Snapshot {
    /// Reads a snapshot from JSON.
    ///
    /// # Errors
    /// Any code of a document or of a snapshot, with the path of the field.
    pub fn from_json(bytes: &[u8]) -> Result<Self, GateError> {
        from_json::<SnapshotDoc>(bytes)?.try_into()
    }

    /// The number of windows, not counting gaps between them.
    #[must_use]
    pub const fn windows(&self) -> usize {
        self.windows
    }

    /// The length of every window in minutes.
    #[must_use]
    pub const fn window_minutes(&self) -> u32 {
        self.window_minutes
    }

    /// True if the windows have times.
    #[must_use]
    pub const fn is_dated(&self) -> bool {
        !matches!(self.timeline, Timeline::Undated)
    }

    /// A column by the name of its metric.
    #[must_use]
    pub fn metric(&self, name: &str) -> Option<&Column> {
        self.metrics.iter().find(|(known, _)| known == name).map(|(_, column)| column)
    }
}

impl TryFrom<SnapshotDoc> for Snapshot {
    type Error = GateError;

    fn try_from(doc: SnapshotDoc) -> Result<Self, GateError> {
        if let Some(version) = doc.schema_version.as_deref().filter(|version| *version != SCHEMA) {
            return Err(GateError::new(
                ErrorCode::SchemaVersion,
                "schema_version",
                format!("`{SCHEMA}`"),
                quoted(version),
            ));
        }
        let window_minutes = window_minutes(doc.window_minutes)?;
        check_names(&doc)?;
        let windows = count_windows(&doc)?;
        let timeline = Timeline::new(doc.start.as_deref(), doc.window_starts.as_deref(), window_minutes)?;
        timeline.check_count(windows)?;
        check_lengths(&doc, windows)?;
        check_events(&doc)?;
        let stage_started = stage_started(doc.stage_started.as_deref(), &timeline)?;
        let drills = drill::check(doc.drills, &timeline)?;
        Ok(Self {
            window_minutes,
            windows,
            metrics: doc.metrics.0,
            timeline,
            stage_started,
            samples: doc.samples,
            events: doc.events.0,
            drills,
            baseline: doc.baseline.0,
            labels: doc.labels,
        })
    }
}

fn window_minutes(given: Option<u32>) -> Result<u32, GateError> {
    let minutes = given.unwrap_or(DEFAULT_WINDOW_MINUTES);
    if (1..=MAX_WINDOW_MINUTES).contains(&minutes) {
        return Ok(minutes);
    }
    let expected = format!("a whole number of minutes in 1..={MAX_WINDOW_MINUTES}");
    Err(GateError::new(ErrorCode::WrongValue, "window_minutes", expected, minutes))
}

fn check_names(doc: &SnapshotDoc) -> Result<(), GateError> {
    let tables = [
        ("metrics", doc.metrics.0.iter().map(|(name, _)| name).collect::<Vec<_>>(), MAX_METRICS),
        ("events", doc.events.0.iter().map(|(name, _)| name).collect(), MAX_METRICS),
        ("baseline", doc.baseline.0.iter().map(|(name, _)| name).collect(), MAX_METRICS),
        ("labels", doc.labels.0.iter().map(|(name, _)| name).collect(), MAX_LABELS),
    ];
    for (path, names, most) in tables {
        if names.len() > most {
            let expected = format!("at most {most} entries");
            return Err(GateError::new(ErrorCode::InputTooLarge, path, expected, names.len()));
        }
        names.into_iter().try_for_each(|name| check_name(name, path))?;
    }
    doc.labels.0.iter().try_for_each(|(name, value)| check_free_text(value, &field("labels", name)))
}

/// Refuses names that could not be printed or told apart in a verdict.
pub(crate) fn check_name(name: &str, path: &str) -> Result<(), GateError> {
    if !name.is_empty() && name.len() <= MAX_NAME_BYTES && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let expected = format!("a name of 1 to {MAX_NAME_BYTES} bytes without control characters");
    Err(GateError::new(ErrorCode::NameSyntax, path, expected, quoted(name)))
}

pub(super) fn check_free_text(text: &str, path: &str) -> Result<(), GateError> {
    if text.len() <= MAX_TEXT_BYTES {
        return Ok(());
    }
    let expected = format!("at most {MAX_TEXT_BYTES} bytes");
    Err(GateError::new(ErrorCode::InputTooLarge, path, expected, format!("{} bytes", text.len())))
}

fn count_windows(doc: &SnapshotDoc) -> Result<usize, GateError> {
    let Some((name, first)) = doc.metrics.0.first() else {
        return Err(GateError::new(ErrorCode::NoMetrics, "metrics", "at least one metric", "none"));
    };
    match first.len() {
        // Another column that is longer makes it a mismatch, which says more.
        0 if doc.metrics.0.iter().all(|(_, column)| column.is_empty()) => {
            let path = field("metrics", name);
            Err(GateError::new(ErrorCode::NoWindows, path, "at least one window", "an empty array"))
        }
        windows if windows > MAX_WINDOWS => {
            let expected = format!("at most {MAX_WINDOWS} windows");
            Err(GateError::new(ErrorCode::InputTooLarge, "metrics", expected, windows))
        }
        windows => Ok(windows),
    }
}

fn check_lengths(doc: &SnapshotDoc, windows: usize) -> Result<(), GateError> {
    let metrics = doc.metrics.0.iter().map(|(name, column)| (field("metrics", name), column.len()));
    let baseline = doc.baseline.0.iter().map(|(name, column)| (field("baseline", name), column.len()));
    let events = doc.events.0.iter().map(|(name, counts)| (field("events", name), counts.0.len()));
    let samples = doc.samples.iter().map(|counts| (String::from("samples"), counts.0.len()));
    let lengths = metrics.chain(samples).chain(events).chain(baseline);
    for (path, length) in lengths {
        if length != windows {
            let first = doc.metrics.0.first().map_or("", |(name, _)| name);
            let expected = format!("{windows} values like `metrics.{first}`");
            return Err(GateError::new(ErrorCode::LengthMismatch, path, expected, length));
        }
    }
    Ok(())
}

/// Refuses events that no request can have caused: a rate above 1 by another name.
fn check_events(doc: &SnapshotDoc) -> Result<(), GateError> {
    let Some((name, _)) = doc.events.0.first() else {
        return Ok(());
    };
    let Some(samples) = &doc.samples else {
        let expected = format!("the required field `samples`, which `events.{name}` is divided by");
        return Err(GateError::new(ErrorCode::MissingField, "samples", expected, "nothing"));
    };
    for (name, events) in &doc.events.0 {
        let pairs = events.0.iter().zip(&samples.0).enumerate();
        let wrong = pairs.filter_map(|(index, (events, samples))| Some((index, (*events)?, (*samples)?)));
        if let Some((index, events, samples)) =
            wrong.into_iter().find(|(_, events, samples)| events > samples)
        {
            let expected = format!("at most {samples}, the requests of the window");
            return Err(GateError::new(
                ErrorCode::OutOfRange,
                format!("{}[{index}]", field("events", name)),
                expected,
                events,
            ));
        }
    }
    Ok(())
}

fn stage_started(text: Option<&str>, timeline: &Timeline) -> Result<Option<Instant>, GateError> {
    let Some(text) = text else { return Ok(None) };
    timeline.require_dates("stage_started")?;
    parse_instant(text, "stage_started").map(Some)
}
