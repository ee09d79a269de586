//! The snapshot as JSON has it.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use super::super::column::{Column, Counts};
use crate::document::{Table, objects, present};

/// The `schema_version` of this document.
pub const SCHEMA: &str = "tsfm_gate.snapshot.v1";

/// What a snapshot says, before it is checked as a whole.
///
/// Build one in Rust with `..SnapshotDoc::default()` and turn it into a [`Snapshot`](super::Snapshot).
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotDoc {
    /// `tsfm_gate.snapshot.v1`, or nothing.
    #[serde(default, deserialize_with = "present")]
    pub schema_version: Option<String>,
    /// Length of every window in minutes; 5 when left out.
    #[serde(default, deserialize_with = "present")]
    pub window_minutes: Option<u32>,
    /// One column per metric, all of one length.
    pub metrics: Table<Column>,
    /// Start of the first window, RFC 3339; the others follow without a gap.
    #[serde(default, deserialize_with = "present")]
    pub start: Option<String>,
    /// Start of each window, RFC 3339.
    #[serde(default, deserialize_with = "present")]
    pub window_starts: Option<Vec<String>>,
    /// When this stage's traffic began, RFC 3339.
    #[serde(default, deserialize_with = "present")]
    pub stage_started: Option<String>,
    /// Requests in each window.
    #[serde(default, deserialize_with = "present")]
    pub samples: Option<Counts>,
    /// Numerators of rates by metric, such as failed requests.
    #[serde(default)]
    pub events: Table<Counts>,
    /// Planned incident drills.
    #[serde(default, deserialize_with = "objects")]
    pub drills: Vec<DrillDoc>,
    /// The incumbent's metrics in the same windows.
    #[serde(default)]
    pub baseline: Table<Column>,
    /// Free text about the snapshot, carried into the verdict.
    #[serde(default)]
    pub labels: Table<String>,
}

/// A planned incident drill, as JSON has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrillDoc {
    /// Start, RFC 3339.
    pub from: String,
    /// End, RFC 3339.
    pub to: String,
    /// The metrics that the drill disturbs on purpose.
    pub metrics: Vec<String>,
    /// Why it was held.
    pub reason: String,
    /// Who answers for it.
    pub author: String,
}
