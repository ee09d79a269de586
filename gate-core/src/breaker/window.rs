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

/// A ring of slices and their sum. It knows nothing of time: its owner says when a slice ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    /// The slice that samples go to is at `newest`; the one after it, around the ring, is the oldest.
    slices: Vec<Counts>,
    newest: usize,
    sum: Counts,
}

impl Window {
    /// An empty window of at least one slice.
    pub(super) fn new(slices: usize) -> Self {
        Self { slices: vec![Counts::default(); slices.max(1)], newest: 0, sum: Counts::default() }
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
        self.sum += counts;
        if let Some(slice) = self.slices.get_mut(self.newest) {
            *slice += counts;
        }
    }

    /// Ends so many slices. It takes at most as many steps as there are slices, however many end.
    pub(super) fn rotate(&mut self, ended: u64) {
        let all = self.slices.len();
        if usize::try_from(ended).map_or(true, |ended| ended >= all) {
            self.clear();
            return;
        }
        for _ in 0..ended {
            self.newest = if self.newest + 1 == all { 0 } else { self.newest + 1 };
            if let Some(oldest) = self.slices.get_mut(self.newest) {
                self.sum -= core::mem::take(oldest);
            }
        }
    }

    /// Forgets every sample.
    pub(super) fn clear(&mut self) {
        self.slices.fill(Counts::default());
        self.sum = Counts::default();
    }

    /// The sum of all slices.
    #[inline]
    pub(super) const fn sum(&self) -> Counts {
        self.sum
    }

    /// Samples in the slice that has not ended.
    #[inline]
    pub(super) fn newest(&self) -> Counts {
        self.slices.get(self.newest).copied().unwrap_or_default()
    }

    /// The slices, oldest first.
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = Counts> {
        let (newer, older) = self.slices.split_at(self.newest.saturating_add(1).min(self.slices.len()));
        older.iter().chain(newer).copied()
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
