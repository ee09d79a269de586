//! The samples of the recent past, as counts in slices.

use alloc::vec;
use alloc::vec::Vec;
use core::ops::{AddAssign, SubAssign};

use serde::{Deserialize, Serialize};

/// How many samples there were, and how many of them were bad.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// All samples.
    pub total: u64,
    /// Those that failed.
    pub failed: u64,
    /// Those that took longer than the limit.
    pub slow: u64,
}

impl Counts {
    /// One sample.
    #[inline]
    #[must_use]
    pub const fn sample(failed: bool, slow: bool) -> Self {
        Self { total: 1, failed: failed as u64, slow: slow as u64 }
    }

    /// True if no part is larger than the whole.
    #[must_use]
    pub const fn is_possible(&self) -> bool {
        self.failed <= self.total && self.slow <= self.total
    }
}

/// Slices in a state: `[total, failed, slow]` each, for a window has many.
pub(super) mod triples {
    use alloc::vec::Vec;

    use serde::{Deserialize, Deserializer, Serializer};

    use super::Counts;

    pub(in crate::breaker) fn serialize<S: Serializer>(
        slices: &[Counts],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(slices.iter().map(|slice| [slice.total, slice.failed, slice.slow]))
    }

    pub(in crate::breaker) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<Counts>, D::Error> {
        let slices = Vec::<[u64; 3]>::deserialize(deserializer)?;
        Ok(slices.into_iter().map(|[total, failed, slow]| Counts { total, failed, slow }).collect())
    }
}

impl AddAssign for Counts {
    #[inline]
    fn add_assign(&mut self, other: Self) {
        self.total = self.total.saturating_add(other.total);
        self.failed = self.failed.saturating_add(other.failed);
        self.slow = self.slow.saturating_add(other.slow);
    }
}

impl SubAssign for Counts {
    #[inline]
    fn sub_assign(&mut self, other: Self) {
        self.total = self.total.saturating_sub(other.total);
        self.failed = self.failed.saturating_sub(other.failed);
        self.slow = self.slow.saturating_sub(other.slow);
    }
}

/// A window of slices: the one that samples go to, and a ring of those that have ended. It knows nothing of time: its
/// owner says when a slice ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    newest: Counts,
    /// One less than the window has slices; the oldest is at `oldest`, and the others follow around the ring.
    ended: Vec<Counts>,
    oldest: usize,
    // INVARIANT: the sum of `ended`.
    before: Counts,
}

impl Window {
    /// An empty window of at least one slice.
    pub(super) fn new(slices: usize) -> Self {
        let (newest, before) = (Counts::default(), Counts::default());
        Self { newest, ended: vec![Counts::default(); slices.saturating_sub(1)], oldest: 0, before }
    }

    /// A window with these slices, oldest first. Of too many, the newest stay.
    pub(super) fn restored(slices: usize, saved: &[Counts]) -> Self {
        let mut window = Self::new(slices);
        for counts in saved {
            window.rotate(1);
            window.add(*counts);
        }
        window
    }

    /// Adds to the newest slice.
    #[inline]
    pub(super) fn add(&mut self, counts: Counts) {
        self.newest += counts;
    }

    /// Ends so many slices. It takes at most as many steps as there are slices, however many end.
    pub(super) fn rotate(&mut self, ended: u64) {
        if usize::try_from(ended).map_or(true, |ended| ended > self.ended.len()) {
            self.clear();
            return;
        }
        for _ in 0..ended {
            self.end_slice();
        }
    }

    fn end_slice(&mut self) {
        let newest = core::mem::take(&mut self.newest);
        if let Some(oldest) = self.ended.get_mut(self.oldest) {
            self.before += newest;
            self.before -= core::mem::replace(oldest, newest);
        }
        self.oldest = if self.oldest + 1 >= self.ended.len() { 0 } else { self.oldest + 1 };
    }

    /// Forgets every sample.
    pub(super) fn clear(&mut self) {
        self.ended.fill(Counts::default());
        self.newest = Counts::default();
        self.before = Counts::default();
    }

    /// The sum of all slices.
    #[inline]
    pub(super) fn sum(&self) -> Counts {
        let mut sum = self.before;
        sum += self.newest;
        sum
    }

    /// Samples in the slice that has not ended.
    #[inline]
    pub(super) const fn newest(&self) -> Counts {
        self.newest
    }

    /// The slices, oldest first.
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = Counts> {
        let (newer, older) = self.ended.split_at(self.oldest.min(self.ended.len()));
        older.iter().chain(newer).copied().chain([self.newest])
    }

    /// The sum if so many slices more had ended.
    pub(super) fn sum_after(&self, ended: u64) -> Counts {
        let ended = usize::try_from(ended).unwrap_or(usize::MAX);
        let mut sum = Counts::default();
        self.oldest_first().skip(ended).for_each(|counts| sum += counts);
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(total: u64) -> Counts {
        Counts { total, ..Counts::default() }
    }

    #[test]
    fn slices_leave_in_the_order_they_came() {
        let mut window = Window::new(3);
        for total in 1..=5 {
            window.rotate(1);
            window.add(counts(total));
            assert_eq!(window.sum(), window.sum_after(0));
        }
        let totals = |window: &Window| window.oldest_first().map(|it| it.total).collect::<Vec<_>>();
        assert_eq!((totals(&window), window.sum()), (vec![3, 4, 5], counts(12)));
        assert_eq!([1, 2, 3, u64::MAX].map(|ended| window.sum_after(ended).total), [9, 5, 0, 0]);
        window.rotate(2);
        assert_eq!(totals(&window), [5, 0, 0]);
        window.rotate(u64::MAX);
        assert_eq!(window.sum(), counts(0));
    }

    #[test]
    fn of_too_many_saved_slices_the_newest_stay() {
        let saved: Vec<Counts> = (1..=5).map(counts).collect();
        assert_eq!(Window::restored(2, &saved).sum(), counts(9));
        assert_eq!(Window::restored(9, &saved).sum(), counts(15));
        assert_eq!(Window::new(0), Window::new(1));
    }
}
