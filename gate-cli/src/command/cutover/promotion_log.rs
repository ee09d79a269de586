//! Who changed the mode, and why: one line of JSON for each change, beside the marker and under its lock.

use std::path::Path;

use gate_core::breaker::Signed;
use gate_core::cutover::promotion::PromotionMode;
use gate_core::document::{from_json, to_line};
use gate_core::time::{Instant, format_instant};
use gate_core::{ErrorCode, GateError};
use serde::{Deserialize, Serialize};

use super::texts;
use crate::storage::{Target, beside};

/// What the log is called in errors.
const ARGUMENT: &str = "marker";

/// Behind the name of the marker.
const ENDING: &str = ".log";

/// One change.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    #[serde(with = "gate_core::time::rfc3339")]
    at: Instant,
    actor: String,
    reason: String,
    mode: String,
}

impl Change {
    pub(super) fn new(mode: PromotionMode, by: &Signed, at: Instant) -> Self {
        let (actor, reason) = (by.actor().to_owned(), by.reason().to_owned());
        Self { at, actor, reason, mode: mode.marker().trim_end().to_owned() }
    }

    /// For people.
    pub(super) fn shown(&self) -> String {
        format!("{} by {} at {}: {}", self.mode, self.actor, format_instant(self.at), self.reason)
    }

    /// Adds it to the log of a marker, whose lock the caller has. Nothing that is there is lost, whatever it is.
    pub(super) fn append(&self, marker: &Target) -> Result<(), GateError> {
        let log = marker.beside(ENDING);
        let mut bytes = texts::read_if_there(log.path(), ARGUMENT)?.unwrap_or_default();
        if bytes.last().is_some_and(|last| *last != b'\n') {
            bytes.push(b'\n');
        }
        bytes.extend_from_slice(format!("{}\n", to_line(self)).as_bytes());
        log.replace(&bytes)
    }

    /// The last change that the log of a marker has, if there is a log.
    pub(super) fn last(marker: &Path) -> Result<Option<Self>, GateError> {
        let log = beside(Target::new(marker, ARGUMENT).path(), ENDING);
        let Some(bytes) = texts::read_if_there(&log, ARGUMENT)? else { return Ok(None) };
        let line = bytes.strip_suffix(b"\n").unwrap_or(&bytes).rsplit(|byte| *byte == b'\n').next();
        from_json(line.unwrap_or_default()).map(Some).map_err(|error| {
            let found = format!("`{}`: {error}", log.display());
            GateError::new(ErrorCode::FileUnreadable, ARGUMENT, "a log of changes", found)
        })
    }
}
