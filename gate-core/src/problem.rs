//! One thing that is wrong with what was measured or declared.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

/// Where something is wrong, what would have been right, and what is there instead.
///
/// It displays as one line: ``latency_p95_ms: expected at most 300, found 412.5``.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// The field, gate, variable or probe.
    pub path: String,
    /// What would have been right.
    pub expected: String,
    /// What is there instead. Never a secret.
    pub found: String,
}

impl Problem {
    /// A problem at `path`.
    pub fn new(path: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { path: path.into(), expected: expected.into(), found: found.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: expected {}, found {}", self.path, self.expected, self.found)
    }
}
