//! Settings that were checked: integers only, and nothing that contradicts itself.

use alloc::format;
use alloc::string::ToString;

use super::config::{CallConfig, CallWindow, Escalation, HalfOpen};
use crate::breaker::ratio::{Millionths, ratio};
use crate::{ErrorCode, GateError};

const NS_PER_MS: u64 = 1_000_000;
/// The highest rate that can be exceeded.
const MOST_MILLIONTHS: u32 = 999_999;
/// The most calls that a window remembers, and the most probes of a round.
const MOST_CALLS: u32 = 65_536;
const MOST_PROBES: u32 = 1024;
const MOST_SLICES: u32 = 120;

/// The settings as the breaker uses them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::breaker) struct Rules {
    /// 0 where the rule is off.
    pub(in crate::breaker) trip_at: u32,
    pub(in crate::breaker) streak_ttl: Option<u64>,
    pub(in crate::breaker) open: u64,
    pub(in crate::breaker) escalation: Option<Steps>,
    pub(in crate::breaker) probing: Probing,
    pub(in crate::breaker) window: Option<WindowRule>,
    /// The longest latency that is not slow; the longest there is where nothing is.
    pub(in crate::breaker) slow_above: u64,
}

/// How open times grow and shrink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::breaker) struct Steps {
    pub(in crate::breaker) cap: u64,
    pub(in crate::breaker) healthy: u64,
}

/// The bounds of a round of probes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::breaker) struct Probing {
    pub(in crate::breaker) probes: u32,
    pub(in crate::breaker) successes: u32,
    pub(in crate::breaker) in_flight: u32,
    pub(in crate::breaker) lease: u64,
    pub(in crate::breaker) max_lost: u32,
}

/// What is kept in a window, and above which rates it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::breaker) struct WindowRule {
    pub(in crate::breaker) shape: Shape,
    pub(in crate::breaker) min_calls: u64,
    pub(in crate::breaker) failure_rate: Option<Millionths>,
    pub(in crate::breaker) slow_rate: Option<Millionths>,
}

/// What a window holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::breaker) enum Shape {
    /// The latest calls.
    Calls(usize),
    /// The calls of the latest slices of time.
    Time { slices: usize, width: u64 },
}

impl Rules {
    pub(in crate::breaker) fn new(config: &CallConfig) -> Result<Self, GateError> {
        let open = ns(config.open_ms);
        let window = config.window.as_ref().map(window).transpose()?;
        let trip_at = at_least_one("consecutive_failures", config.consecutive_failures.map(u64::from))?;
        if trip_at.is_none() && window.is_none() {
            let found = "neither `consecutive_failures` nor `window`";
            return refuse(ErrorCode::NoRules, "consecutive_failures", "a rule that can open it", found);
        }
        let slow_ms = config.window.as_ref().and_then(|window| window.slow_above_ms);
        Ok(Self {
            trip_at: config.consecutive_failures.unwrap_or(0),
            streak_ttl: at_least_one("streak_ttl_ms", config.streak_ttl_ms)?.map(ns),
            open,
            escalation: config.escalation.as_ref().map(|steps| escalation(steps, open)).transpose()?,
            probing: probing(&config.half_open)?,
            window,
            slow_above: slow_ms.map_or(u64::MAX, ns),
        })
    }
}

/// Milliseconds as nanoseconds. What is longer than the clock can count is as long as it can.
const fn ns(ms: u64) -> u64 {
    ms.saturating_mul(NS_PER_MS)
}

fn refuse<T>(
    code: ErrorCode,
    path: &str,
    expected: impl Into<alloc::string::String>,
    found: impl ToString,
) -> Result<T, GateError> {
    Err(GateError::new(code, path, expected, found))
}

fn at_least_one(path: &str, value: Option<u64>) -> Result<Option<u64>, GateError> {
    match value {
        Some(0) => refuse(ErrorCode::WrongValue, path, "at least 1, or null", 0),
        value => Ok(value),
    }
}

fn within(path: &str, value: u32, most: u32, what: &str) -> Result<(), GateError> {
    if (1..=most).contains(&value) {
        Ok(())
    } else {
        refuse(ErrorCode::Contradiction, path, format!("1 to {most}{what}"), value)
    }
}

fn escalation(steps: &Escalation, open: u64) -> Result<Steps, GateError> {
    let cap = ns(steps.max_open_ms);
    if open == 0 {
        let expected = "no escalation where `open_ms` is 0, which doubles to 0";
        return refuse(ErrorCode::Contradiction, "escalation", expected, "one");
    }
    if cap < open {
        let (path, found) = ("escalation.max_open_ms", steps.max_open_ms);
        return refuse(ErrorCode::Contradiction, path, "at least `open_ms`", found);
    }
    if steps.healthy_ms == 0 {
        return refuse(ErrorCode::WrongValue, "escalation.healthy_ms", "at least 1", 0);
    }
    Ok(Steps { cap, healthy: ns(steps.healthy_ms) })
}

fn probing(half_open: &HalfOpen) -> Result<Probing, GateError> {
    within("half_open.probes", half_open.probes, MOST_PROBES, "")?;
    within("half_open.successes", half_open.successes, half_open.probes, " (`half_open.probes`)")?;
    within("half_open.in_flight", half_open.in_flight, half_open.probes, " (`half_open.probes`)")?;
    if half_open.lease_ms == 0 {
        return refuse(ErrorCode::WrongValue, "half_open.lease_ms", "at least 1", 0);
    }
    Ok(Probing {
        probes: half_open.probes,
        successes: half_open.successes,
        in_flight: half_open.in_flight,
        lease: ns(half_open.lease_ms),
        max_lost: half_open.max_lost,
    })
}

fn window(config: &CallWindow) -> Result<WindowRule, GateError> {
    let shape = shape(config)?;
    if config.min_calls == 0 {
        return refuse(ErrorCode::WrongValue, "window.min_calls", "at least 1", 0);
    }
    if let Some(calls) = config.calls.filter(|calls| *calls < config.min_calls) {
        let expected = format!("at most {calls} (`window.calls`), or no rate is ever believed");
        return refuse(ErrorCode::Contradiction, "window.min_calls", expected, config.min_calls);
    }
    let rate = |path, given: Option<f64>| given.map(|given| ratio(path, given, MOST_MILLIONTHS)).transpose();
    let failure_rate = rate("window.failure_rate", config.failure_rate)?;
    let slow_rate = rate("window.slow_rate", config.slow_rate)?;
    if failure_rate.is_none() && slow_rate.is_none() {
        let found = "neither `failure_rate` nor `slow_rate`";
        return refuse(ErrorCode::NoRules, "window", "a rate that can open it", found);
    }
    if slow_rate.is_some() != config.slow_above_ms.is_some() {
        let expected = "both `slow_rate` and `slow_above_ms`, or neither";
        return refuse(ErrorCode::Contradiction, "window", expected, "one of the two");
    }
    Ok(WindowRule { shape, min_calls: u64::from(config.min_calls), failure_rate, slow_rate })
}

fn shape(config: &CallWindow) -> Result<Shape, GateError> {
    match (config.calls, config.time_ms) {
        (Some(calls), None) => {
            within("window.calls", calls, MOST_CALLS, "")?;
            Ok(Shape::Calls(calls as usize))
        }
        (None, Some(time_ms)) => {
            within("window.slices", config.slices, MOST_SLICES, "")?;
            let (time, slices) = (ns(time_ms), u64::from(config.slices));
            if time == 0 || !time.is_multiple_of(slices) {
                let expected = format!("a time that {slices} slices divide into whole nanoseconds");
                return refuse(ErrorCode::NotAMultiple, "window.time_ms", expected, time_ms);
            }
            Ok(Shape::Time { slices: config.slices as usize, width: time / slices })
        }
        (Some(_), Some(_)) => {
            refuse(ErrorCode::ConflictingFields, "window", "one of `calls` and `time_ms`", "both")
        }
        (None, None) => refuse(ErrorCode::MissingField, "window", "one of `calls` and `time_ms`", "neither"),
    }
}
