//! The metrics themselves, to verify a report by.
//!
//! With the targets y, the predictions p and the errors e = y - p, over all elements of all windows:
//!
//! | metric | formula |
//! | --- | --- |
//! | `mae` | mean of abs(e) |
//! | `mse` | mean of e² |
//! | `rmse` | square root of `mse` |
//! | `mape` | 100 · mean of abs(e / y) over the elements with y ≠ 0 ("robust MAPE") |
//! | `mape_zero_safe` | 100 · mean of abs(e) / max(abs(y), 1e-8) |
//! | `r2` | 1 - Σe² / (Σ(y - mean of y)² + 1e-8) |
//! | `mase` | `mae` / mean of abs(y\[i+1, 0\] - y\[i, 0\]), the first step of each window |
//!
//! The names and the handling of zeros are those of the runbook (section 5) and of the pipeline that it describes, so
//! that a report can be verified digit by digit but for the order of summation. Where a formula has no answer, that
//! pipeline writes Infinity or a figure made by its `1e-8`; here the metric is null and the reason is given.

use alloc::vec::Vec;

use serde::Serialize;

use crate::contract::finding::{ContractError, ContractFault, ContractFinding};

/// Keeps quotients finite, as the pipeline does it.
const EPSILON: f64 = 1e-8;

/// The metrics of some predictions.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metrics {
    /// Mean absolute error.
    pub mae: f64,
    /// Mean squared error.
    pub mse: f64,
    /// Root mean squared error.
    pub rmse: f64,
    /// Robust mean absolute percentage error, in percent; none when every target is 0.
    pub mape: Option<f64>,
    /// The same with targets near 0 counted as `1e-8`, in percent.
    pub mape_zero_safe: f64,
    /// Coefficient of determination; none when all targets are equal.
    pub r2: Option<f64>,
    /// Error relative to repeating the last value; none for one window, or when the first steps never change.
    pub mase: Option<f64>,
    /// Why each metric that is none has no value.
    pub undefined: Vec<Undefined>,
}

/// A metric without a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Undefined {
    /// Its name.
    pub metric: &'static str,
    /// Why.
    pub reason: &'static str,
}

impl Metrics {
    /// The metrics of predictions one step ahead.
    ///
    /// # Errors
    /// Those of [`Metrics::of_windows`].
    ///
    /// ```
    /// use gate_core::contract::metrics::Metrics;
    /// let metrics = Metrics::compute(&[1.0, 2.0, 4.0, 8.0], &[1.0, 2.0, 3.0, 8.0]).unwrap();
    /// assert_eq!((metrics.mae, metrics.rmse, metrics.mape), (0.25, 0.5, Some(6.25)));
    /// ```
    pub fn compute(y_true: &[f64], y_pred: &[f64]) -> Result<Self, ContractError> {
        Self::of_windows(y_true, y_pred, 1)
    }

    /// The metrics of windows of `horizon` steps each, window after window.
    ///
    /// # Errors
    /// `shape-mismatch` if the lengths differ or are no whole number of windows, `data-insufficient` if there is
    /// nothing, `not-finite-values` if an input or a sum is not finite, `argument-invalid` for a horizon of 0.
    pub fn of_windows(y_true: &[f64], y_pred: &[f64], horizon: usize) -> Result<Self, ContractError> {
        check_input(y_true, y_pred, horizon)?;
        let errors = || y_true.iter().zip(y_pred).map(|(y, p)| y - p);
        let mae = mean(errors().map(f64::abs));
        let squares: f64 = errors().map(|e| e * e).sum();
        let mse = squares / count(y_true.len());
        let zero_safe = errors().zip(y_true).map(|(e, y)| e.abs() / y.abs().max(EPSILON));
        let mut undefined = Vec::new();
        let mut defined = |metric, value: Result<f64, &'static str>| match value {
            Ok(value) => Some(value),
            Err(reason) => {
                undefined.push(Undefined { metric, reason });
                None
            }
        };
        let metrics = Self {
            mae,
            mse,
            rmse: libm::sqrt(mse),
            mape: defined("mape", mape(y_true, y_pred)),
            mape_zero_safe: 100.0 * mean(zero_safe),
            r2: defined("r2", r2(y_true, squares)),
            mase: defined("mase", mase(y_true, mae, horizon)),
            undefined: Vec::new(),
        };
        Self { undefined, ..metrics }.finite()
    }

    /// Sums of finite numbers can still be too large for a float.
    fn finite(self) -> Result<Self, ContractError> {
        let options = [("mape", self.mape), ("r2", self.r2), ("mase", self.mase)];
        let plain = [("mae", self.mae), ("mse", self.mse), ("mape_zero_safe", self.mape_zero_safe)];
        let values = plain.into_iter().chain(options.into_iter().filter_map(|(name, it)| Some((name, it?))));
        let findings = values.filter(|(_, value)| !value.is_finite()).map(|(name, _)| {
            let found = "a sum beyond the range of a float";
            ContractFinding::new(ContractFault::NotFinite, name, "a finite number", found)
        });
        ContractError::from_findings(findings.collect()).map_or(Ok(self), Err)
    }
}

fn check_input(y_true: &[f64], y_pred: &[f64], horizon: usize) -> Result<(), ContractError> {
    let refuse = |fault, path: &str, expected: &str, found: alloc::string::String| {
        Err(ContractFinding::new(fault, path, expected, found).into())
    };
    if horizon == 0 {
        return refuse(ContractFault::ArgumentInvalid, "horizon", "at least 1 step", "0".into());
    }
    if y_true.len() != y_pred.len() || !y_true.len().is_multiple_of(horizon) {
        let expected = alloc::format!("{} values, as in y_true, in windows of {horizon}", y_true.len());
        return refuse(
            ContractFault::ShapeMismatch,
            "y_pred",
            &expected,
            alloc::format!("{} values", y_pred.len()),
        );
    }
    if y_true.is_empty() {
        return refuse(ContractFault::DataInsufficient, "y_true", "at least one window", "none".into());
    }
    for (name, values) in [("y_true", y_true), ("y_pred", y_pred)] {
        if let Some((index, value)) = values.iter().enumerate().find(|(_, value)| !value.is_finite()) {
            let path = alloc::format!("{name}[{index}]");
            return refuse(ContractFault::NotFinite, &path, "a finite number", alloc::format!("{value}"));
        }
    }
    Ok(())
}

fn mape(y_true: &[f64], y_pred: &[f64]) -> Result<f64, &'static str> {
    let judged = || y_true.iter().zip(y_pred).filter(|(y, _)| **y != 0.0);
    if judged().next().is_none() {
        return Err("every target is 0");
    }
    Ok(100.0 * mean(judged().map(|(y, p)| ((y - p) / y).abs())))
}

fn r2(y_true: &[f64], squares: f64) -> Result<f64, &'static str> {
    if y_true.iter().all(|y| Some(y) == y_true.first()) {
        return Err("all targets are equal");
    }
    let middle = mean(y_true.iter().copied());
    let spread: f64 = y_true.iter().map(|y| (y - middle) * (y - middle)).sum();
    Ok(1.0 - squares / (spread + EPSILON))
}

fn mase(y_true: &[f64], mae: f64, horizon: usize) -> Result<f64, &'static str> {
    let firsts = || y_true.iter().step_by(horizon);
    if firsts().count() < 2 {
        return Err("one window has no step to the next");
    }
    let naive = mean(firsts().zip(firsts().skip(1)).map(|(from, to)| (to - from).abs()));
    if naive > 0.0 { Ok(mae / naive) } else { Err("the first steps never change") }
}

/// The mean of at least one value.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, items) = values.fold((0.0, 0_usize), |(sum, items), value| (sum + value, items + 1));
    sum / count(items)
}

#[expect(clippy::cast_precision_loss, reason = "no slice has 2^53 floats")]
const fn count(items: usize) -> f64 {
    items as f64
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_answer_is_none_with_a_reason() {
        let constant = Metrics::compute(&[5.0, 5.0], &[5.0, 4.0]).unwrap();
        assert_eq!((constant.r2, constant.mase, constant.mape), (None, None, Some(10.0)));
        let zeros = Metrics::compute(&[0.0, 0.0], &[1.0, 1.0]).unwrap();
        let reasons: Vec<&str> = zeros.undefined.iter().map(|it| it.metric).collect();
        assert_eq!(reasons, ["mape", "r2", "mase"]);
        assert_eq!(Metrics::compute(&[1.0], &[1.0]).unwrap().mase, None);
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        for (y_true, y_pred, code) in [
            (&[][..], &[][..], 26),
            (&[1.0], &[1.0, 2.0], 23),
            (&[1.0], &[f64::NAN], 22),
            (&[f64::INFINITY], &[1.0], 22),
            (&[1e308, 2.0], &[-1e308, 2.0], 22),
        ] {
            assert_eq!(Metrics::compute(y_true, y_pred).unwrap_err().exit_code(), code, "{y_true:?}");
        }
    }
}
