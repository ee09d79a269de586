//! A verdict for people at a terminal.

use alloc::string::{String, ToString};

use super::Colour;
use crate::Verdict;

pub(super) fn render(verdict: &Verdict, _colour: Colour) -> String {
    verdict.decision.to_string()
}
