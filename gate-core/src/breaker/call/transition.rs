//! How a call breaker changes. Every change starts a new generation, so that earlier permits are stale.

use super::config::CallConfig;
use super::round::Round;
use super::rules::Rules;
use super::status::{CallCause, CallChange, OpenedBy};
use super::window::Window;
use super::{CallBreaker, Phase, age, is_due};
use crate::GateError;

impl CallBreaker {
    /// Opens it for its full open time from now, as somebody says so. Open times of relapses do not grow by it.
    pub fn trip(&mut self, now: u64) -> CallChange {
        let now = self.clock.advance(now);
        let level = self.level_at(now);
        let change = self.open_for(CallCause::Commanded, now, self.rules.open);
        self.level = level;
        change
    }

    /// Closes it and forgets all it counted, as somebody says so. `None` if it was closed before: then only the
    /// counts and earlier permits go.
    pub fn reset(&mut self, now: u64) -> Option<CallChange> {
        let now = self.clock.advance(now);
        let was_closed = self.is_closed();
        let change = self.close(CallCause::Commanded, now);
        self.level = 0;
        (!was_closed).then_some(change)
    }

    /// Takes new settings. Time left and counts are kept; a round of probes under other bounds starts anew, and
    /// that is the change which is returned. Settings that are refused change nothing.
    ///
    /// # Errors
    ///
    /// As [`CallBreaker::new`].
    pub fn reconfigure(&mut self, config: CallConfig, now: u64) -> Result<Option<CallChange>, GateError> {
        let rules = Rules::new(&config)?;
        let now = self.clock.advance(now);
        let level = self.level_at(now);
        self.window = rules.window.map(|rule| match &self.window {
            Some(window) => window.reshaped(rule.shape, now),
            None => Window::new(rule.shape),
        });
        let other_round = self.rules.probing != rules.probing;
        if self.rules.escalation != rules.escalation {
            self.level = if rules.escalation.is_some() { level } else { 0 };
            if let Phase::Closed { since } = &mut self.phase {
                *since = now;
            }
        }
        (self.rules, self.config) = (rules, config);
        if !other_round {
            return Ok(None);
        }
        let change = self.is_half_open().then(|| self.set_open(CallCause::Commanded, now, 0));
        self.round = Round::sized(&self.rules.probing);
        Ok(change)
    }

    /// Ends a round whose probes were lost, at the instant at which it was lost.
    pub(super) fn expire(&mut self, now: u64) -> Option<CallChange> {
        if !self.is_half_open() {
            return None;
        }
        let end = self.round.expire(&self.rules.probing, now)?;
        Some(self.open(CallCause::ProbesLost, end))
    }

    pub(super) fn begin_round_if_due(&mut self, now: u64) -> Option<CallChange> {
        match self.phase {
            Phase::Open { since, length } if is_due(since, length, now) => {
                let change = self.change(CallCause::Due, Phase::HalfOpen, now);
                self.round.clear();
                Some(change)
            }
            _ => None,
        }
    }

    /// Opens it for as long as its relapses ask.
    pub(super) fn open(&mut self, cause: CallCause, now: u64) -> CallChange {
        let level = self.level_at(now);
        let (length, next) = match self.rules.escalation {
            None => (self.rules.open, 0),
            Some(steps) => {
                let factor = 1_u64.checked_shl(level).unwrap_or(u64::MAX);
                let length = self.rules.open.saturating_mul(factor).min(steps.cap);
                (length, if length < steps.cap { level + 1 } else { level })
            }
        };
        let change = self.open_for(cause, now, length);
        self.level = next;
        change
    }

    pub(super) fn close(&mut self, cause: CallCause, now: u64) -> CallChange {
        let change = self.change(cause, Phase::Closed { since: now }, now);
        self.opened_by = None;
        change
    }

    /// Doublings of the next open time: one less for every healthy stretch closed.
    pub(super) fn level_at(&self, now: u64) -> u32 {
        match (self.phase, self.rules.escalation) {
            (Phase::Closed { since }, Some(steps)) => {
                let healthy = age(since, now).checked_div(steps.healthy).unwrap_or(0);
                self.level.saturating_sub(u32::try_from(healthy).unwrap_or(u32::MAX))
            }
            _ => self.level,
        }
    }

    fn open_for(&mut self, cause: CallCause, now: u64, length: u64) -> CallChange {
        let opened_by = OpenedBy { cause, streak: self.streak_at(now), counts: self.window_in_use(now) };
        let change = self.set_open(cause, now, length);
        self.opened_by = Some(opened_by);
        change
    }

    fn set_open(&mut self, cause: CallCause, now: u64, length: u64) -> CallChange {
        self.change(cause, Phase::Open { since: now, length }, now)
    }

    fn window_in_use(&self, now: u64) -> Option<crate::breaker::Counts> {
        if self.is_closed() { self.counts(now) } else { None }
    }

    fn change(&mut self, cause: CallCause, to: Phase, now: u64) -> CallChange {
        let mut change = CallChange {
            from: self.phase_at(now),
            to: self.phase_at(now),
            cause,
            at_ns: now,
            open_for_ns: None,
            streak: self.streak_at(now),
            counts: self.window_in_use(now),
        };
        if let Phase::Open { length, .. } = to {
            change.open_for_ns = Some(length);
        }
        self.phase = to;
        change.to = self.phase_at(now);
        self.generation = self.generation.wrapping_add(1);
        self.streak = 0;
        self.round.clear();
        if let Some(window) = &mut self.window {
            window.clear();
        }
        change
    }
}
