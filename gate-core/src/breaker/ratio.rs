//! Ratios that compare exactly.

use alloc::format;

use crate::error::{ErrorCode, GateError};

/// A ratio in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Millionths(pub(super) u32);

impl Millionths {
    /// True if `part` of `whole` is strictly more.
    #[inline]
    pub(super) const fn is_exceeded_by(self, part: u64, whole: u64) -> bool {
        part as u128 * 1_000_000 > whole as u128 * self.0 as u128
    }

    /// True if `part` of `whole` is as much or more.
    #[inline]
    pub(super) const fn is_reached_by(self, part: u64, whole: u64) -> bool {
        part as u128 * 1_000_000 >= whole as u128 * self.0 as u128
    }

    /// The ratio in percent.
    pub(super) fn percent(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }
}

/// A ratio up to `most` millionths. Finer ones are refused: they would be compared inexactly.
pub(super) fn ratio(path: &str, given: f64, most: u32) -> Result<Millionths, GateError> {
    let millionths = libm::round(given * 1e6);
    if (0.0..=f64::from(most)).contains(&millionths) && is_same(millionths / 1e6, given) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to a million, whole"
        )]
        return Ok(Millionths(millionths as u32));
    }
    let expected = format!("a ratio of 0 to {} in whole millionths", f64::from(most) / 1e6);
    Err(GateError::new(ErrorCode::OutOfRange, path, expected, given))
}

/// The same number; -0 is 0.
pub(super) const fn is_same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a == 0.0 && b == 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_the_ratio_does_not_exceed_it_and_reaches_it() {
        let five = Millionths(50_000);
        for (part, whole, exceeded, reached) in
            [(5, 100, false, true), (6, 100, true, true), (45, 1000, false, false), (0, 0, false, true)]
        {
            assert_eq!(
                (five.is_exceeded_by(part, whole), five.is_reached_by(part, whole)),
                (exceeded, reached)
            );
        }
        assert!(Millionths(999_999).is_exceeded_by(u64::MAX, u64::MAX));
        assert!(!Millionths(1_000_000).is_exceeded_by(u64::MAX, u64::MAX));
    }

    #[test]
    fn what_cannot_be_held_exactly_is_refused() {
        let read = |given| ratio("rate", given, 999_999).ok();
        assert_eq!(
            [0.05, 0.001, 0.07, -0.0].map(read),
            [50_000, 1_000, 70_000, 0].map(|it| Some(Millionths(it)))
        );
        assert_eq!([1.0, -0.1, 1e-7, f64::NAN, f64::INFINITY, 0.049_999_999_9].map(read), [None; 6]);
    }
}
