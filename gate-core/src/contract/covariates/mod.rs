//! The covariate spec: which covariates a model takes, and whether a run declares and has them.
//!
//! A spec is read strictly: what the runbook does not call omittable is mandatory, `null` is no list, and a key that
//! stands twice is refused. All problems are reported at once, each with the path of its field. Unknown keys are kept
//! aside ([`Spec::unknown_keys`]); one that looks like a misspelt group is refused, because a group that nobody reads
//! requires nothing.

mod declared;
mod enforce;
mod names;
mod problems;
mod read;
mod scan;
mod shown;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize as DeriveSerialize;
use serde::ser::{Serialize, SerializeStruct, Serializer};

pub use declared::Declared;
pub use enforce::{Enforced, enforce};

use super::ContractError;
use crate::document::{Node, check_text, from_json_tree};

/// The only schema version there is.
pub const SCHEMA_VERSION: &str = "covariate_spec.v1";

/// A validated spec.
///
/// It serialises in a normal form: every field present, names trimmed, unknown keys dropped, order kept.
// INVARIANT: names are unique over both groups when compared in Unicode's normal form C.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spec {
    /// Covariates that change over time.
    pub dynamic: Vec<Covariate>,
    /// Covariates that are constant for a series.
    pub r#static: Vec<Covariate>,
    /// What to do about missing values.
    pub imputation: Imputation,
    unknown_keys: Vec<String>,
}

/// One covariate of a spec.
#[derive(Debug, Clone, PartialEq, Eq, DeriveSerialize)]
pub struct Covariate {
    /// Its name, trimmed, in the spelling of the spec.
    pub name: String,
    /// What its values are.
    pub r#type: CovariateType,
    /// True if every run must declare it.
    pub required: bool,
}

/// What the values of a covariate are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeriveSerialize)]
#[serde(rename_all = "snake_case")]
pub enum CovariateType {
    /// `numeric`
    Numeric,
    /// `categorical`
    Categorical,
    /// `boolean`
    Boolean,
}

/// What to do about missing values; what is not set is for the pipeline to choose.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, DeriveSerialize)]
pub struct Imputation {
    /// For dynamic covariates.
    #[serde(rename = "dynamic_covariates", skip_serializing_if = "Option::is_none")]
    pub dynamic: Option<DynamicImputation>,
    /// For static covariates.
    #[serde(rename = "static_covariates", skip_serializing_if = "Option::is_none")]
    pub r#static: Option<StaticImputation>,
}

/// What fills a gap in a dynamic covariate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeriveSerialize)]
#[serde(rename_all = "snake_case")]
pub enum DynamicImputation {
    /// The last value before, else the first after, else zero.
    FfillBfillThenZero,
    /// The mean of the values that are there.
    Mean,
    /// Zero.
    Zero,
}

/// What stands for a missing static covariate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeriveSerialize)]
#[serde(rename_all = "snake_case")]
pub enum StaticImputation {
    /// The most frequent value.
    Mode,
    /// Nothing: it stays missing.
    None,
    /// A token of its own.
    UnknownToken,
}

impl Spec {
    /// Reads a spec from JSON text.
    ///
    /// # Errors
    /// `spec-invalid`, one finding per problem: text that is not strict JSON, keys that stand twice, fields that are
    /// missing or of another type, names that are empty, unprintable, doubled or in both groups.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ContractError> {
        let text = check_text(bytes).map_err(|error| problems::unreadable(&error))?;
        // A spec without any problem or oddity takes the fast way; the other one explains.
        if let Some(spec) = scan::spec(text) {
            return Ok(spec);
        }
        let node = from_json_tree(bytes).map_err(|error| problems::unreadable(&error))?;
        Self::from_node(&node)
    }

    /// Reads a spec from a tree.
    ///
    /// # Errors
    /// `spec-invalid`, as for [`Spec::from_json`].
    pub fn from_node(node: &Node) -> Result<Self, ContractError> {
        let (spec, problems) = read::spec(node);
        problems.into_error().map_or(Ok(spec), Err)
    }

    /// The paths of keys that nobody reads, in the order of the document.
    ///
    /// They are worth showing: one may be a rule that its author believes to be in force.
    #[must_use]
    pub fn unknown_keys(&self) -> &[String] {
        &self.unknown_keys
    }

    /// Compares what a run declares, and the columns of its data, with the spec, group by group.
    ///
    /// `columns` is `None` when they are not known, which is not the same as a table without columns: only known ones
    /// are compared. `context` names the asking program in messages; it may be empty.
    ///
    /// # Errors
    /// `spec-required-missing`, `spec-undefined`, `spec-column-missing`, and `argument-invalid` for a covariate that
    /// is declared as dynamic and as static.
    pub fn enforce(
        &self,
        declared: &Declared,
        columns: Option<&[String]>,
        context: &str,
    ) -> Result<Enforced, ContractError> {
        enforce::compare(self, declared, columns, context)
    }
}

impl Serialize for Spec {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Spec", 4)?;
        object.serialize_field("schema_version", SCHEMA_VERSION)?;
        object.serialize_field("dynamic_covariates", &self.dynamic)?;
        object.serialize_field("static_covariates", &self.r#static)?;
        object.serialize_field("imputation_policy", &self.imputation)?;
        object.end()
    }
}

/// Words that stand for the values of an enum, in the order in which messages list them.
trait Word: Copy + 'static {
    /// Every word with its value.
    const WORDS: &'static [(&'static str, Self)];

    /// The value that a word stands for.
    fn of(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value)
    }
}

impl Word for CovariateType {
    const WORDS: &'static [(&'static str, Self)] =
        &[("numeric", Self::Numeric), ("categorical", Self::Categorical), ("boolean", Self::Boolean)];
}

impl Word for DynamicImputation {
    const WORDS: &'static [(&'static str, Self)] =
        &[("ffill_bfill_then_zero", Self::FfillBfillThenZero), ("mean", Self::Mean), ("zero", Self::Zero)];
}

impl Word for StaticImputation {
    const WORDS: &'static [(&'static str, Self)] =
        &[("mode", Self::Mode), ("none", Self::None), ("unknown_token", Self::UnknownToken)];
}
