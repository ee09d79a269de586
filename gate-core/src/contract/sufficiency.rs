//! How many windows training, validation and test have after the split, and whether that is enough.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::archive::{Data, Used};
use super::fields::place;
use super::finding::{ContractFault, ContractFinding};
use super::report::Windows;

/// Where a fifth (`test_size`, then `val_size` of the rest) is cut off `count` items: the lengths of the parts.
///
/// The start of a part is rounded down, as the pipeline does it, so the odd items go to the later part.
const fn split(count: u64) -> [u64; 3] {
    let test = count.div_ceil(5);
    let rest = count - test;
    let validation = rest.div_ceil(5);
    [rest - validation, validation, test]
}

impl Windows {
    /// Of windows that are there.
    #[must_use]
    pub const fn of_windows(count: u64) -> Self {
        let [train, validation, test] = split(count);
        Self { train, validation, test }
    }

    /// Of a series that is split before each part is cut into windows.
    #[must_use]
    pub fn of_series(length: u64, sequence_length: u64, horizon: u64) -> Self {
        let needed = sequence_length.saturating_add(horizon);
        let windows = |rows: u64| (rows.saturating_add(1)).saturating_sub(needed);
        let [train, validation, test] = split(length).map(windows);
        Self { train, validation, test }
    }

    fn empty_parts(self) -> Vec<&'static str> {
        let parts = [("training", self.train), ("validation", self.validation), ("test", self.test)];
        parts.into_iter().filter(|(_, windows)| *windows == 0).map(|(name, _)| name).collect()
    }
}

/// The windows of the archive, if its arrays can be read. A part without a window is a finding.
pub(super) fn check(
    used: &Used<'_>,
    sequence_length: u64,
    horizon: u64,
    findings: &mut Vec<ContractFinding>,
) -> Option<Windows> {
    let (array, count, windows, what) = match used.data {
        Data::Windowed { y: Some(y), .. } => {
            let count = *y.shape.first()?;
            (y, count, Windows::of_windows(count), "windows")
        }
        Data::Series(Some(series)) => {
            let count = *series.shape.first()?;
            (series, count, Windows::of_series(count, sequence_length, horizon), "rows")
        }
        _ => return None,
    };
    let empty = windows.empty_parts();
    if !empty.is_empty() {
        let found = format!("{count} {what}, which leave none for {}", list(&empty));
        findings.push(ContractFinding::new(
            ContractFault::DataInsufficient,
            place(&used.file.named, &array.name),
            "at least one window each for training, validation and test",
            found,
        ));
    }
    Some(windows)
}

fn list(names: &[&str]) -> String {
    match names {
        [] => "none".to_string(),
        [one] => (*one).to_string(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_rounded_down() {
        assert_eq!(
            [0, 1, 2, 3, 4, 5, 10, 40].map(split),
            [[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1], [2, 1, 1], [3, 1, 1], [6, 2, 2], [25, 7, 8],]
        );
    }

    #[test]
    fn a_series_is_split_before_it_is_cut() {
        assert_eq!(Windows::of_series(48, 8, 1), Windows { train: 22, validation: 0, test: 2 });
        assert_eq!(Windows::of_series(u64::MAX, u64::MAX, u64::MAX).train, 0);
    }
}
