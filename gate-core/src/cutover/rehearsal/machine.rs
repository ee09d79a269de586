//! The rehearsal itself: what to do next, given all that has come of it so far.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde::Serialize;

use super::RehearsalPlan;
use super::report::{Deed, RehearsalReport, seconds};
use crate::cutover::{Check, GoNoGo, fold};
use crate::{Decision, GateError};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Run the checks.
    Check,
    /// Send this share of the traffic to the canary, and measure what it is then.
    SetTraffic {
        /// In percent.
        percent: u8,
    },
    /// Let time pass.
    Wait {
        /// So much of it, in milliseconds.
        ms: u64,
    },
    /// Make the canary fail.
    Inject,
    /// Take the canary back.
    Abort,
    /// Measure the share of the traffic that the canary gets.
    ReadTraffic,
}

/// What came of an action.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was done. For [`Action::Wait`], [`Action::Inject`] and [`Action::Abort`].
    Done,
    /// The canary gets this share of the traffic now, in percent: measured, not what it was told.
    Traffic(u8),
    /// What the checks found, and what the health of the canary asks for, where it could be judged.
    Checked(Vec<Check>, Option<Decision>),
    /// It could not be done.
    Failed(String),
}

/// Where the rehearsal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Before anything was touched.
    Before,
    /// The traffic of this step is being set.
    Raising(usize),
    /// This step runs.
    Holding(usize),
    /// This step is being checked.
    Judging(usize),
    /// The burst is being injected.
    Injecting,
    /// The checks are asked whether they see it. The burst was injected then.
    Watching { injected: u64 },
    /// Between two looks.
    Pausing { injected: u64 },
    /// The abort is being carried out; the burst was seen then. Without one it only cleans up.
    Aborting { seen: Option<u64> },
    /// The traffic is being measured.
    Falling { seen: Option<u64>, asked: u64 },
    /// Between two measurements.
    Settling { seen: Option<u64>, asked: u64 },
    /// Nothing more is to be done.
    Over,
}

/// A rehearsal that is under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsal {
    plan: RehearsalPlan,
    phase: Phase,
    injected: Option<u64>,
    asked_at: u64,
    report: RehearsalReport,
}

impl Rehearsal {
    /// A rehearsal of a plan.
    ///
    /// # Errors
    /// Those of [`RehearsalPlan::validate`].
    pub fn new(plan: RehearsalPlan) -> Result<Self, GateError> {
        plan.validate()?;
        let report = RehearsalReport::default();
        Ok(Self { plan, phase: Phase::Before, injected: None, asked_at: 0, report })
    }

    /// What is to be done now; none once it is over.
    #[must_use]
    pub fn next(&self) -> Option<Action> {
        Some(match self.phase {
            Phase::Before | Phase::Judging(_) | Phase::Watching { .. } => Action::Check,
            Phase::Raising(step) => Action::SetTraffic { percent: self.percent(step) },
            Phase::Holding(_) => Action::Wait { ms: self.plan.wait_ms },
            Phase::Injecting => Action::Inject,
            Phase::Pausing { .. } | Phase::Settling { .. } => Action::Wait { ms: self.plan.poll_ms },
            Phase::Aborting { .. } => Action::Abort,
            Phase::Falling { .. } => Action::ReadTraffic,
            Phase::Over => return None,
        })
    }

    /// Takes what came of the action, and when it was done, in milliseconds from the start. The clock never goes back.
    pub fn tell(&mut self, outcome: Outcome, at_ms: u64) {
        let Some(action) = self.next() else { return };
        let at = at_ms.max(self.asked_at);
        let (ok, message) = self.take(outcome, at);
        self.report.deeds.push(Deed { action, from_ms: self.asked_at, to_ms: at, ok, message });
        self.asked_at = at;
    }

    /// What it has shown so far.
    #[must_use]
    pub const fn report(&self) -> &RehearsalReport {
        &self.report
    }

    /// Ends it: it has passed only if it came to its end and nothing went wrong.
    #[must_use]
    pub fn finish(self) -> RehearsalReport {
        let mut report = self.report;
        if self.phase != Phase::Over {
            report.faults.push("the rehearsal did not come to its end".to_owned());
            report.passed = false;
        }
        report
    }

    fn percent(&self, step: usize) -> u8 {
        self.plan.steps.get(step).copied().unwrap_or(self.plan.baseline)
    }

    /// Moves on. True if it went as it had to, with what came of it.
    fn take(&mut self, outcome: Outcome, at: u64) -> (bool, String) {
        match (self.phase, outcome) {
            (Phase::Over, _) => (true, String::new()),
            (Phase::Before, Outcome::Checked(checks, decision)) => match verdict(checks, decision) {
                Ok(said) => self.on(Phase::Raising(0), said),
                // Nothing was touched, so there is nothing to take back.
                Err(why) => self.fail(Phase::Over, format!("before the first step: {why}")),
            },
            (Phase::Before, outcome) => {
                self.fail(Phase::Over, format!("before the first step: {}", unfit(outcome)))
            }
            (Phase::Raising(step), Outcome::Traffic(percent)) => self.raised(step, percent),
            (Phase::Holding(step), Outcome::Done) => self.on(Phase::Judging(step), "waited"),
            (Phase::Judging(step), Outcome::Checked(checks, decision)) => {
                self.judged(step, verdict(checks, decision))
            }
            (Phase::Injecting, Outcome::Done) => {
                self.injected = Some(at);
                self.on(Phase::Watching { injected: at }, "injected")
            }
            (Phase::Watching { injected }, Outcome::Checked(_, decision)) => {
                self.watched(injected, decision, at)
            }
            (Phase::Pausing { injected }, Outcome::Done) => self.on(Phase::Watching { injected }, "waited"),
            (Phase::Aborting { seen }, Outcome::Done) => {
                let asked = seen.unwrap_or(self.asked_at);
                self.on(Phase::Falling { seen, asked }, "asked for")
            }
            (Phase::Falling { seen, asked }, Outcome::Traffic(percent)) => {
                self.fallen(seen, asked, percent, at)
            }
            (Phase::Settling { seen, asked }, Outcome::Done) => {
                self.on(Phase::Falling { seen, asked }, "waited")
            }
            (phase, outcome) => self.broke(phase, &unfit(outcome), at),
        }
    }

    fn on(&mut self, phase: Phase, message: impl Into<String>) -> (bool, String) {
        self.phase = phase;
        (true, message.into())
    }

    fn fail(&mut self, phase: Phase, why: String) -> (bool, String) {
        self.phase = phase;
        self.report.faults.push(why.clone());
        (false, why)
    }

    /// After a fault the traffic goes back all the same, without that counting as the drill.
    fn back(&mut self, why: String) -> (bool, String) {
        self.fail(Phase::Aborting { seen: None }, why)
    }

    fn raised(&mut self, step: usize, percent: u8) -> (bool, String) {
        self.report.traffic = Some(percent);
        let wanted = self.percent(step);
        if percent == wanted {
            return self.on(Phase::Holding(step), format!("{percent}%"));
        }
        self.back(format!("traffic: expected {wanted}%, found {percent}%"))
    }

    fn judged(&mut self, step: usize, verdict: Result<&'static str, String>) -> (bool, String) {
        match verdict {
            Ok(said) if step + 1 < self.plan.steps.len() => self.on(Phase::Raising(step + 1), said),
            Ok(said) => self.on(Phase::Injecting, said),
            Err(why) => self.back(format!("at {}%: {why}", self.percent(step))),
        }
    }

    fn watched(&mut self, injected: u64, decision: Option<Decision>, at: u64) -> (bool, String) {
        let after = at - injected;
        let limit = self.plan.detect_within_ms;
        if decision == Some(Decision::Rollback) && after <= limit {
            self.report.detected_after_ms = Some(after);
            let said = format!("the burst was seen after {}", seconds(after));
            return self.on(Phase::Aborting { seen: Some(at) }, said);
        }
        if after >= limit {
            let why = format!("the injected burst did not abort within {}", seconds(limit));
            return self.back(why);
        }
        let said = decision.map_or("not measured", Decision::as_str);
        self.on(Phase::Pausing { injected }, format!("the burst is not seen yet: {said}"))
    }

    fn fallen(&mut self, seen: Option<u64>, asked: u64, percent: u8, at: u64) -> (bool, String) {
        self.report.traffic = Some(percent);
        let (after, limit) = (at - asked, self.plan.abort_within_ms);
        let baseline = self.plan.baseline;
        if percent == baseline && after <= limit {
            if seen.is_some() {
                self.report.aborted_after_ms = Some(after);
                self.report.recovered_after_ms = self.injected.map(|injected| at - injected);
            }
            self.report.passed = seen.is_some() && self.report.faults.is_empty();
            return self.on(Phase::Over, format!("back at {percent}% after {}", seconds(after)));
        }
        if after >= limit {
            let within = seconds(limit);
            let why =
                format!("the abort did not bring the traffic to {baseline}% within {within}: {percent}%");
            return self.fail(Phase::Over, why);
        }
        self.on(Phase::Settling { seen, asked }, format!("still {percent}%"))
    }

    /// An action that could not be done.
    fn broke(&mut self, phase: Phase, why: &str, at: u64) -> (bool, String) {
        match phase {
            Phase::Before | Phase::Over | Phase::Settling { .. } => self.fail(Phase::Over, why.to_string()),
            Phase::Raising(_) | Phase::Holding(_) | Phase::Judging(_) | Phase::Injecting => {
                self.back(why.to_string())
            }
            Phase::Watching { .. } | Phase::Pausing { .. } => self.back(format!("while watching: {why}")),
            // What the abort says of itself does not matter as much as where the traffic is.
            Phase::Aborting { seen } => {
                let asked = seen.unwrap_or(self.asked_at);
                self.fail(Phase::Falling { seen: None, asked }, format!("abort: {why}"))
            }
            Phase::Falling { asked, .. } => {
                let over = at - asked >= self.plan.abort_within_ms;
                let next = if over { Phase::Over } else { Phase::Settling { seen: None, asked } };
                self.fail(next, format!("traffic after the abort: {why}"))
            }
        }
    }
}

/// A step is good if every check is, and the canary is not asked back. One that is already would be taken for the burst
/// that is yet to be injected.
fn verdict(checks: Vec<Check>, decision: Option<Decision>) -> Result<&'static str, String> {
    if decision == Some(Decision::Rollback) {
        return Err("the health of the canary takes it back, before any burst".to_owned());
    }
    let readiness = fold(checks).map_err(|error| error.to_string())?;
    if readiness.go_no_go == GoNoGo::Go {
        return Ok(GoNoGo::Go.as_str());
    }
    let bad = readiness.checks.iter().filter(|check| check.state != crate::cutover::CheckState::Healthy);
    let bad: Vec<String> =
        bad.map(|check| format!("{} {}: {}", check.name, check.state, check.message)).collect();
    Err(format!("{}: {}", readiness.go_no_go, bad.join("; ")))
}

/// Why an outcome does not fit the action.
fn unfit(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed(why) => why,
        Outcome::Done => "expected a measurement, found none".to_owned(),
        Outcome::Traffic(_) | Outcome::Checked(..) => "expected another measurement".to_owned(),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests;
