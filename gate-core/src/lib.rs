#![no_std]
#![forbid(unsafe_code)]
#![doc = include_str!("../README.md")]

extern crate alloc;

pub mod bounds;
pub mod breaker;
pub mod canary;
mod code;
pub mod contract;
pub mod cutover;
pub mod decision;
pub mod digest;
pub mod document;
pub mod error;
pub mod explain;
pub mod finding;
pub mod hardening;
pub mod line;
pub mod placeholder;
pub mod problem;
pub mod quantity;
pub mod release;
pub mod render;
pub mod secret;
pub mod time;

pub use canary::{Policy, Snapshot, Verdict};
pub use decision::Decision;
pub use error::{ErrorCode, GateError};
pub use finding::{Finding, FindingCode, Note, NoteCode};

/// The version of this engine, as every JSON verdict carries it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
