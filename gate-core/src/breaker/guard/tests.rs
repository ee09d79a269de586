//! Which layer decides.

use super::*;

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
