//! Two processes at once lose nothing.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::thread;

use crate::{Folder, texts};

#[test]
fn two_writers_of_50_holds_each_lose_none() {
    let folder = Folder::started();
    // There is room for 64 holds: of the same owner the later one stands, and the history has all.
    let write = |process: usize| {
        for number in 0..50 {
            let (actor, reason) = (format!("p{process}-{}", number % 25), format!("hold {process} {number}"));
            assert_eq!(folder.order("breaker hold", &actor, &reason, &[]).code, 3);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| write(0));
        scope.spawn(|| write(1));
    });
    let state = folder.state();
    let told: BTreeSet<&str> = texts(&state["history"]["entries"], "cause").into_iter().collect();
    let wanted: Vec<String> =
        (0..2).flat_map(|process| (0..50).map(move |number| format!("hold {process} {number}"))).collect();
    for reason in &wanted {
        assert!(told.contains(reason.as_str()), "{reason} was lost");
    }
    let standing: BTreeSet<&str> =
        texts(&state["guard"]["overrides"]["holds"], "reason").into_iter().collect();
    let last: BTreeSet<&str> = wanted
        .iter()
        .filter(|reason| reason.rsplit(' ').next().unwrap().parse::<u32>().unwrap() >= 25)
        .map(String::as_str)
        .collect();
    assert_eq!(standing, last);
}

#[test]
fn who_does_not_get_the_lock_in_time_changes_nothing() {
    let folder = Folder::started();
    let before = folder.bytes();
    let held = OpenOptions::new().write(true).open(folder.path("state.json.lock")).unwrap();
    held.lock().unwrap();
    let ran = folder.order("breaker hold", "kim", "stop", &["--wait", "0"]);
    assert_eq!(ran.error_code(), "state-locked");
    assert_eq!(folder.check(0, 1.0, 1, &["--wait", "0"]).error_code(), "state-locked");
    assert_eq!(folder.bytes(), before);
    assert_eq!(folder.ask("breaker status", &["--wait", "0"]).code, 0);
    drop(held);
    // With time to wait: a process that another test is just starting may still have the lock as well.
    assert_eq!(folder.order("breaker hold", "kim", "stop", &[]).code, 3);
}

#[test]
fn who_waits_gets_the_lock() {
    let folder = Folder::started();
    let held = OpenOptions::new().write(true).open(folder.path("state.json.lock")).unwrap();
    held.lock().unwrap();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| folder.order("breaker hold", "kim", "stop", &[]).code);
        thread::sleep(std::time::Duration::from_millis(100));
        assert!(!waiting.is_finished());
        drop(held);
        assert_eq!(waiting.join().unwrap(), 3);
    });
}
