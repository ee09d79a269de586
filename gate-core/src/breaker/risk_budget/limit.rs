//! What may be lost, and how often it may be tried.

use core::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A limit that says what it is. Nothing, 0 or a negative number never means "no limit".
///
/// In documents: a whole number, or `"unlimited"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// There is none, on purpose.
    Unlimited,
    /// So much and not more; 0 allows nothing.
    AtMost(u64),
}

/// The limits of a budget.
///
/// Both are stated: whoever wants none says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskLimits {
    /// What was lost plus what is committed, in the smallest unit that is counted (a millionth, a request).
    pub loss: Limit,
    /// Units of work.
    pub units: Limit,
}

impl Limit {
    /// What is left after so much; `None` if there is no limit.
    #[must_use]
    pub const fn left(self, used: u64) -> Option<u64> {
        match self {
            Self::Unlimited => None,
            Self::AtMost(most) => Some(most.saturating_sub(used)),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unlimited => f.pad("unlimited"),
            Self::AtMost(most) => fmt::Display::fmt(most, f),
        }
    }
}

impl Serialize for Limit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unlimited => serializer.serialize_str("unlimited"),
            Self::AtMost(most) => serializer.serialize_u64(*most),
        }
    }
}

impl<'de> Deserialize<'de> for Limit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Words)
    }
}

struct Words;

impl Visitor<'_> for Words {
    type Value = Limit;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number of 0 or more, or `unlimited`")
    }

    fn visit_u64<E: serde::de::Error>(self, most: u64) -> Result<Limit, E> {
        Ok(Limit::AtMost(most))
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Limit, E> {
        match word {
            "unlimited" => Ok(Limit::Unlimited),
            _ => Err(E::invalid_value(serde::de::Unexpected::Str(word), &self)),
        }
    }
}
