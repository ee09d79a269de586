//! A time budget with coins: every microsecond of the total is one, and lies somewhere. Slow and obvious.

use std::collections::BTreeMap;

use gate_core::breaker::time_budget::TimeBudgetConfig;

use super::time::{Step, Verb};

/// Where a coin can lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Buffer,
    Nobody,
    Free(usize),
    Reserved(usize),
    Spent,
}

/// The coins, and what the clock says.
#[derive(Debug, Clone)]
pub(super) struct Tokens {
    buffer: u64,
    shares: Vec<u64>,
    total: u64,
    pub(super) coins: BTreeMap<Place, u64>,
    pub(super) used: Vec<u64>,
    /// Nobody paid for these.
    pub(super) uncovered: u64,
    start: Option<u64>,
    running: Vec<Option<u64>>,
    now: u64,
    /// What the clock of the budget shows, less what ours shows: restoring changes the clock.
    shift: i128,
}

impl Tokens {
    pub(super) fn new(config: &TimeBudgetConfig) -> Self {
        let shares: Vec<u64> = config.parts.iter().map(|part| part.us).collect();
        let mut tokens = Self {
            buffer: config.buffer_us,
            total: config.total_us,
            coins: BTreeMap::new(),
            used: Vec::new(),
            uncovered: 0,
            start: None,
            running: Vec::new(),
            now: 0,
            shift: 0,
            shares,
        };
        tokens.lay_out();
        tokens
    }

    fn lay_out(&mut self) {
        let parts = self.shares.iter().enumerate().map(|(at, share)| (Place::Free(at), *share));
        let nobody = self.total - self.buffer - self.shares.iter().sum::<u64>();
        self.coins = parts.chain([(Place::Buffer, self.buffer), (Place::Nobody, nobody)]).collect();
        self.used = vec![0; self.shares.len()];
        self.running = vec![None; self.shares.len()];
        self.uncovered = 0;
    }

    pub(super) fn at(&self, place: Place) -> u64 {
        self.coins.get(&place).copied().unwrap_or(0)
    }

    /// Moves one coin, if there is one.
    fn lift(&mut self, from: Place, to: Place) -> bool {
        if self.at(from) == 0 {
            return false;
        }
        *self.coins.entry(from).or_default() -= 1;
        *self.coins.entry(to).or_default() += 1;
        true
    }

    pub(super) fn elapsed(&self) -> u64 {
        self.start.map_or(0, |start| self.now - start)
    }

    fn ran(&self, at: usize) -> u64 {
        self.running[at].map_or(0, |since| self.now - since)
    }

    /// What a part may reserve now.
    pub(super) fn open_to(&self, at: usize) -> u64 {
        let owed: u64 = (0..self.shares.len())
            .map(|other| self.at(Place::Reserved(other)).saturating_sub(self.ran(other)))
            .sum();
        let own = self.at(Place::Free(at)) + self.at(Place::Reserved(at));
        let taken = self.at(Place::Reserved(at)).max(self.ran(at));
        own.saturating_sub(taken).min(self.total.saturating_sub(self.elapsed()).saturating_sub(owed))
    }

    /// Returns whether a reservation is granted; true for everything else.
    pub(super) fn take(&mut self, step: &Step, at: usize) -> bool {
        let seen = u64::try_from(i128::from(step.t) - self.shift).unwrap_or(0);
        if !matches!(
            step.verb,
            Verb::Release | Verb::ShouldPreempt | Verb::ShouldPreemptTotal | Verb::Percentile
        ) && step.verb != Verb::Restore
        {
            self.now = self.now.max(seen);
        }
        let starts = [Verb::Start, Verb::StartPart, Verb::Reserve, Verb::Record, Verb::RecordInterim];
        if starts.contains(&step.verb) {
            self.start.get_or_insert(self.now);
        }
        match step.verb {
            Verb::Restart => {
                self.lay_out();
                self.start = Some(self.now);
            }
            Verb::StartPart => {
                self.running[at].get_or_insert(self.now);
            }
            Verb::EndPart => {
                let ran = self.ran(at);
                if self.running[at].take().is_some() {
                    self.spend(at, ran, true);
                }
            }
            Verb::Reserve => return self.reserve(at, step.us),
            Verb::Release => {
                for _ in 0..step.us {
                    self.lift(Place::Reserved(at), Place::Free(at));
                }
            }
            Verb::Record => self.spend(at, step.us, true),
            Verb::RecordInterim => self.spend(at, step.us, false),
            Verb::Restore => {
                self.now += step.us;
                self.shift = i128::from(step.t) - i128::from(self.now);
            }
            Verb::Start | Verb::ShouldPreempt | Verb::ShouldPreemptTotal | Verb::Percentile => {}
        }
        true
    }

    fn reserve(&mut self, at: usize, us: u64) -> bool {
        if us == 0 || us > self.open_to(at) {
            return us == 0;
        }
        while self.at(Place::Reserved(at)) < self.ran(at) && self.lift(Place::Free(at), Place::Reserved(at)) {
        }
        for _ in 0..us {
            assert!(self.lift(Place::Free(at), Place::Reserved(at)), "a grant that is not there");
        }
        true
    }

    fn spend(&mut self, at: usize, us: u64, done: bool) {
        self.used[at] += us;
        let parts = self.shares.len();
        let own = [Place::Reserved(at), Place::Free(at)];
        let others = (at + 1..parts).chain(0..at).map(Place::Free);
        let last = (0..parts).rev().map(Place::Reserved);
        let purses: Vec<Place> =
            own.into_iter().chain([Place::Buffer, Place::Nobody]).chain(others).chain(last).collect();
        let mut within = true;
        for _ in 0..us {
            let payer = purses.iter().position(|from| self.lift(*from, Place::Spent));
            within &= payer.is_some_and(|payer| payer < own.len());
            self.uncovered += u64::from(payer.is_none());
        }
        while within && done && self.at(Place::Buffer) < self.buffer {
            if !self.lift(Place::Free(at), Place::Buffer) {
                break;
            }
        }
    }
}
