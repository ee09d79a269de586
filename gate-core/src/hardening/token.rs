//! Whether a token is one that a service may be protected with.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::placeholder::{beside_placeholder, fold, is_placeholder};

/// What is asked of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenPolicy {
    /// Bytes that it has at least.
    pub min_length: usize,
    /// Different bytes that it has at least, so that `aaaaaaaaaaaaaaaa` is none.
    pub min_distinct: usize,
}

impl Default for TokenPolicy {
    fn default() -> Self {
        Self { min_length: 16, min_distinct: 6 }
    }
}

/// Why a token is refused. It never says the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenFault {
    /// There is none.
    Missing,
    /// It is one of the values that documents and templates hold.
    Placeholder,
    /// It has blanks, control characters or letters that no header carries.
    NotPrintable,
    /// It is shorter than the policy asks.
    TooShort,
    /// It is the same few characters over and over.
    TooUniform,
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Missing => "expected a token, found none",
            Self::Placeholder => "expected a real token, found a placeholder",
            Self::NotPrintable => "expected printable ASCII without blanks, found another character",
            Self::TooShort => "expected a longer token, found a short one",
            Self::TooUniform => "expected a random token, found few different characters",
        })
    }
}

impl TokenPolicy {
    /// Judges a token.
    ///
    /// # Errors
    /// The first of the faults that it has, in the order in which they are declared.
    pub fn check(&self, token: Option<&str>) -> Result<(), TokenFault> {
        let token = token.filter(|token| !token.is_empty()).ok_or(TokenFault::Missing)?;
        if is_placeholder(token) || self.is_padded(token) {
            return Err(TokenFault::Placeholder);
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenFault::NotPrintable);
        }
        if token.len() < self.min_length {
            return Err(TokenFault::TooShort);
        }
        let distinct = (0..=u8::MAX).filter(|byte| token.as_bytes().contains(byte)).count();
        if distinct < self.min_distinct { Err(TokenFault::TooUniform) } else { Ok(()) }
    }

    /// Whether it is a placeholder made long enough: `changeme12345678`.
    fn is_padded(&self, token: &str) -> bool {
        let rest = beside_placeholder(token);
        rest.len() < self.min_length && rest != fold(token)
    }
}
