//! Planned incident drills.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::document::DrillDoc;
use super::timeline::Timeline;
use super::{check_free_text, check_name};
use crate::bounds::{MAX_DRILLS, MAX_METRICS};
use crate::time::{Instant, format_instant, parse_instant};
use crate::{ErrorCode, GateError};

/// A planned incident drill: from when to when, which metrics it disturbs, why, and who answers for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drill {
    pub(crate) from: Instant,
    pub(crate) to: Instant,
    pub(crate) metrics: Vec<String>,
    pub(crate) reason: String,
    pub(crate) author: String,
}

impl Drill {
    /// True if the drill disturbs the metric on purpose.
    pub(crate) fn names(&self, metric: &str) -> bool {
        self.metrics.iter().any(|name| name == metric)
    }
}

/// Checks drills one by one; without dates in the snapshot none can be placed.
pub(super) fn check(docs: Vec<DrillDoc>, timeline: &Timeline) -> Result<Vec<Drill>, GateError> {
    if docs.is_empty() {
        return Ok(Vec::new());
    }
    if docs.len() > MAX_DRILLS {
        let expected = format!("at most {MAX_DRILLS} drills");
        return Err(GateError::new(ErrorCode::InputTooLarge, "drills", expected, docs.len()));
    }
    timeline.require_dates("drills")?;
    docs.into_iter().enumerate().map(|(index, doc)| drill(doc, &format!("drills[{index}]"))).collect()
}

fn drill(doc: DrillDoc, path: &str) -> Result<Drill, GateError> {
    let from = parse_instant(&doc.from, &format!("{path}.from"))?;
    let to = parse_instant(&doc.to, &format!("{path}.to"))?;
    if to <= from {
        let expected = format!("an end after {}", format_instant(from));
        return Err(GateError::new(
            ErrorCode::DrillInterval,
            format!("{path}.to"),
            expected,
            format_instant(to),
        ));
    }
    if doc.metrics.is_empty() || doc.metrics.len() > MAX_METRICS {
        let expected = format!("1 to {MAX_METRICS} metrics");
        return Err(GateError::new(
            ErrorCode::DrillMetric,
            format!("{path}.metrics"),
            expected,
            doc.metrics.len(),
        ));
    }
    for (field, text) in [("reason", &doc.reason), ("author", &doc.author)] {
        let path = format!("{path}.{field}");
        check_free_text(text, &path)?;
        // An excuse that nobody signed or explained is none.
        if text.trim().is_empty() {
            return Err(GateError::new(
                ErrorCode::WrongValue,
                path,
                "a text that is not blank",
                "a blank one",
            ));
        }
    }
    for (index, name) in doc.metrics.iter().enumerate() {
        check_name(name, &format!("{path}.metrics[{index}]"))?;
    }
    Ok(Drill { from, to, metrics: doc.metrics, reason: doc.reason, author: doc.author })
}
