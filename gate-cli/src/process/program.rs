//! What is run.

use std::process::Command;

use serde::Deserialize;

/// What is to be run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Words")]
pub(crate) enum Program {
    /// A program with its arguments, which no shell sees.
    Argv(Vec<String>),
    /// A line for the shell.
    Shell(String),
}

/// As it stands in a plan.
#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    Argv(Vec<String>),
    Shell(String),
}

impl TryFrom<Words> for Program {
    type Error = &'static str;

    /// Refuses an empty one: nothing would be run, and end well.
    fn try_from(words: Words) -> Result<Self, &'static str> {
        let is_empty = match &words {
            Words::Shell(line) => line.trim().is_empty(),
            Words::Argv(words) => words.first().is_none_or(String::is_empty),
        };
        match words {
            _ if is_empty => Err("a command"),
            Words::Argv(words) => Ok(Self::Argv(words)),
            Words::Shell(line) => Ok(Self::Shell(line)),
        }
    }
}

impl Program {
    /// As a person would type it. Masked by whoever shows it.
    pub(crate) fn shown(&self) -> String {
        match self {
            Self::Shell(line) => line.clone(),
            Self::Argv(words) => words.iter().map(|word| shell_word(word)).collect::<Vec<_>>().join(" "),
        }
    }

    /// The same with a word filled in wherever `{name}` stands.
    pub(crate) fn filled(&self, name: &str, value: &str) -> Self {
        let filled = |text: &String| text.replace(&format!("{{{name}}}"), value);
        match self {
            Self::Shell(line) => Self::Shell(filled(line)),
            Self::Argv(words) => Self::Argv(words.iter().map(filled).collect()),
        }
    }

    pub(super) fn command(&self) -> Option<Command> {
        match self {
            Self::Shell(line) => {
                let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
                let mut command = Command::new(shell);
                command.arg(option).arg(line);
                Some(command)
            }
            Self::Argv(words) => {
                let (program, arguments) = words.split_first()?;
                let mut command = Command::new(program);
                command.args(arguments);
                Some(command)
            }
        }
    }
}

/// A word as a shell takes it.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./@:=,+%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
