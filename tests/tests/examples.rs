//! The examples do what they say.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

#[path = "../../gate-core/examples/flaky_model.rs"]
#[expect(dead_code, reason = "its `main` is not called here")]
mod flaky_model;

#[test]
fn the_service_trips_probes_and_recovers() {
    let mut out = Vec::new();
    flaky_model::run(&mut out).expect("memory takes it");
    let text = String::from_utf8(out).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    let phases: Vec<&str> = lines
        .iter()
        .filter(|line| line.contains(" s  "))
        .filter_map(|line| line.split_whitespace().nth(2))
        .collect();
    assert_eq!(phases, ["closed", "open", "open", "open", "closed"], "{text}");
    assert!(text.contains("   0 s  closed     model 400, fallback 0, refused 0"), "{text}");
    assert!(text.contains("all but a few of 400 calls"), "{text}");
    assert!(
        text.contains(" 119 s  open       model 0, fallback 0, refused 4, worth asking again in 1 s"),
        "{text}"
    );
    assert!(text.contains(" 120 s  open       model 0, fallback 1, refused 3"), "{text}");
    assert!(text.contains(" 240 s  closed     model 400, fallback 0, refused 0"), "{text}");
}
