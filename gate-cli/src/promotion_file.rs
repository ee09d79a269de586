//! The state of a promotion on the disk.

use std::path::Path;
use std::time::Duration;

use gate_core::release::promote::Promotion;
use gate_core::{ErrorCode, GateError};
use serde::{Deserialize, Serialize};

use crate::document_file;
use crate::failure::Failure;
use crate::input;
use crate::storage::{Lock, Target};

/// What a state file is called in errors.
const ARGUMENT: &str = "state";

/// The `schema_version` of a state file.
const SCHEMA: &str = "tsfm_gate.promotion.v1";

/// All that a state file has.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema_version: String,
    promotion: Promotion,
}

/// Where a promotion is stored. One that cannot be read is never taken for one in which nothing runs.
#[derive(Debug)]
pub(crate) struct PromotionFile {
    target: Target,
    wait: Duration,
}

impl PromotionFile {
    pub(crate) fn new(path: &Path, wait: Duration) -> Self {
        Self { target: Target::new(path, ARGUMENT), wait }
    }

    /// The state as it is stored.
    pub(crate) fn look(&self) -> Result<Promotion, Failure> {
        let document: Document = document_file::read_regular_json(self.target.path(), ARGUMENT)?;
        if document.schema_version != SCHEMA {
            let (expected, found) =
                (format!("`{SCHEMA}`"), format!("`{}`", document.schema_version.escape_debug()));
            return Err(GateError::new(ErrorCode::SchemaVersion, "schema_version", expected, found).into());
        }
        Ok(document.promotion)
    }

    /// Makes the first state.
    pub(crate) fn init(&self) -> Result<Promotion, Failure> {
        let _lock = self.lock()?;
        if input::is_there(self.target.path()) {
            let found = format!("`{}`", self.target.path().display());
            return Err(GateError::new(ErrorCode::Contradiction, ARGUMENT, "no state file yet", found).into());
        }
        let promotion = Promotion::default();
        self.write(&promotion)?;
        Ok(promotion)
    }

    /// Does something to the state, and stores it if that changed it.
    pub(crate) fn change<T>(&self, act: impl FnOnce(&mut Promotion) -> T) -> Result<(Promotion, T), Failure> {
        let _lock = self.lock()?;
        let before = self.look()?;
        let mut promotion = before.clone();
        let done = act(&mut promotion);
        if promotion != before {
            self.write(&promotion)?;
        }
        Ok((promotion, done))
    }

    fn lock(&self) -> Result<Lock, GateError> {
        self.target.lock(self.wait)
    }

    fn write(&self, promotion: &Promotion) -> Result<(), GateError> {
        let document = Document { schema_version: SCHEMA.to_owned(), promotion: promotion.clone() };
        let mut bytes = serde_json::to_vec_pretty(&document).map_err(|error| {
            GateError::new(ErrorCode::OutputFailed, ARGUMENT, "a state that can be written", error)
        })?;
        bytes.push(b'\n');
        self.target.replace(&bytes)
    }
}
