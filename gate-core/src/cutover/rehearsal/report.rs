//! What a rehearsal has shown.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::Action;
use crate::cutover::{Check, CheckState};
use crate::time::Instant;

/// The name of the check.
pub const REHEARSAL: &str = "Rehearsal";

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deed {
    /// What was asked for.
    #[serde(flatten)]
    pub action: Action,
    /// When it was asked for, in milliseconds from the start.
    pub from_ms: u64,
    /// When it was done.
    pub to_ms: u64,
    /// True if it went as it had to.
    pub ok: bool,
    /// What came of it.
    pub message: String,
}

/// The report of a rehearsal.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct RehearsalReport {
    /// True if every step was good, the burst did abort, and the abort did bring the traffic back.
    pub passed: bool,
    /// From the injection until the checks asked for the abort, in milliseconds.
    pub detected_after_ms: Option<u64>,
    /// From there until the traffic was at the baseline.
    pub aborted_after_ms: Option<u64>,
    /// From the injection until the traffic was at the baseline: how long users would have felt it.
    pub recovered_after_ms: Option<u64>,
    /// The last share of traffic that was measured, in percent.
    pub traffic: Option<u8>,
    /// What went wrong.
    pub faults: Vec<String>,
    /// Everything that was done, in order.
    pub deeds: Vec<Deed>,
}

impl RehearsalReport {
    /// The report as a check.
    #[must_use]
    pub fn check(&self, at: Option<Instant>) -> Check {
        let (state, message) = if self.passed {
            let shown = |time: Option<u64>| time.map_or_else(|| String::from("?"), seconds);
            let (seen, back) = (shown(self.detected_after_ms), shown(self.aborted_after_ms));
            (CheckState::Healthy, format!("passed: burst seen after {seen}, traffic back {back} later"))
        } else {
            let first = self.faults.first().map_or("it did not come to its end", String::as_str);
            (CheckState::Unhealthy, format!("failed: {first}"))
        };
        Check::new(REHEARSAL, state, message)
            .with("detected_after_ms", self.detected_after_ms)
            .with("aborted_after_ms", self.aborted_after_ms)
            .with("recovered_after_ms", self.recovered_after_ms)
            .with("faults", self.faults.clone())
            .observed(at)
    }
}

/// `12.3s`
pub(super) fn seconds(milliseconds: u64) -> String {
    format!("{}.{}s", milliseconds / 1000, milliseconds % 1000 / 100)
}
