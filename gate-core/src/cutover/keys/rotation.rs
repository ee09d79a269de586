//! A plan against the clock and the keys: has it a gap, do the keys follow it, and what is to be done next.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::proof::fault;
use super::{KeyState, KeysReport, Phase, ProofFault, RotationPlan, Step};
use crate::cutover::{Check, CheckState};
use crate::time::{Instant, format_instant, rfc3339};

/// The name of the check.
pub const ROTATION: &str = "Key Rotation Plan";

/// What a plan says at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RotationReport {
    /// The stretches in which no key moves; none if the plan has a gap.
    pub phases: Vec<Phase>,
    /// Why the plan, or the keys with it, cannot be relied on.
    pub faults: Vec<ProofFault>,
    /// The next step; none if all are made, or with a fault.
    pub next: Option<Step>,
    /// When it was judged.
    #[serde(with = "rfc3339")]
    pub judged_at: Instant,
}

/// Judges a plan as of `now`, with the keys as they are. Without keys they are taken to be as planned, and what is next
/// lies ahead.
#[must_use]
pub fn judge_rotation(plan: &RotationPlan, keys: Option<&KeysReport>, now: Instant) -> RotationReport {
    let mut report = RotationReport { phases: Vec::new(), faults: Vec::new(), next: None, judged_at: now };
    match plan.prove() {
        Ok(phases) => report.phases = phases,
        Err(faults) => report.faults = faults,
    }
    report.faults.extend(keys.map(unusable).unwrap_or_default());
    if report.faults.is_empty() {
        match plan.next_step(&actual(plan, keys, now), now) {
            Ok(next) => report.next = next,
            Err(error) => report.faults.push(fault("", error.to_string())),
        }
    }
    report
}

/// What of a list of keys cannot be compared with a plan.
fn unusable(keys: &KeysReport) -> Vec<ProofFault> {
    let list = keys.faults.iter().map(|message| fault("", message.clone()));
    let stateless = keys.keys.iter().filter(|key| key.state.is_none());
    list.chain(stateless.map(|key| fault(&key.key_id, key.message.clone()))).collect()
}

fn actual<'a>(
    plan: &'a RotationPlan,
    keys: Option<&'a KeysReport>,
    now: Instant,
) -> Vec<(&'a str, KeyState)> {
    match keys {
        Some(report) => {
            report.keys.iter().filter_map(|key| Some((key.key_id.as_str(), key.state?))).collect()
        }
        None => {
            plan.keys.iter().filter_map(|life| Some((life.key_id.as_str(), life.state_at(now)?))).collect()
        }
    }
}

impl RotationReport {
    /// The check: a gap, or keys that do not follow the plan, are unhealthy; a step whose time has come is degraded.
    #[must_use]
    pub fn check(&self) -> Check {
        let due = self.next.as_ref().filter(|step| step.due);
        let (state, message) = match (self.faults.is_empty(), due, &self.next) {
            (false, ..) => (CheckState::Unhealthy, faults(&self.faults)),
            (true, Some(step), _) => (CheckState::Degraded, format!("due: {}", said(step))),
            (true, None, Some(step)) => (CheckState::Healthy, format!("no gap; next: {}", said(step))),
            (true, None, None) => (CheckState::Healthy, String::from("no gap; every step is made")),
        };
        Check::new(ROTATION, state, message)
            .with("phases", serde_json::to_value(&self.phases).unwrap_or_default())
            .with("next", serde_json::to_value(&self.next).unwrap_or_default())
            .observed(Some(self.judged_at))
    }
}

fn faults(faults: &[ProofFault]) -> String {
    let line = |fault: &ProofFault| match fault.key_id.as_str() {
        "" => fault.message.clone(),
        key_id => format!("{key_id}: {}", fault.message),
    };
    faults.iter().map(line).collect::<Vec<String>>().join("; ")
}

/// `k2 becomes active at 2026-12-01T00:00:00Z`
fn said(step: &Step) -> String {
    format!("{} becomes {} at {}", step.key_id, step.to.as_str(), format_instant(step.at))
}
