//! Orders: what is changed, by whom and why.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::answer::Shown;

/// The state file, and how the answer is written.
#[derive(Debug, Args)]
pub(crate) struct Stored {
    /// State file
    #[arg(long, value_name = "FILE")]
    pub(crate) state: PathBuf,
    /// Instant of the command (RFC 3339); the clock if left out
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
    /// Seconds to wait for another process that is changing the state
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    wait: u32,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

impl Stored {
    pub(crate) fn wait(&self) -> Duration {
        Duration::from_secs(self.wait.into())
    }
}

/// Who commands, and why.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// Who commands it
    #[arg(long, value_name = "NAME")]
    pub(crate) actor: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
}
