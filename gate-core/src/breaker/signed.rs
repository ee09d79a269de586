//! Who commands, and why.

use alloc::string::String;

use serde::Serialize;

use crate::error::{ErrorCode, GateError};

/// The longest actor or reason, in bytes.
const LONGEST: usize = 256;

/// A person (or a named job) and the reason for what they command.
///
/// Both are trimmed, not empty, at most 256 bytes and without control characters, so that they can stand
/// on one line of a history. The instant of the command is given where it is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signed {
    actor: String,
    reason: String,
}

impl Signed {
    /// Signs a command.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::NameSyntax`] at `actor` or `reason`.
    pub fn new(actor: &str, reason: &str) -> Result<Self, GateError> {
        Ok(Self { actor: line("actor", actor)?, reason: line("reason", reason)? })
    }

    /// Who.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

fn line(path: &str, text: &str) -> Result<String, GateError> {
    let text = text.trim();
    let found = match text {
        "" => "nothing".into(),
        _ if text.len() > LONGEST => alloc::format!("{} bytes", text.len()),
        _ if text.chars().any(char::is_control) => "a control character".into(),
        _ => return Ok(text.into()),
    };
    Err(GateError::new(ErrorCode::NameSyntax, path, "1 to 256 printable bytes", found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_must_be_said() {
        let texts = [("", "why"), ("  ", "why"), ("kim", "\u{b}"), ("kim", "two\nlines")];
        for (actor, reason) in texts {
            assert!(Signed::new(actor, reason).is_err(), "{actor:?} {reason:?}");
        }
        let error = Signed::new("kim", "").map_err(|error| alloc::format!("{error}"));
        assert_eq!(error, Err("reason: expected 1 to 256 printable bytes, found nothing".into()));
        let signed = Signed::new(" kim ", "drill 7").map(|signed| (signed.actor, signed.reason));
        assert_eq!(signed, Ok(("kim".into(), "drill 7".into())));
    }
}
