//! Why there is no answer, and how stderr says so.

use annotate_snippets::Level;
use gate_core::contract::{ContractError, ContractFault, ContractFinding};
use gate_core::document::to_line;
use gate_core::render::Colour;
use gate_core::{ErrorCode, GateError};
use serde::Serialize;

use crate::args::Codes;
use crate::breach::{Breach, finding_of};
use crate::exit::Exit;
use crate::input::Source;
use crate::locate::locate;
use crate::snippet::Remark;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The command line cannot be understood, or it asks for help.
    Usage(Box<clap::Error>),
    /// Something that was named cannot be used.
    Refused(Box<Refusal>),
    /// A run does not hold its contract.
    Broken(Box<Breach>),
}

/// An error with the text that it is about, if it is about one.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) error: GateError,
    pub(crate) source: Option<Source>,
}

impl From<clap::Error> for Failure {
    fn from(error: clap::Error) -> Self {
        Self::Usage(Box::new(error))
    }
}

impl From<Box<Refusal>> for Failure {
    fn from(refusal: Box<Refusal>) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Box<Breach>> for Failure {
    fn from(breach: Box<Breach>) -> Self {
        Self::Broken(breach)
    }
}

impl From<GateError> for Failure {
    fn from(error: GateError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<GateError> for Box<Refusal> {
    fn from(error: GateError) -> Self {
        Self::new(Refusal { error, source: None })
    }
}

impl Failure {
    /// How the process ends, and all that stderr gets: a part for people, and one last line for programs.
    pub(crate) fn report(&self, codes: Codes, colour: Colour) -> (Exit, String) {
        let (exit, people, program) = match (self, codes) {
            (Self::Usage(error), Codes::Verdict) => {
                (Exit::Undecided, shown(error, colour), Line::usage(&usage_message(error)).to_string())
            }
            (Self::Refused(refusal), Codes::Verdict) => refusal.report(colour),
            (Self::Usage(error), Codes::Runbook) => {
                let wrong = ContractError::from(usage_finding(error));
                (wrong.code().into(), shown(error, colour), wrong.payload())
            }
            (Self::Refused(refusal), Codes::Runbook) => {
                Box::<Breach>::from(finding_of(&refusal.error)).report(colour)
            }
            (Self::Broken(breach), _) => breach.report(colour),
        };
        (exit, format!("{people}{program}\n"))
    }
}

impl Refusal {
    /// An error about a text.
    pub(crate) fn about(error: GateError, source: Source) -> Box<Self> {
        Box::new(Self { error, source: Some(source) })
    }

    fn report(&self, colour: Colour) -> (Exit, String, String) {
        let error = &self.error;
        let source = self.source.as_ref();
        let place = source.and_then(|source| locate(source, error));
        let remark = Remark {
            level: Level::ERROR,
            code: error.code().as_str(),
            text: &without_position(error).to_string(),
            action: error.code().action(),
        };
        let people = remark.render(source, place, colour);
        let message = match source {
            // Nothing else would say which of the files it is.
            Some(source) if error.path().is_empty() => format!("{}: {error}", source.name),
            _ => error.to_string(),
        };
        let line = Line::new(error.code(), &message, error.path());
        (Exit::Undecided, people, line.to_string())
    }
}

/// The same error for a place where the position stands by itself.
fn without_position(error: &GateError) -> GateError {
    GateError::new(error.code(), error.path(), error.expected(), error.found())
}

/// clap's own text, for people.
pub(crate) fn shown(error: &clap::Error, colour: Colour) -> String {
    match colour {
        Colour::On => error.render().ansi().to_string(),
        Colour::Off => error.render().to_string(),
    }
}

/// The first paragraph of clap's text in one line, without its `error: `.
fn usage_message(error: &clap::Error) -> String {
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return "a subcommand is required".to_owned();
    }
    let text = error.render().to_string();
    let paragraph = text.lines().take_while(|line| !line.trim().is_empty());
    let words: Vec<&str> = paragraph.flat_map(str::split_whitespace).collect();
    let line = words.join(" ");
    line.strip_prefix("error: ").unwrap_or(&line).to_owned()
}

/// A command line that cannot be understood, in the words of the contract.
fn usage_finding(error: &clap::Error) -> ContractFinding {
    let found = format!("unusable ones: {}", usage_message(error));
    ContractFinding::new(ContractFault::ArgumentInvalid, "", "usable arguments", found)
}

/// The last line on stderr.
#[derive(Serialize)]
struct Line<'a> {
    ok: bool,
    exit_code: u8,
    error: Parts<'a>,
}

#[derive(Serialize)]
struct Parts<'a> {
    code: &'a str,
    message: &'a str,
    path: &'a str,
    r#type: &'a str,
}

impl<'a> Line<'a> {
    fn new(code: ErrorCode, message: &'a str, path: &'a str) -> Self {
        Self {
            ok: false,
            exit_code: Exit::Undecided.code(),
            error: Parts { code: code.as_str(), message, path, r#type: "GateError" },
        }
    }

    fn usage(message: &'a str) -> Self {
        Self::new(ErrorCode::Usage, message, "")
    }
}

impl std::fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&to_line(self))
    }
}
