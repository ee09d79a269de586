//! Numbers of a language whose only number is a 64-bit float, in our integers.

use serde::Deserialize;

/// A number; rows write those that JSON has not as text.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(from = "Written")]
pub(super) struct Real(pub(super) f64);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(f64),
    Word(Word),
}

#[derive(Deserialize)]
enum Word {
    #[serde(rename = "NaN")]
    NaN,
    Infinity,
    #[serde(rename = "-Infinity")]
    MinusInfinity,
}

impl From<Written> for Real {
    fn from(written: Written) -> Self {
        Self(match written {
            Written::Number(number) => number,
            Written::Word(Word::NaN) => f64::NAN,
            Written::Word(Word::Infinity) => f64::INFINITY,
            Written::Word(Word::MinusInfinity) => f64::NEG_INFINITY,
        })
    }
}

impl Real {
    /// So many millionths, to the nearest; `None` for what is no finite number. Beyond the integers: the last one.
    #[expect(clippy::cast_possible_truncation, reason = "a cast from float to integer stops at the ends")]
    pub(super) fn millionths(self) -> Option<i64> {
        self.0.is_finite().then(|| (self.0 * 1e6).round_ties_even() as i64)
    }

    /// The same, where less than nothing makes no sense.
    pub(super) fn amount(self) -> Option<u64> {
        self.millionths().and_then(|millionths| u64::try_from(millionths).ok())
    }
}
