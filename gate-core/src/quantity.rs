//! What a figure can be, by what its name ends with, and how it is written.

use alloc::format;
use alloc::string::String;

/// What a figure of this name would have to be, if it cannot be this. NaN is no figure of any kind that is known here.
pub(crate) fn impossible(name: &str, value: f64) -> Option<&'static str> {
    let (expected, is_possible) = if name.ends_with("_rate") {
        ("a ratio in 0..=1", (0.0..=1.0).contains(&value))
    } else if ["_ms", "_s", "_rps", "_pp"].iter().any(|unit| name.ends_with(unit)) {
        ("a number of 0 or more", value >= 0.0)
    } else {
        return None;
    };
    (!is_possible).then_some(expected)
}

/// A number with the fewest digits that read back to the same bits, and no `.0`.
#[must_use]
pub fn shown(value: f64) -> String {
    let mut text = format!("{value:?}");
    if text.ends_with(".0") {
        text.truncate(text.len() - 2);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_figure_is_longer_than_it_must_be() {
        assert_eq!([10.0, 0.25, 1e308, -1e-9].map(shown), ["10", "0.25", "1e308", "-1e-9"]);
    }
}
