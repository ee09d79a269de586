#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| gate_tests::properties_gate::gate_bytes(bytes));
