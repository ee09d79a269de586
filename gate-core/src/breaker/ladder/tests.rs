use super::*;

const SECOND: u64 = 1_000_000_000;

fn default() -> Ladder {
    Ladder::new(&LadderConfig::default()).unwrap()
}

fn rate(ladder: &mut Ladder, failed: u64, total: u64, second: u64) -> Option<Level> {
    let change = ladder.observe(LadderReading::Rate { failed, total }, second * SECOND);
    change.map(|change| change.to)
}

#[test]
fn down_at_once_and_up_one_step_at_a_time() {
    let mut ladder = default();
    assert_eq!(rate(&mut ladder, 4, 4, 0), None, "4 requests say nothing");
    assert_eq!(rate(&mut ladder, 29, 100, 0), None);
    assert_eq!(rate(&mut ladder, 70, 100, 0), Some(Level::BaselineOnly));
    for second in 1..60 {
        assert_eq!(rate(&mut ladder, 0, 100, second), None, "the dwell is not over");
    }
    assert_eq!(rate(&mut ladder, 26, 100, 60), None, "above the way up");
    assert_eq!([61, 62, 63].map(|at| rate(&mut ladder, 25, 100, at)), [None, None, Some(Level::Degraded)]);
    assert_eq!([200, 201, 202].map(|at| rate(&mut ladder, 15, 100, at)), [None, None, Some(Level::Normal)]);
}

#[test]
fn what_is_missing_leads_down_and_never_up() {
    let mut ladder = default();
    let missing = |ladder: &mut Ladder| ladder.observe(LadderReading::Missing, 0).map(|change| change.to);
    let levels = [missing(&mut ladder), missing(&mut ladder), missing(&mut ladder)];
    assert_eq!(levels, [Some(Level::Degraded), Some(Level::BaselineOnly), None]);
    let change = default().observe(LadderReading::Rate { failed: 6, total: 5 }, 0);
    assert_eq!(change.map(|change| change.cause), Some(LadderCause::Impossible));
}

#[test]
fn silence_counts_as_missing_however_long_it_is() {
    let config = LadderConfig { max_gap_ms: Some(10_000), bad_looks: 2, ..LadderConfig::default() };
    let silent = || Ladder::new(&config).unwrap().started_at(0);
    let mut one = silent();
    assert_eq!(one.tick(20 * SECOND - 1), None);
    assert_eq!(one.tick(20 * SECOND).map(|change| change.to), Some(Level::Degraded));
    let change = silent().tick(u64::MAX).unwrap();
    assert_eq!((change.from, change.to), (Level::Normal, Level::BaselineOnly));
}

#[test]
fn a_ladder_that_flaps_is_pinned_until_it_is_released() {
    let config = LadderConfig { good_looks: 1, dwell_ms: 0, max_changes: 4, ..LadderConfig::default() };
    let mut ladder = Ladder::new(&config).unwrap();
    let mut moves = 0;
    for second in 0..50 {
        let failed = if second % 2 == 0 { 40 } else { 0 };
        let before = ladder.level();
        rate(&mut ladder, failed, 100, second);
        moves += u32::from(ladder.level() != before);
    }
    assert_eq!((moves, ladder.level(), ladder.is_pinned()), (3, Level::Degraded, true));
    let signed = Signed::new("kim", "fixed the feed").unwrap();
    assert!(ladder.release(&signed, 60 * SECOND));
    assert_eq!(rate(&mut ladder, 0, 100, 61), Some(Level::Normal));
}

#[test]
fn baseline_only_probes() {
    let mut ladder = default();
    assert!(ladder.admits());
    rate(&mut ladder, 5, 5, 0);
    assert_eq!((0..100).filter(|_| ladder.admits()).count(), 10);
}

#[test]
fn a_restored_ladder_goes_on_where_it_was() {
    let config = LadderConfig { max_gap_ms: Some(300_000), ..LadderConfig::default() };
    let mut ladder = Ladder::new(&config).unwrap();
    rate(&mut ladder, 70, 100, 1000);
    rate(&mut ladder, 0, 100, 1030);
    let mut other = Ladder::restore(&config, &ladder.snapshot(1040 * SECOND), 0, 10 * SECOND).unwrap();
    for second in [1051, 1059, 1060, 1061, 1062, 1500, 3000] {
        let (one, two) = (rate(&mut ladder, 0, 100, second), rate(&mut other, 0, 100, second - 1050));
        assert_eq!(one, two, "at {second}");
    }
    let mut state = ladder.snapshot(3000 * SECOND);
    state.schema_version = "tsfm_gate.breaker.ladder.v2".into();
    assert!(Ladder::restore(&config, &state, 0, 0).is_err());
}
