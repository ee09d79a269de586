//! Which layer decides.

use super::*;
use crate::breaker::{LadderConfig, Level};

fn explained(events: impl FnOnce(&mut Guard)) -> alloc::string::String {
    Guard::new(GuardConfig::full()).map_or_else(
        |error| alloc::format!("{error}"),
        |mut guard| {
            events(&mut guard);
            guard.explain(60_000_000_000)
        },
    )
}

fn fail(guard: &mut Guard, times: u32) {
    for _ in 0..times {
        if let Ok(permit) = guard.try_acquire(0) {
            let _ = guard.record(permit, Outcome::Failure, 0, 0);
        }
    }
}

fn hold(guard: &mut Guard, kind: HoldKind) {
    let signed = Signed::new("kim", "drill 7");
    assert!(signed.is_ok_and(|signed| guard.hold(signed, kind, None, 0).is_ok()));
}

#[test]
fn it_says_which_layer_decides_and_on_which_counts() {
    assert_eq!(explained(|_| {}), "on: nothing speaks against a call");
    assert_eq!(explained(|guard| fail(guard, 5)), "off by call: open: 5 failures in a row, 60 s left");
    let rate = |guard: &mut Guard| {
        for _ in 0..100 {
            let _ = guard.sample(true, 0, 0);
        }
    };
    assert_eq!(explained(rate), "off by auto_off: error_rate=100.00% > 5.00%");
    assert_eq!(explained(|guard| hold(guard, HoldKind::On)), "on by forced_on: forced on by kim: drill 7");
    assert_eq!(explained(|guard| hold(guard, HoldKind::Off)), "stopped by hold: held off by kim: drill 7");
    let readings = |guard: &mut Guard| {
        for now in 0..3 {
            let _ = guard.observe(Reading::Value(0.42), now);
        }
    };
    let why = "3 bad readings in a row: 3 low (the last 0.42, under 0.99)";
    assert_eq!(explained(readings), alloc::format!("stopped by latch: {why}"));
}

#[test]
fn a_silent_ladder_degrades_by_calls_alone() {
    let ladder = LadderConfig { max_gap_ms: Some(30_000), ..LadderConfig::default() };
    let config = GuardConfig { ladder: Some(ladder), ..GuardConfig::default() };
    let levels = Guard::new(config).map(|mut guard| {
        [0, 29, 30, 60].map(|second| {
            let _ = guard.try_acquire(second * 1_000_000_000);
            guard.ladder.as_ref().map(Ladder::level)
        })
    });
    let expected = [Level::Normal, Level::Normal, Level::Degraded, Level::BaselineOnly].map(Some);
    assert_eq!(levels, Ok(expected));
}
