//! The fast way: a spec without any problem or oddity, scanned in one pass.
//!
//! It takes JSON objects and arrays of the one shape that a valid spec has. Whatever else it meets, an unknown key as
//! well as a syntax error, it leaves to [`read`](super::read), which alone says what is wrong and what is odd. So it may
//! give up whenever it likes, and must only never accept what `read` does not; fuzzing compares the two.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::names::{invisible, surely_differ, trimmed};
use super::{Covariate, Imputation, SCHEMA_VERSION, Spec, Word};
use crate::bounds::{MAX_COVARIATE_NAME_BYTES, MAX_COVARIATES};

/// The spec, if there is nothing to say about it.
pub(super) fn spec(text: &str) -> Option<Spec> {
    let mut cursor = Cursor(text);
    let (mut version, mut dynamic, mut r#static, mut imputation) = (None, None, None, None);
    cursor.object(|value, key| match key {
        "schema_version" => once(&mut version, value.text()?),
        "dynamic_covariates" => once(&mut dynamic, value.group()?),
        "static_covariates" => once(&mut r#static, value.group()?),
        "imputation_policy" => once(&mut imputation, value.policy()?),
        _ => None,
    })?;
    cursor.end()?;
    let (dynamic, r#static) = (dynamic.unwrap_or_default(), r#static.unwrap_or_default());
    let names: Vec<&str> = dynamic.iter().chain(&r#static).map(|it: &Covariate| it.name.as_str()).collect();
    if version? != SCHEMA_VERSION || !surely_differ(names.into_iter()) {
        return None;
    }
    Some(Spec { dynamic, r#static, imputation: imputation.unwrap_or_default(), unknown_keys: Vec::new() })
}

/// Keeps a value, unless there is one already: then a key stands twice.
fn once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

/// Something that this reader does not take.
struct GiveUp;

/// What is left of the text.
struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    fn policy(&mut self) -> Option<Imputation> {
        let (mut dynamic, mut r#static) = (None, None);
        self.object(|value, key| match key {
            "dynamic_covariates" => once(&mut dynamic, value.word_or_null().ok()?),
            "static_covariates" => once(&mut r#static, value.word_or_null().ok()?),
            _ => None,
        })?;
        Some(Imputation { dynamic: dynamic.flatten(), r#static: r#static.flatten() })
    }

    fn group(&mut self) -> Option<Vec<Covariate>> {
        let mut covariates = Vec::new();
        self.take("[")?;
        if self.take("]").is_some() {
            return Some(covariates);
        }
        loop {
            covariates.push(self.covariate()?);
            if self.take(",").is_none() {
                self.take("]")?;
                return (covariates.len() <= MAX_COVARIATES).then_some(covariates);
            }
        }
    }

    fn covariate(&mut self) -> Option<Covariate> {
        let (mut name, mut kind, mut required) = (None, None, None);
        self.object(|value, key| match key {
            "name" => once(&mut name, value.name()?),
            "type" => once(&mut kind, value.word()?),
            "required" => once(&mut required, value.boolean()?),
            _ => None,
        })?;
        Some(Covariate { name: name?, r#type: kind?, required: required? })
    }

    fn name(&mut self) -> Option<String> {
        let text = self.text()?;
        let name = trimmed(&text);
        let good = !name.is_empty() && name.len() <= MAX_COVARIATE_NAME_BYTES && invisible(name).is_none();
        good.then(|| name.into())
    }

    fn word<T: Word>(&mut self) -> Option<T> {
        T::of(&self.text()?)
    }

    /// Null says that nothing is chosen.
    fn word_or_null<T: Word>(&mut self) -> Result<Option<T>, GiveUp> {
        if self.take("null").is_some() {
            return Ok(None);
        }
        self.word().map(Some).ok_or(GiveUp)
    }

    fn boolean(&mut self) -> Option<bool> {
        if self.take("true").is_some() { Some(true) } else { self.take("false").map(|()| false) }
    }

    /// Calls `member` at the value of each key.
    fn object(&mut self, mut member: impl FnMut(&mut Self, &str) -> Option<()>) -> Option<()> {
        self.take("{")?;
        if self.take("}").is_some() {
            return Some(());
        }
        loop {
            let key = self.text()?;
            self.take(":")?;
            member(self, &key)?;
            if self.take(",").is_none() {
                return self.take("}");
            }
        }
    }

    fn text(&mut self) -> Option<Cow<'a, str>> {
        self.take("\"")?;
        let (text, rest) = self.0.split_at_checked(plain_length(self.0.as_bytes())?)?;
        match rest.strip_prefix('"') {
            Some(rest) => {
                self.0 = rest;
                Some(Cow::Borrowed(text))
            }
            None => self.escaped_text().map(Cow::Owned),
        }
    }

    /// A text with escapes, after its first quote. What they mean is for the JSON library to say.
    #[cold]
    fn escaped_text(&mut self) -> Option<String> {
        let mut escaped = false;
        let length = self.0.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest.strip_prefix('"')?;
        serde_json::from_str(&alloc::format!("\"{text}\"")).ok()
    }

    /// Goes past a token and the white space before it, if it is there.
    fn take(&mut self, token: &str) -> Option<()> {
        let space = self.0.bytes().take_while(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t')).count();
        self.0 = self.0.get(space..)?.strip_prefix(token)?;
        Some(())
    }

    fn end(&mut self) -> Option<()> {
        self.take("")?;
        self.0.is_empty().then_some(())
    }
}

/// The bytes before the first one that ends a text or needs a closer look; eight at a time, for it is the innermost loop.
fn plain_length(bytes: &[u8]) -> Option<usize> {
    let (chunks, tail) = bytes.as_chunks::<8>();
    for (index, chunk) in chunks.iter().enumerate() {
        let special = special_bytes(u64::from_le_bytes(*chunk));
        if special != 0 {
            return Some(index * 8 + (special.trailing_zeros() / 8) as usize);
        }
    }
    let special = |byte: &u8| matches!(*byte, b'"' | b'\\' | ..0x20);
    tail.iter().position(special).map(|at| chunks.len() * 8 + at)
}

/// The highest bit of each byte that is a quote, a backslash or a control character.
///
/// A borrow can mark a byte wrongly, but only one above a byte that is marked rightly, so the lowest mark is right.
const fn special_bytes(bytes: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = ONES << 7;
    let quote = bytes ^ (ONES * b'"' as u64);
    let backslash = bytes ^ (ONES * b'\\' as u64);
    (quote.wrapping_sub(ONES) & !quote
        | backslash.wrapping_sub(ONES) & !backslash
        | bytes.wrapping_sub(ONES * 0x20) & !bytes)
        & HIGH
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn finds_the_first_special_byte_wherever_it_stands() {
        for special in (0..=255).filter(|byte| matches!(byte, b'"' | b'\\' | ..0x20)) {
            for length in 0..40 {
                for at in 0..length {
                    // Bytes that differ by one bit or a borrow from the special ones.
                    for plain in [b'!', b'#', b'[', b']', b' ', 0x80, 0xff, b'"' | 0x80] {
                        let (before, after) = (vec![plain; at], vec![plain; length - at - 1]);
                        assert_eq!(plain_length(&[&*before, &[special], &*after].concat()), Some(at));
                        assert_eq!(plain_length(&[before, after].concat()), None);
                    }
                }
            }
        }
    }
}
