//! The upstream panic stop with its safe mode, through our [`Latch`] and [`SafeMode`].
//!
//! Upstream's triggers have a type and a detail; ours have an actor and a reason. Its safe mode has one reason, ours has
//! all of them and the oldest is compared.

use gate_core::breaker::latch::LatchRecord;
use gate_core::breaker::{
    ExitRule, Latch, LatchCause, LatchConfig, Name, Reading, SafeMode, SafeModeCause, SafeModeConfig, Signed,
};
use serde::Deserialize;

use super::javascript::{Number, fixed};
use super::{Outcome, Row};

const NS_PER_MS: u64 = 1_000_000;

#[derive(Deserialize)]
struct Fields {
    config: Config,
    events: Vec<Event>,
    expect: Vec<State>,
}

#[derive(Deserialize)]
struct Config {
    frames: f64,
    min_confidence: f64,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Event {
    Sample {
        t: u64,
        confidence: Option<Number>,
    },
    Trigger {
        t: u64,
        #[serde(rename = "type")]
        kind: String,
        detail: String,
    },
    Reset {
        t: u64,
    },
    SafeEnter {
        t: u64,
        reason: String,
        manual: bool,
    },
    SafeExit {
        t: u64,
        manual: bool,
    },
}

#[derive(Deserialize, Debug, PartialEq)]
struct State {
    panic: Option<Panic>,
    safe_mode: Safe,
    low_streak: u64,
}

/// What upstream knows of a panic.
#[derive(Deserialize, Debug, PartialEq)]
pub(super) struct Panic {
    #[serde(rename = "type")]
    pub(super) kind: String,
    detail: String,
    triggered_at: u64,
}

/// What upstream knows of a safe mode.
#[derive(Deserialize, Debug, Default, PartialEq)]
pub(super) struct Safe {
    pub(super) active: bool,
    reason: Option<String>,
    entered_at: Option<u64>,
    manual: Option<bool>,
}

/// Both parts, and the type of the last panic, which stands in the reason of the safe mode after the panic is reset.
pub(super) struct Pair {
    pub(super) latch: Latch,
    pub(super) safe: SafeMode,
    last: String,
    /// What ends a cause that no person entered.
    exit: ExitRule,
}

impl Pair {
    pub(super) fn new(latch: Latch, safe: SafeMode, exit: ExitRule) -> Self {
        Self { latch, safe, last: String::new(), exit }
    }

    pub(super) fn trigger(&mut self, kind: &str, detail: &str, now: u64) {
        self.latch.trip(LatchCause::Command(signed(kind, detail)), now);
    }

    pub(super) fn enter(&mut self, reason: &str, manual: bool, now: u64) {
        if manual {
            self.safe.hold(signed("operator", reason), now);
        } else {
            self.safe.enter(Name::new(reason).expect("a short reason"), self.exit, now);
        }
    }

    pub(super) fn exit(&mut self, manual: bool, now: u64) {
        if manual {
            self.safe.release(&signed("operator", "exit"), None, now).expect("all of them may be released");
            return;
        }
        let names: Vec<String> = self.safe.causes().iter().map(|entry| entry.cause().name()).collect();
        for name in names {
            self.safe.leave(&name, now);
        }
    }

    /// Tells the safe mode how the latch stands, as upstream's does after every trigger.
    pub(super) fn follow(&mut self, now: u64) {
        self.safe.tick(self.latch.is_latched(), now);
        self.last = self.panic(now).map_or(std::mem::take(&mut self.last), |panic| panic.kind);
    }

    pub(super) fn panic(&self, now: u64) -> Option<Panic> {
        self.latch.causes().first().map(|record| panic_of(record, now))
    }

    pub(super) fn safe(&self, now: u64) -> Safe {
        let Some(oldest) = self.safe.causes().first() else { return Safe::default() };
        let (reason, manual) = match oldest.cause() {
            SafeModeCause::Panic => (format!("panic:{}", self.last), false),
            SafeModeCause::Operator(by) => (by.reason().to_owned(), true),
            other => (other.name(), false),
        };
        let entered_at = Some((now - oldest.age(now)) / NS_PER_MS);
        Safe { active: true, reason: Some(reason), entered_at, manual: Some(manual) }
    }
}

fn panic_of(record: &LatchRecord, now: u64) -> Panic {
    let (kind, detail) = match record.cause() {
        LatchCause::Command(by) => (by.actor().to_owned(), by.reason().to_owned()),
        LatchCause::Readings(readings) => {
            let last = readings.last.map_or_else(|| readings.to_string(), |last| fixed(last, 3));
            let detail = format!("Vision confidence {last} below {}", readings.min_reading);
            ("vision_confidence".to_owned(), detail)
        }
        other => (other.kind().to_string(), other.to_string()),
    };
    Panic { kind, detail, triggered_at: (now - record.age(now)) / NS_PER_MS }
}

fn signed(actor: &str, reason: &str) -> Signed {
    Signed::new(actor, reason).expect("a short text")
}

/// Replays the events of a row and compares the state after each.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let Some(mut pair) = pair(&fields.config) else {
        return Ok(Outcome::Different("the configuration is refused".to_owned()));
    };
    for (number, (event, expected)) in fields.events.iter().zip(&fields.expect).enumerate() {
        let now = pair.step(event);
        let found = State {
            panic: pair.panic(now),
            safe_mode: pair.safe(now),
            low_streak: pair.latch.streak().total(),
        };
        if found != *expected {
            return Ok(Outcome::of(&format!("event {number}"), expected, &found));
        }
    }
    Ok(Outcome::of("events", &fields.expect.len(), &fields.events.len()))
}

fn pair(config: &Config) -> Option<Pair> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and in range")]
    let consecutive =
        (config.frames.fract() == 0.0 && config.frames >= 0.0).then_some(config.frames as u32)?;
    let rule = LatchConfig { min_reading: config.min_confidence, consecutive, max_gap_ms: None };
    let safe = SafeModeConfig { exit_after_healthy: None, ..SafeModeConfig::default() };
    Some(Pair::new(Latch::new(rule).ok()?, SafeMode::new(safe).ok()?, ExitRule::Left))
}

impl Pair {
    fn step(&mut self, event: &Event) -> u64 {
        let now = match event {
            Event::Sample { t, confidence } => {
                let reading = confidence.map_or(Reading::Missing, |Number(value)| Reading::Value(value));
                self.latch.observe(reading, t * NS_PER_MS);
                t
            }
            Event::Trigger { t, kind, detail } => {
                self.trigger(kind, detail, t * NS_PER_MS);
                t
            }
            Event::Reset { t } => {
                self.latch.reset(signed("operator", "reset"), t * NS_PER_MS);
                t
            }
            Event::SafeEnter { t, reason, manual } => {
                self.enter(reason, *manual, t * NS_PER_MS);
                t
            }
            Event::SafeExit { t, manual } => {
                self.exit(*manual, t * NS_PER_MS);
                t
            }
        } * NS_PER_MS;
        self.follow(now);
        now
    }
}
