//! What was typed for the breakers: `breaker` and `latch`.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use gate_core::breaker::HoldKind;

use super::ReportFormat;
use super::order::{Sign, Stored};

/// The codes of all commands on a state file, after the examples of each.
macro_rules! exit_codes {
    () => {
        "\
Exit codes (where the breaker stands once the command is done):
  0  on        calls go through
  1  unusable  the arguments, the settings, the metrics or the folder; nothing was judged
  2  off       for automatic reasons: it comes back by itself
  3  stopped   by a person, by its latch, or because the state file cannot be trusted

With code 1 the last line on stderr is JSON:
  {\"ok\": false, \"exit_code\": 1, \"error\": {\"code\": \"…\", \"message\": \"…\", \"path\": \"…\", …}}

A state file that is missing, cut short or contradictory may have been a stop: it reads as
stopped, and only `breaker reset` replaces it. The same command makes the first one."
    };
}

macro_rules! after_help {
    ($examples:literal) => {
        concat!("Examples:\n", $examples, "\n\n", exit_codes!())
    };
}

const BREAKER_HELP: &str = after_help!(
    "  tsfm-gate breaker reset --state breaker.json --actor kim --reason 'first start'
  tsfm-gate breaker check --metrics metrics.json --state breaker.json
  tsfm-gate breaker hold --state breaker.json --actor kim --reason 'incident 42' --for 30m"
);

const CHECK_HELP: &str = after_help!(
    "  tsfm-gate breaker check --metrics metrics.json --state breaker.json
  tsfm-gate breaker check --metrics - --state breaker.json --format json < metrics.json
  tsfm-gate breaker check --metrics metrics.json --state breaker.json --config breaker-config.json

metrics.json: {\"total_requests\": 1000, \"failed_requests\": 100, \"p99_latency_ms\": 40.0,
               \"timestamp\": 1795255200.0}
The timestamp is in seconds since 1970. A reading that is not newer than the last one, or too old,
is unusable: it is counted, and changes nothing else."
);

const HOLD_HELP: &str = after_help!(
    "  tsfm-gate breaker hold --state breaker.json --actor kim --reason 'incident 42'
  tsfm-gate breaker hold --state breaker.json --actor kim --reason 'load test' --for 30m --kind on"
);

const RELEASE_HELP: &str = after_help!(
    "  tsfm-gate breaker release --state breaker.json --actor kim --reason 'incident 42 is over'"
);

const RESET_HELP: &str = after_help!(
    "  tsfm-gate breaker reset --state breaker.json --actor kim --reason 'first start'
  tsfm-gate breaker reset --state breaker.json --actor kim --reason 'new layers' --config new.json"
);

const STATUS_HELP: &str = after_help!(
    "  tsfm-gate breaker status --state breaker.json
  tsfm-gate breaker status --state breaker.json --config stricter.json --format json"
);

const REPLAY_HELP: &str = "\
Examples:
  tsfm-gate breaker replay drill.json
  tsfm-gate breaker replay drill.json --format json | jq .state

A script: {\"config\": {\"call\": {}}, \"steps\": [
  {\"at\": 0, \"do\": \"call\", \"outcome\": \"failure\", \"times\": 5},
  {\"at\": 1, \"do\": \"acquire\", \"expect\": {\"admitted\": false, \"retry_after\": 119}}]}

Exit codes: 0 every answer is as expected, 1 an answer differs (`script-mismatch`), or the script
is unusable.";

const LATCH_HELP: &str = after_help!(
    "  tsfm-gate latch trip --state breaker.json --actor kim --reason 'wrong forecasts in production'
  tsfm-gate latch reset --state breaker.json --actor lee --reason 'model rolled back, drill 7'"
);

const OBSERVE_HELP: &str = after_help!(
    "  tsfm-gate latch observe --state breaker.json --value 0.997
  tsfm-gate latch observe --state breaker.json --missing"
);

/// The subcommands of `breaker`.
#[derive(Debug, Subcommand)]
#[command(after_help = BREAKER_HELP)]
pub(crate) enum Breaker {
    /// Take metrics to the breaker, and say whether it is on
    #[command(after_help = CHECK_HELP)]
    Check(BreakerCheck),
    /// Hold the breaker off or on, in the name of a person, until that person releases it or the time is over
    #[command(after_help = HOLD_HELP)]
    Hold(BreakerHold),
    /// Lift one's own hold; those of others stay
    #[command(after_help = RELEASE_HELP)]
    Release(BreakerRelease),
    /// Begin anew: make the first state file, or replace one that cannot be trusted, which is kept beside it
    ///
    /// Every hold ends. While the latch holds it is refused: see `tsfm-gate latch reset`.
    #[command(after_help = RESET_HELP)]
    Reset(BreakerReset),
    /// Say where the breaker stands, which layer decides and what happened last; changes nothing
    #[command(after_help = STATUS_HELP)]
    Status(BreakerStatus),
    /// Play an event script: the answer after each event, and whether it is the expected one
    #[command(after_help = REPLAY_HELP)]
    Replay(BreakerReplay),
}

/// The subcommands of `latch`.
#[derive(Debug, Subcommand)]
#[command(after_help = LATCH_HELP)]
pub(crate) enum Latch {
    /// Stop at once, until a person resets it
    #[command(after_help = LATCH_HELP)]
    Trip(BreakerRelease),
    /// End the stop
    #[command(after_help = LATCH_HELP)]
    Reset(BreakerRelease),
    /// Take a reading: three in a row that are too low, unreadable or missing stop it
    #[command(after_help = OBSERVE_HELP)]
    Observe(LatchObserve),
    /// Say whether it holds and why; changes nothing
    #[command(after_help = LATCH_HELP)]
    Status(BreakerStatus),
}

/// The arguments of `breaker check`.
#[derive(Debug, Args)]
pub(crate) struct BreakerCheck {
    /// Metrics (JSON), or `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) metrics: PathBuf,
    /// Settings (JSON) of the same layers, from now on [default: those in the state file]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) stored: Stored,
}

/// The arguments of `breaker hold`.
#[derive(Debug, Args)]
pub(crate) struct BreakerHold {
    #[command(flatten)]
    pub(crate) sign: Sign,
    /// How long, such as `30m`, `12h` or `2d` [default: until it is released]
    #[arg(long, value_name = "DURATION")]
    pub(crate) r#for: Option<String>,
    /// What the hold does
    #[arg(long, value_enum, default_value = "off")]
    pub(crate) kind: Kind,
    #[command(flatten)]
    pub(crate) stored: Stored,
}

/// The arguments of every command that needs nothing but a signature.
#[derive(Debug, Args)]
pub(crate) struct BreakerRelease {
    #[command(flatten)]
    pub(crate) sign: Sign,
    #[command(flatten)]
    pub(crate) stored: Stored,
}

/// The arguments of `breaker reset`.
#[derive(Debug, Args)]
pub(crate) struct BreakerReset {
    #[command(flatten)]
    pub(crate) sign: Sign,
    /// Settings (JSON), which name the layers [default: as before; at first latch and metric breaker]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) stored: Stored,
}

/// The arguments of `breaker status`.
#[derive(Debug, Args)]
pub(crate) struct BreakerStatus {
    /// Settings (JSON) of the same layers, to see where it would stand under them
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) stored: Stored,
}

/// The arguments of `breaker replay`.
#[derive(Debug, Args)]
pub(crate) struct BreakerReplay {
    /// Event script (JSON), or `-` for stdin
    pub(crate) script: PathBuf,
    /// Format of the answers, one a line [default: text on a terminal, else json]
    #[arg(long, short)]
    pub(crate) format: Option<ReportFormat>,
}

/// The arguments of `latch observe`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("reading").required(true)))]
pub(crate) struct LatchObserve {
    /// The reading, a number in 0..=1; anything else is an unreadable one, and that is a bad one
    #[arg(long, value_name = "X", group = "reading", allow_hyphen_values = true)]
    pub(crate) value: Option<String>,
    /// There is no reading, and that is a bad one
    #[arg(long, group = "reading")]
    pub(crate) missing: bool,
    #[command(flatten)]
    pub(crate) stored: Stored,
}

/// What a hold does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Calls are refused
    Off,
    /// Calls pass whatever the metrics say; the latch still refuses
    On,
    /// Everything is counted, nothing is refused
    Shadow,
}

impl From<Kind> for HoldKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Off => Self::Off,
            Kind::On => Self::On,
            Kind::Shadow => Self::Shadow,
        }
    }
}
