//! What a rollout must show: metrics, stages, gates and triggers.

mod check;
mod document;
mod lint;
mod reasons;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

pub use document::{GateDoc, MetricDoc, PolicyDoc, SCHEMA, StageDoc, TriggerDoc, Unit};
pub use lint::{Warning, WarningCode};

use super::gate::Gate;
use super::trigger::Trigger;
use crate::document::{Node, from_json, from_json_tree, from_node, nearest, quoted};
use crate::time::Span;
use crate::{ErrorCode, GateError};

/// The name of the policy that is built in.
pub const BUILTIN: &str = "tsfm-canary";

/// The built-in policy as a YAML document, with comments, to print and to start from.
pub const BUILTIN_YAML: &str = include_str!("builtin.yaml");

/// A policy whose rules agree with each other: to have one is the proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    // With every default filled in, so that its digest does not change when a default is written out.
    doc: PolicyDoc,
    pub(super) metrics: Vec<Metric>,
    pub(super) stages: Vec<Stage>,
    pub(super) gates: Vec<Gate>,
    pub(super) triggers: Vec<Trigger>,
    pub(super) max_age: Span,
    pub(super) max_bridge: Span,
}

/// A metric that rules may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Metric {
    pub(super) name: String,
    pub(super) unit: Unit,
    pub(super) safety: bool,
    pub(super) min_samples: u64,
}

/// A stage of the rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub(super) index: usize,
    pub(super) name: String,
    pub(super) clean_for: Span,
    pub(super) next: Option<String>,
}

impl Stage {
    /// The name, like `canary_5`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long every window must have been clean up to the decision.
    #[must_use]
    pub const fn clean_for(&self) -> &Span {
        &self.clean_for
    }

    /// The stage that a promotion leads to; none for the last one.
    #[must_use]
    pub fn next(&self) -> Option<&str> {
        self.next.as_deref()
    }
}

impl Policy {
    /// Returns the policy of the given name that is built in.
    ///
    /// # Errors
    /// `unknown-policy`.
    pub fn builtin(name: &str) -> Result<Self, GateError> {
        if name != BUILTIN {
            let expected = format!("a built-in policy (`{BUILTIN}`) or a file");
            return Err(GateError::new(ErrorCode::UnknownPolicy, "policy", expected, quoted(name)));
        }
        // Ours, so the fast reading does: nothing in it has to be explained.
        from_json::<PolicyDoc>(include_bytes!("builtin.json"))?.try_into()
    }

    /// Reads a policy from JSON.
    ///
    /// # Errors
    /// Any code of a document or of a policy, with the path of the field.
    pub fn from_json(bytes: &[u8]) -> Result<Self, GateError> {
        // Through the tree, which is strict in every nested object.
        Self::from_node(&from_json_tree(bytes)?)
    }

    /// Reads a policy from a document tree, as YAML readers make one.
    ///
    /// # Errors
    /// Any code of a document or of a policy, with the path of the field.
    pub fn from_node(node: &Node) -> Result<Self, GateError> {
        from_node::<PolicyDoc>(node)?.try_into()
    }

    /// The name that verdicts carry.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.doc.name
    }

    /// The length of the windows that the limits are meant for, in minutes.
    #[must_use]
    pub const fn window_minutes(&self) -> u32 {
        self.doc.window_minutes
    }

    /// The stages in the order of the document.
    #[must_use]
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The document with every default filled in.
    #[must_use]
    pub const fn document(&self) -> &PolicyDoc {
        &self.doc
    }

    /// Returns the stage of the given name.
    ///
    /// # Errors
    /// `unknown-stage`.
    pub fn stage(&self, name: &str) -> Result<&Stage, GateError> {
        self.stages.iter().find(|stage| stage.name == name).ok_or_else(|| {
            let names: Vec<_> = self.stages.iter().map(|stage| format!("`{}`", stage.name)).collect();
            let near = nearest(name, self.stages.iter().map(|stage| stage.name.as_str()));
            let hint = near.map_or(String::new(), |near| format!("; did you mean `{near}`?"));
            let expected = format!("a stage of `{}` ({})", self.doc.name, names.join(", "));
            GateError::new(ErrorCode::UnknownStage, "stage", expected, quoted(name) + &hint)
        })
    }

    /// What is legal but suspicious, in the order of the document.
    #[must_use]
    pub fn lint(&self) -> Vec<Warning> {
        lint::lint(self)
    }

    /// The gates that hold for a stage, in policy order.
    pub(super) fn gates_of<'a>(&'a self, stage: &'a Stage) -> impl Iterator<Item = &'a Gate> {
        self.gates.iter().filter(|gate| gate.stage.is_none_or(|only| only == stage.index))
    }

    /// The triggers that watch a stage, in policy order.
    pub(super) fn triggers_of<'a>(&'a self, stage: &'a Stage) -> impl Iterator<Item = &'a Trigger> {
        self.triggers.iter().filter(|trigger| trigger.stage.is_none_or(|only| only == stage.index))
    }

    /// True if some gate or trigger of the stage needs the metric.
    pub(super) fn uses(&self, stage: &Stage, metric: usize) -> bool {
        self.gates_of(stage).any(|gate| gate.metric == metric)
            || self.triggers_of(stage).any(|trigger| trigger.metric == metric)
    }

    /// The reason of a clean period that is not complete: `gate:clean_window<30m`.
    pub(super) fn clean_reason(stage: &Stage) -> String {
        format!("gate:clean_window<{}", stage.clean_for)
    }
}

/// The reason of a snapshot that is too old.
pub(super) const STALE_REASON: &str = "gate:stale";
