//! The calls of the latest slices of time.

use alloc::collections::VecDeque;

use super::age;
use crate::breaker::Counts;

/// Slices of equal width, of which the newest is filled. The first call after a clearing starts the first
/// slice, so that the answer depends on times between calls and not on where the clock begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slices {
    width: u64,
    /// When the newest slice starts.
    start: u64,
    /// Newest first. As many as there are, once the first call is in.
    parts: VecDeque<Counts>,
    most: usize,
    sum: Counts,
}

impl Slices {
    pub(super) fn new(most: usize, width: u64) -> Self {
        let parts = VecDeque::with_capacity(most);
        Self { width, start: 0, parts, most, sum: Counts::default() }
    }

    pub(super) fn record(&mut self, one: Counts, now: u64) {
        if self.parts.is_empty() {
            self.start = now;
            self.parts.resize(self.most, Counts::default());
        }
        self.rotate(now);
        if let Some(newest) = self.parts.front_mut() {
            *newest += one;
            self.sum += one;
        }
    }

    /// The calls that are in the window at an instant.
    pub(super) fn counts(&self, now: u64) -> Counts {
        let gone = self.passed(now).min(self.most);
        let mut sum = self.sum;
        self.parts.iter().rev().take(gone).for_each(|slice| sum -= *slice);
        sum
    }

    /// The slices at an instant, newest first, and the age of the newest one.
    pub(super) fn at(&self, now: u64) -> (u64, impl Iterator<Item = Counts>) {
        let gone = self.passed(now);
        let age = if self.parts.is_empty() { 0 } else { age(self.start, now) };
        let age = age.checked_rem(self.width).unwrap_or(0);
        let empty = core::iter::repeat_n(Counts::default(), gone.min(self.most));
        (age, empty.chain(self.parts.iter().copied()).take(self.parts.len()))
    }

    /// The start and the calls of each slice, newest first.
    pub(super) fn by_start(&self, now: u64) -> impl Iterator<Item = (u64, Counts)> {
        let (age, slices) = self.at(now);
        let newest = now.wrapping_sub(age);
        let back = |i: u64| self.width.saturating_mul(i);
        (0..).zip(slices).map(move |(i, counts)| (newest.wrapping_sub(back(i)), counts))
    }

    /// Slices as they were written: newest first, with the start of that one.
    pub(super) fn restored(width: u64, start: u64, slices: &[Counts]) -> Self {
        let mut restored = Self::new(slices.len(), width);
        restored.start = start;
        for slice in slices {
            restored.sum += *slice;
        }
        restored.parts.extend(slices);
        restored
    }

    pub(super) fn same_shape(&self, other: &Self) -> bool {
        (self.most, self.width) == (other.most, other.width)
    }

    pub(super) const fn width(&self) -> u64 {
        self.width
    }

    pub(super) fn clear(&mut self) {
        self.parts.clear();
        self.sum = Counts::default();
    }

    /// Drops what has left the window: at most as many steps as there are slices, however long the gap.
    fn rotate(&mut self, now: u64) {
        let passed = self.passed(now);
        for _ in 0..passed.min(self.most) {
            if let Some(oldest) = self.parts.pop_back() {
                self.sum -= oldest;
                self.parts.push_front(Counts::default());
            }
        }
        self.start = self.start.wrapping_add(self.width.wrapping_mul(passed as u64));
    }

    /// How many slices began since the newest one that is held.
    fn passed(&self, now: u64) -> usize {
        let passed = age(self.start, now).checked_div(self.width).unwrap_or(0);
        usize::try_from(passed).unwrap_or(usize::MAX)
    }
}
