//! The canary gate: one snapshot, one policy and one stage in, one verdict out.

mod align;
mod column;
pub mod compat;
mod coverage;
mod digest;
mod evaluate;
mod gate;
pub mod policy;
mod runs;
mod series;
pub mod snapshot;
mod trigger;
mod verdict;
mod windows;

pub use column::{Column, Counts};
pub use policy::Policy;
pub use snapshot::Snapshot;
pub use verdict::{Coverage, Digests, Excuse, SCHEMA, Verdict};
pub use windows::StageWindow;

use crate::GateError;
use crate::time::Instant;

impl Policy {
    /// Judges a snapshot of a stage at the instant `now`, or at the end of the last window without one.
    ///
    /// # Errors
    /// `unknown-stage`, and what makes the snapshot unusable with this policy: another window length, an
    /// impossible value, a drill of a safety metric, a window in the future, `now` for undated windows.
    pub fn evaluate(
        &self,
        snapshot: &Snapshot,
        stage: &str,
        now: Option<Instant>,
    ) -> Result<Verdict, GateError> {
        let stage = self.stage(stage)?;
        Ok(evaluate::evaluate(&align::Aligned::new(self, stage, snapshot, now)?))
    }
}
