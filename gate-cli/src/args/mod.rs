//! What was typed.

mod answer;
mod breaker;
mod contract;
mod cutover;
mod harden;
mod order;
mod release;

use std::ffi::OsString;
use std::iter;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use gate_core::canary::policy::BUILTIN;
use gate_core::render;

pub(crate) use answer::Shown;
pub(crate) use breaker::{
    Breaker, BreakerCheck, BreakerHold, BreakerRelease, BreakerReplay, BreakerReset, BreakerStatus, Latch,
    LatchObserve,
};
pub(crate) use contract::{Covariates, CovariatesCheck, Run, RunCheck, RunHealth, RunIdOf, RunMetrics};
pub(crate) use cutover::{
    ChecklistNew, ChecklistSign, ChecklistVerify, Cutover, CutoverChecklist, CutoverEvidence, CutoverKeys,
    CutoverPolicies, CutoverPreflight, CutoverPromotion, CutoverReadiness, CutoverReadyz, CutoverRecovery,
    CutoverRehearse, EvidenceIndex, EvidenceVerify, KeysCheck, KeysPlan, PolicyFiles, PromotionChange,
    PromotionFiles, RecoveryMeasure,
};
pub(crate) use harden::{
    Asking, Body, Harden, HardenMetrics, HardenOpenapi, HardenPerf, HardenReview, HardenRun, HardenSecurity,
};
pub(crate) use order::{Sign, Stored};
pub(crate) use release::{
    AuditAppend, AuditVerify, Evidence, PromoteObserve, PromoteReadmit, PromoteRollback, PromoteTo, Release,
    ReleaseAudit, ReleaseEnv, ReleaseMatrix, ReleasePromote, ReleaseRegression, ReleaseSecrets,
};

macro_rules! exit_codes {
    () => {
        "\
Exit codes:
  0  promote                all evidence is there and good
  1  could not decide       the arguments, a file or its content are unusable; nothing was judged
  2  hold                   not yet: evidence is short, or a gate's limit is exceeded
  3  rollback               a trigger fired

With code 1 the last line on stderr is JSON:
  {\"ok\": false, \"exit_code\": 1, \"error\": {\"code\": \"…\", \"message\": \"…\", \"path\": \"…\", …}}"
    };
}

macro_rules! evaluate_examples {
    () => {
        "\
Examples:
  tsfm-gate evaluate --input snapshot.json --stage canary_5
  tsfm-gate evaluate --stage canary_25 --policy policy.yaml < snapshot.json
  tsfm-gate evaluate -i snapshot.json -s full_100 --format markdown --output comment.md
  tsfm-gate evaluate -i recorded.json -s canary_5 --now 2026-11-21T10:30:00Z"
    };
}

const SHOW_EXAMPLES: &str = "\
Examples:
  tsfm-gate policy show > policy.yaml
  tsfm-gate policy show tsfm-canary --format json";

const CHECK_EXAMPLES: &str = "\
Examples:
  tsfm-gate policy check policy.yaml
  tsfm-gate policy check policy.yaml --deny-warnings --format json

Exit codes: 0 valid, 1 not a valid policy, 2 valid with warnings and --deny-warnings.";

const POLICY_EXAMPLES: &str = "\
Examples:
  tsfm-gate policy show > policy.yaml
  tsfm-gate policy check policy.yaml";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  tsfm-gate explain 'gate:p95>300ms'
  tsfm-gate explain length-mismatch
  tsfm-gate explain 'gate:latency' --policy policy.yaml";

const COMPAT_EXAMPLES: &str = "\
Example:
  tsfm-gate compat --input snapshot.json --stage canary_5

Exit codes are upstream's: 0 gate passed, 1 exception, 2 gate not passed or wrong usage.";

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "tsfm-gate",
    version,
    about = "Decides whether a rollout is promoted, held or rolled back, and whether a run may start",
    after_help = "Run `tsfm-gate evaluate --help` for examples, `tsfm-gate --help` for the exit codes.",
    after_long_help = concat!(
        evaluate_examples!(),
        "\n  tsfm-gate run check --run-id run-a --processed-npz artifacts/processed/run-a/processed.npz",
        "\n\n",
        exit_codes!(),
        "\n\n`run` and `covariates` exit with 0 or with 21 to 27: see `tsfm-gate run --help`.\n\
         `breaker` and `latch` exit with where the breaker stands: see `tsfm-gate breaker --help`.\n\
         `harden` and `release` exit with 0 pass, 2 not decided and 3 fail: see `tsfm-gate harden --help`.\n\
         `cutover` exits with 0 go, 2 pending, 3 no-go: see `tsfm-gate cutover --help`."
    )
)]
pub(crate) struct Cli {
    /// When to use colour; `NO_COLOR` and `CLICOLOR_FORCE` are honoured by `auto`
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", display_order = 900)]
    pub(crate) color: When,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A subcommand of ours, or the one whose command line is upstream's.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Ours(Ours),
    /// Judge exactly as the upstream Python script does: same output, same exit codes, same flaws
    #[command(after_help = COMPAT_EXAMPLES, disable_help_flag = true)]
    Compat {
        /// Upstream's arguments; `tsfm-gate compat --help` lists them
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<OsString>,
    },
}

/// One subcommand with its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Ours {
    /// Judge a snapshot of one stage
    #[command(after_help = evaluate_examples!(), after_long_help = concat!(evaluate_examples!(), "\n\n", exit_codes!()))]
    Evaluate(Evaluate),
    /// Show or check policies
    #[command(subcommand, after_help = POLICY_EXAMPLES)]
    Policy(Policy),
    /// Say what a code or reason means and what to do about it
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(Explain),
    /// Check the artifacts of a run: before it starts, and after it has finished
    #[command(subcommand)]
    Run(Run),
    /// Check covariate specs
    #[command(subcommand)]
    Covariates(Covariates),
    /// Ask a breaker whether the model may be called, and hold it off or on
    #[command(subcommand)]
    Breaker(Breaker),
    /// The panic stop of a breaker: once it holds, only a person resets it
    #[command(subcommand)]
    Latch(Latch),
    /// Is the service fit to be rolled out? Run the steps of the hardening gate, and judge what they measured
    #[command(subcommand)]
    Harden(Harden),
    /// May this build be released? Regressions, environment, secrets, the matrix, the audit log and the stages
    #[command(subcommand)]
    Release(Release),
    /// Whether a service may be cut over: go, pending or no-go
    #[command(subcommand)]
    Cutover(Cutover),
}

/// Whose exit codes a command fails with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Codes {
    /// 1: nothing was judged.
    Verdict,
    /// 21 to 27, from the runbook of the run contract.
    Runbook,
}

/// Whether everything that a command line leads to is masked: its commands handle tokens, or what people say. The first argument is not
/// used.
pub(crate) fn handles_secrets(args: &[OsString]) -> bool {
    matches!(
        subcommand(args).and_then(|word| word.to_str()),
        Some("harden" | "release" | "cutover" | "breaker" | "latch")
    )
}

/// The first word that is no option.
fn subcommand(args: &[OsString]) -> Option<&OsString> {
    let mut words = args.iter().skip(1);
    while let Some(word) = words.next() {
        match word.to_str() {
            // The only option before a subcommand that takes a value of its own.
            Some("--color") => drop(words.next()),
            Some(option) if option.starts_with('-') => {}
            _ => return Some(word),
        }
    }
    None
}

/// Whose exit codes a command line fails with, even one that cannot be understood. The first argument is not used.
pub(crate) fn codes_of(args: &[OsString]) -> Codes {
    match subcommand(args).and_then(|word| word.to_str()) {
        Some("run" | "covariates") => Codes::Runbook,
        _ => Codes::Verdict,
    }
}

/// The arguments of `evaluate`.
#[derive(Debug, Args)]
pub(crate) struct Evaluate {
    /// Snapshot to judge (JSON), or `-` for stdin
    ///
    /// Left out, stdin is read unless it is a terminal.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Stage of the policy, such as `canary_5`
    #[arg(long, short)]
    pub(crate) stage: String,
    /// Policy file (YAML or JSON), or the name of a built-in policy
    ///
    /// Files ending in `.json` are read as JSON, in `.yaml` or `.yml` as YAML, others as JSON if they start with `{`.
    /// A built-in name wins over a file of that name; write `./NAME` for the file.
    #[arg(long, short, value_name = "FILE|NAME", default_value = BUILTIN)]
    pub(crate) policy: PathBuf,
    /// Instant of the decision (RFC 3339); for a dated snapshot the clock if left out
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
    /// Format of the verdict [default: text on a terminal, else json]
    #[arg(long, short)]
    pub(crate) format: Option<VerdictFormat>,
    /// File for the verdict instead of stdout; replaced as a whole or not at all
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The subcommands of `policy`.
#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Print a built-in policy, to read or to start from
    #[command(after_help = SHOW_EXAMPLES)]
    Show(PolicyShow),
    /// Say whether a policy is valid, and what looks suspicious about it
    #[command(after_help = CHECK_EXAMPLES)]
    Check(PolicyCheck),
}

/// The arguments of `policy show`.
#[derive(Debug, Args)]
pub(crate) struct PolicyShow {
    /// Name of the built-in policy
    #[arg(default_value = BUILTIN)]
    pub(crate) name: String,
    /// `yaml` is the document as it was written, `json` has every default filled in
    #[arg(long, short, default_value = "yaml")]
    pub(crate) format: PolicyFormat,
}

/// The arguments of `policy check`.
#[derive(Debug, Args)]
pub(crate) struct PolicyCheck {
    /// Policy file (YAML or JSON), `-` for stdin, or the name of a built-in policy
    #[arg(value_name = "FILE|NAME")]
    pub(crate) policy: PathBuf,
    /// Format of the report [default: text on a terminal, else json]
    #[arg(long, short)]
    pub(crate) format: Option<ReportFormat>,
    /// Exit with 2 if there are warnings
    #[arg(long)]
    pub(crate) deny_warnings: bool,
}

/// The arguments of `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Code or reason from a verdict or an error
    pub(crate) code: String,
    /// Policy whose reasons are known: a file, or the name of a built-in policy
    #[arg(long, short, value_name = "FILE|NAME", default_value = BUILTIN)]
    pub(crate) policy: PathBuf,
    /// Format of the explanation [default: text on a terminal, else json]
    #[arg(long, short)]
    pub(crate) format: Option<ReportFormat>,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum When {
    #[default]
    Auto,
    Always,
    Never,
}

/// How a verdict is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum VerdictFormat {
    /// For people at a terminal
    Text,
    /// For programs: every field
    Json,
    /// For a pull-request comment
    Markdown,
}

impl From<VerdictFormat> for render::Format {
    fn from(format: VerdictFormat) -> Self {
        match format {
            VerdictFormat::Text => Self::Text,
            VerdictFormat::Json => Self::Json,
            VerdictFormat::Markdown => Self::Markdown,
        }
    }
}

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How a policy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyFormat {
    /// As it was written, with comments
    Yaml,
    /// With every default filled in
    Json,
}

/// Reads the command line. The first argument is the program's name and is not used.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    // From Python the first argument is the path of a script.
    let program = iter::once(OsString::from("tsfm-gate"));
    Cli::try_parse_from(program.chain(args.into_iter().skip(1)))
}

/// A wrong use that clap cannot see by itself, in clap's words.
pub(crate) fn missing(message: &str) -> clap::Error {
    Cli::command().error(clap::error::ErrorKind::MissingRequiredArgument, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The widest line that clap writes; it breaks a longer one wherever it ends.
    const WIDTH: usize = 100;

    /// The lines of a command and of all below it that were broken by hand, too late.
    fn too_long(command: &clap::Command) -> Vec<String> {
        let helps = [command.get_after_help(), command.get_after_long_help()].into_iter().flatten();
        let text: Vec<String> = helps.map(ToString::to_string).collect();
        let lines = text.iter().flat_map(|text| text.lines()).filter(|line| line.chars().count() > WIDTH);
        lines.map(str::to_owned).chain(command.get_subcommands().flat_map(too_long)).collect()
    }

    #[test]
    fn no_example_is_too_wide_for_the_help() {
        assert_eq!(too_long(&Cli::command()), Vec::<String>::new());
    }
}
