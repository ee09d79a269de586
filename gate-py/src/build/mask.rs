//! Texts without their secrets.

use std::fmt::Display;

use gate_cli::Masker;

/// What stands in the place of a value that is a secret by its name.
const MASK: &str = "***";

/// Masks what is built, if it is to be masked.
#[derive(Clone, Copy)]
pub(super) struct Mask<'a> {
    masker: Option<&'a Masker>,
    /// The name that the value stands beside, which may say that it is a secret.
    name: &'a str,
}

impl<'a> Mask<'a> {
    /// Everything stays as it is.
    pub(super) const NONE: Self = Self { masker: None, name: "" };

    pub(super) const fn by(masker: &'a Masker) -> Self {
        Self { masker: Some(masker), name: "" }
    }

    /// The same for what stands beside a name.
    pub(super) const fn beside<'b>(self, name: &'b str) -> Mask<'b>
    where
        'a: 'b,
    {
        Mask { masker: self.masker, name }
    }

    /// What is to be shown in the place of a value; none if it may be shown itself.
    pub(super) fn value(self, value: &impl Display) -> Option<String> {
        let masker = self.masker?;
        let before = format!("{}=", self.name);
        let line = format!("{before}{value}");
        let shown = masker.text(&line);
        (shown != line).then(|| shown.strip_prefix(&before).unwrap_or(MASK).to_owned())
    }
}
