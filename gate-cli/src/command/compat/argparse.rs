//! Upstream's arguments, read as Python's `argparse` reads them.
//!
//! clap cannot do this: abbreviated options, the last of two values wins, and its own wording of errors.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};

use gate_core::canary::compat::STAGES;

/// What a usable command line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arguments {
    pub(super) input: OsString,
    pub(super) stage: &'static str,
}

/// Why nothing is evaluated.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Stop {
    Help,
    Wrong(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Help,
    Input,
    Stage,
}

/// In the order in which `argparse` would list them as ambiguous.
const OPTIONS: [(&str, Name); 3] =
    [("--help", Name::Help), ("--input", Name::Input), ("--stage", Name::Stage)];

/// What one argument looks like before the ones around it are seen.
enum Token<'a> {
    Value(&'a OsStr),
    Option(Name, Option<OsString>),
    /// Nobody's: an unknown option, or the `--` that makes values of all that follows.
    Stray(&'a OsStr),
}

/// Reads the arguments after the program's name.
pub(super) fn parse(args: &[OsString]) -> Result<Arguments, Stop> {
    let tokens = tokens(args)?;
    let mut tokens = tokens.into_iter().peekable();
    let (mut input, mut stage, mut strays) = (None, None, Vec::new());
    while let Some(token) = tokens.next() {
        let (name, explicit) = match token {
            Token::Value(stray) | Token::Stray(stray) => {
                strays.push(stray.to_string_lossy());
                continue;
            }
            Token::Option(name, explicit) => (name, explicit),
        };
        if name == Name::Help {
            return Err(help_or_wrong(explicit));
        }
        let value = explicit.or_else(|| match tokens.next_if(|next| matches!(next, Token::Value(_))) {
            Some(Token::Value(value)) => Some(value.to_owned()),
            _ => None,
        });
        match (name, value) {
            (Name::Stage, Some(value)) => stage = Some(known_stage(&value)?),
            (_, Some(value)) => input = Some(value),
            (_, None) => return wrong_argument(name, "expected one argument"),
        }
    }
    complete(input, stage, &strays)
}

fn complete(
    input: Option<OsString>,
    stage: Option<&'static str>,
    strays: &[Cow<'_, str>],
) -> Result<Arguments, Stop> {
    let missing = [("--input", input.is_none()), ("--stage", stage.is_none())];
    let missing: Vec<&str> = missing.into_iter().filter_map(|(name, is)| is.then_some(name)).collect();
    match (input, stage) {
        (Some(input), Some(stage)) if strays.is_empty() => Ok(Arguments { input, stage }),
        (Some(_), Some(_)) => Err(Stop::Wrong(format!("unrecognized arguments: {}", strays.join(" ")))),
        _ => Err(Stop::Wrong(format!("the following arguments are required: {}", missing.join(", ")))),
    }
}

fn help_or_wrong(explicit: Option<OsString>) -> Stop {
    match explicit {
        None => Stop::Help,
        Some(value) => {
            let value = repr(&value.to_string_lossy());
            Stop::Wrong(format!("argument -h/--help: ignored explicit argument {value}"))
        }
    }
}

fn known_stage(value: &OsStr) -> Result<&'static str, Stop> {
    STAGES.into_iter().find(|stage| *stage == value).ok_or_else(|| {
        let value = repr(&value.to_string_lossy());
        let choices = STAGES.map(repr).join(", ");
        Stop::Wrong(format!("argument --stage: invalid choice: {value} (choose from {choices})"))
    })
}

fn wrong_argument<T>(name: Name, message: &str) -> Result<T, Stop> {
    let option = OPTIONS.into_iter().find(|(_, known)| *known == name);
    let option = option.map_or("", |(option, _)| option);
    Err(Stop::Wrong(format!("argument {option}: {message}")))
}

fn tokens(args: &[OsString]) -> Result<Vec<Token<'_>>, Stop> {
    let mut only_values = false;
    let mut tokens = Vec::with_capacity(args.len());
    for arg in args {
        tokens.push(match arg.to_str() {
            _ if only_values => Token::Value(arg),
            Some("--") => {
                only_values = true;
                Token::Stray(arg)
            }
            _ => token(arg)?,
        });
    }
    Ok(tokens)
}

fn token(arg: &OsString) -> Result<Token<'_>, Stop> {
    let text = arg.to_string_lossy();
    if !text.starts_with('-') || text == "-" {
        return Ok(Token::Value(arg));
    }
    if let Some(rest) = text.strip_prefix("-h") {
        return Ok(Token::Option(Name::Help, attached_to_help(rest)));
    }
    let (typed, explicit) = match text.split_once('=') {
        Some((typed, _)) => (typed, Some(after_bytes(arg, typed.len() + 1))),
        None => (text.as_ref(), None),
    };
    let fits = |(option, _): &(&str, Name)| typed.starts_with("--") && option.starts_with(typed);
    let matching: Vec<(&str, Name)> = OPTIONS.into_iter().filter(fits).collect();
    match matching.as_slice() {
        [(_, name)] => Ok(Token::Option(*name, explicit)),
        [] if is_negative_number(&text) || text.contains(' ') => Ok(Token::Value(arg)),
        [] => Ok(Token::Stray(arg)),
        several => {
            let names: Vec<&str> = several.iter().map(|(option, _)| *option).collect();
            let names = names.join(", ");
            Err(Stop::Wrong(format!("ambiguous option: {text} could match {names}")))
        }
    }
}

/// What follows `-h` in the same argument, unless it is `-h` over and over: `-hh`, `-h=h`.
fn attached_to_help(rest: &str) -> Option<OsString> {
    let value = rest.strip_prefix('=').unwrap_or(rest);
    let more = value.trim_start_matches('h');
    let only_repeated = more.is_empty() && (rest.is_empty() || !value.is_empty());
    (!only_repeated).then(|| more.into())
}

/// `-5`, `-0.5` or `-.5`, which no option here looks like.
fn is_negative_number(text: &str) -> bool {
    let digits = |text: &str| text.chars().all(char::is_numeric);
    let text = text.strip_prefix('-').unwrap_or(text);
    match text.split_once('.') {
        Some((whole, fraction)) => digits(whole) && !fraction.is_empty() && digits(fraction),
        None => !text.is_empty() && digits(text),
    }
}

/// The rest of an argument, which may be a path that is not UTF-8.
#[cfg(unix)]
fn after_bytes(arg: &OsStr, start: usize) -> OsString {
    use std::os::unix::ffi::OsStrExt as _;
    // What stands before `start` matched an option, so it is ASCII and has the same length in both forms.
    OsStr::from_bytes(arg.as_bytes().get(start..).unwrap_or_default()).to_owned()
}

#[cfg(not(unix))]
fn after_bytes(arg: &OsStr, start: usize) -> OsString {
    arg.to_string_lossy().get(start..).unwrap_or_default().into()
}

/// A string as Python's `repr` writes it.
pub(super) fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut shown = String::from(quote);
    for letter in text.chars() {
        match letter {
            '\'' | '"' if letter != quote => shown.push(letter),
            _ => shown.extend(letter.escape_debug()),
        }
    }
    shown.push(quote);
    shown
}

fn usage() -> String {
    format!("usage: tsfm-gate compat [-h] --input INPUT --stage {{{}}}\n", STAGES.join(","))
}

/// What goes to stderr for a wrong use.
pub(super) fn wrong(message: &str) -> String {
    format!("{}tsfm-gate compat: error: {message}\n", usage())
}

/// What `--help` prints.
pub(super) fn help() -> String {
    format!(
        "{}
Judge a snapshot exactly as the upstream script does.

options:
  -h, --help            show this help message and exit
  --input INPUT         JSON file with the snapshot, read as UTF-8
  --stage {{{}}}
                        rollout stage

exit codes: 0 gate passed, 1 exception, 2 gate not passed or wrong usage
",
        usage(),
        STAGES.join(",")
    )
}
