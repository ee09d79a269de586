//! When the windows are.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::bounds::MAX_WINDOWS;
use crate::time::{Instant, format_instant, minutes, parse_instant};
use crate::{ErrorCode, GateError};

/// The times of the windows, as slots of one window length each after the first window's start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Timeline {
    /// No times: the windows follow each other, nobody knows when.
    Undated,
    /// The first window's start; the others follow without a gap.
    Contiguous(Instant),
    /// The first window's start and the slot of every window, strictly increasing from 0.
    Slots(Instant, Vec<usize>),
}

impl Timeline {
    pub(super) fn new(
        start: Option<&str>,
        starts: Option<&[String]>,
        window_minutes: u32,
    ) -> Result<Self, GateError> {
        match (start, starts) {
            (Some(_), Some(_)) => Err(GateError::new(
                ErrorCode::ConflictingFields,
                "window_starts",
                "either `start` or `window_starts`",
                "both",
            )),
            (None, None) => Ok(Self::Undated),
            (Some(start), None) => parse_instant(start, "start").map(Self::Contiguous),
            (None, Some(starts)) => slots(starts, window_minutes),
        }
    }

    /// The first window's start.
    pub(crate) fn origin(&self) -> Option<Instant> {
        match self {
            Self::Undated => None,
            Self::Contiguous(origin) | Self::Slots(origin, _) => Some(*origin),
        }
    }

    /// Refuses a list of starts that has another length than the columns.
    pub(super) fn check_count(&self, windows: usize) -> Result<(), GateError> {
        match self {
            Self::Slots(_, slots) if slots.len() != windows => {
                let expected = format!("{windows} times, one per window");
                Err(GateError::new(ErrorCode::LengthMismatch, "window_starts", expected, slots.len()))
            }
            _ => Ok(()),
        }
    }

    /// Refuses what cannot be placed without dates.
    pub(crate) fn require_dates(&self, path: &str) -> Result<(), GateError> {
        match self {
            Self::Undated => Err(GateError::new(
                ErrorCode::Undated,
                path,
                "a snapshot with `start` or `window_starts`",
                "an undated one",
            )),
            _ => Ok(()),
        }
    }
}

/// Places every window on the grid that the first one starts.
fn slots(starts: &[String], window_minutes: u32) -> Result<Timeline, GateError> {
    let length = minutes(u64::from(window_minutes)).num_milliseconds();
    let mut origin = None;
    let mut last = None;
    let mut slots = Vec::with_capacity(starts.len());
    for (index, text) in starts.iter().enumerate() {
        let path = format!("window_starts[{index}]");
        let start = parse_instant(text, &path)?;
        let first = *origin.get_or_insert(start);
        if let Some(last) = last {
            check_order(last, start, window_minutes, &path)?;
        }
        last = Some(start);
        slots.push(slot(first, start, length, &path)?);
    }
    match origin {
        Some(origin) => Ok(Timeline::Slots(origin, slots)),
        None => Err(GateError::new(
            ErrorCode::NoWindows,
            "window_starts",
            "at least one window",
            "an empty array",
        )),
    }
}

fn check_order(last: Instant, start: Instant, window_minutes: u32, path: &str) -> Result<(), GateError> {
    if start - last >= minutes(u64::from(window_minutes)) {
        return Ok(());
    }
    let expected =
        format!("a start {window_minutes} min or more after the one before ({})", format_instant(last));
    Err(GateError::new(ErrorCode::WindowOrder, path, expected, format_instant(start)))
}

fn slot(first: Instant, start: Instant, length: i64, path: &str) -> Result<usize, GateError> {
    let offset = start - first;
    // Whole milliseconds only: the remainder of a finer start is never zero.
    let fine = offset.subsec_nanos() % 1_000_000 != 0;
    let offset = offset.num_milliseconds();
    if fine || offset % length != 0 {
        let expected =
            format!("a whole number of {}-minute windows after {}", length / 60_000, format_instant(first));
        return Err(GateError::new(ErrorCode::WindowMisaligned, path, expected, format_instant(start)));
    }
    let slot = usize::try_from(offset / length).unwrap_or(usize::MAX);
    if slot >= MAX_WINDOWS {
        let expected = format!("at most {MAX_WINDOWS} windows, gaps included");
        return Err(GateError::new(ErrorCode::InputTooLarge, path, expected, slot));
    }
    Ok(slot)
}
