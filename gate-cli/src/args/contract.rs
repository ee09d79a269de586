//! What was typed for the run contract: `run` and `covariates`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::ReportFormat;

/// The runbook's codes, after the examples of each command.
macro_rules! contract_codes {
    () => {
        "\
Exit codes (the first of several faults decides):
   0                           everything that was compared agrees
  21  FILE_NOT_FOUND           a file that was named is not there
  22  ARTIFACT_CONTRACT_ERROR  an artifact is unreadable, incomplete or in the wrong place
  23  INPUT_SHAPE_ERROR        shapes or numbers of windows do not fit
  24  RUNNER_EXEC_ERROR        the arguments, the run id or the covariate spec are wrong
  26  INSUFFICIENT_DATA_ERROR  training, validation or test has no window
  27  RUN_ID_MISMATCH          an artifact belongs to another run

On failure the last line on stderr is JSON, with every finding:
  {\"ok\": false, \"exit_code\": 22, \"error\": {\"code\": \"…\", \"message\": \"…\", …}, \"findings\": […]}"
    };
}

macro_rules! after_help {
    ($examples:literal) => {
        concat!("Examples:\n", $examples, "\n\n", contract_codes!())
    };
}

const CHECK_HELP: &str = after_help!(
    "  tsfm-gate run check --run-id run-a --processed-npz artifacts/processed/run-a/processed.npz
  tsfm-gate run check --run-id run-a --processed-npz data.npz --meta meta.json --headers-only
  tsfm-gate run check --run-id run-a --processed-npz artifacts/processed/run-a/processed.npz \\
      --covariate-spec spec.json --dynamic temp,promo --static store"
);

const ID_HELP: &str = after_help!(
    "  tsfm-gate run id artifacts/processed/run-a/processed.npz
  tsfm-gate run check --run-id \"$(tsfm-gate run id \"$NPZ\")\" --processed-npz \"$NPZ\""
);

const METRICS_HELP: &str = after_help!(
    "  tsfm-gate run metrics artifacts/metrics/run-a.json --run-id run-a
  tsfm-gate run metrics - < metrics.json"
);

const HEALTH_HELP: &str = after_help!("  tsfm-gate run health --run-id run-a --artifacts artifacts");

const RUN_HELP: &str = after_help!(
    "  tsfm-gate run check --run-id run-a --processed-npz artifacts/processed/run-a/processed.npz
  tsfm-gate run health --run-id run-a --artifacts artifacts"
);

const COVARIATES_HELP: &str = after_help!(
    "  tsfm-gate covariates check spec.json
  tsfm-gate covariates check spec.json --dynamic temp,promo --static store --columns train.csv
  tsfm-gate covariates check spec.json --dynamic temp --columns date,sales,temp
  zcat train.csv.gz | tsfm-gate covariates check spec.json --dynamic temp --columns -"
);

/// The subcommands of `run`.
#[derive(Debug, Subcommand)]
#[command(after_help = RUN_HELP)]
pub(crate) enum Run {
    /// Say whether artifacts belong to a run, are whole, and fit the model and the covariate spec
    #[command(after_help = CHECK_HELP)]
    Check(RunCheck),
    /// Print the run id that the path of a `processed.npz` states
    #[command(after_help = ID_HELP)]
    Id(RunIdOf),
    /// Say whether a metrics report is whole and of this run
    #[command(after_help = METRICS_HELP)]
    Metrics(RunMetrics),
    /// Say whether a finished run left its eight artifacts, without writing anything
    #[command(after_help = HEALTH_HELP)]
    Health(RunHealth),
}

/// The arguments of `run check`.
#[derive(Debug, Args)]
pub(crate) struct RunCheck {
    /// Run id that every source must state
    #[arg(long, value_name = "ID")]
    pub(crate) run_id: String,
    /// Archive of the preprocessing, laid out as `…/processed/{run_id}/processed.npz`
    #[arg(long, value_name = "FILE")]
    pub(crate) processed_npz: Option<PathBuf>,
    /// Preprocessor [default: `…/models/{run_id}/preprocessor.pkl`, if the archive is laid out so]
    #[arg(long, value_name = "FILE")]
    pub(crate) preprocessor_pkl: Option<PathBuf>,
    /// Description of the preprocessing [default: `meta.json` beside the archive]
    #[arg(long, value_name = "FILE")]
    pub(crate) meta: Option<PathBuf>,
    /// Covariate spec that the declared covariates must fit
    #[arg(long, value_name = "FILE")]
    pub(crate) covariate_spec: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) declared: DeclaredNames,
    /// Steps that the model looks back
    #[arg(long, value_name = "STEPS", default_value_t = 24)]
    pub(crate) sequence_length: u64,
    /// Steps that the model predicts
    #[arg(long, value_name = "STEPS", default_value_t = 1)]
    pub(crate) horizon: u64,
    /// Ask for a run id of the form `YYYYMMDD_HHMMSS_<7 to 12 hex digits>`
    #[arg(long)]
    pub(crate) strict_run_id: bool,
    /// Leave the values of the arrays unread: neither checksums nor NaN are seen
    #[arg(long)]
    pub(crate) headers_only: bool,
    /// Format of the report [default: text on a terminal, else json]
    #[arg(long, short)]
    pub(crate) format: Option<ReportFormat>,
}

/// Covariates that a run declares.
#[derive(Debug, Args)]
pub(crate) struct DeclaredNames {
    /// Declared dynamic covariates
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) dynamic: Option<Vec<String>>,
    /// Declared static covariates
    #[arg(long, value_name = "A,B", value_delimiter = ',')]
    pub(crate) r#static: Option<Vec<String>>,
}

/// The arguments of `run id`.
#[derive(Debug, Args)]
pub(crate) struct RunIdOf {
    /// Path of a `processed.npz`; links are followed, and the file need not be there yet
    pub(crate) path: PathBuf,
}

/// The arguments of `run metrics`.
#[derive(Debug, Args)]
pub(crate) struct RunMetrics {
    /// Metrics report (JSON), or `-` for stdin
    pub(crate) file: PathBuf,
    /// Run id that the report must state
    #[arg(long, value_name = "ID")]
    pub(crate) run_id: Option<String>,
    /// Format of the answer [default: text on a terminal, else json]
    #[arg(long, short)]
    pub(crate) format: Option<ReportFormat>,
}

/// The arguments of `run health`.
#[derive(Debug, Args)]
pub(crate) struct RunHealth {
    /// Run id of the finished run
    #[arg(long, value_name = "ID")]
    pub(crate) run_id: String,
    /// Folder that holds `processed`, `models`, `checkpoints`, `metrics`, `reports` and `metadata`
    #[arg(long, value_name = "DIR")]
    pub(crate) artifacts: PathBuf,
    /// Ask for a run id of the form `YYYYMMDD_HHMMSS_<7 to 12 hex digits>`
    #[arg(long)]
    pub(crate) strict_run_id: bool,
    /// Format of the report [default: text on a terminal, else json]
    #[arg(long, short)]
    pub(crate) format: Option<ReportFormat>,
}

/// The subcommands of `covariates`.
#[derive(Debug, Subcommand)]
#[command(after_help = COVARIATES_HELP)]
pub(crate) enum Covariates {
    /// Say whether a covariate spec is valid, and whether declared covariates and columns fit it
    ///
    /// Without --dynamic, --static and --columns the spec alone is checked.
    #[command(after_help = COVARIATES_HELP)]
    Check(CovariatesCheck),
}

/// The arguments of `covariates check`.
#[derive(Debug, Args)]
pub(crate) struct CovariatesCheck {
    /// Covariate spec (JSON), or `-` for stdin
    pub(crate) spec: PathBuf,
    #[command(flatten)]
    pub(crate) declared: DeclaredNames,
    /// Columns of the data: a CSV file (its first line), a file with a JSON array, `-` for stdin, or their names
    #[arg(long, value_name = "FILE|A,B")]
    pub(crate) columns: Option<String>,
    /// Format of the report [default: text on a terminal, else json]
    #[arg(long, short)]
    pub(crate) format: Option<ReportFormat>,
}
