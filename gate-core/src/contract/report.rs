//! What a run check compared, when everything agreed.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::layout::Layout;
use super::run_id::RunId;

/// The answer of a run check that found nothing wrong: what was compared, and what was not there to compare.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunReport {
    /// The run id, trimmed.
    pub run_id: RunId,
    /// What the place of `processed.npz` says; none when no archive was named.
    pub layout: Option<Layout>,
    /// Every source of the run id, in the order in which they are compared.
    pub sources: Vec<SourceReport>,
    /// How the archive is used; none when no archive was named.
    pub mode: Option<Mode>,
    /// The arrays that the mode uses.
    pub arrays: Vec<ArrayReport>,
    /// Windows of the three parts.
    pub windows: Option<Windows>,
    /// `feature_names`.
    pub features: Vec<String>,
    /// `target_indices`.
    pub targets: Vec<i64>,
    /// True if the values of the arrays were read, and not only their headers.
    pub data_checked: bool,
    /// The covariate spec and what was declared, if a spec was named.
    pub spec: Option<super::covariates::Enforced>,
    /// What did not take part, and other things worth knowing.
    pub notes: Vec<String>,
}

/// Where a run id can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The argument: the one that the others are compared with.
    Argument,
    /// The directory of `processed.npz`, as named and as resolved.
    Path,
    /// `meta.json`.
    Meta,
    /// The preprocessor's payload.
    Preprocessor,
    /// `split_contract.json`.
    SplitContract,
}

impl Source {
    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Argument => "argument",
            Self::Path => "path",
            Self::Meta => "meta.json",
            Self::Preprocessor => "preprocessor",
            Self::SplitContract => "split_contract.json",
        }
    }
}

/// Whether a source took part in the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceState {
    /// It states the run id of the argument.
    Agrees,
    /// A rule points to it and nothing is there.
    Absent,
    /// Nobody named it and no rule points to it.
    NotNamed,
    /// It is there and states no run id.
    NotStated,
    /// The path is not laid out so that it could state one.
    Unrecognised,
}

impl SourceState {
    /// The state in words.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Absent => "absent",
            Self::NotNamed => "not named",
            Self::NotStated => "states no run id",
            Self::Unrecognised => "unrecognised",
        }
    }
}

/// One source of the run id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceReport {
    /// Which one.
    pub source: Source,
    /// Whether it took part.
    pub state: SourceState,
    /// The id that it states.
    pub run_id: Option<String>,
    /// The file, if there is one.
    pub path: Option<String>,
}

/// How the archive is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// `X` and `y` hold windows.
    Windowed,
    /// A series is cut into windows by the pipeline.
    Series,
}

impl Mode {
    /// The name of the mode.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Windowed => "windowed",
            Self::Series => "series",
        }
    }
}

/// One array that is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ArrayReport {
    /// Its name in the archive.
    pub name: String,
    /// Its shape.
    pub shape: Vec<u64>,
}

/// How many windows each part has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Windows {
    /// For training.
    pub train: u64,
    /// For validation.
    pub validation: u64,
    /// For the test.
    pub test: u64,
}
