//! A verdict as text, JSON and Markdown: one implementation for the CLI and the wheel.

mod markdown;
pub mod readiness;
pub mod run;
mod text;
mod words;

use alloc::string::String;

use crate::Verdict;

/// How a verdict is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// For programs: every field of the verdict, indented, with a final newline.
    Json,
    /// For a pull-request comment.
    Markdown,
}

/// Whether text has ANSI colours. Nothing is said by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colour {
    /// Plain text.
    #[default]
    Off,
    /// ANSI escape codes.
    On,
}

impl Format {
    /// The format of the given name: `text`, `json` or `markdown`.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            "markdown" => Some(Self::Markdown),
            _ => None,
        }
    }
}

/// Writes a verdict. The text ends with one newline; `colour` matters for [`Format::Text`] only.
#[must_use]
pub fn render(verdict: &Verdict, format: Format, colour: Colour) -> String {
    match format {
        Format::Text => text::render(verdict, colour),
        Format::Json => pretty(verdict),
        Format::Markdown => markdown::render(verdict),
    }
}

fn pretty(document: &impl serde::Serialize) -> String {
    // Strings, integers and finite numbers always serialise.
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}
