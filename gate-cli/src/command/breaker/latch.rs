//! `tsfm-gate latch trip`, `reset` and `observe`: the panic stop.

use gate_core::GateError;
use gate_core::breaker::{LatchCause, Reading};

use super::report::Report;
use super::{Answer, Surroundings, clock, file, signed, without};
use crate::args::{BreakerRelease, LatchObserve};
use crate::breaker_file::Breaker;
use crate::failure::Failure;

/// Stops at once.
pub(super) fn trip(args: &BreakerRelease, around: Surroundings) -> Result<Answer, Failure> {
    let (by, clock) = (signed(&args.sign)?, clock(&args.stored, around)?);
    let (breaker, done) = file(&args.stored).change(clock, |breaker| {
        let now = breaker.now;
        with_latch(breaker)?;
        breaker.history.command("latch trip", &by, now.instant);
        let changes = breaker.guard.trip(LatchCause::Command(by.clone()), now.ns);
        breaker.note(&changes, Some(&by));
        Ok(true)
    })?;
    let report = Report::new(&breaker, &args.stored.state).of_order(done, "latch trip", "");
    Ok(report.answer(args.stored.shown.format))
}

/// Ends the stop. A condition that is still asserted stops it again at once.
pub(super) fn reset(args: &BreakerRelease, around: Surroundings) -> Result<Answer, Failure> {
    let (by, clock) = (signed(&args.sign)?, clock(&args.stored, around)?);
    let (breaker, done) = file(&args.stored).change(clock, |breaker| {
        let now = breaker.now;
        with_latch(breaker)?;
        let ended = breaker.guard.reset_latch(by.clone(), now.ns).filter(|reset| reset.held.is_some());
        let Some(ended) = ended else { return Ok(false) };
        let causes: Vec<String> = ended.causes.iter().map(|record| record.cause().to_string()).collect();
        breaker.history.command("latch reset", &by, now.instant);
        breaker.history.event("latch: latched -> clear", &causes.join("; "), now.instant);
        let again = breaker.guard.tick(now.ns);
        breaker.note(&again, None);
        Ok(true)
    })?;
    let why = "the latch did not hold";
    let report = Report::new(&breaker, &args.stored.state).of_order(done, "latch reset", why);
    Ok(report.answer(args.stored.shown.format))
}

/// Takes a reading.
pub(super) fn observe(args: &LatchObserve, around: Surroundings) -> Result<Answer, Failure> {
    let clock = clock(&args.stored, around)?;
    let reading = match &args.value {
        None => Reading::Missing,
        Some(text) => text.trim().parse().map_or(Reading::Unreadable, Reading::Value),
    };
    let (breaker, _) = file(&args.stored).change(clock, |breaker| {
        let now = breaker.now;
        with_latch(breaker)?;
        let changes = breaker.guard.observe(reading, now.ns);
        breaker.note(&changes, None);
        Ok(())
    })?;
    Ok(Report::new(&breaker, &args.stored.state).answer(args.stored.shown.format))
}

/// A stop that nothing carries out must not look like one.
fn with_latch(breaker: &Breaker) -> Result<(), GateError> {
    if breaker.guard.config().latch.is_some() { Ok(()) } else { Err(without("latch")) }
}
