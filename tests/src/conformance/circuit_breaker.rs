//! The agents' circuit breaker: cooldowns in steps, with a least time beside them.
//!
//! Upstream's breaker is three of ours. Its count goes on while it is open, so a breaker that never opens shows it. Its
//! cooldown is over when both the steps and the time are, so one breaker goes by a clock of steps and one by the time;
//! both open after the same failures in a row. Upstream takes results while open, which ours call stale: a failure there
//! renews the steps (a command that trips), a success after the last step closes (a command that resets).
//! Upstream's `last_reason` is a text that it passes through; nothing here decides by it.

use gate_core::breaker::{CallBreaker, CallConfig, CallPhase, Outcome as Ended, Recorded};
use serde::Deserialize;

use super::{Outcome, Row};

const NS_PER_MS: u64 = 1_000_000;

#[derive(Deserialize)]
struct Fields {
    config: Config,
    events: Vec<Event>,
    expect: Vec<Expect>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    threshold: u32,
    cooldown_steps: u64,
    min_cooldown_ms: Option<u64>,
}

#[derive(Deserialize)]
struct Event {
    kind: String,
    t: u64,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Expect {
    ret: Option<bool>,
    state: State,
}

#[derive(Debug, PartialEq, Deserialize)]
struct State {
    consecutive_failures: u32,
    tripped_at: Option<u64>,
    cooldown_left: Option<u64>,
}

/// Runs the events of a row and compares the state after each.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    if row.op() != "breaker.run" {
        return Ok(Outcome::OutOfScope(row.op().to_owned()));
    }
    let fields: Fields = row.fields()?;
    let mut upstream = Upstream::new(&fields.config);
    let found: Vec<Expect> = fields.events.iter().map(|event| upstream.step(event)).collect();
    Ok(Outcome::of("states", &fields.expect, &found))
}

struct Upstream {
    count: CallBreaker,
    steps: CallBreaker,
    time: CallBreaker,
    /// How many steps have passed: the clock of `steps`, in milliseconds.
    passed: u64,
    threshold: u32,
    tripped_at: Option<u64>,
}

impl Upstream {
    fn new(config: &Config) -> Self {
        let breaker = |failures, open_ms| {
            let config =
                CallConfig { consecutive_failures: Some(failures), open_ms, ..CallConfig::default() };
            CallBreaker::new(config).expect("settings that hold")
        };
        // Upstream asks after the failure, so that 0 is 1.
        let threshold = config.threshold.max(1);
        Self {
            count: breaker(u32::MAX, 0),
            steps: breaker(threshold, config.cooldown_steps),
            time: breaker(threshold, config.min_cooldown_ms.unwrap_or(0)),
            passed: 0,
            threshold,
            tripped_at: None,
        }
    }

    fn step(&mut self, event: &Event) -> Expect {
        let (now, steps) = (event.t * NS_PER_MS, self.passed * NS_PER_MS);
        let mut ret = None;
        match event.kind.as_str() {
            "failure" => self.failure(now, steps),
            "success" => self.success(now, steps),
            "step" => self.passed += 1,
            "query" => {
                let open = |breaker: &CallBreaker, now| breaker.status(now).phase == CallPhase::Open;
                ret = Some(open(&self.steps, steps) || open(&self.time, now));
            }
            "reset" => self.reset(now, steps),
            other => panic!("no such event: {other}"),
        }
        Expect { ret, state: self.state(now) }
    }

    fn failure(&mut self, now: u64, steps: u64) {
        result(&mut self.count, Ended::Failure, now);
        let row = self.count.status(now).streak;
        if self.steps.is_closed() {
            result(&mut self.steps, Ended::Failure, steps);
            self.tripped_at = result(&mut self.time, Ended::Failure, now);
        } else if row >= self.threshold {
            self.steps.trip(steps);
        }
    }

    fn success(&mut self, now: u64, steps: u64) {
        result(&mut self.count, Ended::Success, now);
        match self.steps.status(steps).phase {
            CallPhase::Closed => {
                result(&mut self.steps, Ended::Success, steps);
                result(&mut self.time, Ended::Success, now);
            }
            CallPhase::OpenDue => self.reset(now, steps),
            CallPhase::Open | CallPhase::HalfOpen => {}
        }
    }

    fn reset(&mut self, now: u64, steps: u64) {
        self.count.reset(now);
        self.steps.reset(steps);
        self.time.reset(now);
    }

    fn state(&self, now: u64) -> State {
        let steps = self.steps.status(self.passed * NS_PER_MS);
        State {
            consecutive_failures: self.count.status(now).streak,
            tripped_at: self.tripped_at.filter(|_| !self.time.is_closed()).map(|at| at / NS_PER_MS),
            cooldown_left: steps.remaining_ns.map(|left| left / NS_PER_MS),
        }
    }
}

/// One call that a closed breaker lets through. The instant at which it opened, if it did.
fn result(breaker: &mut CallBreaker, ended: Ended, now: u64) -> Option<u64> {
    let permit = breaker.try_acquire(now).expect("closed");
    match breaker.record(permit, ended, 0, now) {
        Recorded::Counted(change) => change.map(|change| change.at_ns),
        Recorded::Stale => panic!("a permit of this instant is stale"),
    }
}
