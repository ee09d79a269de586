//! One line of a vector file.

use std::fmt::Debug;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// A row. The fields that all domains share are read; the rest is for the domain to read from the line.
pub struct Row<'a> {
    line: &'a str,
    header: Header,
}

/// What a replay found out.
pub enum Outcome {
    /// We answer as upstream did.
    Same,
    /// We do not; the text says what was expected and what was found.
    Different(String),
    /// We do not, because of a flaw that we do not share; the row is not tagged with it.
    Departure(&'static str),
    /// The row asks for an operation that is not ours.
    OutOfScope(String),
}

impl Outcome {
    /// Compares one part of the answers.
    pub fn of<E: PartialEq<F> + Debug, F: Debug>(what: &str, expected: &E, found: &F) -> Self {
        if expected == found {
            Self::Same
        } else {
            Self::Different(format!("{what}: expected {expected:?}, found {found:?}"))
        }
    }

    /// The first difference counts, so the next part is compared only when there is none.
    #[must_use]
    pub fn and(self, next: impl FnOnce() -> Self) -> Self {
        if matches!(self, Self::Same) { next() } else { self }
    }
}

#[derive(Deserialize)]
struct Header {
    id: String,
    op: Option<String>,
    #[serde(default)]
    flaw: Tags,
    #[serde(default)]
    flaws: Tags,
    seed_expect: Option<IgnoredAny>,
}

/// Files write one tag as a text and several as a list.
#[derive(Deserialize, Default)]
#[serde(untagged)]
enum Tags {
    #[default]
    None,
    One(String),
    Many(Vec<String>),
}

impl Tags {
    fn iter(&self) -> impl Iterator<Item = &str> {
        let tags = match self {
            Self::None => &[],
            Self::One(tag) => std::slice::from_ref(tag),
            Self::Many(tags) => tags.as_slice(),
        };
        tags.iter().map(String::as_str)
    }
}

impl<'a> Row<'a> {
    pub(super) fn parse(line: &'a str) -> serde_json::Result<Self> {
        Ok(Self { line, header: serde_json::from_str(line)? })
    }

    /// The name of the row.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.header.id
    }

    /// The operation, in files that hold several.
    #[must_use]
    pub fn op(&self) -> &str {
        self.header.op.as_deref().unwrap_or_default()
    }

    /// The flaws of upstream that the row shows. One where the seed documents ask for another answer than upstream's
    /// has the tag `seed_expect` as well.
    pub fn flaws(&self) -> impl Iterator<Item = &str> {
        let seed = self.header.seed_expect.as_ref().map(|_| "seed_expect");
        self.header.flaw.iter().chain(self.header.flaws.iter()).chain(seed)
    }

    /// Reads the fields of a domain.
    ///
    /// # Errors
    /// When they do not have the form that the domain expects.
    pub fn fields<T: Deserialize<'a>>(&self) -> serde_json::Result<T> {
        serde_json::from_str(self.line)
    }
}
