//! One metric's values on the grid: as measured, and as far as they are believed.

use alloc::borrow::Cow;
use core::ops::{Range, RangeInclusive};

/// The values of one metric by slot, NaN where one is missing.
#[derive(Debug, Clone)]
pub(super) struct Series<'a> {
    measured: Cow<'a, [f64]>,
    // Only where some value rests on too few requests.
    believed: Option<Cow<'a, [f64]>>,
    absent: bool,
    summary: Summary,
}

impl<'a> Series<'a> {
    /// A metric that the snapshot does not have.
    pub(super) const ABSENT: Self =
        Self { measured: Cow::Borrowed(&[]), believed: None, absent: true, summary: Summary::EMPTY };

    pub(super) fn new(measured: Cow<'a, [f64]>) -> Self {
        let summary = Summary::of(&measured);
        Self { measured, believed: None, absent: false, summary }
    }

    /// Withdraws belief from the slots that do not have enough requests.
    pub(super) fn believe(mut self, enough: impl Fn(usize) -> Option<bool>) -> Self {
        let doubt = |(slot, value): (usize, &f64)| !value.is_nan() && enough(slot) != Some(true);
        if self.measured.iter().enumerate().any(doubt) {
            let keep = |pair: (usize, &f64)| if doubt(pair) { f64::NAN } else { *pair.1 };
            self.believed = Some(self.measured.iter().enumerate().map(keep).collect());
        }
        self
    }

    /// True if the snapshot does not have the metric at all.
    pub(super) const fn is_absent(&self) -> bool {
        self.absent
    }

    /// The lowest and highest measured value, and whether some are missing.
    pub(super) const fn summary(&self) -> &Summary {
        &self.summary
    }

    /// Every value as it was measured.
    pub(super) fn measured(&self) -> &[f64] {
        &self.measured
    }

    /// Every value that rests on enough requests.
    pub(super) fn believed(&self) -> &[f64] {
        self.believed.as_deref().unwrap_or(&self.measured)
    }

    /// True if some slot has no believed value.
    pub(super) const fn has_holes(&self) -> bool {
        self.believed.is_some() || self.summary.missing
    }

    /// True if some measured value is not believed.
    pub(super) const fn has_doubts(&self) -> bool {
        self.believed.is_some()
    }

    /// The believed values with some slots taken out.
    pub(super) fn without<'s>(&'s self, excluded: &[Range<usize>]) -> Cow<'s, [f64]> {
        let mut values = Cow::Borrowed(self.believed());
        for range in excluded {
            let range = range.start.min(values.len())..range.end.min(values.len());
            if let Some(slots) = (!range.is_empty()).then(|| values.to_mut().get_mut(range)).flatten() {
                slots.fill(f64::NAN);
            }
        }
        values
    }
}

/// What one pass over a column tells: most rules need no second one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Summary {
    lowest: f64,
    highest: f64,
    missing: bool,
}

impl Summary {
    const EMPTY: Self = Self { lowest: f64::INFINITY, highest: f64::NEG_INFINITY, missing: false };

    fn of(values: &[f64]) -> Self {
        // Eight lanes without a dependency between them, which the compiler turns into vector code.
        let (mut low, mut high, mut holes) = ([f64::INFINITY; 8], [f64::NEG_INFINITY; 8], [false; 8]);
        let (blocks, rest) = values.as_chunks::<8>();
        for block in blocks {
            let lanes = low.iter_mut().zip(&mut high).zip(&mut holes);
            for (value, ((low, high), hole)) in block.iter().zip(lanes) {
                *low = if *value < *low { *value } else { *low };
                *high = if *value > *high { *value } else { *high };
                *hole |= value.is_nan();
            }
        }
        let start = Self { missing: holes.contains(&true), ..Self::EMPTY };
        let values =
            low.into_iter().chain(high).filter(|value| value.is_finite()).chain(rest.iter().copied());
        values.fold(start, |summary, value| Self {
            lowest: if value < summary.lowest { value } else { summary.lowest },
            highest: if value > summary.highest { value } else { summary.highest },
            missing: summary.missing | value.is_nan(),
        })
    }

    /// True if some value is missing.
    pub(super) const fn has_missing(&self) -> bool {
        self.missing
    }

    /// True if every value that is there lies in the range.
    pub(super) fn within(&self, range: &RangeInclusive<f64>) -> bool {
        // Without a value the lowest is above the highest.
        self.lowest > self.highest || (*range.start() <= self.lowest && self.highest <= *range.end())
    }

    /// True if some value is above the limit.
    pub(super) fn exceeds(&self, limit: f64) -> bool {
        self.highest > limit
    }
}
