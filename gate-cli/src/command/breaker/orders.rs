//! `tsfm-gate breaker hold`, `release` and `reset`: what people command.

use gate_core::breaker::HoldKind;
use gate_core::time::Span;
use gate_core::{ErrorCode, GateError};

use super::report::{Report, word};
use super::{Answer, Surroundings, clock, config, file, signed};
use crate::args::{BreakerHold, BreakerRelease, BreakerReset};
use crate::failure::Failure;

/// Places a hold.
pub(super) fn hold(args: &BreakerHold, around: Surroundings) -> Result<Answer, Failure> {
    let (by, clock) = (signed(&args.sign)?, clock(&args.stored, around)?);
    let span = args.r#for.as_deref().map(span).transpose()?;
    let kind = HoldKind::from(args.kind);
    let event = match &span {
        Some(span) => format!("hold {} for {span}", word(kind)),
        None => format!("hold {}", word(kind)),
    };
    let (breaker, done) = file(&args.stored).change(clock, |breaker| {
        let now = breaker.now;
        let expires = span.map(|span| now.ns.saturating_add(nanoseconds(&span)));
        breaker.guard.hold(by.clone(), kind, expires, now.ns)?;
        breaker.history.command(&event, &by, now.instant);
        Ok(true)
    })?;
    let report = Report::new(&breaker, &args.stored.state).of_order(done, &event, "");
    Ok(report.answer(args.stored.shown.format))
}

/// Lifts a hold.
pub(super) fn release(args: &BreakerRelease, around: Surroundings) -> Result<Answer, Failure> {
    let (by, clock) = (signed(&args.sign)?, clock(&args.stored, around)?);
    let (breaker, done) = file(&args.stored).change(clock, |breaker| {
        let now = breaker.now;
        let done = breaker.guard.release(&by, now.ns);
        if done {
            breaker.history.command("release", &by, now.instant);
        }
        Ok(done)
    })?;
    let nothing = format!("{} holds nothing", by.actor());
    let report = Report::new(&breaker, &args.stored.state).of_order(done, "release", &nothing);
    Ok(report.answer(args.stored.shown.format))
}

/// Begins anew.
pub(super) fn reset(args: &BreakerReset, around: Surroundings) -> Result<Answer, Failure> {
    let (by, clock) = (signed(&args.sign)?, clock(&args.stored, around)?);
    let config = config(args.config.as_deref())?;
    let (breaker, done) = file(&args.stored).reset(config, &by, clock)?;
    let why = "the latch holds, which has a reset of its own";
    let mut report = Report::new(&breaker, &args.stored.state).of_order(Some(done.is_some()), "reset", why);
    if let Some(aside) = done.and_then(|aside| aside.0) {
        report = report.with_note(format!("what was there is kept as `{}`", aside.display()));
    }
    Ok(report.answer(args.stored.shown.format))
}

fn span(text: &str) -> Result<Span, GateError> {
    Span::parse(text).ok_or_else(|| {
        let expected = "a duration like `30m`, `24h` or `7d`, up to 366 days";
        GateError::new(ErrorCode::DurationSyntax, "for", expected, format!("`{}`", text.escape_debug()))
    })
}

fn nanoseconds(span: &Span) -> u64 {
    u64::from(span.minutes()).saturating_mul(60_000_000_000)
}
