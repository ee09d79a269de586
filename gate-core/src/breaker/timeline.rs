//! A clock that survives a restart.

use super::clock::Latest;

/// Translates the host's instants into instants of one life, which a restart does not end.
///
/// A state document holds ages. On a clock that starts again at 0, the instants that lie so far back do
/// not exist; here they do, because a restored life starts at the largest age.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Timeline {
    latest: Latest,
    /// The host's instant at which this process took over.
    origin: u64,
    /// The instant of this life that the origin stands for.
    base: u64,
}

impl Timeline {
    /// Goes on from a state that was `age` old when it was saved, `elapsed` ago.
    pub(super) const fn resumed(age: u64, now: u64, elapsed: u64) -> Self {
        let base = age.saturating_add(elapsed);
        Self { latest: Latest::at(base), origin: now, base }
    }

    /// The instant of this life for one of the host's, wherever the clock is.
    #[inline]
    pub(super) const fn translate(&self, instant: u64) -> u64 {
        self.base.saturating_add(instant.saturating_sub(self.origin))
    }

    /// Moves on to an instant of the host; never back.
    #[inline]
    pub(super) fn advance(&mut self, now: u64) -> u64 {
        self.latest.advance(self.translate(now))
    }

    /// What [`Timeline::advance`] would return, without remembering it.
    #[inline]
    pub(super) const fn peek(&self, now: u64) -> u64 {
        self.latest.peek(self.translate(now))
    }

    /// How often the clock went back.
    pub(super) const fn regressions(&self) -> u64 {
        self.latest.regressions()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_goes_on_where_the_clock_starts_again() {
        let mut line = Timeline::resumed(100, 0, 20);
        assert_eq!([line.peek(0), line.advance(5), line.advance(3)], [120, 125, 125]);
        assert_eq!(line.regressions(), 1);
        assert_eq!(Timeline::default().advance(7), 7);
        assert_eq!(Timeline::resumed(100, 7, u64::MAX).advance(9), u64::MAX);
    }
}
