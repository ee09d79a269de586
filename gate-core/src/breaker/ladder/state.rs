//! The status and the state document of a ladder.

use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Ladder, LadderConfig, Level, Rules};
use crate::breaker::is_default;
use crate::breaker::timeline::Timeline;
use crate::error::{ErrorCode, GateError};

/// The `schema_version` of the state.
const SCHEMA: &str = "tsfm_gate.breaker.ladder.v1";

/// The level with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LadderStatus {
    /// The level.
    pub level: Level,
    /// For how long.
    pub for_ns: u64,
    /// True if only a person lets it go up again.
    pub pinned: bool,
    /// Bad looks in a row.
    pub bad_looks: u32,
    /// Good looks in a row.
    pub good_looks: u32,
    /// How much of the dwell is left.
    pub dwell_remaining_ns: u64,
    /// Changes that the flap guard counts now.
    pub recent_changes: u64,
    /// True if a reading is overdue that was not counted yet.
    pub overdue: bool,
    /// How often the clock went back.
    pub regressions: u64,
}

/// The state. Times are ages and remaining times, so that it can be restored on another clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LadderState {
    /// `tsfm_gate.breaker.ladder.v1`.
    pub schema_version: String,
    /// The level.
    pub level: Level,
    /// For how long.
    pub for_ns: u64,
    /// Bad looks in a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bad_looks: u32,
    /// The mildest level that all of them call for.
    pub called_for: Level,
    /// Good looks in a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub good_looks: u32,
    /// How long ago the last changes were, oldest first.
    #[serde(default, skip_serializing_if = "is_default")]
    pub changes_ns: Vec<u64>,
    /// True if only a person lets it go up again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pinned: bool,
    /// Calls that asked while probes were let through.
    #[serde(default, skip_serializing_if = "is_default")]
    pub probes: u64,
    /// How long ago the last reading was, or the last one that was counted as missing.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reading_age_ns: Option<u64>,
}

impl Ladder {
    /// What holds now. It changes nothing.
    #[must_use]
    pub fn status(&self, now: u64) -> LadderStatus {
        let instant = self.time.peek(now);
        let for_ns = instant.saturating_sub(self.since);
        let recent =
            self.changes.iter().filter(|change| instant.saturating_sub(**change) < self.rules.flap_ns);
        LadderStatus {
            level: self.level,
            for_ns,
            pinned: self.pinned,
            bad_looks: self.bad_run,
            good_looks: self.good_run,
            dwell_remaining_ns: match self.level {
                Level::Normal => 0,
                _ => self.rules.dwell_ns.saturating_sub(for_ns),
            },
            recent_changes: u64::try_from(recent.count()).unwrap_or(u64::MAX),
            overdue: self.due.is_some_and(|due| instant >= due),
            regressions: self.time.regressions(),
        }
    }

    /// The state document.
    #[must_use]
    pub fn snapshot(&self, now: u64) -> LadderState {
        let now = self.time.peek(now);
        let age = |instant: u64| now.saturating_sub(instant);
        let gap = self.rules.max_gap_ns.unwrap_or(0);
        LadderState {
            schema_version: SCHEMA.to_string(),
            level: self.level,
            for_ns: age(self.since),
            bad_looks: self.bad_run,
            called_for: self.called_for,
            good_looks: self.good_run,
            changes_ns: self.changes.iter().map(|change| age(*change)).collect(),
            pinned: self.pinned,
            probes: self.probes,
            reading_age_ns: self.due.map(|due| age(due.saturating_sub(gap))),
        }
    }

    /// Goes on from a state that was saved `elapsed` ago.
    ///
    /// # Errors
    /// Those of [`Ladder::new`]; [`ErrorCode::SchemaVersion`]; [`ErrorCode::Contradiction`] for a state that
    /// no ladder can have been in.
    pub fn restore(
        config: &LadderConfig,
        state: &LadderState,
        now: u64,
        elapsed: u64,
    ) -> Result<Self, GateError> {
        let rules = Rules::try_from(config)?;
        check(state)?;
        let ages = state.changes_ns.iter().copied().chain(state.reading_age_ns).chain([state.for_ns]);
        // The instant at which it was saved, as this life counts: the oldest age lies at 0.
        let saved = ages.max().unwrap_or(0);
        let surplus = state.changes_ns.len().saturating_sub(rules.max_changes);
        let changes = state.changes_ns.iter().skip(surplus).map(|age| saved.saturating_sub(*age));
        let mut kept = VecDeque::with_capacity(rules.max_changes);
        kept.extend(changes);
        let due = rules.max_gap_ns.map(|gap| {
            let read = saved.saturating_sub(state.reading_age_ns.unwrap_or(0));
            read.saturating_add(gap)
        });
        Ok(Self {
            time: Timeline::resumed(saved, now, elapsed),
            level: state.level,
            since: saved.saturating_sub(state.for_ns),
            bad_run: state.bad_looks,
            called_for: state.called_for,
            good_run: state.good_looks,
            changes: kept,
            pinned: state.pinned,
            probes: state.probes,
            due: due.filter(|_| state.reading_age_ns.is_some()),
            rules,
        })
    }
}

fn check(state: &LadderState) -> Result<(), GateError> {
    crate::breaker::state_version(&state.schema_version, SCHEMA)?;
    if !state.changes_ns.is_sorted_by(|older, newer| older >= newer) {
        let (path, expected) = ("changes_ns", "ages, oldest first");
        return Err(GateError::new(ErrorCode::Contradiction, path, expected, "another order"));
    }
    if state.bad_looks > 0 && state.called_for <= state.level {
        let expected = alloc::format!("a level worse than `{}`", state.level);
        return Err(GateError::new(ErrorCode::Contradiction, "called_for", expected, state.called_for));
    }
    Ok(())
}
