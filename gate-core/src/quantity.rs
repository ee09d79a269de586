//! What a figure can be, by what its name ends with.

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
