//! The state file of a breaker as a document.

use gate_core::breaker::{GuardConfig, GuardState, HoldState};
use gate_core::document::from_json;
use gate_core::time::{Instant, parse_instant};
use gate_core::{ErrorCode, GateError};
use serde::{Deserialize, Serialize};

use super::history::History;

/// The `schema_version` of a state file.
const SCHEMA: &str = "tsfm_gate.breaker_file.v1";

/// All that a state file has. No field may be left out: what was cut off might have been a stop.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileDocument {
    pub(crate) schema_version: String,
    /// When, by the clock of the wall.
    pub(crate) saved_at: String,
    /// The settings, so that every command knows the layers.
    pub(crate) config: GuardConfig,
    /// What the guard remembers. Its times are ages as of `saved_at`.
    pub(crate) guard: GuardState,
    pub(crate) history: History,
}

impl FileDocument {
    pub(crate) fn new(saved_at: String, config: GuardConfig, guard: GuardState, history: History) -> Self {
        Self { schema_version: SCHEMA.to_owned(), saved_at, config, guard, history }
    }

    /// Reads a state file as it was written, to its last byte.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, GateError> {
        let mut document: Self = from_json(bytes)?;
        if document.schema_version != SCHEMA {
            let found = format!("`{}`", document.schema_version.escape_debug());
            let expected = format!("`{SCHEMA}`");
            return Err(GateError::new(ErrorCode::SchemaVersion, "schema_version", expected, found));
        }
        // The only byte without which a document is still whole.
        if !bytes.ends_with(b"\n") {
            let expected = "a file that ends with its last line";
            return Err(GateError::new(ErrorCode::JsonSyntax, "", expected, "one that was cut short"));
        }
        document.history.shorten();
        Ok(document)
    }

    pub(crate) fn to_bytes(&self) -> Result<Vec<u8>, GateError> {
        let mut bytes = serde_json::to_vec_pretty(self).map_err(|error| {
            GateError::new(ErrorCode::OutputFailed, "state", "a state that can be written", error)
        })?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Nanoseconds from when it was saved until now; none on a clock that was set back.
    pub(crate) fn elapsed(&self, now: u64) -> Result<u64, GateError> {
        let saved = parse_instant(&self.saved_at, "saved_at")?;
        Ok(now.saturating_sub(nanoseconds(saved, "saved_at")?))
    }

    /// The holds that ended by themselves since it was saved.
    pub(crate) fn ended(&self, elapsed: u64) -> Vec<HoldState> {
        let ended = |hold: &&HoldState| hold.remaining_ns.is_some_and(|remaining| remaining <= elapsed);
        self.guard.overrides.holds.iter().filter(ended).cloned().collect()
    }
}

/// An instant as nanoseconds since 1970.
pub(crate) fn nanoseconds(instant: Instant, path: &str) -> Result<u64, GateError> {
    let since_1970 = instant.timestamp_nanos_opt().and_then(|ns| u64::try_from(ns).ok());
    since_1970.ok_or_else(|| {
        let expected = "a time from 1970 to 2262";
        GateError::new(ErrorCode::OutOfRange, path, expected, instant)
    })
}
