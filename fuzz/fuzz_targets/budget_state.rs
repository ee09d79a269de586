#![no_main]
use gate_tests::budgets::properties::{self as must, Visits};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    must::time_budget_state_bytes(bytes);
    must::risk_budget_state_bytes(bytes);
    must::time_budget_adds_up(bytes, &mut Visits::new());
    must::risk_budget_keeps_its_limits(bytes, &mut Visits::new());
});
