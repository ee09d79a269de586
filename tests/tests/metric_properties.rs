//! The properties of the metric breaker on generated sequences.

use gate_tests::properties_metric::{self as must, Visited};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_breaker_agrees_with_a_list_of_samples(bytes in vec(any::<u8>(), 0..600)) {
        let _ = must::agrees_with_the_list(&must::events(&bytes));
    }

    #[test]
    fn shifting_all_instants_changes_nothing(bytes in vec(any::<u8>(), 0..400), shift in 0..u64::MAX / 2) {
        must::shifting_changes_nothing(&must::events(&bytes), shift);
    }

    #[test]
    fn splitting_a_wait_changes_nothing(bytes in vec(any::<u8>(), 0..400)) {
        must::splitting_a_wait_changes_nothing(&must::events(&bytes));
    }

    #[test]
    fn a_restart_changes_nothing(bytes in vec(any::<u8>(), 0..400), before in 0..200_usize) {
        must::a_restart_changes_nothing(&must::events(&bytes), before);
    }
}

/// An agreement proves nothing about states that the generator never leads to.
#[test]
fn the_sequences_reach_every_state() {
    let mut runner = TestRunner::deterministic();
    let mut all = Visited::default();
    for _ in 0..1000 {
        let bytes =
            vec(any::<u8>(), 0..600).new_tree(&mut runner).map(|tree| tree.current()).unwrap_or_default();
        let visited = must::agrees_with_the_list(&must::events(&bytes));
        all.by_looks += visited.by_looks;
        all.at_once += visited.at_once;
        all.recovered += visited.recovered;
        all.relapsed += visited.relapsed;
        all.undecided += visited.undecided;
        all.bad_while_off += visited.bad_while_off;
        all.emptied += visited.emptied;
        all.went_back += visited.went_back;
    }
    let counts = [all.by_looks, all.at_once, all.recovered, all.relapsed];
    let others = [all.undecided, all.bad_while_off, all.emptied, all.went_back];
    assert!(counts.into_iter().chain(others).all(|count| count >= 50), "hardly reached: {all:?}");
}
