//! The upstream safe-mode controller under its health monitor, through our [`HealthFold`], [`Latch`] and [`SafeMode`].
//!
//! What a check says beside its state (details, its own counter and time) is echoed by upstream and not judged; only the
//! states are compared.

use gate_core::breaker::health::{ComponentConfig, Observation};
use gate_core::breaker::safe_mode::{ActiveCause, SafeModeCause};
use gate_core::breaker::{
    ExitRule, HealthConfig, HealthFold, HealthState, Latch, LatchConfig, SafeMode, SafeModeConfig, Signed,
};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::panic_stop::{Pair, Safe};
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
    enabled: bool,
    auto_exit_seconds: Option<u64>,
    with_panic: bool,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Event {
    Tick {
        t: u64,
        checks: Vec<Check>,
    },
    Enter {
        t: u64,
        reason: String,
        #[serde(default)]
        manual: bool,
    },
    Exit {
        t: u64,
        #[serde(default)]
        manual: bool,
    },
    Panic {
        t: u64,
        #[serde(rename = "type")]
        kind: String,
        detail: String,
    },
    PanicReset {
        t: u64,
    },
}

#[derive(Deserialize)]
struct Check {
    name: String,
    state: Option<String>,
    throws: Option<IgnoredAny>,
}

#[derive(Deserialize, Debug, PartialEq)]
struct State {
    safe_mode: Safe,
    panic_active: bool,
    healthy_streak: u64,
    degraded_streak: u64,
    snapshot: Option<Snapshot>,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Snapshot {
    overall: String,
    statuses: Vec<Status>,
    safe_mode_active: bool,
    panic: Option<String>,
    issued_at: u64,
}

#[derive(Deserialize, Debug, PartialEq)]
struct Status {
    /// Absent where the check had none.
    state: Option<String>,
}

/// Replays the events of a row and compares the state after each.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let tagged = |flaw: &str| row.flaws().any(|tag| tag == flaw);
    let config = SafeModeConfig {
        follow_health: fields.config.enabled,
        exit_after_healthy: fields.config.auto_exit_seconds.map(|_| 2),
        exit_after_ms: fields.config.auto_exit_seconds.unwrap_or(0) * 1000,
        failed_needs_operator: tagged("failed_does_not_latch"),
    };
    let latch = Latch::new(LatchConfig::default()).expect("the default is valid");
    let exit = config
        .exit_after_healthy
        .map_or(ExitRule::Left, |count| ExitRule::Healthy { count, after: config.exit_after_ms * NS_PER_MS });
    let mut pair = Pair::new(latch, SafeMode::new(config).expect("a valid rule"), exit);
    for (number, (event, expected)) in fields.events.iter().zip(&fields.expect).enumerate() {
        let found = step(&mut pair, event, &fields.config);
        if found != *expected {
            let only_named = |entry: &ActiveCause| matches!(entry.cause(), SafeModeCause::Named(_));
            // A cause that upstream did not take, because it had one already, has not had its own healthy looks yet.
            let still = found.safe_mode.active && !expected.safe_mode.active;
            if still && row.flaws().next().is_none() && pair.safe.causes().iter().all(only_named) {
                return Ok(Outcome::Departure("later_cause_dropped"));
            }
            return Ok(Outcome::of(&format!("event {number}"), expected, &found));
        }
    }
    Ok(Outcome::of("events", &fields.expect.len(), &fields.events.len()))
}

fn step(pair: &mut Pair, event: &Event, config: &Config) -> State {
    let mut snapshot = None;
    let now = match event {
        Event::Tick { t, checks } => {
            let now = t * NS_PER_MS;
            let (overall, statuses) = fold(checks, now);
            snapshot = Some(Snapshot {
                overall: overall.to_string(),
                statuses,
                safe_mode_active: pair.safe.is_active(),
                panic: pair.panic(now).map(|panic| panic.kind),
                issued_at: *t,
            });
            pair.safe.observe(overall, pair.latch.is_latched(), now);
            t
        }
        Event::Enter { t, reason, manual } => {
            pair.enter(reason, *manual, t * NS_PER_MS);
            t
        }
        Event::Exit { t, manual } => {
            pair.exit(*manual, t * NS_PER_MS);
            t
        }
        Event::Panic { t, kind, detail } => {
            if config.with_panic {
                pair.trigger(kind, detail, t * NS_PER_MS);
            }
            t
        }
        Event::PanicReset { t } => {
            let by = Signed::new("operator", "reset").expect("a short text");
            pair.latch.reset(by, t * NS_PER_MS);
            t
        }
    } * NS_PER_MS;
    pair.follow(now);
    let status = pair.safe.status(now);
    State {
        safe_mode: pair.safe(now),
        panic_active: pair.latch.is_latched(),
        healthy_streak: status.healthy_streak,
        degraded_streak: status.unhealthy_streak,
        snapshot,
    }
}

/// Every tick has checks of its own, so each is a fold of its own. One without checks cannot be built, and has failed.
fn fold(checks: &[Check], now: u64) -> (HealthState, Vec<Status>) {
    let names = (0..checks.len()).map(|index| format!("{index}"));
    let components = names.map(|name| (name, ComponentConfig::default())).collect();
    let Ok(mut fold) = HealthFold::new(HealthConfig { components }) else {
        return (HealthState::Failed, Vec::new());
    };
    for (index, check) in checks.iter().enumerate() {
        fold.observe(&index.to_string(), check.observation(), now, now).expect("a component of the fold");
    }
    let verdict = fold.verdict(now);
    let status = |component: &gate_core::breaker::health::ComponentHealth| Status {
        state: Some(component.state.to_string()),
    };
    (verdict.state, verdict.components.iter().map(status).collect())
}

impl Check {
    fn observation(&self) -> Observation {
        assert!(!self.name.is_empty());
        let state = match self.state.as_deref() {
            _ if self.throws.is_some() => Some(HealthState::Failed),
            Some("healthy") => Some(HealthState::Healthy),
            Some("degraded") => Some(HealthState::Degraded),
            Some("failed") => Some(HealthState::Failed),
            _ => None,
        };
        Observation { state, ..Observation::default() }
    }
}
