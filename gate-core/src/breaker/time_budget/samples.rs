//! How long a part took, the latest times.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// What "the 95th percentile" means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Percentile {
    /// The smallest sample that at least so many per cent do not exceed: always one of the samples.
    #[default]
    NearestRank,
    /// Between the two samples around rank `p / 100 * (n - 1)`, in proportion (numpy's `linear`), to the
    /// nearest nanosecond.
    Linear,
}

/// A ring of the latest samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Samples {
    ring: Vec<u64>,
    most: usize,
    /// Where the next one goes once the ring is full: the oldest one's place.
    next: usize,
}

impl Samples {
    pub(super) fn new(most: u32) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Self { ring: Vec::with_capacity(most), most, next: 0 }
    }

    pub(super) fn push(&mut self, sample: u64) {
        if self.ring.len() < self.most {
            self.ring.push(sample);
        } else if let Some(oldest) = self.ring.get_mut(self.next) {
            *oldest = sample;
            self.next = if self.next + 1 == self.most { 0 } else { self.next + 1 };
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.ring.len()
    }

    pub(super) const fn capacity(&self) -> usize {
        self.most
    }

    pub(super) fn last(&self) -> Option<u64> {
        let last = self.next.checked_sub(1).unwrap_or(self.ring.len().wrapping_sub(1));
        self.ring.get(last).copied()
    }

    /// Oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let (newer, older) = self.ring.split_at_checked(self.next).unwrap_or((&self.ring, &[]));
        older.iter().chain(newer).copied()
    }

    pub(super) fn percentile(&self, per_cent: u8, definition: Percentile) -> Option<u64> {
        if per_cent > 100 {
            return None;
        }
        let mut sorted = self.ring.clone();
        sorted.sort_unstable();
        let per_cent = usize::from(per_cent);
        let Percentile::Linear = definition else {
            let rank = (per_cent * sorted.len()).div_ceil(100);
            return sorted.get(rank.saturating_sub(1)).copied();
        };
        let rank = per_cent * sorted.len().checked_sub(1)?;
        let low = *sorted.get(rank / 100)?;
        let high = sorted.get(rank / 100 + 1).copied().unwrap_or(low);
        Some(between(low, high, rank % 100))
    }
}

/// So many hundredths of the way from `low` to `high`, a half rounded up.
fn between(low: u64, high: u64, hundredths: usize) -> u64 {
    let part = u128::from(high.saturating_sub(low)) * hundredths as u128;
    low.saturating_add(u64::try_from((part + 50) / 100).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(samples: impl IntoIterator<Item = u64>) -> Samples {
        let mut ring = Samples::new(20);
        samples.into_iter().for_each(|sample| ring.push(sample));
        ring
    }

    #[test]
    fn one_definition_at_a_time() {
        let ring = of(1..=20);
        let nearest = |p| ring.percentile(p, Percentile::NearestRank);
        assert_eq!([nearest(0), nearest(50), nearest(95), nearest(96)], [1, 10, 19, 20].map(Some));
        let thousand = of((1..=20).map(|sample| sample * 1000));
        assert_eq!(thousand.percentile(95, Percentile::Linear), Some(19_050));
        assert_eq!(thousand.percentile(100, Percentile::Linear), Some(20_000));
        assert_eq!(ring.percentile(101, Percentile::Linear), None);
    }

    #[test]
    fn nothing_measured_has_no_percentile() {
        for definition in [Percentile::NearestRank, Percentile::Linear] {
            assert_eq!(of([]).percentile(50, definition), None);
            assert_eq!(of([7]).percentile(99, definition), Some(7));
        }
        assert_eq!(of([]).last(), None);
    }

    #[test]
    fn the_oldest_goes_first() {
        let ring = of(1..=45);
        assert!(ring.iter().eq(26..=45));
        assert_eq!((ring.last(), ring.len()), (Some(45), 20));
        assert_eq!(of([1, 2]).last(), Some(2));
        assert_eq!(between(u64::MAX - 10, u64::MAX, 50), u64::MAX - 5);
    }
}
