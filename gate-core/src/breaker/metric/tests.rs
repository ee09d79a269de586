use alloc::vec::Vec;

use super::LookVerdict::{Bad, Good, Undecided};
use super::*;

const SECOND: u64 = 1_000_000_000;
const SLOW: u64 = 100_000_001;

fn default() -> MetricBreaker {
    MetricBreaker::new(&MetricConfig::default()).unwrap()
}

/// So many samples of which the first are bad.
fn feed(breaker: &mut MetricBreaker, total: u64, failed: u64, slow: u64, now: u64) -> Vec<Look> {
    let look = |sample| {
        let latency = if sample < slow { SLOW } else { 1 };
        breaker.record(sample < failed, latency, now)
    };
    (0..total).filter_map(look).collect()
}

#[test]
fn the_hundredth_bad_sample_is_a_gross_breach() {
    let mut breaker = default();
    assert_eq!(feed(&mut breaker, 99, 99, 0, 0), []);
    let look = breaker.record(true, 1, 0).unwrap();
    assert_eq!((look.verdict, look.counts.total), (LookVerdict::Gross, 100));
    assert_eq!(look.change.map(|change| change.to), Some(MetricState::DisabledAuto));
    assert!(!breaker.admits(59 * SECOND));
}

#[test]
fn a_good_sample_that_completes_the_minimum_does_not_trip() {
    for config in [MetricConfig::default(), MetricConfig::naive()] {
        let mut breaker = MetricBreaker::new(&config).unwrap();
        feed(&mut breaker, 99, 99, 0, 0);
        assert_eq!(breaker.record(false, 1, 0).and_then(|look| look.change), None);
        assert!(breaker.is_on());
        assert!(breaker.record(true, 1, 0).and_then(|look| look.change).is_some());
    }
}

#[test]
fn exactly_the_limit_is_not_above_it() {
    let verdict = |total, failed, slow| {
        let mut breaker = default();
        feed(&mut breaker, total, failed, slow, 0);
        breaker.tick(5 * SECOND).unwrap().verdict
    };
    for (total, failed, slow, expected) in [
        (99, 40, 0, Undecided),
        (100, 5, 0, Good),
        (100, 6, 0, Bad),
        (1000, 45, 0, Good),
        (100, 0, 1, Good),
        (100, 0, 2, Bad),
        (1000, 0, 10, Good),
        (1000, 0, 11, Bad),
    ] {
        assert_eq!(verdict(total, failed, slow), expected, "{failed} failed, {slow} slow of {total}");
    }
}

#[test]
fn a_latency_of_exactly_the_limit_is_not_slow() {
    let mut breaker = default();
    breaker.record(false, SLOW - 1, 0);
    breaker.record(false, SLOW, 0);
    assert_eq!(breaker.counts(0).slow, 1);
}

#[test]
fn a_sample_leaves_after_exactly_one_window() {
    let mut breaker = default();
    breaker.record(true, 1, 7);
    assert_eq!(breaker.counts(7 + 60 * SECOND - 1).total, 1);
    assert_eq!(breaker.counts(7 + 60 * SECOND).total, 0);
    breaker.record(true, 1, 300 * SECOND);
    assert_eq!(breaker.counts(300 * SECOND).total, 1);
}

#[test]
fn three_bad_looks_in_a_row_switch_off_at_the_slice_end() {
    let mut breaker = default();
    let mut looks = Vec::new();
    for (slice, failed) in [10, 10, 0, 20].into_iter().enumerate() {
        let start = u64::try_from(slice).unwrap() * 5 * SECOND;
        looks.extend(feed(&mut breaker, 100, failed, 0, start));
    }
    // The window is judged, not the slice: 10, 10, then 6.7 % have failed.
    assert_eq!(looks.iter().map(|look| look.change.is_some()).collect::<Vec<_>>(), [false, false, true]);
    assert!(!breaker.is_on());
}

#[test]
fn bad_looks_far_apart_are_not_in_a_row() {
    let mut breaker = default();
    for hour in 0..9 {
        assert!(
            feed(&mut breaker, 100, 10, 0, hour * 3600 * SECOND).iter().all(|look| look.change.is_none())
        );
    }
    assert!(breaker.is_on());
}

#[test]
fn off_without_samples_stays_off_and_comes_back_by_good_ones_of_their_own() {
    let mut breaker = default();
    feed(&mut breaker, 100, 100, 0, 0);
    assert_eq!(breaker.tick(3600 * SECOND), None);
    assert!(!breaker.is_on());
    let back = |breaker: &mut MetricBreaker, failed, from: u64| {
        (0..4).any(|slice| {
            let looks = feed(breaker, 100, failed, 0, (from + slice * 5) * SECOND);
            looks.iter().any(|look| look.change.is_some())
        })
    };
    assert!(!back(&mut breaker, 4, 3600), "4 % are above the limit of 2.5 %");
    assert!(back(&mut breaker, 2, 3700));
    assert!(breaker.is_on());
}

#[test]
fn a_relapse_doubles_the_time_off_up_to_the_largest() {
    let mut config = MetricConfig::naive().with_thresholds(0.05, 100.0, 1);
    (config.off_min_ms, config.off_max_ms, config.relapse_ms) = (1_000, 3_000, 1_000);
    let mut breaker = MetricBreaker::new(&config).unwrap();
    let mut now = 0;
    let mut off = Vec::new();
    for _ in 0..4 {
        let trip = breaker.record(true, 1, now).and_then(|look| look.change).unwrap();
        off.push(trip.off_for_ns / SECOND);
        now += trip.off_for_ns;
        assert_eq!(breaker.record(false, 1, now - 1).and_then(|look| look.change), None);
        assert!(breaker.record(false, 1, now).and_then(|look| look.change).is_some());
    }
    assert_eq!(off, [1, 2, 3, 3]);
    let calm = breaker.record(true, 1, now + SECOND).and_then(|look| look.change).unwrap();
    assert_eq!(calm.off_for_ns, SECOND, "after a calm time it is no relapse");
}

#[test]
fn off_it_lets_probes_through_once_the_shortest_time_is_over() {
    let mut breaker = default();
    feed(&mut breaker, 100, 100, 0, 0);
    assert_eq!(breaker.retry_after(SECOND), Some(59 * SECOND));
    assert_eq!((0..100).filter(|_| breaker.admits(59 * SECOND)).count(), 0);
    assert_eq!((0..100).filter(|_| breaker.admits(60 * SECOND)).count(), 5);
}

#[test]
fn the_clock_may_go_back_or_far_forward() {
    let mut breaker = default();
    breaker.record(false, 1, 10 * SECOND);
    feed(&mut breaker, 200, 0, 0, 7 * SECOND);
    let status = breaker.status(0);
    assert_eq!((status.counts.total, status.regressions), (201, 200));
    breaker.record(false, 1, 30 * 365 * 86_400 * SECOND);
    breaker.record(false, 1, u64::MAX);
    assert!(breaker.is_on());
}

#[test]
fn contradictions_are_refused_and_the_old_settings_stay() {
    let refused = |change: fn(&mut MetricConfig)| {
        let mut config = MetricConfig::default();
        change(&mut config);
        let mut breaker = default();
        let error = breaker.reconfigure(&config, 0).unwrap_err();
        assert_eq!(breaker, default());
        alloc::string::String::from(error.path())
    };
    assert_eq!(refused(|it| it.error_rate_threshold = 1.0), "error_rate_threshold");
    assert_eq!(refused(|it| it.error_rate_threshold = f64::NAN), "error_rate_threshold");
    assert_eq!(refused(|it| it.p99_latency_threshold_ms = -1.0), "p99_latency_threshold_ms");
    assert_eq!(refused(|it| it.recover_error_rate = Some(0.06)), "recover_error_rate");
    assert_eq!(refused(|it| it.recover_p99_latency_ms = Some(101.0)), "recover_p99_latency_ms");
    assert_eq!(refused(|it| it.gross_error_rate = 0.04), "gross_error_rate");
    assert_eq!(refused(|it| it.slice_samples = Some(8)), "slice_samples");
    assert_eq!(refused(|it| it.off_max_ms = 1), "off_max_ms");
    assert_eq!(refused(|it| it.slices = 0), "slices");
    assert_eq!(refused(|it| it.bad_looks = 0), "bad_looks");
}

#[test]
fn after_a_restart_a_slice_ends_on_the_clock_of_the_new_process() {
    let mut breaker = default();
    breaker.record(false, 1, 1000 * SECOND);
    let state = breaker.snapshot(1001 * SECOND);
    let restored = MetricBreaker::restore(&MetricConfig::default(), &state, 0, SECOND).unwrap();
    assert!(restored.only_counts(3 * SECOND - 1));
    assert!(!restored.only_counts(3 * SECOND));
}
