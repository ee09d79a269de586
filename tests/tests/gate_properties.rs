//! The properties of what is handed to the gates: any bytes, and documents with some of their bytes changed.
#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::fs;

use gate_core::cutover::promotion::PromotionMode;
use gate_tests::properties::damaged;
use gate_tests::properties_evidence::log;
use gate_tests::properties_gate::gate_bytes;
use proptest::collection::vec;
use proptest::prelude::*;

/// Documents that the gates take, as they should be.
fn documents() -> Vec<String> {
    let (lines, _) = log("kim", 3);
    let example = |name: &str| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/").to_owned() + name;
        fs::read_to_string(path).expect("an example")
    };
    vec![
        r#"{"status": "ok", "checks": {"keys": {"status": "ok"}, "clock": {"status": "ok", "checks": []}}}"#.to_owned(),
        r#"[{"key_id": "k1", "state": "active", "expires_at": "2027-06-01T00:00:00Z"}]"#.to_owned(),
        format!("A=b\nexport PORT=80\n{}", PromotionMode::Auto.rewrite(None)),
        lines.concat(),
        example("evidence/2026-11-19.json"),
        example("readyz_keys.json"),
        r#"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/no/service/has/this": {"get": {}}}}"#.to_owned(),
        "# TYPE no_service_has_this counter\nno_service_has_this{a=\"b\"} 4\n".to_owned(),
        format!("{}_key = \"{}\"\n", "api", "0123456789abcdef0123456789abcdef"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_pass_that_say_nothing(bytes in vec(any::<u8>(), 0..300)) {
        gate_bytes(&bytes);
    }

    #[test]
    fn no_damaged_document_passes_for_what_it_is_not(
        which in any::<usize>(), changes in vec((any::<usize>(), any::<u8>()), 0..3),
    ) {
        gate_bytes(&damaged(&documents(), which, &changes));
    }
}
