//! `tsfm-gate breaker status` and `tsfm-gate latch status`

use super::report::Report;
use super::{Answer, Surroundings, clock, config, configure, file};
use crate::args::BreakerStatus;
use crate::failure::Failure;

/// Says where the breaker stands. Nothing is written, so it needs neither the lock nor the right to write.
pub(super) fn run(args: &BreakerStatus, around: Surroundings) -> Result<Answer, Failure> {
    let clock = clock(&args.stored, around)?;
    let mut breaker = file(&args.stored).look(clock)?;
    let history = breaker.history.clone();
    if let Some(config) = config(args.config.as_deref())?
        && breaker.lost.is_none()
    {
        configure(&mut breaker, config)?;
    }
    let report = Report::new(&breaker, &args.stored.state).with_history(history);
    Ok(report.answer(args.stored.shown.format))
}
