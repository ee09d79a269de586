//! What was typed for the hardening gate: `harden`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand};

use super::answer::{Reported, Shown};
use crate::duration;

/// The codes of every command, after the examples of each.
macro_rules! exit_codes {
    () => {
        "\
Exit codes:
  0  pass              every step or check ran and is good
  1  could not decide  the arguments, a file, the token or the plan are unusable; nothing was judged
  2  dry run           nothing was run, so nothing is known
  3  fail              a step or check failed, or did not run

With code 1 the last line on stderr is JSON:
  {\"ok\": false, \"exit_code\": 1, \"error\": {\"code\": \"…\", \"message\": \"…\", \"path\": \"…\", …}}

Tokens come from the environment only, and are masked in every output, log and report: as they
are, escaped, percent-encoded and in base64."
    };
}

macro_rules! after_help {
    ($examples:literal) => {
        concat!("Examples:\n", $examples, "\n\n", exit_codes!())
    };
}

const HARDEN_HELP: &str = after_help!(
    "  tsfm-gate harden run --dry-run
  TSFM_FORECAST_API_TOKEN=… tsfm-gate harden run --plan hardening.yaml
  tsfm-gate harden openapi --base-url http://127.0.0.1:8100
  tsfm-gate harden review artifacts/rollout_gate/rollout_hardening_gate_summary.json"
);

const RUN_HELP: &str = after_help!(
    "  tsfm-gate harden run --dry-run
  TSFM_FORECAST_API_TOKEN=… tsfm-gate harden run
  tsfm-gate harden run --plan hardening.yaml --report-dir artifacts/rollout_gate

hardening.yaml: {api_base: http://127.0.0.1:8100, token_env: [TSFM_FORECAST_API_TOKEN, AUTH_TOKEN],
  steps: [{name: smoke, run: './smoke.sh --quick', timeout_s: 120, env: {MARKET_ID: mkt-1}},
          {name: bench, run: [python3, bench.py], log: logs/bench.log}]}
With wait_for: {url: /metrics, timeout: 45s} a URL, or a path of api_base, must first answer with a
status of 200 to 299; HEALTH_TIMEOUT_SEC wins over the timeout. If it never does, no step runs.
Text under `run` goes to a shell, a list does not. Every step runs, also after one that failed.
A step is ended with all that it started in its process group, at the latest after its timeout
(300 s if it has none); what left the group (`setsid`) goes on.
In the environment of a step: API_BASE, REPORT_DIR, and TSFM_GATE, which is this program.
Without --plan the five steps of the documents are run; `harden plan` prints them."
);

const PLAN_HELP: &str = "\
Example:
  tsfm-gate harden plan > hardening.yaml";

const OPENAPI_HELP: &str = after_help!(
    "  tsfm-gate harden openapi --base-url http://127.0.0.1:8100
  tsfm-gate harden openapi --input openapi.json --required /markets --required /tsfm/forecast:POST

With --required exactly these are asked for, else what the service of the documents offers."
);

const METRICS_HELP: &str = after_help!(
    "  tsfm-gate harden metrics --base-url http://127.0.0.1:8100
  tsfm-gate harden metrics --input metrics.txt --required tsfm_request_total

A series counts once it has a sample above 0: a `# TYPE` line is a promise, no measurement."
);

const SECURITY_HELP: &str = after_help!(
    "  TSFM_FORECAST_API_TOKEN=… tsfm-gate harden security --base-url http://127.0.0.1:8100
  tsfm-gate harden security --base-url https://api.example.com --token-env MY_TOKEN --path /forecast

Asked of POST {base}{path}: 401 without a token and with a wrong one, 200 with the token, and
429 with Retry-After within --limit calls; on every answer nosniff, DENY, no-referrer and
no-store (among others in Cache-Control), and nowhere the token. The body of every 5xx must be
  {\"ok\": false, \"error\": \"internal server error\"}"
);

const PERF_HELP: &str = after_help!(
    "  python3 bench.py > bench.log; tsfm-gate harden perf bench.log --exit-status $?
  tsfm-gate harden perf bench.log --exit-status 0 --p95-ms 320 --cycle-s 90 --output perf.json

Lines of key=value, or one JSON object. It must have `requests` (a whole number above 0),
`latency_p95_ms` (at most --p95-ms) and `elapsed_s` (at most --cycle-s). Whatever else is there must
be possible: `fallback_rate` below 1, a `…_rate` in 0..=1, and no `…_ms`, `…_s` or `…_rps` below 0.
Without --exit-status nobody knows whether the benchmark
came to its end, and that is no pass: a pipe to `tee` swallows the status."
);

const REVIEW_HELP: &str = after_help!(
    "  tsfm-gate harden review artifacts/rollout_gate/rollout_hardening_gate_summary.json
  tsfm-gate harden review summary.json --openapi openapi.json --security security.json \\
      --perf perf.json --max-age 1h >> runbook.md

Reports that are not named are looked for in `logs` beside the summary, where the built-in plan
writes them. One that is missing is not a pass, and neither is one that was not written during the
run, by the time of its file: copy them with their times (`cp -p`). The date is that of the run."
);

/// The subcommands of `harden`.
#[derive(Debug, Subcommand)]
#[command(after_help = HARDEN_HELP)]
pub(crate) enum Harden {
    /// Run the steps of a plan, each with a timeout and a log, and write the summary
    #[command(after_help = RUN_HELP)]
    Run(HardenRun),
    /// Print the built-in plan, to read or to start from
    #[command(after_help = PLAN_HELP)]
    Plan,
    /// Say whether the service still offers the paths and methods that others call
    #[command(after_help = OPENAPI_HELP)]
    Openapi(HardenOpenapi),
    /// Probe a service with and without its token
    #[command(after_help = SECURITY_HELP)]
    Security(HardenSecurity),
    /// Say whether the service really counts what it declares
    #[command(after_help = METRICS_HELP)]
    Metrics(HardenMetrics),
    /// Hold what a benchmark printed against its limits
    #[command(after_help = PERF_HELP)]
    Perf(HardenPerf),
    /// Print the review block of the runbook, to paste
    #[command(after_help = REVIEW_HELP)]
    Review(HardenReview),
}

/// The arguments of `harden run`.
#[derive(Debug, Args)]
pub(crate) struct HardenRun {
    /// Plan (YAML or JSON) [default: the built-in one]
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// Print every command and log, write a summary that says so, and run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Folder of the summary and the logs
    #[arg(long, value_name = "DIR", default_value = "artifacts/rollout_gate")]
    pub(crate) report_dir: PathBuf,
    /// Seconds to wait for another process that runs the gate
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) wait: u32,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// Where a body comes from.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("from").required(true)))]
pub(crate) struct Body {
    /// Base URL of the service
    #[arg(long, value_name = "URL", group = "from")]
    pub(crate) base_url: Option<String>,
    /// File instead of a service, or `-` for stdin
    #[arg(long, value_name = "FILE", group = "from")]
    pub(crate) input: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) asking: Asking,
}

/// How a service is asked.
#[derive(Debug, Args)]
pub(crate) struct Asking {
    /// Seconds for each answer
    #[arg(long, value_name = "SECONDS", default_value_t = 15)]
    pub(crate) timeout: u32,
    /// Ask a host that is not this machine without TLS
    #[arg(long)]
    pub(crate) allow_http: bool,
}

/// The arguments of `harden openapi`.
#[derive(Debug, Args)]
pub(crate) struct HardenOpenapi {
    #[command(flatten)]
    pub(crate) body: Body,
    /// What must be there, instead of the documents' ten; without a method, `get`
    #[arg(long, value_name = "PATH:METHOD")]
    pub(crate) required: Vec<String>,
    #[command(flatten)]
    pub(crate) reported: Reported,
}

/// The arguments of `harden metrics`.
#[derive(Debug, Args)]
pub(crate) struct HardenMetrics {
    #[command(flatten)]
    pub(crate) body: Body,
    /// Path of the metrics
    #[arg(long, value_name = "PATH", default_value = "/tsfm/metrics")]
    pub(crate) path: String,
    /// Series that must have samples, instead of the documents' six
    #[arg(long, value_name = "NAME")]
    pub(crate) required: Vec<String>,
    #[command(flatten)]
    pub(crate) reported: Reported,
}

/// The arguments of `harden security`.
#[derive(Debug, Args)]
pub(crate) struct HardenSecurity {
    /// Base URL of the service
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: String,
    /// Path that needs a token
    #[arg(long, value_name = "PATH", default_value = "/tsfm/forecast")]
    pub(crate) path: String,
    /// Body of the request (JSON) [default: a short forecast]
    #[arg(long, value_name = "FILE")]
    pub(crate) body: Option<PathBuf>,
    /// Variables that may hold the token; the first that is set counts
    #[arg(
        long,
        value_name = "NAME",
        value_delimiter = ',',
        default_value = "TSFM_FORECAST_API_TOKEN,AUTH_TOKEN"
    )]
    pub(crate) token_env: Vec<String>,
    /// Calls after which the limit must have been met
    #[arg(long, value_name = "CALLS", default_value_t = 8, value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub(crate) limit: u32,
    /// Path at which the service fails on purpose: its answer must say nothing
    #[arg(long, value_name = "PATH")]
    pub(crate) error_path: Option<String>,
    #[command(flatten)]
    pub(crate) asking: Asking,
    #[command(flatten)]
    pub(crate) reported: Reported,
}

/// The arguments of `harden perf`.
#[derive(Debug, Args)]
pub(crate) struct HardenPerf {
    /// What the benchmark printed, or `-` for stdin
    pub(crate) file: PathBuf,
    /// How the benchmark itself ended
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) exit_status: Option<i32>,
    /// Most milliseconds at the 95th percentile [default: 300]
    #[arg(long, value_name = "MS")]
    pub(crate) p95_ms: Option<f64>,
    /// Most seconds for the whole cycle [default: 60]
    #[arg(long, value_name = "S")]
    pub(crate) cycle_s: Option<f64>,
    #[command(flatten)]
    pub(crate) reported: Reported,
}

/// The arguments of `harden review`.
#[derive(Debug, Args)]
pub(crate) struct HardenReview {
    /// The summary that `harden run` wrote
    pub(crate) summary: PathBuf,
    /// Report of `harden openapi` [default: `logs/openapi_smoke_report.json`]
    #[arg(long, value_name = "FILE")]
    pub(crate) openapi: Option<PathBuf>,
    /// Report of `harden security` [default: `logs/live_demo_security_report.json`]
    #[arg(long, value_name = "FILE")]
    pub(crate) security: Option<PathBuf>,
    /// Report of `harden perf` [default: `logs/perf_bench_result.json`]
    #[arg(long, value_name = "FILE")]
    pub(crate) perf: Option<PathBuf>,
    /// How long ago the run may have ended
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = duration::parse)]
    pub(crate) max_age: Duration,
}
