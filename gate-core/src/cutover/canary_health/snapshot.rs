//! The health of a canary from its snapshot and the gates of its policy. Nothing is believed that can be computed.

use alloc::format;
use alloc::vec::Vec;

use super::judge::judge_last;
use super::{CanaryHealth, HealthProblem, HealthRule, HealthWindow, WindowState, burst};
use crate::canary::StageWindow;
use crate::time::Instant;
use crate::{FindingCode, GateError, Policy, Snapshot};

/// The metric that is the failure rate, unless another is named.
pub const FAILURE_METRIC: &str = "error_rate";

/// Judges the last windows of a stage.
///
/// Windows are so short that a few of them do not last `min_minutes`: then as many are looked at as it takes. A trigger of
/// the policy that fires takes the canary back, and an old snapshot is not healthy.
///
/// # Errors
/// Those of [`Policy::evaluate`] and [`HealthRule::validate`].
pub fn snapshot_health(
    policy: &Policy,
    snapshot: &Snapshot,
    stage: &str,
    rule: &HealthRule,
    now: Option<Instant>,
) -> Result<CanaryHealth, GateError> {
    let verdict = policy.evaluate(snapshot, stage, now)?;
    let windows = policy.windows(snapshot, stage, FAILURE_METRIC, now)?;
    let length = u64::from(policy.window_minutes()).max(1);
    let lasting = usize::try_from(rule.min_minutes.div_ceil(length)).unwrap_or(usize::MAX);
    let needed = rule.windows.max(lasting);
    let skipped = windows.len().saturating_sub(needed);
    let indices = skipped..windows.len();
    let judged: Vec<HealthWindow> = indices.map(|index| window(&windows, index, length)).collect();
    let mut health = judge_last(&judged, rule, needed)?;
    for reason in &verdict.rollback_reasons {
        health.add(HealthProblem::Violated, format!("trigger {reason}"));
    }
    if health.findings.iter().any(|finding| finding.problem == HealthProblem::BurstHigh) {
        // A burst that was computed is measured and bad; only one that was written down by hand is a doubt.
        health
            .add(HealthProblem::Violated, format!("a burst above {}x takes the canary back", rule.max_burst));
    }
    if let Some(stale) = verdict.findings.iter().find(|finding| finding.code == FindingCode::Stale) {
        health.add(HealthProblem::Stale, format!("{}: expected {}", stale.reason, stale.would_pass_if));
    }
    Ok(health)
}

/// An undated snapshot has no gaps: its windows follow each other.
fn window(windows: &[StageWindow], index: usize, length: u64) -> HealthWindow {
    let so_far = windows.get(..=index).unwrap_or_default();
    let one = so_far.last();
    let place = i64::try_from(index as u64 * length).unwrap_or(i64::MAX);
    let milliseconds = |minutes: i64| minutes.saturating_mul(60_000);
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let dated =
        |pick: fn(&StageWindow) -> Option<Instant>| one.and_then(pick).map(|at| at.timestamp_millis());
    HealthWindow {
        state: if one.is_some_and(|one| one.green) { WindowState::Green } else { WindowState::NotGreen },
        burst: burst(so_far),
        samples: one.and_then(|one| one.samples),
        from_ms: dated(|one| one.from).or(Some(milliseconds(place))),
        to_ms: dated(|one| one.to).or(Some(milliseconds(place.saturating_add(length)))),
    }
}
