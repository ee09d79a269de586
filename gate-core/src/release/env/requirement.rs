//! The table of requirements.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::EnvFault;
use super::value;
use crate::document::{Table, quoted};
use crate::{ErrorCode, GateError};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Any text.
    #[default]
    Text,
    /// A whole number.
    Integer,
    /// A finite number.
    Number,
    /// `true`, `false`, `1`, `0`, `yes`, `no`, `on` or `off`.
    Boolean,
    /// A port: a whole number in 1..=65535.
    Port,
    /// `http` or `https`, a host, and the rest of a URL, without a password in it.
    Url,
    /// A host and a port.
    HostPort,
    /// A path.
    Path,
    /// Key material: printable, at least 16 bytes unless `min` says otherwise.
    Secret,
}

impl Kind {
    /// What it is called in messages.
    #[must_use]
    pub const fn means(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Integer => "a whole number",
            Self::Number => "a finite number",
            Self::Boolean => "true or false",
            Self::Port => "a port in 1..=65535",
            Self::Url => "an http or https URL without a password",
            Self::HostPort => "a host with a port",
            Self::Path => "a path",
            Self::Secret => "a secret of printable ASCII",
        }
    }
}

/// What a value must keep to beside its kind.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rule {
    /// The least number; for texts, the least length.
    pub min: Option<f64>,
    /// The largest number; for texts, the largest length.
    pub max: Option<f64>,
    /// The values that it may have.
    pub one_of: Option<Vec<String>>,
    /// A regular expression that the whole value matches, over ASCII.
    pub pattern: Option<String>,
}

/// What is asked of one variable.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Requirement {
    /// What it is.
    pub kind: Kind,
    /// The stages in which it must be set; all, if it does not say. What is set is judged in every stage.
    pub required_in: Option<Vec<String>>,
    /// Whether it may be set to nothing.
    pub may_be_blank: bool,
    /// What it must keep to in every stage.
    pub rule: Rule,
    /// What it must keep to in one stage as well.
    pub in_stage: Table<Rule>,
}

/// The table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirements {
    /// Every stage there is.
    pub stages: Vec<String>,
    /// Every variable.
    pub variables: Table<Requirement>,
}

impl Requirements {
    pub(super) fn validate(&self) -> Result<(), GateError> {
        if self.stages.is_empty() {
            return Err(GateError::new(ErrorCode::MissingField, "stages", "at least one stage", "none"));
        }
        if self.variables.0.is_empty() {
            return Err(GateError::new(
                ErrorCode::MissingField,
                "variables",
                "at least one variable",
                "none",
            ));
        }
        self.variables.0.iter().try_for_each(|(name, requirement)| self.validate_one(name, requirement))
    }

    fn validate_one(&self, name: &str, requirement: &Requirement) -> Result<(), GateError> {
        let path = crate::document::field("variables", name);
        let named = requirement.required_in.iter().flatten();
        let mut named = named.chain(requirement.in_stage.0.iter().map(|(stage, _)| stage));
        if let Some(stage) = named.find(|stage| !self.stages.contains(stage)) {
            let expected = format!("one of {}", self.stages.join(", "));
            return Err(GateError::new(ErrorCode::UnknownStage, path, expected, quoted(stage)));
        }
        let rules = requirement.in_stage.0.iter().map(|(_, rule)| rule);
        core::iter::once(&requirement.rule).chain(rules).try_for_each(|rule| rule.validate(&path))
    }
}

impl Rule {
    fn validate(&self, path: &str) -> Result<(), GateError> {
        let error = |expected: &str, found: String| {
            Err(GateError::new(ErrorCode::Contradiction, path, expected, found))
        };
        for limit in [self.min, self.max].into_iter().flatten() {
            if !limit.is_finite() {
                return error("a finite limit", limit.to_string());
            }
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min > max
        {
            return error("`min` at most `max`", format!("{min} above {max}"));
        }
        if self.one_of.as_ref().is_some_and(Vec::is_empty) {
            return error("at least one value in `one_of`", String::from("none"));
        }
        value::pattern(self.pattern.as_deref(), path).map(|_| ())
    }
}

impl Requirement {
    /// What is wrong with a value in a stage, and what it should be.
    pub(super) fn judge(
        &self,
        stage: &str,
        value: Option<&str>,
    ) -> Result<Option<(EnvFault, String)>, GateError> {
        let is_required = self.required_in.as_ref().is_none_or(|stages| stages.iter().any(|it| it == stage));
        let means = || self.kind.means().to_string();
        let Some(value) = value else {
            return Ok(is_required.then(|| (EnvFault::Missing, means())));
        };
        if crate::placeholder::trim(value).is_empty() {
            // Set to nothing is not set at all, unless the table says that it is a value.
            let is_fault = is_required && !self.may_be_blank;
            return Ok(is_fault.then(|| (EnvFault::Blank, means())));
        }
        if crate::placeholder::is_placeholder(value) {
            return Ok(Some((EnvFault::Placeholder, means())));
        }
        if value.chars().any(char::is_control) {
            return Ok(Some((
                EnvFault::ControlCharacter,
                String::from("one line without control characters"),
            )));
        }
        let rules = self.in_stage.0.iter().filter(|(name, _)| name == stage).map(|(_, rule)| rule);
        for rule in core::iter::once(&self.rule).chain(rules) {
            if let Some(fault) = value::judge(self.kind, rule, value)? {
                return Ok(Some(fault));
            }
        }
        Ok(None)
    }
}
