//! The health of the canary, from its snapshot.

use std::path::Path;

use chrono::SubsecRound as _;
use gate_core::canary::policy::BUILTIN;
use gate_core::cutover::canary_health::{CANARY, FAILURE_METRIC, canary_not_measured, snapshot_health};
use gate_core::cutover::{Check, CheckState};
use gate_core::time::Instant;
use gate_core::{Decision, ErrorCode, GateError, Snapshot};

use super::plan::CanaryPart;
use super::texts;
use crate::policy;

/// The check, and what the health asks for where it could be judged.
pub(super) fn check(part: &CanaryPart, clock: fn() -> Instant) -> (Check, Option<Decision>) {
    match judged(part, clock) {
        Ok((check, decision)) => (check, Some(decision)),
        Err(error) if error.code() == ErrorCode::FileNotFound => {
            (canary_not_measured(&error.to_string()), None)
        }
        Err(error) => {
            let check = Check::new(CANARY, CheckState::Unhealthy, error.to_string());
            (check.with("code", error.code().as_str()).observed(Some(clock())), None)
        }
    }
}

fn judged(part: &CanaryPart, clock: fn() -> Instant) -> Result<(Check, Decision), GateError> {
    let named = part.policy.as_deref().unwrap_or(Path::new(BUILTIN));
    let (policy, _) = policy::named(named).map_err(|refusal| refusal.error)?;
    let snapshot = Snapshot::from_json(&texts::read(&part.snapshot, "canary.snapshot")?)?;
    // Without dates nobody can say how old it is; the card then does not believe it.
    let now = snapshot.is_dated().then(|| clock().trunc_subsecs(0));
    let health = snapshot_health(&policy, &snapshot, &part.stage, &part.rule(), now)?;
    let windows = policy.windows(&snapshot, &part.stage, FAILURE_METRIC, now)?;
    let ended = windows.last().and_then(|window| window.to);
    Ok((health.check().observed(ended), health.decision))
}
