//! A deadline, and who may still use how much of it.
//!
//! Three figures are kept of every part: what it has, what it used, and what it reserved. At every step
//! `spent + reserved + unallocated <= total`, and all promises together are never more than what the clock
//! has left of the total. An overrun is paid by the buffer, then by parts that do not need their time yet;
//! who was promised time is the last to pay, and is told.

mod config;
mod cover;
mod part;
mod samples;
mod state;
mod status;

use alloc::format;
use alloc::vec::Vec;

pub use config::{Accounting, PartConfig, TimeBudgetConfig};
pub use cover::Charge;
pub use samples::Percentile;
pub use state::{PartState, TIME_BUDGET_SCHEMA, TimeBudgetState};
pub use status::{Ledger, PartStatus, TimeBudgetStatus};

use self::part::Part;
use super::clock::Latest;
use super::since::Since;
use crate::document::{from_json_tree, from_node, quoted};
use crate::{ErrorCode, GateError};

/// The time of one run, by part.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeBudget {
    config: TimeBudgetConfig,
    clock: Latest,
    run: Option<Since>,
    parts: Vec<Part>,
    buffer: u64,
    unassigned: u64,
    /// Overruns that nobody could pay for.
    uncovered: u64,
}

impl TimeBudget {
    /// A budget that has not started.
    ///
    /// # Errors
    /// `wrong-value`, `name-syntax`, `duplicate-key`, and `contradiction` where the parts and the buffer
    /// are more than the total.
    pub fn new(config: TimeBudgetConfig) -> Result<Self, GateError> {
        config.check()?;
        let parts = config.parts.iter().map(|part| Part::new(part.share(), config.samples)).collect();
        let (buffer, unassigned) = (config.buffer(), config.unassigned());
        Ok(Self { config, clock: Latest::default(), run: None, parts, buffer, unassigned, uncovered: 0 })
    }

    /// Reads the configuration from JSON.
    ///
    /// # Errors
    /// Any code of a document, and those of [`TimeBudget::new`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, GateError> {
        Self::new(from_node(&from_json_tree(bytes)?)?)
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &TimeBudgetConfig {
        &self.config
    }

    /// Starts the clock. False if it runs already, and then nothing changes: the next run is begun by
    /// [`TimeBudget::restart`].
    #[must_use = "false means that an earlier run goes on"]
    pub fn start(&mut self, now: u64) -> bool {
        let now = self.clock.advance(now);
        let fresh = self.run.is_none();
        self.run.get_or_insert(Since::at(now));
        fresh
    }

    /// Begins the next run: all books as configured, nothing running, nothing reserved. Samples are kept.
    pub fn restart(&mut self, now: u64) {
        let now = self.clock.advance(now);
        self.run = Some(Since::at(now));
        (self.buffer, self.unassigned, self.uncovered) = (self.config.buffer(), self.config.unassigned(), 0);
        for (part, configured) in self.parts.iter_mut().zip(&self.config.parts) {
            (part.allocated, part.used, part.reserved, part.running) = (configured.share(), 0, 0, None);
        }
    }

    /// Starts a part, and the clock if it does not run. False if the part runs already, since its first
    /// start.
    ///
    /// # Errors
    /// `wrong-value` for a part that there is not, here and below.
    pub fn start_part(&mut self, part: &str, now: u64) -> Result<bool, GateError> {
        let at = self.at(part)?;
        let now = self.begin(now);
        let Some(part) = self.parts.get_mut(at) else { return Ok(false) };
        let fresh = part.running.is_none();
        part.running.get_or_insert(Since::at(now));
        Ok(fresh)
    }

    /// Ends a part and records how long it ran; `None` if it did not run.
    ///
    /// # Errors
    /// An unknown part.
    pub fn end_part(&mut self, part: &str, now: u64) -> Result<Option<Charge>, GateError> {
        let at = self.at(part)?;
        let now = self.clock.advance(now);
        let running = self.parts.get_mut(at).and_then(|part| part.running.take());
        Ok(running.map(|running| self.book(at, running.age(now), true)))
    }

    /// Reserves time for a part, and starts the clock if it does not run. False, and nothing reserved, if
    /// [`TimeBudget::remaining_of`] is less.
    ///
    /// # Errors
    /// An unknown part.
    #[must_use = "false means that the time is not there"]
    pub fn reserve(&mut self, part: &str, ns: u64, now: u64) -> Result<bool, GateError> {
        let at = self.at(part)?;
        let now = self.begin(now);
        let granted = ns <= self.remaining_at(at, now);
        if let Some(part) = self.parts.get_mut(at).filter(|_| granted && ns > 0) {
            // What runs already keeps the earlier promise; the new one is on top of it.
            let kept = part.reserved.max(part.running_for(now).min(part.headroom()));
            let before = if self.config.accounting == Accounting::Whole { kept } else { part.reserved };
            part.reserved = before.saturating_add(ns);
        }
        Ok(granted || ns == 0)
    }

    /// Gives reserved time back, and returns how much of it there was.
    ///
    /// # Errors
    /// An unknown part.
    pub fn release(&mut self, part: &str, ns: u64) -> Result<u64, GateError> {
        let at = self.at(part)?;
        let Some(part) = self.parts.get_mut(at) else { return Ok(0) };
        let released = part.reserved.min(ns);
        part.reserved -= released;
        Ok(released)
    }

    /// Records that a part took so long and is done; what it did not need refills the buffer. Starts the
    /// clock if it does not run.
    ///
    /// # Errors
    /// An unknown part.
    pub fn record(&mut self, part: &str, ns: u64, now: u64) -> Result<Charge, GateError> {
        let at = self.at(part)?;
        self.begin(now);
        Ok(self.book(at, ns, true))
    }

    /// Records that a part took so long so far; it keeps what it did not need yet.
    ///
    /// # Errors
    /// An unknown part.
    pub fn record_interim(&mut self, part: &str, ns: u64, now: u64) -> Result<Charge, GateError> {
        let at = self.at(part)?;
        self.begin(now);
        Ok(self.book(at, ns, false))
    }

    /// Time since the start; 0 before it.
    #[must_use]
    pub fn elapsed(&self, now: u64) -> u64 {
        self.run.map_or(0, |run| run.age(self.clock.peek(now)))
    }

    /// What the clock has left of the total.
    #[must_use]
    pub fn remaining(&self, now: u64) -> u64 {
        self.config.total().saturating_sub(self.elapsed(now))
    }

    /// What a part may still reserve.
    ///
    /// # Errors
    /// An unknown part.
    pub fn remaining_of(&self, part: &str, now: u64) -> Result<u64, GateError> {
        Ok(self.remaining_at(self.at(part)?, self.clock.peek(now)))
    }

    /// Whether a part must stop, or must not begin: there is no time left that it may use.
    ///
    /// # Errors
    /// An unknown part.
    pub fn should_preempt(&self, part: &str, now: u64) -> Result<bool, GateError> {
        let at = self.at(part)?;
        let now = self.clock.peek(now);
        let remaining = self.remaining_at(at, now);
        let running = self.parts.get(at).filter(|part| part.running.is_some());
        Ok(match (self.config.accounting, running) {
            _ if self.remaining(now) == 0 => true,
            (Accounting::Whole, _) => remaining == 0 && self.promised_at(at, now) == 0,
            (Accounting::PerPart, None) => remaining == 0,
            (Accounting::PerPart, Some(part)) => {
                part.running_for(now).saturating_add(part.used) >= part.allocated
            }
        })
    }

    /// Whether less than so much is left of the total.
    #[must_use]
    pub fn should_preempt_total(&self, needed_ns: u64, now: u64) -> bool {
        self.remaining(now) < needed_ns
    }

    /// A percentile of the latest samples of a part, as the configuration defines it; `None` without
    /// samples or above 100.
    ///
    /// # Errors
    /// An unknown part.
    pub fn percentile(&self, part: &str, per_cent: u8) -> Result<Option<u64>, GateError> {
        let part = self.parts.get(self.at(part)?);
        Ok(part.and_then(|part| part.samples.percentile(per_cent, self.config.percentile)))
    }

    fn begin(&mut self, now: u64) -> u64 {
        let now = self.clock.advance(now);
        self.run.get_or_insert(Since::at(now));
        now
    }

    fn at(&self, part: &str) -> Result<usize, GateError> {
        self.config.parts.iter().position(|configured| configured.name == part).ok_or_else(|| {
            let names: Vec<_> = self.config.parts.iter().map(|part| quoted(&part.name)).collect();
            let expected = format!("one of {}", names.join(", "));
            GateError::new(ErrorCode::WrongValue, "part", expected, quoted(part))
        })
    }
}
