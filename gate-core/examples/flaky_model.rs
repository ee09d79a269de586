//! A service of four threads that calls a model which fails for a while: `cargo run -p gate-core --example flaky_model`
//!
//! The threads share one breaker without a lock. Time is simulated, so that two minutes take none.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use gate_core::breaker::{CallConfig, CallPermit, Outcome, Recorded, Refusal, SharedCallBreaker};

/// The model: it answers while it is up.
struct Model {
    up: AtomicBool,
    calls: AtomicU64,
}

impl Model {
    fn forecast(&self) -> Result<f64, &'static str> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        if self.up.load(Ordering::Relaxed) { Ok(0.5) } else { Err("timeout") }
    }
}

/// What the service answers, and where it came from.
enum Answer {
    Model(f64),
    /// The model failed; the baseline answers in its place.
    Fallback,
    /// The breaker spared the model the call; the baseline answers.
    Refused(Refusal),
}

struct Service {
    model: Model,
    breaker: SharedCallBreaker,
    /// Nanoseconds. A real service reads a monotonic clock here.
    now: AtomicU64,
}

impl Service {
    /// Asks the breaker, calls the model outside of it, and tells the breaker how it went.
    fn forecast(&self) -> Answer {
        let permit = match self.breaker.try_acquire(self.now()) {
            Ok(permit) => permit,
            Err(refusal) => return Answer::Refused(refusal),
        };
        if let Ok(value) = self.model.forecast() {
            self.record(permit, Outcome::Success);
            return Answer::Model(value);
        }
        self.record(permit, Outcome::Failure);
        Answer::Fallback
    }

    fn record(&self, permit: CallPermit, outcome: Outcome) {
        if let Recorded::Counted(Some(change)) = self.breaker.record(permit, outcome, 0, self.now()) {
            // Exactly one thread sees each transition: the place to log it or to count it.
            let _ = change;
        }
    }

    fn now(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    fn wait(&self, seconds: u64) {
        self.now.fetch_add(seconds * 1_000_000_000, Ordering::Relaxed);
    }

    /// Calls from four threads at once, and says how they were answered.
    fn traffic(&self, out: &mut impl Write, calls: u64) -> io::Result<()> {
        let (model, fallback, refused) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        let retry = AtomicU64::new(0);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..calls / 4 {
                        let counter = match self.forecast() {
                            Answer::Model(value) if value.is_finite() => &model,
                            Answer::Model(_) | Answer::Fallback => &fallback,
                            Answer::Refused(refusal) => {
                                retry.fetch_max(refusal.retry_after.unwrap_or(0), Ordering::Relaxed);
                                &refused
                            }
                        };
                        counter.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        let status = self.breaker.status(self.now());
        let seconds = self.now() / 1_000_000_000;
        let [model, fallback, refused] = [model, fallback, refused].map(AtomicU64::into_inner);
        let retry = match retry.into_inner().div_ceil(1_000_000_000) {
            0 => String::new(),
            seconds => format!(", worth asking again in {seconds} s"),
        };
        let phase = status.phase;
        writeln!(
            out,
            "{seconds:>4} s  {phase:<9}  model {model}, fallback {fallback}, refused {refused}{retry}"
        )
    }
}

/// The story: up, down, a probe that fails, a probe that succeeds.
pub(crate) fn run(out: &mut impl Write) -> io::Result<()> {
    let breaker = SharedCallBreaker::new(CallConfig::default()).map_err(io::Error::other)?;
    let model = Model { up: AtomicBool::new(true), calls: AtomicU64::new(0) };
    let service = Service { model, breaker, now: AtomicU64::new(0) };

    writeln!(out, "the model is up")?;
    service.traffic(out, 400)?;
    writeln!(out, "the model fails: five failures in a row open the breaker")?;
    service.model.up.store(false, Ordering::Relaxed);
    let before = service.model.calls.load(Ordering::Relaxed);
    service.traffic(out, 400)?;
    let spent = service.model.calls.load(Ordering::Relaxed) - before;
    // Calls that were under way when it opened reach the model as well, one a thread at most.
    writeln!(
        out,
        "        the model was spared all but {} of 400 calls",
        if spent <= 8 { "a few" } else { "too many" }
    )?;
    service.wait(119);
    service.traffic(out, 4)?;
    writeln!(out, "two minutes later one call is a probe; it fails")?;
    service.wait(1);
    service.traffic(out, 4)?;
    writeln!(out, "the model is up again, and the next probe finds out")?;
    service.model.up.store(true, Ordering::Relaxed);
    service.wait(120);
    let _probe = service.forecast();
    service.traffic(out, 400)
}

fn main() -> io::Result<()> {
    run(&mut io::stdout().lock())
}
