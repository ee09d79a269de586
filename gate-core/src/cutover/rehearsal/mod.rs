//! A rehearsal of the cutover: traffic goes up step by step, a burst is injected, and the abort has to bring it back.
//!
//! [`Rehearsal`] touches nothing. It says what to do next, and is told what came of it; what it was told is all it
//! believes. A rehearsal in which nothing aborted has not passed.

mod machine;
mod plan;
mod report;

pub use machine::{Action, Outcome, Rehearsal};
pub use plan::{REHEARSAL_SCHEMA, RehearsalPlan};
pub use report::{Deed, REHEARSAL, RehearsalReport};
