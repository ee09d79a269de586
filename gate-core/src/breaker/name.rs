//! Names that hosts choose: conditions, components, causes.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use crate::document::authored;
use crate::error::{ErrorCode, GateError};

/// The longest name, in bytes.
const LONGEST: usize = 64;
const EXPECTED: &str = "a name of 1 to 64 printable bytes without spaces around it";

/// A short printable name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// Checks a name.
    ///
    /// # Errors
    ///
    /// [`ErrorCode::NameSyntax`] if it is empty, longer than 64 bytes, has a control character, or spaces around it.
    pub fn new(text: &str) -> Result<Self, GateError> {
        match fault(text) {
            None => Ok(Self(text.into())),
            Some(found) => Err(GateError::new(ErrorCode::NameSyntax, "name", EXPECTED, found)),
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match fault(&text) {
            None => Ok(Self(text)),
            Some(found) => Err(authored(ErrorCode::NameSyntax, EXPECTED, &found)),
        }
    }
}

fn fault(text: &str) -> Option<String> {
    match text {
        "" => Some("nothing".into()),
        _ if text.len() > LONGEST => Some(alloc::format!("{} bytes", text.len())),
        _ if text.chars().any(char::is_control) => Some("a control character".into()),
        _ if text.trim() != text => Some("a space at an end".into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_printable() {
        for text in ["", " a", "a ", "a\nb", &"a".repeat(65)] {
            assert!(Name::new(text).is_err(), "{text:?}");
        }
        assert!(Name::new(&"a".repeat(64)).is_ok());
        assert!(serde_json::from_str::<Name>("\"\"").is_err());
    }
}
