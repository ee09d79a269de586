//! The atomic words that a shared breaker lives in.

use core::sync::atomic::{AtomicU64, Ordering};

/// What a shared breaker asks of an atomic word. It is a trait so that a model checker can put its own words
/// in place and walk through every interleaving.
pub trait AtomicWord {
    /// A word.
    fn new(value: u64) -> Self;
    /// See [`AtomicU64::load`].
    fn load(&self, order: Ordering) -> u64;
    /// See [`AtomicU64::store`].
    fn store(&self, value: u64, order: Ordering);
    /// See [`AtomicU64::fetch_add`].
    fn fetch_add(&self, value: u64, order: Ordering) -> u64;
    /// Whether `old` was there, in which case `new` is there now. Orderings: acquire and release.
    fn exchange(&self, old: u64, new: u64) -> bool;
    /// Another thread is between two writes.
    fn pause();
}

impl AtomicWord for AtomicU64 {
    #[inline]
    fn new(value: u64) -> Self {
        Self::new(value)
    }

    #[inline]
    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }

    #[inline]
    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }

    #[inline]
    fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
        self.fetch_add(value, order)
    }

    #[inline]
    fn exchange(&self, old: u64, new: u64) -> bool {
        self.compare_exchange(old, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    fn pause() {
        core::hint::spin_loop();
    }
}
