//! The state document of a metric breaker.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{
    LookVerdict, MetricBreaker, MetricCause, MetricConfig, MetricState, P99Breach, RateBreach, Rules, Slicing,
};
use crate::breaker::is_default;
use crate::breaker::timeline::Timeline;
use crate::breaker::window::{Counts, Window, triples};
use crate::error::{ErrorCode, GateError};

/// The `schema_version` of the state.
const SCHEMA: &str = "tsfm_gate.breaker.metric.v1";

/// Bad looks enough to switch off, found at a good sample: the next bad one acts on them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// What was exceeded.
    pub cause: MetricCause,
    /// What was looked at.
    pub counts: Counts,
}

/// The state. Times are ages and remaining times, so that it can be restored on another clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricBreakerState {
    /// `tsfm_gate.breaker.metric.v1`.
    pub schema_version: String,
    /// `enabled` or `disabled_auto`; what people hold stands in the state of the overrides.
    pub state: MetricState,
    /// Why.
    pub cause: MetricCause,
    /// For how long.
    pub for_ns: u64,
    /// The slices of the window, oldest first, as `[total, failed, slow]`; empty ones at the start are left out.
    #[serde(with = "triples")]
    pub slices: Vec<Counts>,
    /// How long ago the newest slice began, where slices end by time.
    pub slice_age_ns: Option<u64>,
    /// Samples since the last look.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fresh: u64,
    /// Bad looks in a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub bad_looks: u32,
    /// Good looks in a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub good_looks: u32,
    /// How long ago the last look with enough samples was.
    #[serde(default, skip_serializing_if = "is_default")]
    pub judged_ns: Option<u64>,
    /// What the next bad sample acts on.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pending: Option<Pending>,
    /// How much of the shortest time off is left.
    #[serde(default, skip_serializing_if = "is_default")]
    pub off_remaining_ns: u64,
    /// Relapses in a row.
    #[serde(default, skip_serializing_if = "is_default")]
    pub relapses: u32,
    /// For how long being switched off is still a relapse.
    #[serde(default, skip_serializing_if = "is_default")]
    pub relapse_remaining_ns: u64,
    /// Calls that asked while probes were let through.
    #[serde(default, skip_serializing_if = "is_default")]
    pub probes: u64,
    /// Looks so far.
    pub looks: u64,
    /// What the last look found.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_verdict: Option<LookVerdict>,
    /// What it looked at.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_counts: Option<Counts>,
    /// Readings that could not be used.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unusable: u64,
    /// The timestamp of the last reading.
    #[serde(default, skip_serializing_if = "is_default")]
    pub last_timestamp: Option<f64>,
}

impl MetricBreaker {
    /// The state document.
    #[must_use]
    pub fn snapshot(&self, now: u64) -> MetricBreakerState {
        let now = self.time.peek(now);
        let age = |instant: u64| now.saturating_sub(instant);
        let slice_age = |end: u64| match self.rules.slicing {
            Slicing::Time(length) => age(end.saturating_sub(length)),
            Slicing::Samples(_) => 0,
        };
        MetricBreakerState {
            schema_version: SCHEMA.to_string(),
            state: self.state(),
            cause: self.cause,
            for_ns: age(self.since),
            slices: self.window.oldest_first().skip_while(|slice| slice.total == 0).collect(),
            slice_age_ns: self.slice_end.map(slice_age),
            fresh: self.fresh,
            bad_looks: self.bad_run,
            good_looks: self.good_run,
            judged_ns: self.judged_at.map(age),
            pending: self.pending,
            off_remaining_ns: if self.on { 0 } else { self.off_until.saturating_sub(now) },
            relapses: self.relapses,
            relapse_remaining_ns: self.relapse_until.saturating_sub(now),
            probes: self.probes,
            looks: self.looks,
            last_verdict: self.last.map(|(verdict, _)| verdict),
            last_counts: self.last.map(|(_, counts)| counts),
            unusable: self.unusable,
            last_timestamp: self.last_timestamp,
        }
    }

    /// Goes on from a state that was saved `elapsed` ago.
    ///
    /// # Errors
    /// Those of [`MetricBreaker::new`]; [`ErrorCode::SchemaVersion`]; [`ErrorCode::Contradiction`] for a
    /// state that no breaker can have been in.
    pub fn restore(
        config: &MetricConfig,
        state: &MetricBreakerState,
        now: u64,
        elapsed: u64,
    ) -> Result<Self, GateError> {
        let rules = Rules::try_from(config)?;
        check(state)?;
        // The instant at which it was saved, as this life counts: the oldest age lies at 0.
        let ages = [Some(state.for_ns), state.slice_age_ns, state.judged_ns];
        let saved = ages.into_iter().flatten().max().unwrap_or(0);
        let window = Window::restored(rules.slices, &state.slices);
        let slice_end = match rules.slicing {
            Slicing::Time(length) if window.sum().total > 0 || state.slice_age_ns.is_some() => {
                let began = saved.saturating_sub(state.slice_age_ns.unwrap_or(0));
                Some(began.saturating_add(length))
            }
            _ => None,
        };
        Ok(Self {
            rules,
            time: Timeline::resumed(saved, now, elapsed),
            fresh: state.fresh.min(window.sum().total),
            window,
            slice_end,
            on: state.state == MetricState::Enabled,
            cause: state.cause,
            since: saved.saturating_sub(state.for_ns),
            bad_run: state.bad_looks,
            good_run: state.good_looks,
            judged_at: state.judged_ns.map(|age| saved.saturating_sub(age)),
            pending: state.pending,
            off_until: saved.saturating_add(state.off_remaining_ns),
            relapses: state.relapses,
            relapse_until: saved.saturating_add(state.relapse_remaining_ns),
            probes: state.probes,
            looks: state.looks,
            last: state.last_verdict.zip(state.last_counts),
            unusable: state.unusable,
            last_timestamp: state.last_timestamp,
        })
    }
}

/// Refuses a state that no breaker can have been in.
fn check(state: &MetricBreakerState) -> Result<(), GateError> {
    crate::breaker::state_version(&state.schema_version, SCHEMA)?;
    let breached = matches!(state.cause, MetricCause::Breach { .. });
    let on = match state.state {
        MetricState::Enabled => true,
        MetricState::DisabledAuto => false,
        MetricState::DisabledManual => {
            return refuse("state", "`enabled` or `disabled_auto`; holds stand by themselves", state.state);
        }
    };
    if on == breached {
        return refuse("cause", &alloc::format!("a reason to be {}", state.state), state.cause);
    }
    if on && state.off_remaining_ns > 0 {
        return refuse("off_remaining_ns", "0, as it is `enabled`", state.off_remaining_ns);
    }
    if state.pending.is_some_and(|pending| !on || !is_breach(&pending.cause) || !pending.counts.is_possible())
    {
        return refuse("pending", "a breach of one that is `enabled`", "another");
    }
    if breached && !is_breach(&state.cause) {
        return refuse("cause", "a limit that was exceeded", state.cause);
    }
    if let Some(impossible) = state.slices.iter().chain(&state.last_counts).find(|it| !it.is_possible()) {
        let found = alloc::format!("{} failed and {} slow", impossible.failed, impossible.slow);
        return refuse("slices", &alloc::format!("at most {} of each", impossible.total), found);
    }
    if state.last_verdict.is_some() != state.last_counts.is_some() {
        return refuse(
            "last_counts",
            "counts where there was a look, and only there",
            "one without the other",
        );
    }
    Ok(())
}

/// True for a breach of something, with counts that can be.
fn is_breach(cause: &MetricCause) -> bool {
    let MetricCause::Breach { rate, p99 } = cause else { return false };
    let rate_can_be = |rate: &RateBreach| rate.failed > 0 && rate.failed <= rate.total;
    let p99_can_be = |p99: &P99Breach| match p99 {
        P99Breach::Reading { p99_ms, limit_ms } => p99_ms > limit_ms,
        P99Breach::Samples { slow, total, .. } => *slow > 0 && slow <= total,
    };
    (rate.is_some() || p99.is_some())
        && rate.as_ref().is_none_or(rate_can_be)
        && p99.as_ref().is_none_or(p99_can_be)
}

fn refuse(path: &str, expected: &str, found: impl ToString) -> Result<(), GateError> {
    Err(GateError::new(ErrorCode::Contradiction, path, expected, found))
}
