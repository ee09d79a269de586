use alloc::format;
use alloc::string::ToString;

use super::*;
use crate::ErrorCode;

/// What is wrong with a state, and how it becomes so.
type Damage = (&'static str, fn(&mut LatchState));

fn latch(config: LatchConfig) -> Option<Latch> {
    Latch::new(config).ok()
}

#[test]
fn rules_that_mean_nothing_are_refused() {
    let good = LatchConfig::default();
    let bad = [
        LatchConfig { min_reading: 0.0, ..good },
        LatchConfig { min_reading: -0.1, ..good },
        LatchConfig { min_reading: 1.5, ..good },
        LatchConfig { min_reading: f64::NAN, ..good },
        LatchConfig { consecutive: 0, ..good },
        LatchConfig { max_gap_ms: Some(0), ..good },
        LatchConfig { max_gap_ms: Some(u64::MAX), ..good },
    ];
    for config in bad {
        assert_eq!(
            Latch::new(config).map_err(|error| error.code()),
            Err(ErrorCode::OutOfRange),
            "{config:?}"
        );
    }
    assert!(latch(LatchConfig { min_reading: 1.0, consecutive: u32::MAX, max_gap_ms: Some(1) }).is_some());
}

#[test]
fn the_end_of_time_is_no_overflow() {
    let mut latch = latch(LatchConfig { max_gap_ms: Some(1), ..LatchConfig::default() }).into_iter();
    let latch = &mut latch.next();
    let found = latch.as_mut().map(|latch| {
        latch.observe(Reading::Value(1.0), 0);
        latch.tick(u64::MAX);
        latch.tick(0);
        (latch.is_latched(), latch.status(u64::MAX).regressions, latch.streak().total())
    });
    assert_eq!(found, Some((true, 1, (u64::MAX - 1) / 1_000_000)));
}

#[test]
fn one_look_after_a_silence_finds_what_many_would() {
    let config = LatchConfig { max_gap_ms: Some(1), ..LatchConfig::default() };
    let after = |looks: &[u64]| {
        latch(config).map(|mut latch| {
            latch.observe(Reading::Value(0.1), 0);
            for look in looks {
                latch.tick(*look);
            }
            latch.snapshot(9_000_000)
        })
    };
    let many: Vec<u64> = (0..=90).map(|tenth| tenth * 100_000).collect();
    assert_eq!(after(&[9_000_000]), after(&many));
    let held = after(&many).and_then(|state| state.held_ns);
    assert_eq!(held, Some(7_000_000), "latched by the second overdue reading, at 2 ms");
}

#[test]
fn causes_are_bounded_and_the_first_one_stays() {
    let found = latch(LatchConfig::default()).map(|mut latch| {
        for actor in 0..40 {
            let signed = Signed::new(&format!("actor {actor}"), "drill").ok();
            signed.map(|signed| latch.trip(LatchCause::Command(signed), actor));
        }
        let first = latch.causes().first().map(|record| record.cause().to_string());
        (latch.causes().len(), latch.status(40).dropped, first)
    });
    assert_eq!(found, Some((MOST_CAUSES, 24, Some("stopped by actor 0: drill".into()))));
}

#[test]
fn a_stricter_rule_latches_on_the_readings_so_far() {
    let found = latch(LatchConfig::default()).and_then(|mut latch| {
        latch.observe(Reading::Missing, 0);
        latch.observe(Reading::Missing, 1);
        let state = latch.snapshot(2);
        let strict = LatchConfig { consecutive: 2, ..LatchConfig::default() };
        let change = latch.reconfigure(strict, 2).ok()?;
        let refused = latch.reconfigure(LatchConfig { consecutive: 0, ..strict }, 3).is_err();
        let restored = Latch::restore(strict, state, 0, 0).ok()?;
        Some((change, refused, latch.config().consecutive, restored.is_latched()))
    });
    assert_eq!(found, Some((Some(LatchChange::Latched(CauseKind::ReadingMissing)), true, 2, true)));
}

#[test]
fn states_that_cannot_be_are_refused_and_latch() {
    let mut held = latch(LatchConfig::default()).into_iter();
    let Some(held) = held.next().as_mut().and_then(|latch| {
        latch.trip(LatchCause::Command(Signed::new("kim", "drill").ok()?), 5);
        Some(latch.snapshot(7))
    }) else {
        return assert_eq!("a latch", "none");
    };
    let changes: [Damage; 9] = [
        ("clear with causes", |state| (state.latched, state.held_ns) = (false, None)),
        ("held without a time", |state| state.held_ns = None),
        ("held without causes", |state| state.causes.clear()),
        ("dropped with room", |state| state.dropped = 1),
        ("a value without a streak", |state| state.last_low = Some(0.5)),
        ("a streak without a value", |state| state.streak.low = 1),
        ("overdue out of nowhere", |state| state.overdue_counted = 1),
        ("a cause that never came", |state| state.causes.iter_mut().for_each(|cause| cause.times = 0)),
        ("a command of nobody", |state| state.causes.iter_mut().for_each(|cause| cause.actor = None)),
    ];
    for (what, change) in changes {
        let mut state = held.clone();
        change(&mut state);
        let bytes = serde_json::to_vec(&state).unwrap_or_default();
        let config = LatchConfig::default();
        let error = Latch::restore(config, state, 0, 0).map_err(|error| error.code());
        assert_eq!(error, Err(ErrorCode::Contradiction), "{what}");
        let restored = Latch::restore_or_latched(config, Some(&bytes), 0, 0);
        assert!(restored.is_ok_and(|(latch, why)| latch.is_latched() && why.is_some()), "{what}");
    }
    let elapsed =
        Latch::restore(LatchConfig::default(), held, 0, u64::MAX).map(|latch| latch.status(0).held_ns);
    assert_eq!(elapsed, Ok(Some(u64::MAX)));
}
