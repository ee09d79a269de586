//! Whether a secret stands beside an anchor, and where exactly.

use core::ops::Range;

use super::anchor::Anchor;
use super::login;
use super::rule::SecretRule;
use super::scanner::MAX_VALUE_BYTES;
use crate::placeholder::is_placeholder;

/// The most blanks, quotes and the like between a name and its value.
const MAX_GAP: usize = 64;

/// Where the value is, if there is a secret beside the anchor whose word begins at `start`.
pub(super) fn value(bytes: &[u8], anchor: &Anchor, start: usize) -> Option<Range<usize>> {
    let end = start + anchor.word.len();
    match anchor.rule {
        SecretRule::ApiKey => api_key(bytes, end),
        SecretRule::SkKey => sk_key(bytes, start, end),
        SecretRule::Credential => credential(bytes, end, anchor.word),
        SecretRule::Bearer => bearer(bytes, end),
        SecretRule::PrivateKey => private_key(bytes, start, end),
        SecretRule::AwsKeyId => {
            fixed(bytes, (start, end), 16, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        }
        SecretRule::GithubToken => at_least(bytes, (start, end), 22, is_word),
        SecretRule::SlackToken => at_least(bytes, (start, end), 12, is_key),
        SecretRule::GoogleKey => fixed(bytes, (start, end), 35, is_key),
        SecretRule::WebToken => web_token(bytes, start, end),
        SecretRule::UrlPassword => login::url_password(bytes, end),
        SecretRule::Basic => login::basic(bytes, end),
        SecretRule::StripeKey => random(bytes, (start, end), 16, |byte| byte.is_ascii_alphanumeric()),
        SecretRule::GitlabToken => random(bytes, (start, end), 20, is_key),
        SecretRule::NpmToken => fixed(bytes, (start, end), 36, |byte| byte.is_ascii_alphanumeric()),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_key(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

fn is_token(byte: u8) -> bool {
    is_key(byte) || matches!(byte, b'.' | b'/' | b'+' | b'=' | b'~')
}

/// What people choose as a password, up to a blank, a quote or a comma.
pub(super) fn is_password(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`' | b',' | b';' | b'<' | b'>' | b'\\')
}

/// The longest run of such bytes from `start`.
pub(super) fn run(bytes: &[u8], start: usize, is_part: impl Fn(u8) -> bool) -> Range<usize> {
    let rest = bytes.get(start..).unwrap_or_default().iter().take(MAX_VALUE_BYTES);
    start..start + rest.take_while(|byte| is_part(**byte)).count()
}

/// Past blanks, and anything that is no ASCII: blanks of other alphabets, typographic quotes.
pub(super) fn skip_blanks(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default().iter().take(MAX_GAP);
    start + rest.take_while(|byte| byte.is_ascii_whitespace() || !byte.is_ascii()).count()
}

/// Past a quote, which in JSON inside a text has a backslash before it.
fn skip_quote(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default().iter().take(4);
    let escapes = rest.clone().take_while(|byte| **byte == b'\\').count();
    let quote = rest.clone().nth(escapes).is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'));
    if quote { start + escapes + 1 } else { start }
}

/// Where the value of `name: value`, `name = "value"` or `"name": "value"` begins.
fn assigned(bytes: &[u8], end: usize) -> Option<usize> {
    let at = skip_blanks(bytes, skip_quote(bytes, end));
    let at = if bytes.get(at) == Some(&b':') && bytes.get(at + 1) == Some(&b'=') { at + 1 } else { at };
    let is_separator = matches!(bytes.get(at), Some(b':' | b'='));
    is_separator.then(|| skip_quote(bytes, skip_blanks(bytes, at + 1)))
}

fn api_key(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let start = assigned(bytes, end)?;
    let core = run(bytes, start, is_key);
    (core.len() >= 16).then(|| run(bytes, start, is_token)).filter(|value| is_real(bytes, value))
}

/// 20 letters or digits; or with hyphens, if the first part is a word (`proj`, `ant`) and the rest is no sentence.
fn sk_key(bytes: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let plain = run(bytes, end, |byte| byte.is_ascii_alphanumeric());
    if plain.len() >= 20 {
        return Some(start..plain.end);
    }
    let is_inside =
        start.checked_sub(1).and_then(|before| bytes.get(before)).is_some_and(|byte| is_key(*byte));
    let kind = run(bytes, end, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let rest = run(bytes, kind.end + 1, is_key);
    let has_kind = (2..=12).contains(&kind.len()) && bytes.get(kind.end) == Some(&b'-');
    let is_random =
        bytes.get(rest.clone())?.iter().any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (!is_inside && has_kind && rest.len() >= 16 && is_random).then_some(start..rest.end)
}

/// The names that end a credential's: `secret_key`, `tokenValue`.
const SUFFIXES: [&[u8]; 5] = [b"_access_key", b"accesskey", b"_key", b"-key", b"key"];

fn credential(bytes: &[u8], end: usize, word: &[u8]) -> Option<Range<usize>> {
    let rest = bytes.get(end..).unwrap_or_default();
    let has = |suffix: &&&[u8]| rest.get(..suffix.len()).is_some_and(|it| it.eq_ignore_ascii_case(suffix));
    let suffix = SUFFIXES.iter().find(has).map_or(0, |suffix| suffix.len());
    let start = assigned(bytes, end + suffix)?;
    if word.starts_with(b"pass") {
        let value = run(bytes, start, is_password);
        let text = bytes.get(value.clone())?;
        // `password: required` is a sentence about one.
        return (login::is_chosen(text) && is_real(bytes, &value)).then_some(value);
    }
    let value = run(bytes, start, is_token);
    let text = bytes.get(value.clone())?;
    // A count of tokens has no letters, and the name of a tokenizer no digits.
    let is_mixed = text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
    (text.len() >= 12 && is_mixed && is_real(bytes, &value)).then_some(value)
}

fn bearer(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let start = skip_blanks(bytes, end);
    let value = run(bytes, start, is_token);
    let text = bytes.get(value.clone())?;
    let is_one =
        text.len() >= 20 && text.iter().any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (start > end && is_one && is_real(bytes, &value)).then_some(value)
}

/// `-----BEGIN`, up to two words, `PRIVATE KEY`: the line itself, as the rest may be anywhere.
fn private_key(bytes: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let label = run(bytes, end, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ');
    let text = bytes.get(label.clone())?;
    let is_private = text.windows(11).any(|window| window == b"PRIVATE KEY");
    (is_private && bytes.get(label.end) == Some(&b'-')).then_some(start..label.end)
}

/// What follows a beginning that is no part of a longer word: with it, and alone.
fn standing(
    bytes: &[u8],
    (start, end): (usize, usize),
    is_part: impl Fn(u8) -> bool,
) -> Option<(Range<usize>, &[u8])> {
    let is_inside = start.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    let rest = run(bytes, end, is_part);
    (!is_inside).then_some((start..rest.end, bytes.get(rest)?))
}

/// Exactly so many.
fn fixed(
    bytes: &[u8],
    place: (usize, usize),
    length: usize,
    is_part: impl Fn(u8) -> bool,
) -> Option<Range<usize>> {
    standing(bytes, place, is_part).filter(|(_, rest)| rest.len() == length).map(|(whole, _)| whole)
}

/// So many or more, with a digit among them.
fn at_least(
    bytes: &[u8],
    place: (usize, usize),
    length: usize,
    is_part: impl Fn(u8) -> bool,
) -> Option<Range<usize>> {
    let (whole, rest) = standing(bytes, place, is_part)?;
    (rest.len() >= length && rest.iter().any(u8::is_ascii_digit)).then_some(whole)
}

/// So many or more at random, which need not have a digit among them.
fn random(
    bytes: &[u8],
    place: (usize, usize),
    length: usize,
    is_part: impl Fn(u8) -> bool,
) -> Option<Range<usize>> {
    let (whole, rest) = standing(bytes, place, is_part)?;
    let is_random = rest.iter().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    (rest.len() >= length && is_random && is_real(bytes, &(place.1..whole.end))).then_some(whole)
}

/// Three parts with dots between them, the second an object as well.
fn web_token(bytes: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let header = run(bytes, end, is_key);
    let payload = run(bytes, header.end + 1, is_key);
    let signature = run(bytes, payload.end + 1, is_key);
    let dots = [header.end, payload.end].iter().all(|at| bytes.get(*at) == Some(&b'.'));
    let is_object = bytes.get(payload.clone())?.starts_with(b"eyJ");
    (dots && is_object && header.len() >= 8 && signature.len() >= 16).then_some(start..signature.end)
}

/// A template's placeholder is no secret.
pub(super) fn is_real(bytes: &[u8], value: &Range<usize>) -> bool {
    let text = bytes.get(value.clone()).and_then(|text| core::str::from_utf8(text).ok());
    text.is_none_or(|text| !is_placeholder(text))
}
