//! The last look at what is said by commands that handle tokens.

use crate::masker::Masker;

/// Masks what is said, or lets it pass.
#[derive(Debug)]
pub(crate) enum Veil {
    /// Nothing of it can be a secret.
    None,
    Masked(Box<Masker>),
    /// The secrets are not known, so nothing is said but the exit code.
    Mute,
}

impl Veil {
    pub(crate) fn over(handles_secrets: bool) -> Self {
        if !handles_secrets {
            return Self::None;
        }
        Masker::of_environment([]).map_or(Self::Mute, |masker| Self::Masked(Box::new(masker)))
    }

    pub(crate) fn text(&self, text: String) -> String {
        match self {
            Self::None => text,
            Self::Masked(masker) => masker.text(&text),
            Self::Mute => String::new(),
        }
    }
}
