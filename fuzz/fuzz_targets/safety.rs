#![no_main]
use gate_tests::properties_safety as must;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    must::latch_events(bytes);
    must::damaged_latch(bytes);
    must::safe_mode_events(bytes);
});
