//! Which layers a guard has, and their settings.

use serde::{Deserialize, Serialize};

use crate::GateError;
use crate::breaker::{CallConfig, LadderConfig, LatchConfig, MetricConfig};
use crate::document::{from_json, present};

/// The settings of a guard. A layer that is left out is not there; people can hold any guard.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuardConfig {
    /// The panic stop.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub latch: Option<LatchConfig>,
    /// The metric breaker.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricConfig>,
    /// The degradation ladder. It is fed by the looks of the metric breaker, where there is one.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub ladder: Option<LadderConfig>,
    /// The call breaker.
    #[serde(deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub call: Option<CallConfig>,
}

impl GuardConfig {
    /// All four layers with their default settings.
    #[must_use]
    pub fn full() -> Self {
        Self {
            latch: Some(LatchConfig::default()),
            metric: Some(MetricConfig::default()),
            ladder: Some(LadderConfig::default()),
            call: Some(CallConfig::default()),
        }
    }

    /// Reads a document like `{"call": {"open_ms": 60000}, "latch": {}}`.
    ///
    /// # Errors
    ///
    /// Every error of a JSON document, with its path. Contradictions are found by [`super::Guard::new`].
    pub fn from_json(text: &[u8]) -> Result<Self, GateError> {
        from_json(text)
    }
}
