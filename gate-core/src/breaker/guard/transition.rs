//! Transitions of all layers in one form, for histories, logs and pages.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::Serialize;

use super::Changes;
use crate::breaker::{
    CallCause, CallChange, Counts, LadderCause, LadderChange, LatchChange, Layer, MetricChange,
};

/// A transition of one layer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Transition {
    /// Whose.
    pub layer: LayerName,
    /// Before.
    pub from: &'static str,
    /// After.
    pub to: &'static str,
    /// Why.
    pub cause: String,
    /// The calls that it rests on, where it rests on a window or a reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// The failures in a row that it rests on, where it rests on those.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streak: Option<u32>,
}

/// The layers under their names as parts of a guard: `latch`, `metric`, `ladder`, `call`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LayerName {
    /// The panic stop.
    Latch,
    /// The metric breaker.
    Metric,
    /// The ladder.
    Ladder,
    /// The call breaker.
    Call,
}

impl LayerName {
    /// The name that programs compare.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Latch => "latch",
            Self::Metric => "metric",
            Self::Ladder => "ladder",
            Self::Call => "call",
        }
    }

    /// The layer as it decides.
    #[must_use]
    pub const fn layer(self) -> Layer {
        match self {
            Self::Latch => Layer::Latch,
            Self::Metric => Layer::AutoOff,
            Self::Ladder => Layer::Ladder,
            Self::Call => Layer::Call,
        }
    }
}

impl Changes {
    /// What changed, the strictest layer first.
    #[must_use]
    pub fn transitions(&self) -> Vec<Transition> {
        let latch = self.latch.map(of_latch).into_iter();
        let metric = self.metric.map(of_metric);
        let ladder = self.ladder.map(of_ladder);
        latch.chain(metric).chain(ladder).chain(self.call.into_iter().flatten().map(of_call)).collect()
    }
}

impl Transition {
    fn new(layer: LayerName, from: &'static str, to: &'static str, cause: &impl ToString) -> Self {
        Self { layer, from, to, cause: cause.to_string(), counts: None, streak: None }
    }
}

impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}: {}", self.layer.as_str(), self.from, self.to, self.cause)?;
        if let Some(streak) = self.streak {
            write!(f, " of {streak}")?;
        }
        match self.counts {
            Some(Counts { total, failed, slow }) => {
                write!(f, " ({failed} failed and {slow} slow of {total})")
            }
            None => Ok(()),
        }
    }
}

fn of_latch(change: LatchChange) -> Transition {
    let (from, kind) = match change {
        LatchChange::Latched(kind) => ("clear", kind),
        LatchChange::Added(kind) => ("latched", kind),
    };
    Transition::new(LayerName::Latch, from, "latched", &kind)
}

fn of_metric(change: MetricChange) -> Transition {
    let transition =
        Transition::new(LayerName::Metric, change.from.as_str(), change.to.as_str(), &change.cause);
    Transition { counts: Some(change.counts), ..transition }
}

fn of_ladder(change: LadderChange) -> Transition {
    let counts = match change.cause {
        LadderCause::Rate { failed, total } => Some(Counts { total, failed, slow: 0 }),
        _ => None,
    };
    let transition =
        Transition::new(LayerName::Ladder, change.from.as_str(), change.to.as_str(), &change.cause);
    Transition { counts, ..transition }
}

fn of_call(change: CallChange) -> Transition {
    let transition =
        Transition::new(LayerName::Call, change.from.as_str(), change.to.as_str(), &change.cause);
    let streak = (change.cause == CallCause::Streak).then_some(change.streak);
    Transition { counts: change.counts.filter(|_| streak.is_none()), streak, ..transition }
}
