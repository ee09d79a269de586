//! The properties of stored guards, scripts and paths.

use std::sync::Mutex;

use gate_tests::guard_walk::{MUST_SEE, Seen, walk};
use gate_tests::properties::damaged;
use gate_tests::properties_guard as must;
use gate_tests::scripts;
use proptest::collection::vec;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_are_a_state_that_forgets_a_stop(bytes in vec(any::<u8>(), 0..200)) {
        must::guard_state_bytes(&bytes);
    }

    #[test]
    fn no_damaged_byte_lifts_a_stop(at in any::<usize>(), change in 1_u8..) {
        must::damaged_guard_state(at, change);
    }

    #[test]
    fn any_script_is_played_or_refused(
        which in any::<usize>(), changes in vec((any::<usize>(), any::<u8>()), 0..4),
    ) {
        let scripts: Vec<String> = scripts::all().into_iter().map(|(_, text)| text).collect();
        must::script_bytes(&damaged(&scripts, which, &changes));
    }

    #[test]
    fn only_the_layout_of_the_runbook_states_a_run(
        text in "(\\.\\./|\\./|/|processed/|run-a/|run b/|\\.\\.|processed\\.npz|[a-z./]){0,12}"
    ) {
        must::path_text(text.as_bytes());
    }
}

#[test]
fn the_strictest_layer_decides_on_every_walk_and_every_layer_does() {
    let all = Mutex::new(Seen::new());
    proptest!(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() },
    |(bytes in vec(any::<u8>(), 0..400))| {
        let seen = walk(&bytes);
        if let Ok(mut all) = all.lock() {
            for (what, times) in seen {
                *all.entry(what).or_default() += times;
            }
        }
    });
    let all = all.into_inner().unwrap_or_default();
    let rare: Vec<&str> =
        MUST_SEE.into_iter().filter(|what| all.get(what).is_none_or(|times| *times < 50)).collect();
    assert!(rare.is_empty(), "hardly ever seen: {rare:?} in {all:?}");
}
