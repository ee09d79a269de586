//! Stretches of windows in which a metric stays above a limit.

/// Windows in a row above a limit. Missing windows inside neither break nor count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Run {
    /// Slot of the first breaching window.
    pub(super) first: usize,
    /// Slot of the last breaching window.
    pub(super) last: usize,
    /// How many windows breach.
    pub(super) breaching: usize,
    /// The highest value.
    pub(super) worst: f64,
}

/// Returns the run with the most breaching windows, the earliest of equal ones.
///
/// A value at the limit ends a run. Up to `bridge` missing values (NaN) in a row do not; more of them do.
pub(super) fn longest_run(values: &[f64], limit: f64, bridge: usize) -> Option<Run> {
    let mut longest: Option<Run> = None;
    let mut current: Option<Run> = None;
    for (slot, value) in values.iter().copied().enumerate() {
        if value > limit {
            let run = current.map_or(Run { first: slot, last: slot, breaching: 1, worst: value }, |run| {
                Run { last: slot, breaching: run.breaching + 1, worst: run.worst.max(value), ..run }
            });
            current = Some(run);
            longest = longest.filter(|best| best.breaching >= run.breaching).or(current);
        } else if !value.is_nan() || current.is_some_and(|run| slot - run.last > bridge) {
            current = None;
        }
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: f64 = f64::NAN;

    fn breaching(values: &[f64], bridge: usize) -> usize {
        longest_run(values, 1.0, bridge).map_or(0, |run| run.breaching)
    }

    #[test]
    fn a_clean_window_breaks_and_the_limit_itself_is_clean() {
        assert_eq!(breaching(&[2.0, 2.0, 1.0, 2.0], 3), 2);
        assert_eq!(breaching(&[1.0, 1.0], 3), 0);
    }

    #[test]
    fn a_gap_bridges_up_to_its_bound_and_never_counts() {
        assert_eq!(breaching(&[2.0, GAP, GAP, 2.0], 2), 2);
        assert_eq!(breaching(&[2.0, GAP, GAP, GAP, 2.0], 2), 1);
        assert_eq!(breaching(&[GAP, 2.0, GAP], 2), 1);
        assert_eq!(breaching(&[GAP, GAP], 2), 0);
    }

    #[test]
    fn the_earliest_of_equal_runs_is_reported() {
        let run = longest_run(&[2.0, 0.0, 3.0], 1.0, 0);
        assert_eq!(run, Some(Run { first: 0, last: 0, breaching: 1, worst: 2.0 }));
    }
}
