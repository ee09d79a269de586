//! The three stages upstream knows.

use alloc::format;

use super::error::{CompatError, ErrorKind};

/// The stages upstream accepts, spelt exactly like this. Its command line refuses any other with exit code 2.
pub const STAGES: [&str; 3] = [CANARY_5.name, CANARY_25.name, FULL_100.name];

const CANARY_5: Stage =
    Stage { name: "canary_5", fallback_limit: 0.08, fallback_reason: "gate:fallback_rate>8pct_for_canary_5" };
const CANARY_25: Stage = Stage {
    name: "canary_25",
    fallback_limit: 0.10,
    fallback_reason: "gate:fallback_rate>10pct_for_canary_25",
};
const FULL_100: Stage = Stage {
    name: "full_100",
    fallback_limit: 0.10,
    fallback_reason: "gate:fallback_rate>10pct_for_full_100",
};

/// A stage and the one gate that depends on it.
pub(super) struct Stage {
    pub(super) name: &'static str,
    pub(super) fallback_limit: f64,
    pub(super) fallback_reason: &'static str,
}

impl Stage {
    pub(super) fn named(name: &str) -> Result<Self, CompatError> {
        [CANARY_5, CANARY_25, FULL_100]
            .into_iter()
            .find(|stage| stage.name == name)
            .ok_or_else(|| CompatError::new(ErrorKind::Value, format!("unsupported stage: {name}")))
    }
}
