//! One definition of a quantile per policy, by name.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// Which number is called the 95th percentile. For 1..=20 the three say 19, 20 and 19.05.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quantile {
    /// The smallest value that at least `q` of all values do not exceed: at `ceil(q n)`, counted from 1. Always a value
    /// that was measured.
    #[default]
    NearestRank,
    /// The value at `floor(q n)`, counted from 0.
    FloorIndex,
    /// Between the two values around `q (n - 1)`, counted from 0.
    Linear,
}

impl Quantile {
    /// The quantile `q` (0 to 1) of some values. `None` without values, or if one is not finite.
    #[must_use]
    pub fn of(self, values: &[f64], q: f64) -> Option<f64> {
        if !(0.0..=1.0).contains(&q) || values.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let mut sorted: Vec<f64> = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1)?;
        let count = as_f64(sorted.len());
        let at = |rank: f64| sorted.get(index(rank).min(last)).copied();
        match self {
            // 0.95 is not quite 19/20 in binary; the product may be a hair above a whole number.
            Self::NearestRank => at(libm::ceil(q * count - 1e-9) - 1.0),
            Self::FloorIndex => at(libm::floor(q * count + 1e-9)),
            Self::Linear => {
                let rank = q * as_f64(last);
                let (low, high) = (at(libm::floor(rank))?, at(libm::ceil(rank))?);
                let weight = rank - libm::floor(rank);
                Some(low * (1.0 - weight) + high * weight)
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "no list in memory is as long as 2^53")]
const fn as_f64(count: usize) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rank lies between 0 and the length of a list; below 0 it is the first"
)]
const fn index(rank: f64) -> usize {
    rank as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_definitions_give_three_numbers() {
        let values: Vec<f64> = (1..=20).map(f64::from).collect();
        let of = |quantile: Quantile| quantile.of(&values, 0.95);
        assert_eq!(of(Quantile::NearestRank), Some(19.0));
        assert_eq!(of(Quantile::FloorIndex), Some(20.0));
        assert_eq!(of(Quantile::Linear), Some(19.05));
        assert_eq!(Quantile::Linear.of(&[], 0.5), None);
        assert_eq!(Quantile::Linear.of(&[1.0, f64::NAN], 0.5), None);
        assert_eq!(Quantile::NearestRank.of(&[7.0], 0.0), Some(7.0));
    }
}
