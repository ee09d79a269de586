//! What was typed for the gates of a release: `release`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gate_core::release::promote::{Health, Stage};

use super::answer::Shown;
use super::order::{Sign, Stored};

/// The codes of every command, after the examples of each.
macro_rules! exit_codes {
    () => {
        "\
Exit codes:
  0  pass              all evidence is there and good
  1  could not decide  the arguments, a file or its content are unusable; nothing was judged
  2  inconclusive      evidence is missing, too little or of something else
  3  fail              the evidence is there and bad

With code 1 the last line on stderr is JSON:
  {\"ok\": false, \"exit_code\": 1, \"error\": {\"code\": \"…\", \"message\": \"…\", \"path\": \"…\", …}}

No value of a secret is ever written, neither to stdout nor to stderr nor to a file."
    };
}

macro_rules! after_help {
    ($examples:literal) => {
        concat!("Examples:\n", $examples, "\n\n", exit_codes!())
    };
}

const RELEASE_HELP: &str = after_help!(
    "  tsfm-gate release regression --baseline main.json --candidate branch.json
  tsfm-gate release env --table env.yaml --stage prod
  tsfm-gate release secrets dist logs
  tsfm-gate release matrix --plan release.yaml --verdicts verdicts/
  tsfm-gate release audit verify audit.log --anchor audit.anchor.json"
);

const REGRESSION_HELP: &str = after_help!(
    "  tsfm-gate release regression --baseline main.json --candidate branch.json
  tsfm-gate release regression --baseline main.json --candidate branch.json --policy limits.yaml

A side: {\"build\": \"4f2a…\", \"environment\": {\"machine\": \"c7\", \"load\": \"profile-2\"},
         \"metrics\": {\"latency_ms\": {\"unit\": \"ms\", \"samples\": [12.1, …]},
                     \"rss_mb\": {\"unit\": \"MB\", \"samples\": [512, …]}}}
Without --policy: P95 of latency_ms at most 10 % above the baseline (200 samples each), the
largest rss_mb at most 200 MB above it (10 samples each).
limits.yaml: {metrics: {latency_ms: {unit: ms, q: 0.95, relative: 0.1, absolute: 0,
                                     min_samples: 200}}}
`q` is the quantile (1: the largest); `relative` (a part of the baseline) and `absolute` (in the
unit) say how much more is allowed."
);

const ENV_HELP: &str = after_help!(
    "  tsfm-gate release env --table env.yaml --stage prod
  tsfm-gate release env --table env.yaml --stage staging --env-file .env.staging
  tsfm-gate release env --table services.yaml --service forecast --stage prod

env.yaml: {stages: [dev, prod], variables: {
            API_TOKEN: {kind: secret, required_in: [prod]}, PORT: {kind: port}}}
With --service the document holds such a table for each service: {forecast: {stages: …}, …}"
);

const SECRETS_HELP: &str = after_help!(
    "  tsfm-gate release secrets dist logs
  tsfm-gate release secrets artifacts --key-env SCAN_KEY --allow allowed.yaml

Links are not followed; one that leads out of its tree is a part of the release that nobody
looked at, and so is a file that cannot be read: without a finding that is inconclusive (2).
allowed.yaml: {allowed: [{artifact: dist/readme.md, rule: api-key, fingerprint: 1a2b3c4d,
                          reason: an example, author: kim, until: 2027-01-01T00:00:00Z}]}
Fingerprints are digests under the key in --key-env, else under a key of this run alone."
);

const MATRIX_HELP: &str = after_help!(
    "  tsfm-gate release matrix --plan release.yaml --verdicts verdicts/

release.yaml: {required: [{name: unit, max_age: 24h}, {name: perf, max_age: 7d, waivable: true}],
               candidate: {commit: …, artifact: …, policy: …, data: …},
               waivers: [{gate: perf, commit: …, name: Kim Lee, reason: fixed in 1.5,
                          until: 2026-12-01T00:00:00Z}]}    # of the candidate's commit
verdicts/*.json: {\"gate\": \"unit\", \"verdict\": \"pass\", \"binding\": {…}, \"actor\": \"ci\",
                  \"tool_version\": \"1.4\", \"at\": \"2026-11-21T10:00:00Z\"}, one a file"
);

const AUDIT_HELP: &str = after_help!(
    "  tsfm-gate release audit append audit.log --entry decision.json --anchor audit.anchor.json
  tsfm-gate release audit append audit.log --entry decision.json --new
  tsfm-gate release audit verify audit.log --anchor audit.anchor.json

decision.json: {\"at\": \"2026-11-21T10:00:00Z\", \"actor\": \"kim\", \"action\": \"promote prod\",
                \"digests\": {\"artifact\": \"…\"}, \"criteria\": [{\"name\": \"matrix\", \"met\": true}],
                \"result\": \"pass\", \"reason\": \"drill 7 passed\"}
The anchor is how many records there are and the last hash. Keep it elsewhere: it shows a log
that was cut or written anew. A log that does not verify is not appended to. `at` must not be later
than the clock (by more than a minute); it may be earlier than that of the record before."
);

const PROMOTE_HELP: &str = after_help!(
    "  tsfm-gate release promote init --state promotion.json
  tsfm-gate release promote to staging --digest 9f86… --plan release.yaml --verdicts verdicts/ \\
      --state promotion.json --actor kim --reason 'release 1.4'
  tsfm-gate release promote observe staging --health healthy --state promotion.json
  tsfm-gate release promote rollback prod --state promotion.json --actor kim --reason 'incident 42'
  tsfm-gate release promote status --state promotion.json

The answer says what is to be deployed or stopped; doing it is up to you. Of `observe`: 0 healthy,
2 not known, 3 the stage is rolled back, or refused, as what was seen before the last change of a
stage says nothing about it. Of the others: 0 done, 3 refused, and nothing changed."
);

/// The subcommands of `release`.
#[derive(Debug, Subcommand)]
#[command(after_help = RELEASE_HELP)]
pub(crate) enum Release {
    /// Say whether a candidate is slower or larger than the baseline
    #[command(after_help = REGRESSION_HELP)]
    Regression(ReleaseRegression),
    /// Say whether the variables that a service starts with are there, and what they should be
    #[command(after_help = ENV_HELP)]
    Env(ReleaseEnv),
    /// Look for secrets in files and folders of any size, and in zips, tars and gzips
    #[command(after_help = SECRETS_HELP)]
    Secrets(ReleaseSecrets),
    /// Say whether every required gate has one fresh verdict about this candidate
    #[command(after_help = MATRIX_HELP)]
    Matrix(ReleaseMatrix),
    /// The log of decisions: append to it, or see whether it is whole
    #[command(subcommand, after_help = AUDIT_HELP)]
    Audit(ReleaseAudit),
    /// The way from dev to staging to prod, and back
    #[command(subcommand, after_help = PROMOTE_HELP)]
    Promote(ReleasePromote),
}

/// The arguments of `release regression`.
#[derive(Debug, Args)]
pub(crate) struct ReleaseRegression {
    /// Measurement of what runs now (JSON), or `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: PathBuf,
    /// Measurement of what is to be released (JSON), or `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) candidate: PathBuf,
    /// What is compared, and how much more is allowed (YAML or JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The arguments of `release env`.
#[derive(Debug, Args)]
pub(crate) struct ReleaseEnv {
    /// Table of requirements (YAML or JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) table: PathBuf,
    /// Stage of the table
    #[arg(long)]
    pub(crate) stage: String,
    /// Service whose table it is, where the document holds several
    #[arg(long, value_name = "NAME")]
    pub(crate) service: Option<String>,
    /// File of lines `NAME=value` instead of this process's environment
    #[arg(long, value_name = "FILE")]
    pub(crate) env_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The arguments of `release secrets`.
#[derive(Debug, Args)]
pub(crate) struct ReleaseSecrets {
    /// Files and folders
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// Findings that somebody answers for (YAML or JSON)
    #[arg(long, value_name = "FILE", requires = "key_env")]
    pub(crate) allow: Option<PathBuf>,
    /// Variable with the key of the fingerprints
    #[arg(long, value_name = "NAME")]
    pub(crate) key_env: Option<String>,
    /// Instant at which allowances are judged (RFC 3339); the clock if left out
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The evidence of a candidate.
#[derive(Debug, Args)]
pub(crate) struct Evidence {
    /// Required gates, the candidate and waivers (YAML or JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// Folder of verdicts (`*.json`)
    #[arg(long, value_name = "DIR")]
    pub(crate) verdicts: PathBuf,
}

/// The arguments of `release matrix`.
#[derive(Debug, Args)]
pub(crate) struct ReleaseMatrix {
    #[command(flatten)]
    pub(crate) evidence: Evidence,
    /// Instant of the decision (RFC 3339); the clock if left out
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The subcommands of `release audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum ReleaseAudit {
    /// Add a record, if what is there is whole
    #[command(after_help = AUDIT_HELP)]
    Append(AuditAppend),
    /// Say whether every record is there, in order and unchanged
    #[command(after_help = AUDIT_HELP)]
    Verify(AuditVerify),
}

/// The arguments of `release audit append`.
#[derive(Debug, Args)]
pub(crate) struct AuditAppend {
    /// The log
    pub(crate) file: PathBuf,
    /// What was decided (JSON), or `-` for stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) entry: PathBuf,
    /// File that keeps where the log ends; verified before, replaced afterwards
    #[arg(long, value_name = "FILE")]
    pub(crate) anchor: Option<PathBuf>,
    /// Begin a log: there is none yet
    #[arg(long)]
    pub(crate) new: bool,
    /// Seconds to wait for another process that appends
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) wait: u32,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The arguments of `release audit verify`.
#[derive(Debug, Args)]
pub(crate) struct AuditVerify {
    /// The log
    pub(crate) file: PathBuf,
    /// Where the log ended at some earlier time
    #[arg(long, value_name = "FILE")]
    pub(crate) anchor: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The subcommands of `release promote`.
#[derive(Debug, Subcommand)]
pub(crate) enum ReleasePromote {
    /// Make the first state file, in which nothing runs anywhere
    #[command(after_help = PROMOTE_HELP)]
    Init(Stored),
    /// Let a build run in a stage
    #[command(after_help = PROMOTE_HELP)]
    To(PromoteTo),
    /// Take note of the health of a stage; bad health rolls it back
    #[command(after_help = PROMOTE_HELP)]
    Observe(PromoteObserve),
    /// Roll a stage back
    #[command(after_help = PROMOTE_HELP)]
    Rollback(PromoteRollback),
    /// Let a build come again that was rolled back
    #[command(after_help = PROMOTE_HELP)]
    Readmit(PromoteReadmit),
    /// Say what runs where; changes nothing
    #[command(after_help = PROMOTE_HELP)]
    Status(Stored),
}

/// The arguments of `release promote to`.
#[derive(Debug, Args)]
pub(crate) struct PromoteTo {
    /// Where it is to run
    pub(crate) stage: StageName,
    /// SHA-256 of the build, which is the candidate's artifact in the plan
    #[arg(long, value_name = "HEX")]
    pub(crate) digest: String,
    #[command(flatten)]
    pub(crate) evidence: Evidence,
    #[command(flatten)]
    pub(crate) sign: Sign,
    #[command(flatten)]
    pub(crate) stored: Stored,
}

/// The arguments of `release promote observe`.
#[derive(Debug, Args)]
pub(crate) struct PromoteObserve {
    /// Where it was looked
    pub(crate) stage: StageName,
    /// What was seen
    #[arg(long)]
    pub(crate) health: HealthWord,
    #[command(flatten)]
    pub(crate) stored: Stored,
}

/// The arguments of `release promote rollback`.
#[derive(Debug, Args)]
pub(crate) struct PromoteRollback {
    /// Where
    pub(crate) stage: StageName,
    #[command(flatten)]
    pub(crate) sign: Sign,
    #[command(flatten)]
    pub(crate) stored: Stored,
}

/// The arguments of `release promote readmit`.
#[derive(Debug, Args)]
pub(crate) struct PromoteReadmit {
    /// SHA-256 of the build
    #[arg(long, value_name = "HEX")]
    pub(crate) digest: String,
    #[command(flatten)]
    pub(crate) sign: Sign,
    #[command(flatten)]
    pub(crate) stored: Stored,
}

/// A stage, as people type it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StageName {
    Dev,
    Staging,
    Prod,
}

impl From<StageName> for Stage {
    fn from(name: StageName) -> Self {
        match name {
            StageName::Dev => Self::Dev,
            StageName::Staging => Self::Staging,
            StageName::Prod => Self::Prod,
        }
    }
}

/// What was seen of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HealthWord {
    /// Measured and good
    Healthy,
    /// Measured and bad
    Unhealthy,
    /// Not measured; three in a row are bad
    Unknown,
}

impl From<HealthWord> for Health {
    fn from(word: HealthWord) -> Self {
        match word {
            HealthWord::Healthy => Self::Healthy,
            HealthWord::Unhealthy => Self::Unhealthy,
            HealthWord::Unknown => Self::Unknown,
        }
    }
}
