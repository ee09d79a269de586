//! Every limit on the size of an input.
//!
//! Nothing larger is accepted, so that no input takes more than linear time or more memory than
//! a small multiple of these figures.

/// Bytes in one document (64 MiB). A snapshot of 770 000 windows and five metrics is about 50 MB.
pub const MAX_INPUT_BYTES: usize = 64 * 1024 * 1024;

/// Windows in one snapshot, gaps included: ten years of 5-minute windows.
pub const MAX_WINDOWS: usize = 10 * 365 * 288;

/// Metrics in one snapshot or policy.
pub const MAX_METRICS: usize = 256;

/// Gates and triggers in one policy, each.
pub const MAX_RULES: usize = 256;

/// Stages in one policy.
pub const MAX_STAGES: usize = 64;

/// Drills in one snapshot.
pub const MAX_DRILLS: usize = 1024;

/// Labels in one snapshot.
pub const MAX_LABELS: usize = 64;

/// Bytes in a name: of a metric, a stage, a policy, a reason or a label.
pub const MAX_NAME_BYTES: usize = 128;

/// Bytes in free text: the value of a label, the reason or the author of a drill.
pub const MAX_TEXT_BYTES: usize = 4096;

/// Minutes in one window: a week.
pub const MAX_WINDOW_MINUTES: u32 = 7 * 24 * 60;

/// Minutes in a policy's duration: a year.
pub const MAX_DURATION_MINUTES: u32 = 366 * 24 * 60;

/// Values in a document that is read a second time to say what is wrong with it.
pub const MAX_NODES: usize = 8 * 1024 * 1024;

/// Levels of nesting in a document. `serde_json` stops at the same depth.
pub const MAX_DEPTH: usize = 128;

/// Covariates in one group of a spec, and names in one declared list.
pub const MAX_COVARIATES: usize = 100_000;

/// Bytes in the name of a covariate. Generated ones can be long; messages show their beginning.
pub const MAX_COVARIATE_NAME_BYTES: usize = 64 * 1024;

/// Events in a script of a breaker, repetitions counted.
pub const MAX_SCRIPT_EVENTS: u64 = 1_000_000;

/// Bytes in one line of an audit log.
pub const MAX_AUDIT_LINE_BYTES: usize = 1024 * 1024;

/// Inputs, and criteria, of one record of an audit log.
pub const MAX_AUDIT_ENTRIES: usize = 1024;

/// Bytes in the name of an evidence file, folders included.
pub const MAX_FILE_NAME_BYTES: usize = 1024;

/// Bytes that a key for signatures has at least: half of what SHA-256 gives, and no password.
pub const MIN_KEY_BYTES: usize = 16;
