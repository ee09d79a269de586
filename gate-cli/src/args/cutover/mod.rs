//! What was typed for a cutover: `cutover`.

mod help;

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand};

use super::answer::Shown;
use super::order::Sign;
use crate::duration;
use help::{
    CHECKLIST_HELP, CUTOVER_HELP, EVIDENCE_HELP, KEYS_HELP, POLICIES_HELP, PREFLIGHT_HELP, PROMOTION_HELP,
    READINESS_HELP, READYZ_HELP, RECOVERY_HELP, REHEARSE_HELP, ROTATION_HELP,
};

/// The subcommands of `cutover`.
#[derive(Debug, Subcommand)]
#[command(after_help = CUTOVER_HELP)]
pub(crate) enum Cutover {
    /// Ask a service whether it is ready, and whether to believe it
    #[command(after_help = READYZ_HELP)]
    Readyz(CutoverReadyz),
    /// Index a folder of evidence, or verify it
    #[command(subcommand, after_help = EVIDENCE_HELP)]
    Evidence(CutoverEvidence),
    /// Measure how fast, and how completely, evidence comes back
    #[command(subcommand, after_help = RECOVERY_HELP)]
    Recovery(CutoverRecovery),
    /// How long the keys still last, and how one follows another
    #[command(subcommand, after_help = KEYS_HELP)]
    Keys(CutoverKeys),
    /// Who may promote: a person, or the machine
    #[command(subcommand, after_help = PROMOTION_HELP)]
    Promotion(CutoverPromotion),
    /// Sign policies, or verify their signatures
    #[command(subcommand, after_help = POLICIES_HELP)]
    Policies(CutoverPolicies),
    /// Rehearse: 25 %, 50 %, a burst, and the way back
    #[command(after_help = REHEARSE_HELP)]
    Rehearse(CutoverRehearse),
    /// Six checks side by side, and one answer
    #[command(after_help = READINESS_HELP)]
    Readiness(CutoverReadiness),
    /// Nine checks before the cutover, with a report
    #[command(after_help = PREFLIGHT_HELP)]
    Preflight(CutoverPreflight),
    /// The checklist of the day before, and the go/no-go decision
    #[command(subcommand, after_help = CHECKLIST_HELP)]
    Checklist(CutoverChecklist),
}

/// The arguments of `cutover readyz`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("from").required(true)))]
pub(crate) struct CutoverReadyz {
    /// URL to ask
    #[arg(long, group = "from")]
    pub(crate) url: Option<String>,
    /// Answer that was stored (JSON), or `-` for stdin; as old as its file
    #[arg(long, value_name = "FILE", group = "from")]
    pub(crate) input: Option<PathBuf>,
    /// HTTP status of the stored answer
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(100..600))]
    pub(crate) status: u16,
    /// How long the whole answer may take
    #[arg(long, default_value = "5s", value_parser = duration::parse)]
    pub(crate) timeout: Duration,
    /// How old the answer may be
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = duration::parse)]
    pub(crate) max_age: Duration,
    /// Ask a host that is not this machine without TLS
    #[arg(long)]
    pub(crate) allow_http: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The subcommands of `cutover evidence`.
#[derive(Debug, Subcommand)]
pub(crate) enum CutoverEvidence {
    /// Write the index of a folder; refused for files that would not verify
    #[command(after_help = EVIDENCE_HELP)]
    Index(EvidenceIndex),
    /// Compare a folder with its index; changes nothing
    #[command(after_help = EVIDENCE_HELP)]
    Verify(EvidenceVerify),
}

/// The arguments of `cutover evidence index`.
#[derive(Debug, Args)]
pub(crate) struct EvidenceIndex {
    /// Folder of evidence
    pub(crate) dir: PathBuf,
    /// Keys (JSON), of which the active one signs
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The arguments of `cutover evidence verify`.
#[derive(Debug, Args)]
pub(crate) struct EvidenceVerify {
    /// Folder of evidence
    pub(crate) dir: PathBuf,
    /// Keys (JSON), of which one must have signed; without them the storage is trusted
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// File that remembers the last index that was verified, so that an older folder is not taken for it
    #[arg(long, value_name = "FILE")]
    pub(crate) anchor: Option<PathBuf>,
    /// Begin the anchor; it must not exist yet
    #[arg(long, requires = "anchor")]
    pub(crate) new: bool,
    /// How old the index may be [default: any age]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    pub(crate) max_age: Option<Duration>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The subcommands of `cutover recovery`.
#[derive(Debug, Subcommand)]
pub(crate) enum CutoverRecovery {
    /// Restore into an empty folder, and compare every file
    #[command(after_help = RECOVERY_HELP)]
    Measure(RecoveryMeasure),
}

/// The arguments of `cutover recovery measure`.
#[derive(Debug, Args)]
pub(crate) struct RecoveryMeasure {
    /// Folder that was backed up
    #[arg(long, value_name = "DIR")]
    pub(crate) source: PathBuf,
    /// Line for the shell that restores the backup into the target
    #[arg(long, value_name = "COMMAND")]
    pub(crate) restore: String,
    /// Folder that the backup is restored into
    #[arg(long, value_name = "DIR")]
    pub(crate) target: PathBuf,
    /// When the restore is ended
    #[arg(long, default_value = "30m", value_parser = duration::parse)]
    pub(crate) timeout: Duration,
    /// Recovery time objective
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = duration::parse)]
    pub(crate) rto: Duration,
    /// Recovery point objective: so many files may be lost
    #[arg(long, value_name = "FILES", default_value_t = 1)]
    pub(crate) rpo: usize,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The subcommands of `cutover keys`.
#[derive(Debug, Subcommand)]
pub(crate) enum CutoverKeys {
    /// Say which keys end soon
    #[command(after_help = KEYS_HELP)]
    Check(KeysCheck),
    /// Say whether a rotation leaves a gap, and what is to be done next
    #[command(after_help = ROTATION_HELP)]
    Plan(KeysPlan),
}

/// The arguments of `cutover keys check`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("from").required(true)))]
pub(crate) struct KeysCheck {
    /// List of keys (JSON)
    #[arg(long, value_name = "FILE", group = "from")]
    pub(crate) file: Option<PathBuf>,
    /// Variable of the environment with the list of keys
    #[arg(long, value_name = "NAME", group = "from")]
    pub(crate) env: Option<String>,
    /// Up to so many days are a warning [default: `ROTATION_WARN_DAYS`, else 7]
    #[arg(long, value_name = "DAYS")]
    pub(crate) warn_days: Option<String>,
    /// Up to so many days are critical [default: `ROTATION_CRITICAL_DAYS`, else 3]
    #[arg(long, value_name = "DAYS")]
    pub(crate) critical_days: Option<String>,
    /// Webhook that is told about keys that are not well
    #[arg(long, value_name = "URL")]
    pub(crate) alert_url: Option<String>,
    /// How long the alert may take
    #[arg(long, default_value = "5s", value_parser = duration::parse)]
    pub(crate) timeout: Duration,
    /// Alert a host that is not this machine without TLS
    #[arg(long)]
    pub(crate) allow_http: bool,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The arguments of `cutover keys plan`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("from")))]
pub(crate) struct KeysPlan {
    /// Plan of the rotation (YAML or JSON)
    pub(crate) plan: PathBuf,
    /// List of keys (JSON) [default: none; they are taken to be as planned]
    #[arg(long, value_name = "FILE", group = "from")]
    pub(crate) file: Option<PathBuf>,
    /// Variable of the environment with the list of keys
    #[arg(long, value_name = "NAME", group = "from")]
    pub(crate) env: Option<String>,
    /// Instant at which the plan is judged (RFC 3339); the clock if left out
    #[arg(long, value_name = "RFC3339")]
    pub(crate) now: Option<String>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The subcommands of `cutover promotion`.
#[derive(Debug, Subcommand)]
pub(crate) enum CutoverPromotion {
    /// Say what the environment, the marker and the file say; changes nothing
    #[command(after_help = PROMOTION_HELP)]
    Show(PromotionFiles),
    /// A person promotes, from now on
    #[command(after_help = PROMOTION_HELP)]
    Manual(PromotionChange),
    /// The machine promotes, from now on
    #[command(after_help = PROMOTION_HELP)]
    Auto(PromotionChange),
}

/// Where the mode is written down.
#[derive(Debug, Args)]
pub(crate) struct PromotionFiles {
    /// Marker file
    #[arg(long, value_name = "FILE", default_value = "var/runtime/manual_promotion.flag")]
    pub(crate) marker: PathBuf,
    /// File of assignments that the next start reads
    #[arg(long, value_name = "FILE", default_value = ".env")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The arguments of `cutover promotion manual` and `auto`.
#[derive(Debug, Args)]
pub(crate) struct PromotionChange {
    #[command(flatten)]
    pub(crate) sign: Sign,
    #[command(flatten)]
    pub(crate) files: PromotionFiles,
}

/// The subcommands of `cutover policies`.
#[derive(Debug, Subcommand)]
pub(crate) enum CutoverPolicies {
    /// Write the signature beside each file
    #[command(after_help = POLICIES_HELP)]
    Sign(PolicyFiles),
    /// Say which files are not signed as they are; changes nothing
    #[command(after_help = POLICIES_HELP)]
    Verify(PolicyFiles),
}

/// The arguments of `cutover policies`.
#[derive(Debug, Args)]
pub(crate) struct PolicyFiles {
    /// Files, each with its signature in `FILE.sig`
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Keys (JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: PathBuf,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The arguments of `cutover rehearse`.
#[derive(Debug, Args)]
pub(crate) struct CutoverRehearse {
    /// Plan (YAML or JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// File for the report (JSON), replaced as a whole
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The arguments of `cutover readiness`.
#[derive(Debug, Args)]
pub(crate) struct CutoverReadiness {
    /// What to check (YAML or JSON) [default: the documents' own places, under `var/`]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Look again and again, until Ctrl-C; the exit code is that of the last look
    #[arg(long, value_name = "EVERY", num_args = 0..=1, default_missing_value = "10s", value_parser = duration::parse)]
    pub(crate) watch: Option<Duration>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The arguments of `cutover preflight`.
#[derive(Debug, Args)]
pub(crate) struct CutoverPreflight {
    /// What to check (YAML or JSON)
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: PathBuf,
    /// File for the report (JSON), replaced as a whole
    #[arg(long, value_name = "FILE")]
    pub(crate) report: PathBuf,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The subcommands of `cutover checklist`.
#[derive(Debug, Subcommand)]
pub(crate) enum CutoverChecklist {
    /// Print an empty one
    #[command(after_help = CHECKLIST_HELP)]
    New(ChecklistNew),
    /// Put a name under a filled one
    #[command(after_help = CHECKLIST_HELP)]
    Sign(ChecklistSign),
    /// Say whether everything is answered, is GO, and is signed as it stands; changes nothing
    #[command(after_help = CHECKLIST_HELP)]
    Verify(ChecklistVerify),
}

/// The arguments of `cutover checklist new`.
#[derive(Debug, Args)]
pub(crate) struct ChecklistNew {
    /// What is cut over: the service and its version
    #[arg(long, value_name = "TEXT")]
    pub(crate) release: String,
    /// When (RFC 3339)
    #[arg(long, value_name = "RFC3339")]
    pub(crate) at: String,
    /// File for it instead of stdout; it must not exist yet
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The arguments of `cutover checklist sign`.
#[derive(Debug, Args)]
pub(crate) struct ChecklistSign {
    /// Checklist (JSON); replaced as a whole
    pub(crate) file: PathBuf,
    /// Who signs
    #[arg(long)]
    pub(crate) name: String,
    /// As what
    #[arg(long)]
    pub(crate) role: String,
    /// Keys (JSON), of which the active one vouches for the name
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}

/// The arguments of `cutover checklist verify`.
#[derive(Debug, Args)]
pub(crate) struct ChecklistVerify {
    /// Checklist (JSON)
    pub(crate) file: PathBuf,
    /// Keys (JSON), of which one must vouch for each name
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) shown: Shown,
}
