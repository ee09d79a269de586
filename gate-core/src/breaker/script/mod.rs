//! Event scripts: a guard's settings, what happens to it and when, and what it must answer.
//!
//! A script is a drill that anybody can repeat: the same settings, the same instants, the same answers in Rust, in Python
//! and on the command line.

mod answer;
mod document;
mod expect;
mod fields;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

pub use answer::{Admission, Answer, Counting, ErrorAnswer, ResetAnswer, Standing};
pub use document::{Act, Script, Step, Value};
pub use expect::Mismatch;

use answer::seconds;

use super::guard::{Changes, Guard, GuardPermit, Transition};
use super::{LadderReading, LatchCause, Name, Outcome, Reading, Recorded, Signed};
use crate::bounds::MAX_SCRIPT_EVENTS;
use crate::document::from_json;
use crate::error::{ErrorCode, GateError};

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    ///
    /// Every error of a JSON document, with its path.
    pub fn from_json(text: &[u8]) -> Result<Self, GateError> {
        from_json(text)
    }

    /// Plays it.
    ///
    /// # Errors
    ///
    /// Settings that contradict each other, more than a million events, and a step without a field that it needs, or with one that it has no use
    /// for. An error that the guard itself answers is part of the answer.
    pub fn play(&self) -> Result<Vec<Answer>, GateError> {
        let events: u64 = self.steps.iter().map(|step| u64::from(step.times.unwrap_or(1))).sum();
        if events > MAX_SCRIPT_EVENTS {
            let expected = format!("at most {MAX_SCRIPT_EVENTS} events");
            return Err(GateError::new(ErrorCode::InputTooLarge, "steps", expected, events));
        }
        let mut player = Player::new(self)?;
        self.steps.iter().map(|step| player.play(step)).collect()
    }

    /// Where the answers differ from what the steps expect.
    #[must_use]
    pub fn mismatches(&self, answers: &[Answer]) -> Vec<Mismatch> {
        let both = self.steps.iter().zip(answers);
        both.flat_map(|(step, answer)| expect::mismatches(step.expect.as_ref(), answer)).collect()
    }
}

/// A guard in the middle of a script.
#[derive(Debug)]
pub struct Player {
    guard: Guard,
    permits: BTreeMap<String, GuardPermit>,
    last: u64,
    next: usize,
}

impl Player {
    /// A guard with the settings of a script, before its first step.
    ///
    /// # Errors
    ///
    /// Settings that contradict each other.
    pub fn new(script: &Script) -> Result<Self, GateError> {
        let guard = Guard::new(script.config.clone()).map_err(|error| error.under("config"))?;
        Ok(Self { guard, permits: BTreeMap::new(), last: 0, next: 0 })
    }

    /// The guard as it is.
    pub const fn guard(&mut self) -> &mut Guard {
        &mut self.guard
    }

    /// Plays one step.
    ///
    /// # Errors
    ///
    /// Those of [`Script::play`].
    pub fn play(&mut self, step: &Step) -> Result<Answer, GateError> {
        let path = format!("steps[{}]", self.next);
        step.check().map_err(|error| error.under(&path))?;
        let now = instant("at", step.at).map_err(|error| error.under(&path))?;
        let mut told = Told::default();
        for _ in 0..step.times.unwrap_or(1) {
            told = Told { changes: told.changes, ..Told::default() };
            self.act(step, now, &mut told).map_err(|error| error.under(&path))?;
        }
        self.last = now;
        self.next += 1;
        let status = self.guard.status(now);
        Ok(Answer {
            step: self.next - 1,
            at: seconds(now),
            r#do: step.r#do,
            admission: told.admission,
            recorded: told.recorded,
            found: told.found,
            reset: told.reset,
            error: told.error.as_ref().map(ErrorAnswer::from),
            changes: told.changes,
            state: Standing::of(&self.guard, &status, now),
            status: (step.r#do == Act::Status).then_some(status),
        })
    }

    fn act(&mut self, step: &Step, now: u64, told: &mut Told) -> Result<(), GateError> {
        match step.r#do {
            Act::Acquire => {
                let permit = self.acquire(now, told);
                if let (Some(name), Some(permit)) = (&step.permit, permit) {
                    self.permits.insert(name.clone(), permit);
                }
            }
            Act::Record => {
                let name = need("permit", step.permit.as_ref())?;
                let permit = self.permits.remove(name);
                self.record(permit, step, now, told)?;
            }
            Act::Call => {
                if let Some(permit) = self.acquire(now, told) {
                    self.record(Some(permit), step, now, told)?;
                }
            }
            Act::Sample => match latency(step) {
                Ok(latency) => {
                    told.add(&self.guard.sample(failed(step)?, latency, now));
                }
                Err(error) => told.error = Some(error),
            },
            Act::Check => {
                let metrics = need("metrics", step.metrics.as_ref())?;
                let (changes, error) = self.guard.check(metrics, now);
                told.add(&changes);
                told.error = error;
            }
            Act::Level => told.add(&self.guard.level(ladder_reading(step)?, now)),
            Act::Reading => told.add(&self.guard.observe(latch_reading(step)?, now)),
            Act::Trip => match cause(step)? {
                Ok(cause) => told.add(&self.guard.trip(cause, now)),
                Err(error) => told.error = Some(error),
            },
            Act::Settle => {
                let condition = need("condition", step.condition.as_ref())?;
                told.found = Some(self.guard.settle(condition, now));
            }
            Act::Reset => match signed(step)? {
                Ok(by) => {
                    told.reset = self.guard.reset_latch(by, now).as_ref().map(ResetAnswer::from);
                }
                Err(error) => told.error = Some(error),
            },
            Act::Hold => self.hold(step, now, told)?,
            Act::Release => match signed(step)? {
                Ok(by) => told.found = Some(self.guard.release(&by, now)),
                Err(error) => told.error = Some(error),
            },
            Act::Tick => told.add(&self.guard.tick(now)),
            Act::Status => drop(self.guard.status(now)),
            Act::Restart => self.restart(step, now, told)?,
            Act::Configure => {
                let config = need("config", step.config.as_ref())?.clone();
                told.outcome(self.guard.reconfigure(config, now));
            }
        }
        Ok(())
    }

    fn acquire(&mut self, now: u64, told: &mut Told) -> Option<GuardPermit> {
        let admission = self.guard.acquire(now);
        told.add(&admission.changes);
        let kind = admission.answer.as_ref().map(GuardPermit::kind).map_err(|refusal| *refusal);
        told.admission = Some(Admission::new(&kind, admission.would));
        admission.answer.ok()
    }

    /// A permit that was recorded before is used up, which is to say stale.
    fn record(
        &mut self,
        permit: Option<GuardPermit>,
        step: &Step,
        now: u64,
        told: &mut Told,
    ) -> Result<(), GateError> {
        let outcome = *need("outcome", step.outcome.as_ref())?;
        let latency = latency(step)?;
        let recorded = permit.map(|permit| self.guard.record(permit, outcome, latency, now));
        told.recorded = Some(match recorded {
            Some(Recorded::Counted(changes)) => {
                told.add(&changes.unwrap_or_default());
                Counting::Counted
            }
            Some(Recorded::Stale) | None => Counting::Stale,
        });
        Ok(())
    }

    fn hold(&mut self, step: &Step, now: u64, told: &mut Told) -> Result<(), GateError> {
        let kind = *need("kind", step.kind.as_ref())?;
        let expires = step.expires_in.map(|left| instant("expires_in", left)).transpose()?;
        match signed(step)? {
            Ok(by) => {
                let expires = expires.map(|left| now.saturating_add(left));
                told.outcome(self.guard.hold(by, kind, expires, now).map(|()| Changes::default()));
            }
            Err(error) => told.error = Some(error),
        }
        Ok(())
    }

    fn restart(&mut self, step: &Step, now: u64, told: &mut Told) -> Result<(), GateError> {
        let elapsed = step.elapsed.unwrap_or(0.0).max(0.0);
        let elapsed = instant("elapsed", elapsed)?;
        let own = serde_json::to_string(&self.guard.snapshot(self.last)).ok();
        let stored = step.state.clone().unwrap_or(own);
        let config = self.guard.config().clone();
        let bytes = stored.as_deref().map(str::as_bytes);
        let (guard, why) = Guard::restore_or_stopped(config, bytes, now, elapsed)?;
        self.guard = guard;
        told.error = why;
        Ok(())
    }
}

/// What one step did.
#[derive(Debug, Default)]
struct Told {
    admission: Option<Admission>,
    recorded: Option<Counting>,
    found: Option<bool>,
    reset: Option<ResetAnswer>,
    error: Option<GateError>,
    changes: Vec<Transition>,
}

impl Told {
    fn add(&mut self, changes: &Changes) {
        if !changes.is_empty() {
            self.changes.extend(changes.transitions());
        }
    }

    fn outcome(&mut self, outcome: Result<Changes, GateError>) {
        match outcome {
            Ok(changes) => self.add(&changes),
            Err(error) => self.error = Some(error),
        }
    }
}

fn need<'a, T>(field: &str, value: Option<&'a T>) -> Result<&'a T, GateError> {
    value.ok_or_else(|| {
        GateError::new(ErrorCode::MissingField, field, "a value, as the step needs it", "nothing")
    })
}

fn signed(step: &Step) -> Result<Result<Signed, GateError>, GateError> {
    let (actor, reason) = (need("actor", step.actor.as_ref())?, need("reason", step.reason.as_ref())?);
    Ok(Signed::new(actor, reason))
}

fn cause(step: &Step) -> Result<Result<LatchCause, GateError>, GateError> {
    match &step.condition {
        Some(condition) => Ok(Name::new(condition).map(LatchCause::Condition)),
        None => Ok(signed(step)?.map(LatchCause::Command)),
    }
}

fn ladder_reading(step: &Step) -> Result<LadderReading, GateError> {
    match (step.failed, step.total) {
        (Some(failed), Some(total)) => Ok(LadderReading::Rate { failed, total }),
        (None, None) => Ok(LadderReading::Missing),
        (Some(_), None) => need("total", None::<&u64>).map(|_| LadderReading::Missing),
        (None, Some(_)) => need("failed", None::<&u64>).map(|_| LadderReading::Missing),
    }
}

fn latch_reading(step: &Step) -> Result<Reading, GateError> {
    Ok(match need("value", step.value.as_ref())? {
        Value::Number(value) => Reading::Value(*value),
        Value::Text(_) => Reading::Unreadable,
        Value::Nothing(()) => Reading::Missing,
    })
}

/// Whether a call failed that was not asked for. Without a verdict it says nothing about the service.
fn failed(step: &Step) -> Result<bool, GateError> {
    let found = match need("outcome", step.outcome.as_ref())? {
        Outcome::Success => return Ok(false),
        Outcome::Failure => return Ok(true),
        Outcome::Ignored => "`ignored`",
        Outcome::Cancelled => "`cancelled`",
    };
    Err(GateError::new(ErrorCode::WrongValue, "outcome", "`success` or `failure`", found))
}

fn latency(step: &Step) -> Result<u64, GateError> {
    let latency = step.latency_ms.unwrap_or(0.0);
    nanoseconds("latency_ms", latency, 1e6)
}

/// Seconds as nanoseconds.
fn instant(path: &str, seconds: f64) -> Result<u64, GateError> {
    nanoseconds(path, seconds, 1e9)
}

fn nanoseconds(path: &str, value: f64, unit: f64) -> Result<u64, GateError> {
    let ns = libm::round(value * unit);
    if (0.0..1.8e19).contains(&ns) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to fit")]
        return Ok(ns as u64);
    }
    Err(GateError::new(
        ErrorCode::OutOfRange,
        path,
        "a time of 0 or more, up to 570 years",
        value.to_string(),
    ))
}
