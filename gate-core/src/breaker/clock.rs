//! Instants that never go back.

/// The latest instant seen, and how often an earlier one came after it.
///
/// A clock that steps back would shrink windows and stretch cooldowns. Instants before the latest are
/// taken for the latest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latest {
    now: u64,
    regressions: u64,
}

impl Latest {
    /// Starts at an instant.
    #[must_use]
    pub const fn at(now: u64) -> Self {
        Self { now, regressions: 0 }
    }

    /// Starts at an instant, with the regressions of an earlier run.
    #[must_use]
    pub const fn resumed(now: u64, regressions: u64) -> Self {
        Self { now, regressions }
    }

    /// The instant to work with: `now`, or the latest one if that is later.
    #[inline]
    pub fn advance(&mut self, now: u64) -> u64 {
        // A branch, not a maximum: the usual answer must not wait for the last instant to be loaded.
        if now < self.now {
            return self.went_back();
        }
        self.now = now;
        now
    }

    #[cold]
    #[inline(never)]
    fn went_back(&mut self) -> u64 {
        self.regressions = self.regressions.saturating_add(1);
        self.now
    }

    /// The same instant that [`Latest::advance`] would return, without remembering it.
    #[inline]
    #[must_use]
    pub const fn peek(&self, now: u64) -> u64 {
        if now < self.now { self.now } else { now }
    }

    /// How often the clock went back.
    #[must_use]
    pub const fn regressions(&self) -> u64 {
        self.regressions
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_never_goes_back() {
        let mut clock = Latest::at(10);
        assert_eq!([clock.advance(12), clock.advance(9), clock.advance(12)], [12, 12, 12]);
        assert_eq!((clock.peek(3), clock.peek(40), clock.regressions()), (12, 40, 1));
    }
}
