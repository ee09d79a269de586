//! The answer, and everything that led to it.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::digest;
use super::policy::Policy;
use super::snapshot::Snapshot;
use crate::document::Table;
use crate::{Decision, Finding, Note};

/// The `schema_version` of a verdict.
pub const SCHEMA: &str = "tsfm_gate.verdict.v1";

/// What to do with a stage and why. The first seven fields are those of the upstream evaluator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The stage that was judged.
    pub stage: String,
    /// Windows in the snapshot, gaps not counted.
    pub windows: usize,
    /// Length of every window in minutes.
    pub window_minutes: u32,
    /// True for `promote`.
    pub gate_passed: bool,
    /// True for `rollback`.
    pub rollback_triggered: bool,
    /// The reasons of the triggers that fired, in policy order.
    pub rollback_reasons: Vec<String>,
    /// The reasons that keep the stage from being promoted, in policy order, coverage and age last.
    pub gate_fail_reasons: Vec<String>,
    /// `tsfm_gate.verdict.v1`
    pub schema_version: String,
    /// The version of the engine that decided.
    pub engine: String,
    /// Promote, hold or rollback.
    pub decision: Decision,
    /// The stage that a promotion leads to; none for the last one.
    pub next_stage: Option<String>,
    /// The name of the policy.
    pub policy: String,
    /// The decision instant of a dated snapshot, RFC 3339.
    pub decided_at: Option<String>,
    /// The snapshot's labels.
    pub labels: Table<String>,
    /// SHA-256 of the policy and of the input; none until asked for.
    pub digests: Option<Digests>,
    /// How much clean time is there and how much is needed.
    pub coverage: Coverage,
    /// Everything that speaks against promotion: triggers, gates, coverage, age.
    pub findings: Vec<Finding>,
    /// Everything that a drill excused.
    pub excused: Vec<Excuse>,
    /// Everything that is worth knowing and does not count.
    pub notes: Vec<Note>,
}

impl Verdict {
    /// The same verdict with the digests of the policy and the snapshot it was made from.
    #[must_use]
    pub fn with_digests(mut self, policy: &Policy, snapshot: &Snapshot) -> Self {
        self.digests = Some(Digests { policy: digest::policy(policy), input: digest::snapshot(snapshot) });
        self
    }

    /// The process exit status: 0 promote, 2 hold, 3 rollback.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        self.decision.exit_code()
    }
}

/// SHA-256 digests in lower-case hexadecimal, so that a verdict can be checked again later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// Of the policy with every default filled in.
    pub policy: String,
    /// Of the snapshot's validated values: text, dict and Arrow forms of one snapshot have one digest.
    pub input: String,
}

/// How much clean time ends at the decision instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// How long the stage must have been clean.
    pub needed_minutes: u64,
    /// How long it has been clean, which may be longer.
    pub clean_minutes: u64,
    /// How much is still needed; 0 when it is enough.
    pub still_needed_minutes: u64,
    /// When the clean stretch began, RFC 3339; none if there is none or the snapshot is undated.
    pub since: Option<String>,
}

/// Breaching windows of a trigger that a planned drill excused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excuse {
    /// The trigger's reason.
    pub reason: String,
    /// The trigger's path in the policy.
    pub rule: String,
    /// The metric.
    pub metric: String,
    /// First and last excused window as indices into the snapshot's arrays.
    pub windows: Option<[usize; 2]>,
    /// How many windows were excused.
    pub count: usize,
    /// The worst excused value.
    pub observed: f64,
    /// The trigger's limit.
    pub limit: f64,
    /// Start of the drill, RFC 3339.
    pub drill_from: String,
    /// End of the drill, RFC 3339.
    pub drill_to: String,
    /// Why the drill was held.
    pub drill_reason: String,
    /// Who answers for it.
    pub author: String,
}
