//! Text of others, shown without letting it act.

use alloc::string::String;

/// Foreign text on one line: a blank for every control character, for the line ends of other alphabets, and for the marks
/// that turn the direction of a line around.
///
/// A name with a line end in it must not become a line of a report, nor one that is turned around read as another.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.chars().map(|letter| if acts(letter) { ' ' } else { letter }).collect()
}

fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_is_a_blank_and_all_else_stays() {
        assert_eq!(one_line("a\nb\r\u{1b}[1mc\u{2028}d\u{202e}e\u{2066}f"), "a b  [1mc d e f");
        for text in ["", "p95 <= 300 ms", "여섯 창", "zero\u{200b}width"] {
            assert_eq!(one_line(text), text);
        }
    }
}
