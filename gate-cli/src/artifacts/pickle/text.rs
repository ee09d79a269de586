//! Text of a pickle.

use gate_core::document::Node;

use super::super::wrong::{Wrong, quoted};

/// UTF-8, as all protocols but 0 write it. Python also lets single surrogates through; no name has them.
pub(super) fn utf8(bytes: &[u8]) -> Result<Node, Wrong> {
    let text = str::from_utf8(bytes).map_err(|_| Wrong::new("UTF-8 text", quoted(bytes)))?;
    Ok(Node::Text(text.to_owned()))
}

/// A `str` of Python 2, which Python 3 reads as ASCII.
pub(super) fn ascii(bytes: &[u8]) -> Result<Node, Wrong> {
    if bytes.is_ascii() { utf8(bytes) } else { Err(Wrong::new("ASCII text", quoted(bytes))) }
}

/// Protocol 0: one byte a character, and `\uXXXX` or `\UXXXXXXXX` for the others.
pub(super) fn raw_unicode_escape(line: &[u8]) -> Result<Node, Wrong> {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    loop {
        rest = match rest {
            [] => return Ok(Node::Text(text)),
            [b'\\', b'u', after @ ..] => escaped(after, 4, &mut text)?,
            [b'\\', b'U', after @ ..] => escaped(after, 8, &mut text)?,
            // A backslash takes its follower along, so that the `u` after two of them starts nothing.
            [b'\\', next, after @ ..] => {
                text.push('\\');
                text.push(char::from(*next));
                after
            }
            [byte, after @ ..] => {
                text.push(char::from(*byte));
                after
            }
        };
    }
}

fn escaped<'a>(bytes: &'a [u8], digits: usize, text: &mut String) -> Result<&'a [u8], Wrong> {
    let wrong = || Wrong::new(format!("{digits} hexadecimal digits of a Unicode character"), quoted(bytes));
    let (code, after) = bytes.split_at_checked(digits).ok_or_else(wrong)?;
    text.push(character(code).ok_or_else(wrong)?);
    Ok(after)
}

fn character(digits: &[u8]) -> Option<char> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    str::from_utf8(digits)
        .ok()
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .and_then(char::from_u32)
}

/// Protocol 0 of Python 2: the `repr` of a `str`.
pub(super) fn quoted_ascii(line: &[u8]) -> Result<Node, Wrong> {
    let wrong = || Wrong::new("text in quotes", quoted(line));
    let (inner, quote) = match line {
        [open @ (b'\'' | b'"'), inner @ .., close] if open == close => (inner, *open),
        _ => return Err(wrong()),
    };
    let mut text = Vec::with_capacity(inner.len());
    let mut rest = inner;
    loop {
        rest = match rest {
            [] => return ascii(&text),
            [b'\\', b'x', high, low, after @ ..] => {
                let code = character(&[*high, *low]).and_then(|code| u8::try_from(code).ok());
                text.push(code.ok_or_else(wrong)?);
                after
            }
            [b'\\', letter, after @ ..] => {
                text.push(control(*letter).ok_or_else(wrong)?);
                after
            }
            [byte, ..] if *byte == quote || *byte == b'\\' => return Err(wrong()),
            [byte, after @ ..] => {
                text.push(*byte);
                after
            }
        };
    }
}

const fn control(letter: u8) -> Option<u8> {
    match letter {
        b'\\' | b'\'' | b'"' => Some(letter),
        b'n' => Some(b'\n'),
        b'r' => Some(b'\r'),
        b't' => Some(b'\t'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    #[test]
    fn protocol_0_escapes() {
        assert_eq!(raw_unicode_escape(b"run-a"), Ok(text("run-a")));
        assert_eq!(raw_unicode_escape(br"\uc2e4\ud589 \U0001f600"), Ok(text("실행 😀")));
        assert_eq!(raw_unicode_escape(b"caf\xe9"), Ok(text("café")));
        assert_eq!(raw_unicode_escape(br"a\u005cn\n\\u0041"), Ok(text(r"a\n\n\\u0041")));
        for line in [br"\u12".as_slice(), br"\ud800", br"\U00110000", br"\u00+1"] {
            assert!(raw_unicode_escape(line).is_err(), "{line:?}");
        }
    }

    #[test]
    fn python_2_text() {
        assert_eq!(quoted_ascii(br"'a\'b\n\x41'"), Ok(text("a'b\nA")));
        for line in ["", "'", "'a", "a'", "'a'b'", r"'\'", r"'\x4'", r"'\xff'", r"'\q'", "\"a'"] {
            assert!(quoted_ascii(line.as_bytes()).is_err(), "{line}");
        }
    }
}
