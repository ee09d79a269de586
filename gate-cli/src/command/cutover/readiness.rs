//! `tsfm-gate cutover readiness`

use std::thread;
use std::time::{Duration, Instant as Stopwatch};

use chrono::TimeDelta;
use gate_core::cutover::breakers::BREAKER;
use gate_core::cutover::canary_health::CANARY;
use gate_core::cutover::keys::KEYS;
use gate_core::cutover::promotion::PROMOTION;
use gate_core::cutover::readiness::EVIDENCE;
use gate_core::cutover::readyz::READYZ;
use gate_core::cutover::{Card, CardChecks, Check};
use gate_core::render::readiness::{card_json, dashboard};
use gate_core::time::Instant;

use super::super::{Answer, Surroundings, report_format};
use super::checks;
use super::plan::Plan;
use super::side_by_side::{self, Probe};
use crate::args::{CutoverReadiness, ReportFormat};
use crate::document_file;
use crate::duration::age;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::process::Interrupt;

/// How old what was measured may be: two windows of a canary.
const MAX_AGE: TimeDelta = TimeDelta::minutes(10);

/// How often to look whether the watch is to end.
const PAUSE: Duration = Duration::from_millis(50);

pub(super) fn run(args: &CutoverReadiness, around: Surroundings) -> Result<Answer, Failure> {
    let plan = match &args.config {
        Some(path) => document_file::read_regular::<Plan>(path, "config")?.known()?,
        None => Plan::documents_own(),
    };
    let Some(every) = args.watch else { return look(&plan, args, around) };
    let interrupt = Interrupt::listen();
    loop {
        let answer = look(&plan, args, around)?;
        let started = Stopwatch::now();
        while started.elapsed() < every && !interrupt.is_set() {
            if started.elapsed() < PAUSE {
                output::to_stdout(&answer.text).map_err(|error| output::stdout_failed(&error))?;
            }
            thread::sleep(PAUSE);
        }
        if interrupt.is_set() {
            return Ok(Answer { text: String::new(), ..answer });
        }
    }
}

fn look(plan: &Plan, args: &CutoverReadiness, around: Surroundings) -> Result<Answer, Failure> {
    let card = card(plan, around.clock)?;
    let text = match report_format(args.shown.format) {
        ReportFormat::Text => dashboard(&card, around.colour),
        ReportFormat::Json => card_json(&card),
    };
    Ok(Answer::on_stdout(text, Exit::from(card.go_no_go)))
}

fn card(plan: &Plan, clock: fn() -> Instant) -> Result<Card, gate_core::GateError> {
    let done = side_by_side::run(of_card(plan, clock));
    card_checks(done).card(clock(), max_age(plan))
}

pub(super) fn max_age(plan: &Plan) -> TimeDelta {
    plan.max_age.map_or(MAX_AGE, |time| age(time.0))
}

/// The checks of the card that the plan has.
pub(super) fn of_card(plan: &Plan, clock: fn() -> Instant) -> Vec<Probe> {
    let plan = plan.clone();
    [
        plan.readyz.map(|part| checks::readyz(part, clock)),
        plan.evidence.map(|part| checks::evidence(part, clock)),
        plan.keys.map(|part| checks::keys(part, clock)),
        plan.breaker.map(|part| checks::breaker(part, clock)),
        plan.canary.map(|part| checks::canary(part, clock)),
        plan.promotion.map(|part| checks::promotion(part, clock)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Checks by name. What is not among them was not run.
pub(super) fn card_checks(done: Vec<Check>) -> CardChecks {
    let mut card = CardChecks::default();
    for check in done {
        let place = match check.name.as_str() {
            READYZ => &mut card.readyz,
            EVIDENCE => &mut card.evidence,
            KEYS => &mut card.keys,
            BREAKER => &mut card.breaker,
            CANARY => &mut card.canary,
            PROMOTION => &mut card.promotion,
            _ => continue,
        };
        *place = Some(check);
    }
    card
}
