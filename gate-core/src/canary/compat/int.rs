//! Integers without a largest one.

use alloc::boxed::Box;
use alloc::format;
use core::cmp::Ordering;
use core::fmt;

/// Everything from here on, in both directions, is outside `i64`.
const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;

/// A Python integer. It can be compared and printed; nothing here calculates with large ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Int(Repr);

// INVARIANT: what fits `i64` is `Small`, so the derived equality is that of the numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Repr {
    Small(i64),
    Big(Box<Big>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Big {
    negative: bool,
    /// Without leading zeros.
    digits: Box<str>,
}

impl Int {
    /// Reads an optional `-` and ASCII digits, as many as there are. `None` for anything else.
    #[must_use]
    pub fn from_decimal(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let big =
            || Big { negative: unsigned.len() < text.len(), digits: unsigned.trim_start_matches('0').into() };
        Some(Self(text.parse().map_or_else(|_| Repr::Big(Box::new(big())), Repr::Small)))
    }

    /// `int(number)` of a finite float: what is left without its fraction. `None` for the others.
    #[must_use]
    pub fn truncated(number: f64) -> Option<Self> {
        if (-TWO_TO_63..TWO_TO_63).contains(&number) {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "truncation is the point, and the range was checked"
            )]
            return Some(Self::from(number as i64));
        }
        // A float this large has no fraction, and formatting prints every digit of it.
        Self::from_decimal(&format!("{number:.0}"))
    }

    /// Whether this is above 0.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        match &self.0 {
            Repr::Small(number) => *number > 0,
            Repr::Big(big) => !big.negative,
        }
    }

    /// `self * times >= limit`, for a limit in the range of `i64`.
    pub(super) fn times_reaches(&self, times: usize, limit: i64) -> bool {
        match &self.0 {
            Repr::Small(number) => {
                let times = i128::try_from(times).unwrap_or(i128::MAX);
                i128::from(*number).saturating_mul(times) >= i128::from(limit)
            }
            Repr::Big(_) if times == 0 => 0 >= limit,
            Repr::Big(big) => !big.negative,
        }
    }

    /// Compares exactly, without rounding the integer to a float. `None` for NaN.
    pub(super) fn cmp_float(&self, number: f64) -> Option<Ordering> {
        match Self::truncated(number) {
            Some(whole) if *self == whole => 0.0.partial_cmp(&(number % 1.0)),
            Some(whole) => Some(self.cmp(&whole)),
            None => 0.0.partial_cmp(&number),
        }
    }
}

impl Ord for Int {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(left), Repr::Small(right)) => left.cmp(right),
            (Repr::Small(_), Repr::Big(right)) => right.sign().reverse(),
            (Repr::Big(left), Repr::Small(_)) => left.sign(),
            (Repr::Big(left), Repr::Big(right)) => left.cmp(right),
        }
    }
}

impl PartialOrd for Int {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Big {
    /// How this compares with anything that fits `i64`.
    fn sign(&self) -> Ordering {
        if self.negative { Ordering::Less } else { Ordering::Greater }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        if self.negative != other.negative {
            return self.sign();
        }
        let size = self.digits.len().cmp(&other.digits.len()).then_with(|| self.digits.cmp(&other.digits));
        if self.negative { size.reverse() } else { size }
    }
}

impl fmt::Display for Int {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(number) => number.fmt(f),
            Repr::Big(big) => f.pad_integral(!big.negative, "", &big.digits),
        }
    }
}

impl From<i64> for Int {
    fn from(number: i64) -> Self {
        Self(Repr::Small(number))
    }
}

impl From<i128> for Int {
    fn from(number: i128) -> Self {
        i64::try_from(number).map_or_else(
            |_| {
                let digits = format!("{}", number.unsigned_abs()).into_boxed_str();
                Self(Repr::Big(Box::new(Big { negative: number < 0, digits })))
            },
            Self::from,
        )
    }
}

impl From<u64> for Int {
    fn from(number: u64) -> Self {
        Self::from(i128::from(number))
    }
}
