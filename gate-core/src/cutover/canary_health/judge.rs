//! Holds the last windows against the rule. Every part of the rule is always asked.

use alloc::format;
use alloc::string::String;

use super::{CanaryHealth, HealthProblem, HealthRule, HealthWindow, WindowState};
use crate::quantity::shown;
use crate::{Decision, GateError};

/// Judges the windows of a stage, oldest first.
///
/// # Errors
/// Those of [`HealthRule::validate`].
pub fn judge(windows: &[HealthWindow], rule: &HealthRule) -> Result<CanaryHealth, GateError> {
    judge_last(windows, rule, rule.windows)
}

/// The same over more than the last windows, where these alone could not last long enough. A burst takes the canary back
/// only in the last `rule.windows`.
pub(super) fn judge_last(
    windows: &[HealthWindow],
    rule: &HealthRule,
    needed: usize,
) -> Result<CanaryHealth, GateError> {
    rule.validate()?;
    let last = windows.get(windows.len().saturating_sub(needed)..).unwrap_or_default();
    let known = last.iter().filter_map(|window| window.burst).filter(|burst| *burst >= 0.0);
    let mut health = CanaryHealth {
        decision: Decision::Promote,
        findings: alloc::vec::Vec::new(),
        windows: last.len(),
        green: last.iter().rev().take_while(|window| window.state == WindowState::Green).count(),
        max_burst: known.reduce(f64::max),
        least_samples: last.iter().map(|window| window.samples).min().flatten(),
        minutes: None,
    };
    if last.len() < needed {
        let message = if last.is_empty() {
            String::from("no canary windows")
        } else {
            format!("{} of {needed} windows", last.len())
        };
        health.add(HealthProblem::TooFewWindows, message);
    }
    let from_last = (1..=last.len()).rev();
    for (place, window) in from_last.zip(last) {
        judge_window(window, place, rule, &mut health);
    }
    if rule.min_minutes > 0 {
        judge_times(last, rule, &mut health);
    }
    Ok(health)
}

/// `place` counts from the end: 1 is the last window.
fn judge_window(window: &HealthWindow, place: usize, rule: &HealthRule, health: &mut CanaryHealth) {
    let which = match place {
        1 => String::from("the last window"),
        place => format!("window {place} from the end"),
    };
    match window.state {
        WindowState::Green => {}
        WindowState::NotGreen => health.add(HealthProblem::NotGreen, format!("{which} is not green")),
        WindowState::Violated => health.add(HealthProblem::Violated, format!("{which} failed")),
    }
    match window.burst.filter(|burst| *burst >= 0.0) {
        None => health.add(HealthProblem::BurstUnknown, format!("the burst of {which} is not known")),
        Some(burst) if burst > rule.max_burst && place <= rule.windows => {
            let message = format!("burst {} > {}x in {which}", times(burst), shown(rule.max_burst));
            health.add(HealthProblem::BurstHigh, message);
        }
        Some(burst) if burst > rule.max_burst => {
            // Long enough ago not to take the canary back, too recent to promote it.
            let message = format!("burst {} > {}x in {which}", times(burst), shown(rule.max_burst));
            health.add(HealthProblem::NotGreen, message);
        }
        Some(_) => {}
    }
    if window.samples.is_none_or(|samples| samples < rule.min_samples) {
        let found =
            window.samples.map_or_else(|| String::from("nobody knows how many"), |count| format!("{count}"));
        let message = format!("{found} requests in {which}, at least {} needed", rule.min_samples);
        health.add(HealthProblem::SamplesShort, message);
    }
}

fn judge_times(last: &[HealthWindow], rule: &HealthRule, health: &mut CanaryHealth) {
    let times = || last.iter().filter_map(|window| window.from_ms.zip(window.to_ms));
    if times().count() < last.len() {
        health.add(HealthProblem::Undated, String::from("a window has no time"));
        return;
    }
    // Each begins after the one before it began, and not before that one ended.
    let follows = |((from, to), (next, _)): ((i64, i64), (i64, i64))| next > from && next >= to;
    if times().any(|(from, to)| to < from) || !times().zip(times().skip(1)).all(follows) {
        let message = "windows are not in order of time, each after the one before it";
        health.add(HealthProblem::Unordered, String::from(message));
        return;
    }
    let Some((first, end)) = times().next().zip(times().next_back()) else { return };
    let milliseconds = end.1.saturating_sub(first.0);
    health.minutes = Some(milliseconds / 60_000);
    let needed = i64::try_from(rule.min_minutes).unwrap_or(i64::MAX).saturating_mul(60_000);
    if milliseconds < needed {
        let found = milliseconds / 60_000;
        let message =
            format!("{found} minutes from the first window to the last, {} needed", rule.min_minutes);
        health.add(HealthProblem::TooShort, message);
    }
}

/// A ratio for people. One to nothing has no figure.
fn times(ratio: f64) -> String {
    match ratio {
        _ if ratio.is_infinite() => String::from("infinite"),
        _ if ratio >= 1e9 => format!("{}x", shown(ratio)),
        _ => format!("{ratio:.3}x"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_without_a_figure_has_none() {
        assert_eq!([1.6, 1e308, f64::INFINITY].map(times), ["1.600x", "1e308x", "infinite"]);
    }
}
