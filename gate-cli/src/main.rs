//! The binary `tsfm-gate`.
fn main() {}
