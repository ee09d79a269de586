//! How much more fails than usual.

use crate::canary::StageWindow;

/// The burst of the last of some windows of a stage: its failure rate over the reference.
///
/// The reference is the baseline's rate in the same window where there is one, else the mean of the windows before it. No
/// failures are 0; failures over a reference of 0 are infinite. None where the rate, or the reference, is not known.
#[must_use]
pub fn burst(windows: &[StageWindow]) -> Option<f64> {
    let (last, before) = windows.split_last()?;
    let rate = last.failure_rate?;
    if rate == 0.0 {
        return Some(0.0);
    }
    let reference = last.baseline_rate.or_else(|| mean(before))?;
    Some(if reference > 0.0 { rate / reference } else { f64::INFINITY })
}

#[expect(clippy::cast_precision_loss, reason = "a count of windows")]
fn mean(windows: &[StageWindow]) -> Option<f64> {
    let rates = || windows.iter().filter_map(|window| window.failure_rate);
    let count = rates().count();
    (count > 0).then(|| rates().sum::<f64>() / count as f64)
}
