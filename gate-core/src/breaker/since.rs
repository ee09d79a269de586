//! How long ago something began, on a clock that may have begun later.

/// A beginning: its distance to `now` survives a restart on a clock whose origin lies after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Since {
    at: u64,
    /// Nanoseconds that had already passed at `at`.
    before: u64,
}

impl Since {
    /// Begun at `now`.
    pub(super) const fn at(now: u64) -> Self {
        Self::aged(now, 0)
    }

    /// Begun `age` before `now`.
    pub(super) const fn aged(now: u64, age: u64) -> Self {
        Self { at: now, before: age }
    }

    /// Nanoseconds from the beginning to `now`.
    pub(super) const fn age(self, now: u64) -> u64 {
        now.saturating_sub(self.at).saturating_add(self.before)
    }
}
