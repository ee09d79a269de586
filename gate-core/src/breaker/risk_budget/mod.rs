//! How much a candidate may lose.
//!
//! `spent + committed + proposed <= limit`, in integers. Every limit is looked at, and all that do not hold
//! are named. A breach stops the budget, and nothing but a person's signed command ends a stop: not a higher
//! limit, not a new unit of work, not a restart of the program.

mod limit;
mod state;
mod stop;

pub use limit::{Limit, RiskLimits};
pub use state::{RISK_BUDGET_SCHEMA, RiskBudgetState, RiskBudgetStatus};
pub use stop::{Breach, Breaches, RiskCause, RiskChange, RiskRefusal, RiskStop};

use super::signed::Signed;
use crate::{ErrorCode, GateError};

/// What a proposal may cost at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// So much.
    AtMost(u64),
    /// Nobody can say: not a number, an unknown kind of action, an unknown actor. Always refused.
    Unknown,
}

/// What came of what was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// A gain, or a loss below 0.
    Net(i64),
    /// Nobody can say. It stops the budget: what was lost is not known any more.
    Unknown,
}

/// The losses of one candidate, and their limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskBudget {
    limits: RiskLimits,
    /// Gains less losses.
    net: i64,
    committed: u64,
    units: u64,
    stop: Option<RiskStop>,
}

impl RiskBudget {
    /// A budget of which nothing is used: for a candidate that is new, not for a program that starts again.
    #[must_use]
    pub const fn new(limits: RiskLimits) -> Self {
        Self { limits, net: 0, committed: 0, units: 0, stop: None }
    }

    /// A budget that goes on from known figures.
    #[must_use]
    pub fn with(limits: RiskLimits, net: i64, units: u64) -> Self {
        let mut budget = Self { net, units, ..Self::new(limits) };
        budget.look();
        budget
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> RiskLimits {
        self.limits
    }

    /// What was lost, less what was gained; 0 where more was gained.
    #[must_use]
    pub const fn spent(&self) -> u64 {
        if self.net < 0 { self.net.unsigned_abs() } else { 0 }
    }

    /// The stop, if it is stopped.
    #[must_use]
    pub const fn stop(&self) -> Option<RiskStop> {
        self.stop
    }

    /// Whether the proposal of one more unit would be accepted. It changes nothing, whatever the answer.
    ///
    /// # Errors
    /// Why not.
    pub fn propose(&self, cost: Cost) -> Result<(), RiskRefusal> {
        if let Some(stop) = self.stop {
            return Err(RiskRefusal::Stopped(stop));
        }
        let Cost::AtMost(cost) = cost else { return Err(RiskRefusal::UnknownCost) };
        match self.breaches(cost, 1) {
            breaches if breaches.is_empty() => Ok(()),
            breaches => Err(RiskRefusal::Breach(breaches)),
        }
    }

    /// Commits what the next unit may cost. A breach stops the budget and commits nothing.
    ///
    /// # Errors
    /// Why it is refused. Unless that is `Stopped`, a `Breach` is also a transition: [`RiskBudget::stop`]
    /// has it.
    pub fn commit(&mut self, cost: Cost) -> Result<(), RiskRefusal> {
        let answer = self.propose(cost);
        match (answer, cost) {
            (Ok(()), Cost::AtMost(cost)) => self.committed = self.committed.saturating_add(cost),
            (Err(RiskRefusal::Breach(breaches)), _) => self.stop = RiskStop::by(breaches),
            _ => {}
        }
        answer
    }

    /// Takes a commitment back that came to nothing; returns how much of it there was.
    pub fn release(&mut self, cost: u64) -> u64 {
        let released = self.committed.min(cost);
        self.committed -= released;
        released
    }

    /// Begins the next unit with what is still committed from earlier ones. It ends no stop.
    pub fn start_unit(&mut self, carried: u64) -> Option<RiskChange> {
        self.committed = carried;
        self.look()
    }

    /// Counts units of work without a result. What is committed stays.
    pub fn count(&mut self, units: u64) -> Option<RiskChange> {
        self.units = self.units.saturating_add(units);
        self.look()
    }

    /// Books the result of all that was committed, and how many units that were.
    pub fn settle(&mut self, result: Settlement, units: u64) -> Option<RiskChange> {
        self.units = self.units.saturating_add(units);
        match result {
            Settlement::Net(net) => {
                self.net = self.net.saturating_add(net);
                self.committed = 0;
                self.look()
            }
            // What was committed may have been lost, all of it, and stays until a person says otherwise.
            Settlement::Unknown => {
                let stopped = self.stop_for(RiskStop::of(RiskCause::UnknownResult));
                self.look().or(stopped)
            }
        }
    }

    /// Puts other limits in place. Lower ones may stop the budget; higher ones end no stop.
    pub fn set_limits(&mut self, limits: RiskLimits) -> Option<RiskChange> {
        self.limits = limits;
        self.look()
    }

    /// Ends a stop whose cause is gone, such as after a limit was raised. All figures stay.
    ///
    /// # Errors
    /// `contradiction` where it is not stopped, where a limit still does not hold, or where it is not known
    /// what was lost: then only [`RiskBudget::reset`] helps.
    pub fn resume(&mut self, _by: &Signed) -> Result<RiskChange, GateError> {
        let refuse =
            |expected, found: &str| Err(GateError::new(ErrorCode::Contradiction, "resume", expected, found));
        let Some(stop) = self.stop else { return refuse("a stopped budget", "one that is not") };
        if stop.unknown_result || stop.unreadable_state {
            return refuse("known losses", "losses that nobody knows");
        }
        if !self.breaches(0, 0).is_empty() {
            return refuse("limits that hold", "a limit that does not");
        }
        self.stop = None;
        Ok(RiskChange::Resumed(stop))
    }

    /// Begins anew with nothing spent, committed or counted.
    pub fn reset(&mut self, _by: &Signed) -> RiskChange {
        let ended = self.stop;
        *self = Self::new(self.limits);
        RiskChange::Reset(ended)
    }

    /// Every limit that would not hold after so much more.
    fn breaches(&self, cost: u64, units: u64) -> Breaches {
        let pending = u128::from(self.committed) + u128::from(cost);
        Breaches {
            loss: breach(self.limits.loss, self.spent(), pending),
            units: breach(self.limits.units, self.units, units.into()),
        }
    }

    /// Stops if a limit does not hold any more.
    fn look(&mut self) -> Option<RiskChange> {
        self.stop_for(RiskStop::by(self.breaches(0, 0))?)
    }

    fn stop_for(&mut self, stop: RiskStop) -> Option<RiskChange> {
        if let Some(earlier) = &mut self.stop {
            earlier.append(&stop);
            return None;
        }
        self.stop = Some(stop);
        Some(RiskChange::Stopped(stop))
    }
}

/// The sum is taken wider than a limit can be, so that what does not fit 64 bits fits no limit either.
fn breach(limit: Limit, spent: u64, pending: u128) -> Option<Breach> {
    let observed = u128::from(spent) + pending;
    let shown = |sum: u128| u64::try_from(sum).unwrap_or(u64::MAX);
    match limit {
        Limit::AtMost(limit) if observed > u128::from(limit) => {
            Some(Breach { limit, observed: shown(observed), pending: shown(pending) })
        }
        _ => None,
    }
}
