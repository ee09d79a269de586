//! Values that stand where a real one should: `changeme`, `<your token>`, `TODO`.

use alloc::string::String;
use alloc::vec::Vec;

/// Nobody means these as a value, once blanks, case and separators are gone. The first eight are the documents' own.
const WHOLE: [&str; 21] = [
    "changeme",
    "changemeplease",
    "tsfmdevtoken",
    "devtoken",
    "demotoken",
    "example",
    "yourtoken",
    "placeholder",
    "replaceme",
    "yourkey",
    "yourkeyhere",
    "yourtokenhere",
    "yoursecret",
    "dummy",
    "todo",
    "tbd",
    "fixme",
    "insertkeyhere",
    "null",
    "undefined",
    "notset",
];

/// Instructions to whoever fills in the template, wherever they stand in a value.
const INSTRUCTIONS: [&str; 3] = ["changeme", "replaceme", "replacewith"];

/// Whether a value is a placeholder, or nothing at all.
///
/// ```
/// # use gate_core::placeholder::is_placeholder;
/// assert!(is_placeholder(" Change-Me\t"));
/// assert!(is_placeholder("<your token>"));
/// assert!(is_placeholder("replace-with-real-key"));
/// assert!(!is_placeholder("/data/exchange/metrics"));
/// ```
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    let folded = fold(value);
    trim(value).is_empty()
        || WHOLE.contains(&folded.as_str())
        || folded.len() >= 3 && folded.bytes().all(|byte| byte == b'x')
        || is_bracketed(trim(value))
        || has_instruction(value)
}

/// What is left of a value, folded, without the longest placeholder in it. Words as short as `todo` stand in random letters
/// by chance, so they stay.
pub(crate) fn beside_placeholder(value: &str) -> String {
    const LEAST: usize = 7;
    let folded = fold(value);
    let inside = WHOLE.iter().filter(|word| word.len() >= LEAST && folded.contains(**word));
    let longest = inside.max_by_key(|word| word.len());
    longest.map_or_else(|| folded.clone(), |word| folded.replace(*word, ""))
}

/// What is left of a value when blanks around it, its case and everything that is no letter or digit are gone.
#[must_use]
pub fn fold(value: &str) -> String {
    value.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A value without blanks at either end. The byte order mark is one as well: editors leave it where nobody sees it.
#[must_use]
pub fn trim(value: &str) -> &str {
    value.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}')
}

/// `<token>`, `{{ token }}` and `${TOKEN}` are what a template has before it is filled in.
fn is_bracketed(value: &str) -> bool {
    [("<", ">"), ("{{", "}}"), ("${", "}")]
        .iter()
        .any(|(open, close)| value.len() > 1 && value.starts_with(open) && value.ends_with(close))
}

/// By whole words, so that `exchange-metrics` is none; with an underscore, wherever it stands.
fn has_instruction(value: &str) -> bool {
    let lower = value.to_lowercase();
    let words: Vec<&str> =
        lower.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let said = |instruction: &&str| {
        words.contains(instruction)
            || words.windows(2).any(|pair| {
                let mut rest = *instruction;
                pair.iter().all(|word| rest.strip_prefix(word).map(|left| rest = left).is_some())
                    && rest.is_empty()
            })
    };
    lower.contains("change_me") || lower.contains("replace_me") || INSTRUCTIONS.iter().any(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_seen_through_case_blanks_and_separators() {
        for value in [
            "",
            " \t",
            "\u{feff}",
            "CHANGEME",
            "change me!",
            "tsfm_dev_token",
            "Demo.Token",
            "your-key-here",
            "prefix-CHANGE_ME-suffix",
            "xCHANGE_MEx",
            "change--me-now",
            "<>",
            "<a\nb>",
            "${TOKEN}",
            "{{ token }}",
            "XXXX",
            "replace-with-real-key",
        ] {
            assert!(is_placeholder(value), "{value:?}");
        }
    }

    #[test]
    fn values_are_no_placeholders() {
        for value in
            ["0", "false", "x<a>", "exchange-metrics", "example.test/v1", "exchangeme", "k9-Lm2", "/", "*"]
        {
            assert!(!is_placeholder(value), "{value:?}");
        }
    }
}
