//! Which fields a step takes. Whoever writes another one believes that it does something.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::document::{Act, Step};
use crate::error::{ErrorCode, GateError};

/// What every step takes.
const ALWAYS: [&str; 4] = ["at", "do", "times", "expect"];

impl Step {
    /// Refuses fields that the step has no use for, and one that happens no time.
    pub(super) fn check(&self) -> Result<(), GateError> {
        if self.times == Some(0) {
            return Err(GateError::new(ErrorCode::WrongValue, "times", "at least 1", 0));
        }
        let takes = self.takes();
        let Some(field) = self.given().find(|field| !takes.contains(field)) else { return Ok(()) };
        let known: Vec<String> = ALWAYS.iter().chain(takes).map(|known| format!("`{known}`")).collect();
        let expected = format!("one of {}", known.join(", "));
        Err(GateError::new(ErrorCode::UnknownField, field, expected, format!("`{field}`")))
    }

    const fn takes(&self) -> &'static [&'static str] {
        match self.r#do {
            Act::Acquire => &["permit"],
            Act::Record => &["permit", "outcome", "latency_ms"],
            Act::Call | Act::Sample => &["outcome", "latency_ms"],
            Act::Check => &["metrics"],
            Act::Level => &["failed", "total"],
            Act::Reading => &["value"],
            Act::Trip if self.condition.is_none() => &["actor", "reason", "condition"],
            Act::Trip | Act::Settle => &["condition"],
            Act::Reset | Act::Release => &["actor", "reason"],
            Act::Hold => &["actor", "reason", "kind", "expires_in"],
            Act::Tick | Act::Status => &[],
            Act::Restart => &["elapsed", "state"],
            Act::Configure => &["config"],
        }
    }

    /// The fields that stand there, but for those that every step takes.
    fn given(&self) -> impl Iterator<Item = &'static str> {
        let fields = [
            ("permit", self.permit.is_some()),
            ("outcome", self.outcome.is_some()),
            ("latency_ms", self.latency_ms.is_some()),
            ("metrics", self.metrics.is_some()),
            ("failed", self.failed.is_some()),
            ("total", self.total.is_some()),
            ("value", self.value.is_some()),
            ("actor", self.actor.is_some()),
            ("reason", self.reason.is_some()),
            ("kind", self.kind.is_some()),
            ("expires_in", self.expires_in.is_some()),
            ("condition", self.condition.is_some()),
            ("elapsed", self.elapsed.is_some()),
            ("state", self.state.is_some()),
            ("config", self.config.is_some()),
        ];
        fields.into_iter().filter(|(_, stands)| *stands).map(|(field, _)| field)
    }
}
