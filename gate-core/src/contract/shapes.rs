//! Whether the arrays have the shapes that lookback, horizon and features ask for.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::archive::{Data, Used};
use super::facts::Array;
use super::fields::place;
use super::finding::{ContractFault, ContractFinding};

/// What the model is asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Model {
    pub(super) sequence_length: u64,
    pub(super) horizon: u64,
}

/// Judges every used array.
pub(super) fn check(used: &Used<'_>, model: Model, findings: &mut Vec<ContractFinding>) {
    let rules = Rules { used, model, findings };
    match used.data {
        Data::Windowed { x, y, future, fixed } => rules.windowed(x, y, future, fixed),
        Data::Series(Some(series)) => rules.series(series),
        Data::Series(None) | Data::Nothing => {}
    }
}

struct Rules<'a, 'f> {
    used: &'a Used<'a>,
    model: Model,
    findings: &'f mut Vec<ContractFinding>,
}

impl Rules<'_, '_> {
    fn windowed(
        mut self,
        x: Option<&Array>,
        y: Option<&Array>,
        future: Option<&Array>,
        fixed: Option<&Array>,
    ) {
        // The windows are counted in `y`, so every batch is compared with its first axis.
        let batch = y.and_then(|y| y.shape.first()).copied();
        let Model { sequence_length, horizon } = self.model;
        if let Some(x) = x {
            match x.shape.as_slice() {
                [windows, lookback, width] => {
                    self.batch(x, *windows, batch);
                    self.length(x, "sequence length", *lookback, sequence_length);
                    self.width(x, *width);
                }
                _ => self.rank(x, "3 axes: windows, lookback and features"),
            }
        }
        if let Some(y) = y {
            match y.shape.as_slice() {
                [_, width] => self.outputs(y, *width),
                _ => self.rank(y, "2 axes: windows and horizon"),
            }
        }
        if let Some(future) = future {
            match future.shape.as_slice() {
                [windows, steps, _] => {
                    self.batch(future, *windows, batch);
                    self.length(future, "horizon", *steps, horizon);
                }
                _ => self.rank(future, "3 axes: windows, horizon and covariates"),
            }
        }
        if let Some(fixed) = fixed {
            match fixed.shape.as_slice() {
                [rows, _] => self.fixed_rows(fixed, *rows, batch),
                _ => self.rank(fixed, "2 axes: windows and covariates"),
            }
        }
    }

    fn series(mut self, series: &Array) {
        if !matches!(series.shape.len(), 1 | 2) {
            self.rank(series, "1 axis, or 2: rows and features");
        }
    }

    /// One feature is the target alone, which pipelines write beside the names of all features.
    fn width(&mut self, x: &Array, width: u64) {
        if width == 0 {
            return self.rank(x, "at least one feature");
        }
        let Some(features) = self.used.features.map(|names| names.len() as u64) else { return };
        let alone = width == 1 && x.name == "X" && features > 0;
        if width != features && !alone {
            self.push(
                ContractFault::FeaturesInvalid,
                &x.name,
                format!("as many features as `feature_names` lists, {features}"),
                format!("{width} in {}", shape(x)),
            );
        }
    }

    /// The horizon once, or once for each target.
    fn outputs(&mut self, y: &Array, width: u64) {
        let horizon = self.model.horizon;
        let targets = self.used.targets.map_or(1, |targets| targets.len() as u64);
        if width != horizon && width != horizon.saturating_mul(targets) {
            let expected = format!("{horizon} columns, the horizon");
            let found = format!("{width} in {}", shape(y));
            self.push(ContractFault::ShapeMismatch, &y.name, expected, found);
        }
    }

    /// An array without windows has no steps to count; that it is empty is said elsewhere.
    fn length(&mut self, array: &Array, what: &str, found: u64, expected: u64) {
        if found != expected && array.shape.first() != Some(&0) {
            let found = format!("{found} in {}", shape(array));
            self.push(
                ContractFault::ShapeMismatch,
                &array.name,
                format!("{expected} steps, the {what}"),
                found,
            );
        }
    }

    fn batch(&mut self, array: &Array, windows: u64, batch: Option<u64>) {
        if let Some(batch) = batch.filter(|batch| *batch != windows) {
            let expected = format!("{batch} windows, as in y");
            let found = format!("{windows} in {}", shape(array));
            self.push(ContractFault::BatchMismatch, &array.name, expected, found);
        }
    }

    /// Pipelines write one row for each row of the series, not for each window; either can be lined up.
    fn fixed_rows(&mut self, fixed: &Array, rows: u64, batch: Option<u64>) {
        let Some(windows) = batch else { return };
        let overlap = self.model.sequence_length.saturating_add(self.model.horizon).saturating_sub(1);
        let series = windows.saturating_add(overlap);
        if rows != windows && rows != series {
            let expected = format!("{windows} rows, one for each window, or {series}, one for each row");
            let found = format!("{rows} in {}", shape(fixed));
            self.push(ContractFault::BatchMismatch, &fixed.name, expected, found);
        }
    }

    fn rank(&mut self, array: &Array, expected: &str) {
        self.push(ContractFault::ShapeMismatch, &array.name, expected.to_string(), shape(array));
    }

    fn push(&mut self, fault: ContractFault, array: &str, expected: String, found: String) {
        let path = place(&self.used.file.named, array);
        self.findings.push(ContractFinding::new(fault, path, expected, found));
    }
}

/// A shape as Python writes it: `(40, 8, 1)`, `(40,)`, `()`.
pub(super) fn shape(array: &Array) -> String {
    let axes: Vec<String> = array.shape.iter().map(ToString::to_string).collect();
    match axes.as_slice() {
        [one] => format!("the shape ({one},)"),
        axes => format!("the shape ({})", axes.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::contract::facts::{FilePath, Kind};

    fn array(name: &str, shape: &[u64]) -> Array {
        Array { name: name.into(), kind: Kind::Float, shape: shape.to_vec(), broken: None }
    }

    /// The faults of 40 windows of 8 steps and 2 features, with a horizon of 3, beside another array.
    fn beside(
        future: Option<&[u64]>,
        fixed: Option<&[u64]>,
        targets: &[i64],
        y: &[u64],
    ) -> Vec<ContractFault> {
        let file = FilePath { named: "processed.npz".into(), resolved: None, explicit: true };
        let (x, y) = (array("X", &[40, 8, 2]), array("y", y));
        let future = future.map(|shape| array("X_fut", shape));
        let fixed = fixed.map(|shape| array("static_features", shape));
        let data =
            Data::Windowed { x: Some(&x), y: Some(&y), future: future.as_ref(), fixed: fixed.as_ref() };
        let names = ["a".into(), "b".into()];
        let used =
            Used { file: &file, data, features: Some(&names), targets: Some(targets), data_checked: true };
        let mut findings = Vec::new();
        check(&used, Model { sequence_length: 8, horizon: 3 }, &mut findings);
        findings.into_iter().map(|finding| finding.fault).collect()
    }

    #[test]
    fn covariates_of_the_future_cover_the_horizon() {
        assert_eq!(beside(Some(&[40, 3, 5]), None, &[0], &[40, 3]), vec![]);
        assert_eq!(beside(Some(&[40, 8, 5]), None, &[0], &[40, 3]), [ContractFault::ShapeMismatch]);
        assert_eq!(beside(Some(&[39, 3, 5]), None, &[0], &[40, 3]), [ContractFault::BatchMismatch]);
        assert_eq!(beside(Some(&[40, 3]), None, &[0], &[40, 3]), [ContractFault::ShapeMismatch]);
    }

    #[test]
    fn static_covariates_have_a_row_for_each_window_or_each_row() {
        for rows in [40, 50] {
            assert_eq!(beside(None, Some(&[rows, 4]), &[0], &[40, 3]), vec![]);
        }
        assert_eq!(beside(None, Some(&[41, 4]), &[0], &[40, 3]), [ContractFault::BatchMismatch]);
        assert_eq!(beside(None, Some(&[40]), &[0], &[40, 3]), [ContractFault::ShapeMismatch]);
    }

    #[test]
    fn the_horizon_stands_once_or_once_for_each_target() {
        assert_eq!(beside(None, None, &[0, 1], &[40, 3]), vec![]);
        assert_eq!(beside(None, None, &[0, 1], &[40, 6]), vec![]);
        assert_eq!(beside(None, None, &[0], &[40, 6]), [ContractFault::ShapeMismatch]);
    }
}
