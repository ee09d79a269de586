//! The safe mode: a set of causes, each with its own way out.
//!
//! It is on while there is a cause. A cause that ends takes nothing else with it: not the panic stop's, and not a
//! person's. Healthy looks count for a cause only from when it was entered, and for the panic stop only from when it
//! let go.

mod cause;
mod config;
mod restore;
mod state;

use alloc::vec::Vec;

pub use cause::{ActiveCause, ExitRule, SafeModeCause};
pub use config::SafeModeConfig;
pub use state::{CauseState, ExitKind, SafeModeCauseKind, SafeModeState, SafeModeStatus};

use super::since::Since;
use super::{HealthState, Latest, Name, Signed};
use crate::error::{ErrorCode, GateError};

/// The causes that are told apart. All further ones are one cause, which only a person ends.
pub const MOST_CAUSES: usize = 32;

/// The safe mode was entered or lifted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SafeModeChange {
    /// Whether it is on now.
    pub active: bool,
    /// The kind of the cause that entered it, or of one that ended last.
    pub cause: SafeModeCauseKind,
}

/// The safe mode of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct SafeMode {
    config: SafeModeConfig,
    clock: Latest,
    /// Whether the panic stop held when it was last told.
    latched: bool,
    causes: Vec<ActiveCause>,
    healthy_streak: u64,
    unhealthy_streak: u64,
}

impl SafeMode {
    /// Off, with no cause.
    ///
    /// # Errors
    ///
    /// Those of [`SafeModeConfig::validate`].
    pub fn new(config: SafeModeConfig) -> Result<Self, GateError> {
        config.validate()?;
        let (clock, causes) = (Latest::default(), Vec::new());
        Ok(Self { config, clock, latched: false, causes, healthy_streak: 0, unhealthy_streak: 0 })
    }

    /// A look at health, and at whether the panic stop holds.
    pub fn observe(&mut self, health: HealthState, latched: bool, now: u64) -> Option<SafeModeChange> {
        let now = self.clock.advance(now);
        self.change(|mode| {
            mode.follow_latch(latched, now);
            if mode.config.follow_health {
                mode.follow_health(health, now);
            }
            mode.end_what_is_over(now)
        })
    }

    /// Lets time pass, and looks at whether the panic stop holds.
    pub fn tick(&mut self, latched: bool, now: u64) -> Option<SafeModeChange> {
        let now = self.clock.advance(now);
        self.change(|mode| {
            mode.follow_latch(latched, now);
            mode.end_what_is_over(now)
        })
    }

    /// Enters it for a cause of the host. Entered again, the cause starts anew and keeps the stricter rule.
    pub fn enter(&mut self, name: Name, rule: ExitRule, now: u64) -> Option<SafeModeChange> {
        let now = self.clock.advance(now);
        self.change(|mode| {
            mode.add(SafeModeCause::Named(name), rule, now);
            None
        })
    }

    /// A person turns it on, and only a person will end that.
    pub fn hold(&mut self, by: Signed, now: u64) -> Option<SafeModeChange> {
        let now = self.clock.advance(now);
        self.change(|mode| {
            mode.add(SafeModeCause::Operator(by), ExitRule::Operator, now);
            None
        })
    }

    /// Ends a cause by name for the code that knows it is over. A cause that needs a person stays, and so does the panic
    /// stop's while it holds.
    pub fn leave(&mut self, name: &str, now: u64) -> Option<SafeModeChange> {
        self.clock.advance(now);
        self.change(|mode| {
            let latched = mode.latched;
            let goes = |entry: &ActiveCause| {
                let held = latched && entry.cause == SafeModeCause::Panic;
                !held && entry.rule != ExitRule::Operator && entry.cause.name() == name
            };
            mode.end(goes)
        })
    }

    /// A person ends the cause of that name, or all of them. The panic stop's stays while it holds.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::WrongValue`] at `cause` if there is none of that name; [`ErrorCode::Contradiction`] if it is that of
    /// a panic stop that holds.
    pub fn release(
        &mut self,
        _by: &Signed,
        cause: Option<&str>,
        now: u64,
    ) -> Result<Option<SafeModeChange>, GateError> {
        self.clock.advance(now);
        if let Some(name) = cause {
            self.must_be_releasable(name)?;
        }
        Ok(self.change(|mode| {
            let latched = mode.latched;
            mode.end(|entry| {
                let held = latched && entry.cause == SafeModeCause::Panic;
                !held && cause.is_none_or(|name| entry.cause.name() == name)
            })
        }))
    }

    /// Whether it is on.
    #[inline]
    #[must_use]
    pub fn is_active(&self) -> bool {
        !self.causes.is_empty()
    }

    /// Why it is on, the oldest cause first.
    #[must_use]
    pub fn causes(&self) -> &[ActiveCause] {
        &self.causes
    }

    /// The rule.
    #[must_use]
    pub const fn config(&self) -> &SafeModeConfig {
        &self.config
    }

    /// Runs an event, and says whether it turned the mode on or off. The event returns the kind of a cause it ended.
    fn change(
        &mut self,
        event: impl FnOnce(&mut Self) -> Option<SafeModeCauseKind>,
    ) -> Option<SafeModeChange> {
        let before = self.is_active();
        let ended = event(self);
        match (before, self.causes.first()) {
            (false, Some(first)) => Some(SafeModeChange { active: true, cause: first.cause.kind() }),
            (true, None) => ended.map(|cause| SafeModeChange { active: false, cause }),
            _ => None,
        }
    }

    fn follow_latch(&mut self, latched: bool, now: u64) {
        self.latched = latched;
        if latched {
            self.add(SafeModeCause::Panic, self.config.exit(), now);
        }
    }

    fn follow_health(&mut self, health: HealthState, now: u64) {
        if health == HealthState::Healthy {
            self.unhealthy_streak = 0;
            self.healthy_streak = self.healthy_streak.saturating_add(1);
            let latched = self.latched;
            let counts = |entry: &&mut ActiveCause| !(latched && entry.cause == SafeModeCause::Panic);
            for entry in self.causes.iter_mut().filter(counts) {
                entry.healthy = entry.healthy.saturating_add(1);
            }
            return;
        }
        self.healthy_streak = 0;
        self.unhealthy_streak = self.unhealthy_streak.saturating_add(1);
        for entry in &mut self.causes {
            entry.healthy = 0;
        }
        let person = health == HealthState::Failed && self.config.failed_needs_operator;
        let rule = if person { ExitRule::Operator } else { self.config.exit() };
        self.add(SafeModeCause::Health(health), rule, now);
    }

    fn add(&mut self, cause: SafeModeCause, rule: ExitRule, now: u64) {
        let again = Since::at(now);
        if let Some(known) = self.causes.iter_mut().find(|known| known.cause.same(&cause)) {
            known.rule = known.rule.stricter(rule, known.age(now));
            known.again = again;
            known.healthy = 0;
            return;
        }
        let own = matches!(cause, SafeModeCause::Panic | SafeModeCause::Health(_) | SafeModeCause::Crowded);
        if own || self.causes.len() < MOST_CAUSES {
            self.causes.push(ActiveCause { cause, rule, since: again, again, healthy: 0 });
        } else {
            self.add(SafeModeCause::Crowded, ExitRule::Operator, now);
        }
    }

    fn end_what_is_over(&mut self, now: u64) -> Option<SafeModeCauseKind> {
        let latched = self.latched;
        self.end(|entry| entry.is_over(now) && !(latched && entry.cause == SafeModeCause::Panic))
    }

    fn end(&mut self, goes: impl Fn(&ActiveCause) -> bool) -> Option<SafeModeCauseKind> {
        let last = self.causes.iter().rev().find(|entry| goes(entry)).map(|entry| entry.cause.kind());
        self.causes.retain(|entry| !goes(entry));
        last
    }

    fn must_be_releasable(&self, name: &str) -> Result<(), GateError> {
        let Some(entry) = self.causes.iter().find(|entry| entry.cause.name() == name) else {
            let names: Vec<_> = self.causes.iter().map(|entry| entry.cause.name()).collect();
            let expected = alloc::format!("an active cause: one of [{}]", names.join(", "));
            return Err(GateError::new(ErrorCode::WrongValue, "cause", expected, name));
        };
        if self.latched && entry.cause == SafeModeCause::Panic {
            let expected = "a cause that may end: the panic stop still holds, reset it first";
            return Err(GateError::new(ErrorCode::Contradiction, "cause", expected, name));
        }
        Ok(())
    }
}
