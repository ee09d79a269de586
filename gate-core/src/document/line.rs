//! A document on one line, as programs look for it at the end of stderr.

use alloc::string::String;
use core::fmt::Write as _;

use serde::Serialize;

/// JSON on one line with a space after `:` and `,`, in ASCII, as Python's `json.dumps` writes it. Without a line end.
///
/// A value that JSON cannot hold, such as a map with keys that are no strings, gives an empty text.
///
/// ```
/// # use gate_core::document::to_line;
/// assert_eq!(to_line(&("a,b", ["é"])), r#"["a,b", ["\u00e9"]]"#);
/// ```
#[must_use]
pub fn to_line(value: &impl Serialize) -> String {
    let compact = serde_json::to_string(value).unwrap_or_default();
    let mut line = String::with_capacity(compact.len() * 2);
    let (mut inside_text, mut escaped) = (false, false);
    for character in compact.chars() {
        push(&mut line, character);
        match character {
            ':' | ',' if !inside_text => line.push(' '),
            '"' if !escaped => inside_text = !inside_text,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
    }
    line
}

fn push(line: &mut String, character: char) {
    if character.is_ascii() && character != '\x7f' {
        return line.push(character);
    }
    for unit in character.encode_utf16(&mut [0; 2]) {
        // Writing into a String cannot fail.
        let _ = write!(line, "\\u{unit:04x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
    fn only_separators_between_values_get_a_space() {
        let document: serde_json::Value =
            serde_json::from_str(r#"{"a\"b:":["x,y\\",1,{}],"😀":"\u007f"}"#).unwrap();
        assert_eq!(to_line(&document), r#"{"a\"b:": ["x,y\\", 1, {}], "\ud83d\ude00": "\u007f"}"#);
    }
}
