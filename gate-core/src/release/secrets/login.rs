//! A user and a password in one text: in a URL, and in a header for basic authentication.

use alloc::vec::Vec;
use core::ops::Range;

use super::confirm::{is_password, is_real, run, skip_blanks};

/// `postgres://user:password@host`: the password.
pub(super) fn url_password(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let is_part = |byte: u8| is_password(byte) && !matches!(byte, b'/' | b'?' | b'#' | b':' | b'@');
    let user = run(bytes, end, is_part);
    let password = run(bytes, user.end + 1, is_part);
    let is_login = bytes.get(user.end) == Some(&b':') && bytes.get(password.end) == Some(&b'@');
    let text = bytes.get(password.clone())?;
    (is_login && is_chosen(text) && !is_variable(text) && is_real(bytes, &password)).then_some(password)
}

/// `Authorization: Basic …`: base64 of a user, a colon and a password.
pub(super) fn basic(bytes: &[u8], end: usize) -> Option<Range<usize>> {
    let start = skip_blanks(bytes, end);
    let value = run(bytes, start, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='));
    let login = decoded(bytes.get(value.clone())?)?;
    let (_, password) = core::str::from_utf8(&login).ok()?.split_once(':')?;
    let is_text = !login.iter().any(u8::is_ascii_control);
    let is_one = is_chosen(password.as_bytes()) && is_real(password.as_bytes(), &(0..password.len()));
    (start > end && is_text && is_one).then_some(value)
}

/// `password` itself, as in every example, is a word and no password.
pub(super) fn is_chosen(text: &[u8]) -> bool {
    let is_long = text.len() >= 16 || text.len() >= 8 && !text.iter().all(u8::is_ascii_lowercase);
    is_long && text.iter().any(u8::is_ascii_alphanumeric)
}

/// `{password}`, `$PASSWORD`, `%(password)s`, `DB_PASSWORD`: what a program puts in.
fn is_variable(text: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_uppercase() || *byte == b'_';
    matches!(text, [b'$' | b'{' | b'[' | b'(', ..] | [b'%', b'(' | b's' | b'v', ..])
        || text.iter().all(is_name)
}

/// The bytes that a base64 text stands for.
fn decoded(text: &[u8]) -> Option<Vec<u8>> {
    let digits = text.strip_suffix(b"==").or_else(|| text.strip_suffix(b"=")).unwrap_or(text);
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0_u32);
    for digit in digits {
        bits = bits << 6 & 0xffff | u32::from(sextet(*digit)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

const fn sextet(digit: u8) -> Option<u8> {
    match digit {
        b'A'..=b'Z' => Some(digit - b'A'),
        b'a'..=b'z' => Some(digit - b'a' + 26),
        b'0'..=b'9' => Some(digit - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_with_and_without_padding() {
        for (text, expected) in [
            ("", Some("")),
            ("dTpw", Some("u:p")),
            ("dTpwdw==", Some("u:pw")),
            ("dTpwdzE=", Some("u:pw1")),
            ("dTpwdzE", Some("u:pw1")),
            ("dT=w", None),
        ] {
            assert_eq!(decoded(text.as_bytes()), expected.map(|text| text.as_bytes().to_vec()), "{text}");
        }
    }
}
