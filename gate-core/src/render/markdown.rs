//! A verdict for a pull-request comment.

use alloc::string::{String, ToString};

use crate::Verdict;

pub(super) fn render(verdict: &Verdict) -> String {
    verdict.decision.to_string()
}
