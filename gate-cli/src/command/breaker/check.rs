//! `tsfm-gate breaker check`

use gate_core::GateError;
use gate_core::breaker::guard::Mode;
use gate_core::breaker::{GuardConfig, MetricReading};
use gate_core::document::from_json;

use super::report::Report;
use super::{Answer, Surroundings, clock, config, configure, file, read};
use crate::args::BreakerCheck;
use crate::breaker_file::{Breaker, Clock, Now};
use crate::failure::{Failure, Refusal};

/// Takes metrics to the breaker. A breaker that is stopped says so, whatever else goes wrong.
pub(super) fn run(args: &BreakerCheck, around: Surroundings) -> Result<Answer, Failure> {
    let clock = clock(&args.stored, around)?;
    let error = match judged(args, clock) {
        Ok(report) => return Ok(report.answer(args.stored.shown.format)),
        Err(refusal) => refusal,
    };
    let stored = file(&args.stored).look(clock)?;
    if stored.status().mode != Mode::Stopped {
        return Err(error.into());
    }
    let report = Report::new(&stored, &args.stored.state).with_note(error.error.to_string());
    Ok(report.answer(args.stored.shown.format))
}

fn judged(args: &BreakerCheck, clock: Clock) -> Result<Report, Box<Refusal>> {
    let config = config(args.config.as_deref())?;
    let reading = read(&args.metrics, "metrics", from_json::<MetricReading>);
    let (usable, unusable) = match reading {
        Ok(reading) => (Some(reading), None),
        Err(refusal) => (None, Some(refusal)),
    };
    let (breaker, done) = file(&args.stored).change(clock, |breaker| look(breaker, usable, config))?;
    match (unusable, done.flatten()) {
        // It may have been a stop: that says more than the metrics could.
        _ if breaker.lost.is_some() => {}
        (Some(refusal), _) => return Err(refusal),
        (None, Some(error)) => return Err(error.into()),
        (None, None) => {}
    }
    let report = Report::new(&breaker, &args.stored.state);
    let undated = usable.is_some_and(|reading| reading.timestamp.is_none());
    Ok(if undated {
        report.with_note("the metrics have no timestamp: their age cannot be seen".to_owned())
    } else {
        report
    })
}

/// One look at metrics. Returns why they are of no use, which is counted and stored as well.
fn look(
    breaker: &mut Breaker,
    reading: Option<MetricReading>,
    config: Option<GuardConfig>,
) -> Result<Option<GateError>, GateError> {
    if let Some(config) = config {
        configure(breaker, config)?;
    }
    let now = breaker.now;
    let reading = reading.unwrap_or(ILLEGIBLE).read_at(seconds(now));
    let (changes, error) = breaker.guard.check(&reading, now.ns);
    breaker.note(&changes, None);
    Ok(error.map(|error| error.under("metrics")))
}

/// What stands for metrics that could not be read, so that they count as unusable like all that cannot be.
const ILLEGIBLE: MetricReading = MetricReading {
    total_requests: f64::NAN,
    failed_requests: f64::NAN,
    p99_latency_ms: f64::NAN,
    timestamp: None,
    read_at: None,
};

/// The clock of timestamps.
#[expect(clippy::cast_precision_loss, reason = "seconds in a float are no more precise")]
fn seconds(now: Now) -> f64 {
    now.ns as f64 / 1e9
}
