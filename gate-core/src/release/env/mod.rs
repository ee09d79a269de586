//! Are the settings that a service starts with there, and what they should be?
//!
//! A table of requirements over a snapshot of variables. Every problem is reported at once, and no value ever.

mod requirement;
mod value;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

pub use requirement::{Kind, Requirement, Requirements, Rule};

use super::verdict::GateVerdict;
use crate::document::{Table, quoted};
use crate::{ErrorCode, GateError};

/// What is wrong with a variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EnvFault {
    /// It is not set.
    Missing,
    /// It is set to nothing but blanks.
    Blank,
    /// It holds what a template has.
    Placeholder,
    /// It holds a line end or another control character.
    ControlCharacter,
    /// It is not of its kind: not a number, not a URL.
    WrongKind,
    /// It is a number outside its range, or a text outside its length.
    OutOfRange,
    /// It is none of the values that it may have.
    NotAllowed,
    /// It does not match its pattern.
    NoMatch,
}

/// One problem: which variable, and what it should be. Never what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvProblem {
    /// The variable.
    pub name: String,
    /// What is wrong with it.
    pub fault: EnvFault,
    /// What it should be.
    pub expected: String,
}

/// The report document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvReport {
    /// Whether nothing is wrong.
    pub verdict: GateVerdict,
    /// The stage that was asked for.
    pub stage: String,
    /// How many variables were looked at.
    pub checked: usize,
    /// Everything that is wrong, in the order of the table.
    pub problems: Vec<EnvProblem>,
}

impl Requirements {
    /// Judges a snapshot of variables for a stage.
    ///
    /// # Errors
    /// `unknown-stage`, and every fault of the table itself: no variable, a contradiction, a pattern that is none.
    pub fn check(&self, stage: &str, variables: &Table<String>) -> Result<EnvReport, GateError> {
        self.validate()?;
        if !self.stages.iter().any(|known| known == stage) {
            let expected = format!("one of {}", self.stages.join(", "));
            return Err(GateError::new(ErrorCode::UnknownStage, "stage", expected, quoted(stage)));
        }
        let mut problems = Vec::new();
        for (name, requirement) in &self.variables.0 {
            let value = variables.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
            if let Some((fault, expected)) = requirement.judge(stage, value)? {
                problems.push(EnvProblem { name: name.clone(), fault, expected });
            }
        }
        let verdict = if problems.is_empty() { GateVerdict::Pass } else { GateVerdict::Fail };
        Ok(EnvReport { verdict, stage: stage.to_string(), checked: self.variables.0.len(), problems })
    }
}
