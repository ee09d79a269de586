//! The right to make one call.

/// A permit: made by the breaker, given back with the outcome of the call.
///
/// It cannot be copied, so a result cannot be recorded twice. One that is dropped is a lost call: a lost
/// probe gives its place back when its lease ends.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "record the outcome of the call with it"]
pub struct CallPermit {
    pub(in crate::breaker) generation: u64,
    /// The number of the probe in its round; 0 for an ordinary call.
    pub(in crate::breaker) probe: u32,
}

impl CallPermit {
    pub(in crate::breaker) const fn call(generation: u64) -> Self {
        Self { generation, probe: 0 }
    }

    /// Whether the call probes a half-open breaker.
    #[must_use]
    pub const fn is_probe(&self) -> bool {
        self.probe != 0
    }

    /// The generation of the breaker that it belongs to.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }
}
