//! The upstream evaluator, flaw for flaw.
//!
//! Teams that move off the Python script in two steps can keep its verdicts for a while: the same seven fields, the
//! same bytes on stdout, the same exit codes, the same exceptions with the same text. That means that this module
//! promotes a snapshot made of NaN only and judges a 24-hour stage by a single window. Everything else in this crate
//! does not; nothing here is used by it.
//!
//! The reference is `CPython` 3.11 running the script: its JSON reader, its `int()`, its `>` and its `max()`.
//!
//! ```
//! use gate_core::canary::compat;
//!
//! let text = r#"{"metrics": {"p95_latency_ms": [NaN, 900], "error_rate": [0, 0], "fallback_rate": [0, 0],
//!                            "breaker_open_rate": [0, 0], "invalid_output_rate": [0, 0]}}"#;
//! let verdict = compat::evaluate_json(text, "canary_5")?;
//! assert!(verdict.gate_passed);
//! assert_eq!(verdict.exit_code(), 0);
//!
//! let error = compat::evaluate_json("[]", "canary_5").unwrap_err();
//! assert_eq!(error.to_string(), "AttributeError: 'list' object has no attribute 'get'");
//! # Ok::<(), compat::CompatError>(())
//! ```

mod coerce;
mod compare;
mod decode;
mod error;
mod evaluate;
mod int;
mod parse;
mod rules;
mod stage;
mod text;
mod unicode;
mod value;
mod verdict;

pub use decode::decode;
pub use error::{CompatError, ErrorKind};
pub use evaluate::{evaluate, evaluate_json};
pub use int::Int;
pub use parse::parse;
pub use stage::STAGES;
pub use text::Str;
pub use value::Value;
pub use verdict::CompatVerdict;
