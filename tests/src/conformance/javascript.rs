//! How upstream writes and reads numbers.

use serde::Deserialize;

/// A number with so many decimals, as JavaScript writes it: of two that are equally near, the larger.
pub(super) fn fixed(value: f64, decimals: usize) -> String {
    let rounded = format!("{value:.decimals$}");
    // Every double is a finite decimal: 1100 digits show it exactly.
    let exact = format!("{value:.1100}");
    let point = exact.find('.').unwrap_or(exact.len());
    let (kept, rest) = exact.split_at(point + 1 + decimals);
    let tie = rest.starts_with('5') && rest[1..].bytes().all(|digit| digit == b'0');
    // Without decimals, what is kept still ends with the point.
    let kept = kept.trim_end_matches('.');
    if tie && value > 0.0 && rounded == kept {
        format!("{:.decimals$}", above(kept, decimals))
    } else {
        rounded
    }
}

/// The next larger number with so many decimals.
fn above(text: &str, decimals: usize) -> f64 {
    let step = 10_f64.powi(-i32::try_from(decimals).unwrap_or(0));
    text.parse::<f64>().unwrap_or(f64::NAN) + step
}

/// A number, one of the three texts for those that JSON cannot hold, or null.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Number(pub(super) f64);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Finite(f64),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Finite(value) => Ok(Self(value)),
            Written::Text(text) => match text.as_str() {
                "NaN" => Ok(Self(f64::NAN)),
                "Infinity" => Ok(Self(f64::INFINITY)),
                "-Infinity" => Ok(Self(f64::NEG_INFINITY)),
                other => Err(serde::de::Error::custom(format!("no number: {other}"))),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_go_up() {
        let written = [(0.0625, 3), (0.5625, 3), (0.25, 1), (0.35, 1), (55.55, 1), (0.9999, 3), (2.5, 0)];
        let written = written.map(|(value, decimals)| fixed(value, decimals));
        assert_eq!(written, ["0.063", "0.563", "0.3", "0.3", "55.5", "1.000", "3"]);
    }
}
