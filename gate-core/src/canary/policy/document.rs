//! The policy as YAML and JSON have it.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::document::{Table, present};
use crate::time::Span;

/// The `schema_version` of this document.
pub const SCHEMA: &str = "tsfm_gate.policy.v1";

/// What a policy says, before it is checked as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyDoc {
    /// `tsfm_gate.policy.v1`.
    pub schema_version: String,
    /// The name that verdicts carry.
    pub name: String,
    /// Length of the windows that the limits are meant for.
    pub window_minutes: u32,
    /// The last window's age above which the gate holds; two windows when left out.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Span>,
    /// The longest stretch without a value that does not break a breaching run; 15 minutes when left out.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub max_bridge: Option<Span>,
    /// Every metric that a rule may name.
    pub metrics: Table<MetricDoc>,
    /// The stages of the rollout.
    pub stages: Table<StageDoc>,
    /// Limits that must hold to promote.
    pub gates: Vec<GateDoc>,
    /// Limits that roll back.
    #[serde(default)]
    pub triggers: Vec<TriggerDoc>,
}

/// What a metric measures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MetricDoc {
    /// The unit, which says which values are possible.
    pub unit: Unit,
    /// True for a metric that no drill and no small sample can excuse.
    #[serde(default)]
    pub safety: bool,
    /// The fewest requests in a window that make its value believable, once samples are given.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub min_samples: Option<u64>,
}

/// The unit of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Milliseconds: 0 or more.
    Ms,
    /// A share of something: 0 to 1.
    Ratio,
    /// A number of something: 0 or more.
    Count,
}

/// One stage of the rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageDoc {
    /// How long every window must have been clean up to the decision.
    pub clean_for: Span,
    /// The stage that a promotion leads to; none for the last one.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A limit that must hold to promote.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateDoc {
    /// The metric.
    pub metric: String,
    /// The only stage that the gate holds for; every stage when left out.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The largest value that passes.
    pub at_most: f64,
    /// What stands in `gate_fail_reasons`.
    pub reason: String,
}

/// A limit that rolls back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TriggerDoc {
    /// The metric.
    pub metric: String,
    /// The only stage that the trigger watches; every stage when left out.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// The largest value that does not breach.
    pub above: f64,
    /// How many windows in a row must breach.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub windows: Option<u32>,
    /// For how many minutes windows in a row must breach.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// True if a planned drill excuses it.
    #[serde(default)]
    pub excused_by_drill: bool,
    /// What stands in `rollback_reasons`.
    pub reason: String,
}
