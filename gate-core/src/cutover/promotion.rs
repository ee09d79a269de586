//! Who may promote: a person, or the machine? The environment, the marker and the file must agree on a person.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use super::foreign::one_line;
use super::{Check, CheckState};

/// The name of the check.
pub const PROMOTION: &str = "Promotion Mode";

/// The variables that switch automatic promotion; the second one is the older name.
pub const VARIABLES: [&str; 2] = ["DECISIONOS_AUTOPROMOTE_ENABLE", "DECISIONOS_AUTOPROMOTE"];

/// What one source says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// A person promotes.
    Manual,
    /// The machine promotes.
    Auto,
    /// Something else, which nobody may guess at.
    Unclear(String),
    /// Nothing.
    Nothing,
}

/// Where the mode is written down. `None` is: there is no such variable, marker or file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PromotionFacts<'a> {
    /// The two [`VARIABLES`] of the process.
    pub environment: [Option<&'a str>; 2],
    /// The content of the marker file.
    pub marker: Option<&'a str>,
    /// The content of the file that sets the variables at the next start.
    pub file: Option<&'a str>,
}

/// Every source with what it says, in a fixed order.
#[must_use]
pub fn sources(facts: &PromotionFacts<'_>) -> Vec<(String, Says)> {
    let mut found = Vec::new();
    for (name, value) in VARIABLES.iter().zip(facts.environment) {
        found.push((format!("environment {name}"), value.map_or(Says::Nothing, digit)));
    }
    found.push((String::from("marker"), facts.marker.map_or(Says::Nothing, marker)));
    for name in VARIABLES {
        let lines = facts.file.unwrap_or_default().lines();
        let says = lines.filter_map(|line| line_says(line, name)).reduce(|one, other| both(one, &other));
        found.push((format!("file {name}"), says.unwrap_or(Says::Nothing)));
    }
    found
}

/// Judges the mode.
///
/// Healthy is a marker that says manual and nothing that says otherwise. A marker that is missing or says neither is
/// degraded. Automatic anywhere, or a value that is neither 0 nor 1, is unhealthy, and the sources are named.
#[must_use]
pub fn promotion(facts: &PromotionFacts<'_>) -> Check {
    let sources = sources(facts);
    let (state, message) = judge(&sources);
    let listed = sources.iter().fold(serde_json::Map::new(), |mut map, (name, says)| {
        map.insert(name.clone(), says.shown().into());
        map
    });
    Check::new(PROMOTION, state, message).with("sources", listed)
}

fn judge(sources: &[(String, Says)]) -> (CheckState, String) {
    let named = |wanted: fn(&Says) -> bool| {
        let names: Vec<&str> =
            sources.iter().filter(|(_, says)| wanted(says)).map(|(name, _)| name.as_str()).collect();
        names.join(", ")
    };
    let automatic = named(|says| *says == Says::Auto);
    let manual = named(|says| *says == Says::Manual);
    let marker = sources.iter().find(|(name, _)| name == "marker").map(|(_, says)| says);
    let unclear: Vec<String> = sources
        .iter()
        .filter_map(|(name, says)| match says {
            Says::Unclear(word) if name != "marker" => Some(format!("{name} is {word:?}")),
            _ => None,
        })
        .collect();
    if !automatic.is_empty() && !manual.is_empty() {
        return (CheckState::Unhealthy, format!("sources disagree: auto by {automatic}; manual by {manual}"));
    }
    if !automatic.is_empty() {
        return (CheckState::Unhealthy, format!("Auto-promotion enabled by {automatic}"));
    }
    if !unclear.is_empty() {
        return (CheckState::Unhealthy, format!("{}, expected 0 or 1", unclear.join(", ")));
    }
    match marker {
        Some(Says::Manual) => (CheckState::Healthy, String::from("Manual promotion enforced")),
        Some(Says::Unclear(word)) => {
            (CheckState::Degraded, format!("Auto-promotion disabled, but the marker is {word:?}, not manual"))
        }
        _ => (CheckState::Degraded, String::from("Auto-promotion disabled (no marker)")),
    }
}

impl Says {
    fn shown(&self) -> String {
        match self {
            Self::Manual => "manual".to_string(),
            Self::Auto => "auto".to_string(),
            Self::Unclear(word) => format!("unclear: {word:?}"),
            Self::Nothing => "nothing".to_string(),
        }
    }
}

/// The value of a switch, to the letter: a shell that compares with `1` does not trim either.
fn digit(value: &str) -> Says {
    match value {
        "0" => Says::Manual,
        "1" => Says::Auto,
        other => Says::Unclear(one_line(other)),
    }
}

fn marker(content: &str) -> Says {
    match content.trim() {
        "manual" => Says::Manual,
        "auto" => Says::Auto,
        other => Says::Unclear(one_line(other)),
    }
}

/// Two lines for one variable: which one counts depends on the reader.
fn both(one: Says, other: &Says) -> Says {
    if one == *other { one } else { Says::Unclear(String::from("set in two ways")) }
}

/// What a line of a file of assignments says of a variable, if it names it: also indented, exported or quoted.
fn line_says(line: &str, name: &str) -> Option<Says> {
    if let Some(value) = assigned(line, name) {
        return Some(digit(unquoted(value)));
    }
    // `A=1 NAME=1`, `A=1; NAME=1`: a shell takes these as well. The line is not shown, as it may hold a secret.
    names(line, name).then(|| Says::Unclear(String::from("set beside something else")))
}

fn assigned<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let line = line.trim_start();
    let exported = line.strip_prefix("export").filter(|rest| rest.starts_with(char::is_whitespace));
    let line = exported.map_or(line, str::trim_start);
    line.strip_prefix(name)?.trim_start().strip_prefix('=')
}

/// Whether a variable is named outside of a comment.
fn names(line: &str, name: &str) -> bool {
    let code = line.trim_start().split(" #").next().unwrap_or_default();
    let mut words = code.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    !code.starts_with('#') && words.any(|word| word == name)
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    let inside = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    inside('"').or_else(|| inside('\'')).unwrap_or(value)
}

/// The mode that is to be written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromotionMode {
    /// A person promotes.
    Manual,
    /// The machine promotes.
    Auto,
}

impl PromotionMode {
    /// The content of the marker file.
    #[must_use]
    pub const fn marker(self) -> &'static str {
        match self {
            Self::Manual => "manual\n",
            Self::Auto => "auto\n",
        }
    }

    /// The content of the file of assignments: every line that sets one of the [`VARIABLES`] goes, and one for each comes
    /// at the end. All other lines stay to the byte; a last one without its end is ended first.
    #[must_use]
    pub fn rewrite(self, file: Option<&str>) -> String {
        let lines = file.unwrap_or_default().split_inclusive('\n');
        let mut text: String =
            lines.filter(|line| VARIABLES.iter().all(|name| assigned(line, name).is_none())).collect();
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        let value = if self == Self::Manual { '0' } else { '1' };
        for name in VARIABLES {
            text.push_str(name);
            text.push('=');
            text.push(value);
            text.push('\n');
        }
        text
    }
}
