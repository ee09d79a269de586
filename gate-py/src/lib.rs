//! The native module of the wheel `tsfm_gate`.
