//! A breaker that outlives its process: one JSON document, replaced as a whole, by one process at a time.
//!
//! Fail closed: a file that is missing, cut short, of an unknown version or contradictory may have been a stop. It
//! reads as a stopped breaker, and nothing overwrites it but a reset by a person.

mod document;
mod history;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gate_core::breaker::guard::{Changes, Transition};
use gate_core::breaker::{Guard, GuardConfig, GuardStatus, LatchCause, LatchConfig, MetricConfig, Signed};
use gate_core::time::{Instant, format_instant};
use gate_core::{ErrorCode, GateError};

use crate::input;
use crate::storage::{Lock, Target};
use document::FileDocument;
pub(crate) use document::nanoseconds;
pub(crate) use history::{Entry, History};

/// What a state file is called in errors.
const ARGUMENT: &str = "state";

/// The layers of a state file, unless settings say otherwise: the panic stop and the metric breaker.
///
/// A ready-made snapshot of metrics is a window by itself, so one bad one is enough to switch off; three good ones, each
/// newer than the last, switch on again.
pub(crate) fn default_config() -> GuardConfig {
    GuardConfig {
        latch: Some(LatchConfig::default()),
        metric: Some(MetricConfig { bad_looks: 1, ..MetricConfig::default() }),
        ..GuardConfig::default()
    }
}

/// When a command is carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    pub(crate) instant: Instant,
    /// Nanoseconds since 1970: the clock of the guard.
    pub(crate) ns: u64,
}

/// What tells the time of a command: an instant that was given, or the clock.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Clock {
    Given(Now),
    Wall(fn() -> Instant),
}

impl Now {
    pub(crate) fn new(instant: Instant) -> Result<Self, GateError> {
        Ok(Self { instant, ns: nanoseconds(instant, "now")? })
    }
}

impl Clock {
    fn now(self) -> Result<Now, GateError> {
        match self {
            Self::Given(now) => Ok(now),
            Self::Wall(clock) => Now::new(clock()),
        }
    }
}

/// A breaker in memory.
#[derive(Debug, Clone)]
pub(crate) struct Breaker {
    pub(crate) guard: Guard,
    pub(crate) history: History,
    /// Transitions since it was read.
    pub(crate) changes: Vec<Transition>,
    /// When it was stored last.
    pub(crate) saved_at: Option<String>,
    /// Why it could not be read, if so: it is then stopped, and is not to be stored.
    pub(crate) lost: Option<GateError>,
    pub(crate) now: Now,
}

impl Breaker {
    /// One that nothing happened to.
    fn fresh(config: GuardConfig, history: History, now: Now) -> Result<Self, GateError> {
        // From a state without an age: a guard's own life begins at the origin of its clock, which is 1970.
        let state = Guard::new(config.clone())?.snapshot(0);
        let guard = Guard::restore(config, state, now.ns, 0)?;
        Ok(Self { guard, history, changes: Vec::new(), saved_at: None, lost: None, now })
    }

    /// A stopped one in place of one that cannot be read.
    fn lost(why: GateError, now: Now) -> Result<Self, GateError> {
        let mut breaker = Self::fresh(default_config(), History::default(), now)?;
        breaker.guard.trip(LatchCause::StateLost(why.to_string()), now.ns);
        Ok(Self { lost: Some(why), ..breaker })
    }

    fn from_bytes(bytes: &[u8], now: Now) -> Result<Self, GateError> {
        let document = FileDocument::from_bytes(bytes)?;
        let elapsed = document.elapsed(now.ns)?;
        let ended = document.ended(elapsed);
        let FileDocument { saved_at, config, guard, history, .. } = document;
        let guard = Guard::restore(config, guard, now.ns, elapsed).map_err(|error| error.under("guard"))?;
        let saved_at = Some(saved_at);
        let mut breaker = Self { guard, history, changes: Vec::new(), saved_at, lost: None, now };
        for hold in ended {
            let cause = format!("the time of {} was over", hold.actor);
            breaker.history.event("hold ended", &cause, now.instant);
        }
        let passed = breaker.guard.tick(now.ns);
        breaker.note(&passed, None);
        Ok(breaker)
    }

    /// Remembers what changed, and who caused it.
    pub(crate) fn note(&mut self, changes: &Changes, by: Option<&Signed>) {
        let transitions = changes.transitions();
        self.history.transitions(&transitions, by.map(Signed::actor), self.now.instant);
        self.changes.extend(transitions);
    }

    pub(crate) fn status(&self) -> GuardStatus {
        self.guard.status(self.now.ns)
    }

    /// A fresh one in its place, which remembers what was there.
    fn begun_anew(&self, config: Option<GuardConfig>, by: &Signed) -> Result<Self, GateError> {
        let config = config.unwrap_or_else(|| match self.lost {
            None => self.guard.config().clone(),
            Some(_) => default_config(),
        });
        let mut fresh = Self::fresh(config, self.history.clone(), self.now)?;
        let now = self.now.instant;
        for hold in self.status().holds {
            let cause = format!("the hold of {} ended with the reset", hold.actor);
            fresh.history.event("hold ended", &cause, now);
        }
        fresh.history.command("reset", by, now);
        if let Some(why) = &self.lost {
            let missing = why.code() == ErrorCode::FileNotFound;
            let event = if missing { "no state before" } else { "state lost" };
            fresh.history.event(event, &why.to_string(), now);
        }
        Ok(fresh)
    }

    fn document(&self) -> FileDocument {
        FileDocument::new(
            format_instant(self.now.instant),
            self.guard.config().clone(),
            self.guard.snapshot(self.now.ns),
            self.history.clone(),
        )
    }
}

/// Where a breaker is stored.
#[derive(Debug)]
pub(crate) struct StateFile {
    target: Target,
    wait: Duration,
}

impl StateFile {
    pub(crate) fn new(path: &Path, wait: Duration) -> Self {
        Self { target: Target::new(path, ARGUMENT), wait }
    }

    /// The breaker as it is stored, without the lock: a file is always whole, so a look needs none.
    pub(crate) fn look(&self, clock: Clock) -> Result<Breaker, GateError> {
        let now = clock.now()?;
        match self.read().and_then(|bytes| Breaker::from_bytes(&bytes, now)) {
            Ok(breaker) => Ok(breaker),
            Err(why) => Breaker::lost(why, now),
        }
    }

    /// Does something to the breaker and stores it. A breaker that could not be read is returned as it is, and the
    /// file is not touched.
    pub(crate) fn change<T>(
        &self,
        clock: Clock,
        act: impl FnOnce(&mut Breaker) -> Result<T, GateError>,
    ) -> Result<(Breaker, Option<T>), GateError> {
        // The clock is read under the lock: who waited for it comes later than who had it.
        let _lock = self.lock()?;
        let mut breaker = self.look(clock)?;
        if breaker.lost.is_some() {
            return Ok((breaker, None));
        }
        let done = act(&mut breaker)?;
        self.target.replace(&breaker.document().to_bytes()?)?;
        Ok((breaker, Some(done)))
    }

    /// Begins anew, and keeps what cannot be read beside it. `None` while the latch holds: that has a reset of its own.
    pub(crate) fn reset(
        &self,
        config: Option<GuardConfig>,
        by: &Signed,
        clock: Clock,
    ) -> Result<(Breaker, Option<Aside>), GateError> {
        let _lock = self.lock()?;
        let old = self.look(clock)?;
        if old.lost.is_none() && old.status().latch.is_some_and(|latch| latch.latched) {
            return Ok((old, None));
        }
        let fresh = old.begun_anew(config, by)?;
        let prepared = self.target.prepare(&fresh.document().to_bytes()?)?;
        let aside = if old.lost.is_some() { self.set_aside(old.now)? } else { None };
        prepared.put()?;
        Ok((fresh, Some(Aside(aside))))
    }

    fn lock(&self) -> Result<Lock, GateError> {
        self.target.lock(self.wait)
    }

    fn set_aside(&self, now: Now) -> Result<Option<PathBuf>, GateError> {
        let Ok(about) = fs::symlink_metadata(self.target.path()) else { return Ok(None) };
        if !about.is_file() {
            return Err(not_a_file(ErrorCode::OutputFailed, self.target.path()));
        }
        let stamp = now.instant.format("%Y%m%dT%H%M%SZ").to_string();
        self.target.set_aside(&stamp).map(Some)
    }

    fn read(&self) -> Result<Vec<u8>, GateError> {
        input::read_regular(self.target.path(), ARGUMENT).map(|source| source.bytes)
    }
}

/// Where the old bytes went, if there were any.
#[derive(Debug)]
pub(crate) struct Aside(pub(crate) Option<PathBuf>);

fn not_a_file(code: ErrorCode, path: &Path) -> GateError {
    GateError::new(code, ARGUMENT, "a regular file", format!("something else at `{}`", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_cut_at_any_byte_is_not_read() -> Result<(), GateError> {
        let now = Now::new(Instant::UNIX_EPOCH)?;
        let mut breaker = Breaker::fresh(default_config(), History::default(), now)?;
        breaker.history.event("drill", "a cut", now.instant);
        let good = breaker.document().to_bytes()?;
        assert!(Breaker::from_bytes(&good, now).is_ok());
        for cut in 0..good.len() {
            let bytes = good.get(..cut).unwrap_or_default();
            assert!(Breaker::from_bytes(bytes, now).is_err(), "cut at byte {cut}");
        }
        Ok(())
    }

    #[test]
    fn what_is_stored_comes_back() -> Result<(), GateError> {
        let (then, later) =
            (Now::new(Instant::UNIX_EPOCH)?, Now { ns: 9_000_000_000, instant: Instant::UNIX_EPOCH });
        let mut breaker = Breaker::fresh(GuardConfig::full(), History::default(), then)?;
        let by = Signed::new("kim", "drill")?;
        breaker.guard.trip(LatchCause::Command(by), then.ns);
        let back = Breaker::from_bytes(&breaker.document().to_bytes()?, later)?;
        assert_eq!(back.guard.config(), breaker.guard.config());
        assert_eq!(back.status().latch.and_then(|latch| latch.held_ns), Some(9_000_000_000));
        Ok(())
    }
}
