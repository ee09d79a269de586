#![no_std]
#![forbid(unsafe_code)]
#![doc = "stub"]
extern crate alloc;
