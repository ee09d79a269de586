//! The breakers: the core's values, shared by the threads of a Python process.
//!
//! A call of a method reads its arguments and asks a foreign clock, then locks, calls the core once, unlocks, and only
//! then builds Python objects: no lock is ever held over Python code.

mod answer;
mod call;
mod clock;
mod guard;
mod latch;
mod metric;
mod permit;
mod protect;
mod protected;
pub(crate) mod script;
mod settings;
mod shared;
mod stored;
mod words;

pub(crate) use answer::{Recorded, Refusal};
pub(crate) use call::CallBreaker;
pub(crate) use guard::Guard;
pub(crate) use latch::Latch;
pub(crate) use metric::MetricBreaker;
pub(crate) use permit::Permit;
pub(crate) use protected::Protected;
