//! Text of others, shown without letting it act.

use alloc::string::String;

/// Foreign text on one line of at most 120 characters.
pub(super) fn one_line(text: &str) -> String {
    // Beside control characters: marks that turn the direction of a line around, and line ends of other alphabets.
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let harmless = |c: char| !c.is_control() && !turns(c);
    text.chars().take(120).map(|c| if harmless(c) { c } else { ' ' }).collect()
}
