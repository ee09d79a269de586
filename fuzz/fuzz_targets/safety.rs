#![no_main]
use gate_tests::properties_safety as must;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = must::latch_events(bytes);
    let _ = must::damaged_latch(bytes);
    let _ = must::safe_mode_events(bytes);
});
