//! A value of the core that threads share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;

use super::clock::{self, Clock};

/// A breaker, its clock, and a number that no other breaker of this process has.
#[derive(Debug)]
pub(crate) struct Shared<T> {
    core: Mutex<T>,
    clock: Clock,
    life: u64,
}

/// An instant that somebody stated, or the one of `time.monotonic`, which is read under the lock, so that the readings of
/// several threads arrive in order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now(Option<u64>);

impl Now {
    #[inline]
    pub(super) fn read(self) -> u64 {
        self.0.unwrap_or_else(clock::monotonic)
    }

    /// Whether nobody misses it if it is not read.
    #[inline]
    pub(super) const fn is_unstated(self) -> bool {
        self.0.is_none()
    }
}

impl<T> Shared<T> {
    pub(super) fn new(core: T, clock: Clock) -> Self {
        static LIVES: AtomicU64 = AtomicU64::new(0);
        Self { core: Mutex::new(core), clock, life: LIVES.fetch_add(1, Ordering::Relaxed) }
    }

    pub(super) const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// What a permit must carry to be of this breaker.
    pub(super) const fn life(&self) -> u64 {
        self.life
    }

    /// Does something at an instant: the one that is passed, or the one that the clock shows.
    #[inline]
    pub(super) fn at<R>(
        &self,
        py: Python<'_>,
        now: Option<&Bound<'_, PyAny>>,
        act: impl FnOnce(&mut T, u64) -> R,
    ) -> PyResult<R> {
        self.when(py, now, |core, now| act(core, now.read()))
    }

    /// The same for something that may not need the instant, and reading the time is half of its work.
    #[inline]
    pub(super) fn when<R>(
        &self,
        py: Python<'_>,
        now: Option<&Bound<'_, PyAny>>,
        act: impl FnOnce(&mut T, Now) -> R,
    ) -> PyResult<R> {
        let told = self.clock.told(py, now)?;
        Ok(act(&mut self.lock(), Now(told)))
    }

    /// Does something that needs no instant.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut T) -> R) -> R {
        act(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, T> {
        // The core does not panic, so nothing is ever left half done.
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
