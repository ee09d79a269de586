//! Whether a service hands out the token that it was asked with.

use alloc::vec::Vec;

use crate::secret::Secret;

/// What reads one escaped byte at the start of a text.
type Escape = fn(&[u8]) -> Option<(u8, &[u8])>;

/// Whether the token stands in a text: as it is, as in JSON, as in a URL, or as in a URL in JSON. An empty one is in
/// every text.
pub(super) fn holds(text: &str, token: &Secret) -> bool {
    let plain = text.as_bytes();
    let json = decoded(plain, json_escape);
    let has_token = |text: &[u8]| text.windows(token.len().max(1)).any(|part| part == token.expose());
    token.is_empty()
        || has_token(plain)
        || has_token(&decoded(plain, url_escape))
        || has_token(&decoded(&json, url_escape))
        || has_token(&json)
}

fn decoded(text: &[u8], escape: Escape) -> Vec<u8> {
    let mut rest = text;
    let mut out = Vec::with_capacity(text.len());
    while let Some((byte, after)) = escape(rest).or_else(|| plain_byte(rest)) {
        out.push(byte);
        rest = after;
    }
    out
}

fn plain_byte(text: &[u8]) -> Option<(u8, &[u8])> {
    text.split_first().map(|(byte, after)| (*byte, after))
}

fn url_escape(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, after @ ..] = text else { return None };
    Some((hex(*high, *low)?, after))
}

/// Only what an ASCII token can hold.
fn json_escape(text: &[u8]) -> Option<(u8, &[u8])> {
    match text {
        [b'\\', b'u', b'0', b'0', high, low, after @ ..] => Some((hex(*high, *low)?, after)),
        [b'\\', byte, after @ ..] => Some((*byte, after)),
        _ => None,
    }
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_in_every_spelling() {
        let token = Secret::new(r#"pl4in&Odd"val/ue9"#);
        for text in [
            r#"a pl4in&Odd"val/ue9 b"#,
            r#"{"a": "pl4in\u0026Odd\"val\/ue9"}"#,
            "/x?t=pl4in%26Odd%22val%2fue9",
            "%70%6c4in&Odd%22val/ue9",
            r#"{"a": "t=pl4in%26Odd%22val\/ue9"}"#,
        ] {
            assert!(holds(text, &token), "{text}");
        }
        for text in ["", "pl4in", r#"pl4in&Odd"val/ue8"#, "%", "%7", "%zz", "\\", "\\u00", "\\u00zz"] {
            assert!(!holds(text, &token), "{text}");
        }
        assert!(holds("", &Secret::new("")), "who asks for nothing has not looked");
    }
}
