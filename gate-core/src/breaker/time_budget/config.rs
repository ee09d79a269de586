//! What a time budget is cut into.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::samples::Percentile;
use crate::document::{objects, quoted};
use crate::{ErrorCode, GateError};

/// Parts in one budget.
const MOST_PARTS: usize = 64;

/// Samples kept of each part.
const MOST_SAMPLES: u32 = 10_000;

/// The longest total: a year, in microseconds.
const LONGEST_US: u64 = 366 * 24 * 3_600_000_000;

/// A total, its named parts in the order in which they run, and a buffer for overruns.
///
/// Microseconds, because parts of a fraction of a millisecond are real; inside there are nanoseconds.
/// What neither the parts nor the buffer name stays unassigned, and pays for overruns after the buffer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeBudgetConfig {
    /// Everything together must be done in this time.
    pub total_us: u64,
    /// Kept back for overruns.
    #[serde(default)]
    pub buffer_us: u64,
    /// The parts, first to last.
    #[serde(deserialize_with = "objects")]
    pub parts: Vec<PartConfig>,
    /// How many of the latest samples of each part the percentiles are taken over.
    #[serde(default = "default_samples")]
    pub samples: u32,
    /// How percentiles are defined.
    #[serde(default)]
    pub percentile: Percentile,
    /// What a promise is measured against.
    #[serde(default)]
    pub accounting: Accounting,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartConfig {
    /// Its name, unique in the budget.
    pub name: String,
    /// Its share of the total.
    pub us: u64,
}

/// What a promise is measured against.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accounting {
    /// What is left of the total after all other promises. Together, promises are never more than that.
    #[default]
    Whole,
    /// The part's own share only, as in the system that these rules come from. Each promise fits the total,
    /// but all together need not: for comparing answers with that system.
    PerPart,
}

const fn default_samples() -> u32 {
    200
}

impl TimeBudgetConfig {
    /// A budget of so many microseconds with parts, everything else by default.
    #[must_use]
    pub fn of(total_us: u64, parts: &[(&str, u64)], buffer_us: u64) -> Self {
        Self {
            total_us,
            buffer_us,
            parts: parts.iter().map(|(name, us)| PartConfig { name: (*name).into(), us: *us }).collect(),
            samples: default_samples(),
            percentile: Percentile::default(),
            accounting: Accounting::default(),
        }
    }

    /// The whole in nanoseconds.
    pub(super) const fn total(&self) -> u64 {
        self.total_us.saturating_mul(1000)
    }

    /// The buffer in nanoseconds.
    pub(super) const fn buffer(&self) -> u64 {
        self.buffer_us.saturating_mul(1000)
    }

    /// What nobody has, in nanoseconds.
    pub(super) fn unassigned(&self) -> u64 {
        let parts = self.parts.iter().map(PartConfig::share);
        parts.fold(self.total().saturating_sub(self.buffer()), u64::saturating_sub)
    }

    pub(super) fn check(&self) -> Result<(), GateError> {
        within("total_us", self.total_us, 1..=LONGEST_US)?;
        within("samples", u64::from(self.samples), 1..=u64::from(MOST_SAMPLES))?;
        if !(1..=MOST_PARTS).contains(&self.parts.len()) {
            let expected = format!("1 to {MOST_PARTS} parts");
            return Err(GateError::new(ErrorCode::WrongValue, "parts", expected, self.parts.len()));
        }
        self.check_names()?;
        let shares = self.parts.iter().map(|part| part.us).fold(self.buffer_us, u64::saturating_add);
        if shares > self.total_us {
            let expected = format!("parts and buffer within the total of {}", self.total_us);
            return Err(GateError::new(ErrorCode::Contradiction, "parts", expected, shares));
        }
        Ok(())
    }

    fn check_names(&self) -> Result<(), GateError> {
        for (index, part) in self.parts.iter().enumerate() {
            let path = format!("parts[{index}].name");
            let name = &part.name;
            let plain = (1..=64).contains(&name.len()) && !name.chars().any(char::is_control);
            if !plain || name.trim() != name {
                let expected = "1 to 64 printable bytes without spaces around them";
                return Err(GateError::new(ErrorCode::NameSyntax, path, expected, quoted(name)));
            }
            if self.parts.iter().take(index).any(|earlier| earlier.name == *name) {
                let expected = "a name that no earlier part has";
                return Err(GateError::new(ErrorCode::DuplicateKey, path, expected, quoted(name)));
            }
        }
        Ok(())
    }
}

impl PartConfig {
    /// The share in nanoseconds.
    pub(super) const fn share(&self) -> u64 {
        self.us.saturating_mul(1000)
    }
}

fn within(path: &str, value: u64, range: core::ops::RangeInclusive<u64>) -> Result<(), GateError> {
    if range.contains(&value) {
        return Ok(());
    }
    let expected = format!("a whole number in {}..={}", range.start(), range.end());
    Err(GateError::new(ErrorCode::WrongValue, path, expected, value))
}
