//! What was read from the artifacts of a run. `gate-cli` fills these in; the contract judges them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::Node;

/// A file of a run: whether it was asked for, is there, could be read, and what it holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Artifact<T> {
    /// Nobody named it and no rule points to it.
    NotNamed,
    /// It was named, or a rule points to it, and nothing is there.
    Absent(FilePath),
    /// It is there and cannot be read.
    Unreadable(FilePath, Unreadable),
    /// What it holds.
    Read(FilePath, T),
}

/// A path as it was named, and where it really leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePath {
    /// As it was given on the command line, or derived from what was given.
    pub named: String,
    /// Absolute, with every symbolic link followed; none when the file is not there.
    pub resolved: Option<String>,
    /// True if a person named it, false if a rule points to it.
    pub explicit: bool,
}

/// Why a file that is there cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// False if the file could not even be opened (a directory, no permission, above the size bound).
    pub opened: bool,
    /// The place inside the file: a member of the archive, a byte, a field; empty for the whole file.
    pub inside: String,
    /// What was expected there.
    pub expected: String,
    /// What is there instead.
    pub found: String,
}

/// The arrays of an npz, from their headers, and the few values that are judged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Archive {
    /// Every member, in the order of the archive; of two with one name only the last, as numpy reads it.
    pub arrays: Vec<Array>,
    /// The values of `feature_names`, if it is there and can be read without running code.
    pub feature_names: Option<Result<Vec<String>, Unreadable>>,
    /// The values of `target_indices`, if it is there and holds integers.
    pub target_indices: Option<Result<Vec<i64>, Unreadable>>,
    /// The first value of each judged array that is NaN or infinite. Empty when only headers were read.
    pub not_finite: Vec<NotFinite>,
    /// True if the data of the judged arrays were read: checksums, lengths and values, not headers alone.
    pub data_checked: bool,
}

/// One array, from its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Array {
    /// The name without `.npy`.
    pub name: String,
    /// The kind of its elements.
    pub kind: Kind,
    /// Its shape; empty for a scalar.
    pub shape: Vec<u64>,
    /// Why the array cannot be read, if a broken header or member was met; such an array counts only if needed.
    pub broken: Option<Unreadable>,
}

/// The kind of an array's elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// True or false.
    Bool,
    /// Signed or unsigned integers.
    Integer,
    /// Floats of any width.
    Float,
    /// Complex numbers.
    Complex,
    /// Unicode or byte strings.
    Text,
    /// Python objects, which only unpickling could read.
    Object,
    /// Anything else: dates, records.
    Other,
}

/// A value that is no number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFinite {
    /// The array.
    pub array: String,
    /// The index in the order of the file.
    pub index: u64,
    /// `NaN`, `Infinity` or `-Infinity`.
    pub value: String,
}

/// Everything that one `run check` looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFacts {
    /// The run id as it was given.
    pub run_id: String,
    /// True if the strict form is asked for.
    pub strict_run_id: bool,
    /// `--processed-npz`.
    pub npz: Artifact<Archive>,
    /// `meta.json`: named, or beside the npz.
    pub meta: Artifact<Node>,
    /// `split_contract.json` beside the npz.
    pub split: Artifact<Node>,
    /// The preprocessor's payload: named, or where the layout puts it.
    pub preprocessor: Artifact<Node>,
    /// The covariate spec, if one was named.
    pub spec: Artifact<Node>,
    /// Declared dynamic covariates.
    pub dynamic: Vec<String>,
    /// Declared static covariates.
    pub r#static: Vec<String>,
    /// Lookback that the model is asked for.
    pub sequence_length: u64,
    /// Steps that the model is asked to predict.
    pub horizon: u64,
}
