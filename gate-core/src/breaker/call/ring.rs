//! The latest calls, two bits each.

use alloc::boxed::Box;
use alloc::vec;

use crate::breaker::Counts;

const PER_WORD: usize = 32;

/// A ring of outcomes. A call that enters a full ring drops the oldest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ring {
    words: Box<[u64]>,
    calls: usize,
    /// Where the next call goes.
    next: usize,
    sum: Counts,
}

impl Ring {
    pub(super) fn new(calls: usize) -> Self {
        let words = vec![0; calls.div_ceil(PER_WORD)].into_boxed_slice();
        Self { words, calls, next: 0, sum: Counts::default() }
    }

    pub(super) const fn counts(&self) -> Counts {
        self.sum
    }

    pub(super) fn clear(&mut self) {
        self.words.fill(0);
        (self.next, self.sum) = (0, Counts::default());
    }

    pub(super) fn record(&mut self, one: Counts) {
        let bits = one.failed | one.slow << 1;
        let (shift, full) = (self.next % PER_WORD * 2, self.len() == self.calls);
        if let Some(word) = self.words.get_mut(self.next / PER_WORD) {
            let old = *word >> shift & 3;
            *word ^= (old ^ bits) << shift;
            if full {
                self.sum -= call(old);
            }
            self.sum += one;
        }
        self.next = if self.next + 1 == self.calls { 0 } else { self.next + 1 };
    }

    /// The calls, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = Counts> {
        let (len, calls) = (self.len(), self.calls);
        let first = if len == calls { self.next } else { 0 };
        (0..len).map(move |i| self.at((first + i) % calls))
    }

    fn at(&self, index: usize) -> Counts {
        let word = self.words.get(index / PER_WORD).copied().unwrap_or_default();
        call(word >> (index % PER_WORD * 2) & 3)
    }

    fn len(&self) -> usize {
        usize::try_from(self.sum.total).unwrap_or(self.calls)
    }
}

const fn call(bits: u64) -> Counts {
    Counts { total: 1, failed: bits & 1, slow: bits >> 1 }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn the_sum_is_that_of_the_latest_calls() {
        for calls in [1, 2, 31, 32, 33, 100] {
            let mut ring = Ring::new(calls);
            let mut all = Vec::new();
            for i in 0..3 * calls + 7 {
                let one = Counts::sample(i % 3 == 0, i % 5 < 2);
                ring.record(one);
                all.push(one);
                let latest = all.iter().skip(all.len().saturating_sub(calls)).copied();
                let mut sum = Counts::default();
                for one in latest.clone() {
                    sum += one;
                }
                assert_eq!(ring.counts(), sum, "{calls} {i}");
                assert!(ring.iter().eq(latest), "{calls} {i}");
            }
        }
    }
}
