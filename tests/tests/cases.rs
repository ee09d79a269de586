//! Every case through the Rust API, and what the cases must cover.
#![expect(clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;

use gate_core::canary::policy::BUILTIN;
use gate_core::explain::all_codes;
use gate_core::{NoteCode, Policy};
use gate_tests::cases::{self, Case, Op, difference};

fn runnable() -> Vec<Case> {
    cases::all().into_iter().filter(|case| case.op != Op::Cli).collect()
}

#[test]
fn every_case_comes_out_as_it_says() {
    let cases = runnable();
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let difference = difference(&case.expect, &case.run(), "")?;
            Some(format!("{}/{}: {difference}\n    {}", case.topic, case.name, case.why))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn names_are_unique_in_their_file() {
    let mut seen = BTreeSet::new();
    for case in cases::all() {
        assert!(seen.insert((case.topic.clone(), case.name.clone())), "{}/{} twice", case.topic, case.name);
    }
}

#[test]
fn every_code_and_reason_is_in_some_case() {
    // What a case demands, as text: a code that only stands in a `why` does not count.
    let demanded: Vec<String> = cases::all().iter().map(|case| case.expect.to_string()).collect();
    let policy = Policy::builtin(BUILTIN).unwrap_or_else(|error| panic!("{error}"));
    let missing: Vec<String> = all_codes(&policy)
        .filter(|code| !demanded.iter().any(|expect| expect.contains(&format!("\"{code}\""))))
        .collect();
    assert!(missing.is_empty(), "no case demands {missing:?}");
}

#[test]
fn each_upstream_flaw_has_a_case() {
    let shown: BTreeSet<u32> = cases::all().into_iter().flat_map(|case| case.flaws).collect();
    let missing: Vec<u32> = (1..=18).filter(|flaw| !shown.contains(flaw)).collect();
    assert!(missing.is_empty(), "no case shows that we do not have flaws {missing:?}");
}

#[test]
fn a_code_names_one_thing() {
    let policy = Policy::builtin(BUILTIN).unwrap_or_else(|error| panic!("{error}"));
    let mut seen = BTreeSet::new();
    let twice: Vec<String> = all_codes(&policy).filter(|code| !seen.insert(code.clone())).collect();
    assert!(twice.is_empty(), "{twice:?} name two things, {} notes", NoteCode::ALL.len());
}
