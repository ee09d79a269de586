//! Whether a run declares what the spec requires, nothing that it does not know, and only what is in the data.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::declared::Declared;
use super::names::{Names, key, trimmed};
use super::{Covariate, SCHEMA_VERSION, Spec, read, shown};
use crate::contract::{ContractError, ContractFault, ContractFinding};
use crate::document::{Node, nearest, quoted};

/// A run whose declared covariates fit.
///
/// It serialises in the shape that pipelines know: `enabled`, `schema_version`, `dynamic_covariates`,
/// `static_covariates`, `required_missing`, `declared_missing_in_columns`, `spec`. The two lists of what is missing are
/// always empty, for anything missing is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enforced {
    /// Declared dynamic covariates, trimmed, each once, in the order in which they were declared.
    pub dynamic: Vec<String>,
    /// Declared static covariates, in the same form.
    pub r#static: Vec<String>,
    /// The spec that they were compared with; none when no spec was named and nothing was compared.
    pub spec: Option<Spec>,
    /// Columns that they were compared with; none when the columns are not known.
    pub columns: Option<usize>,
}

/// Reads a spec and compares a run with it, or checks the declared names alone if no spec was named.
///
/// # Errors
/// Those of [`Spec::from_node`] and [`Spec::enforce`], all at once: a spec that cannot be read is not compared with,
/// but what is wrong with the declared names is still said.
pub fn enforce(
    spec: Option<&Node>,
    declared: &Declared,
    columns: Option<&[String]>,
    context: &str,
) -> Result<Enforced, ContractError> {
    let Some((spec, problems)) = spec.map(read::spec) else {
        let (declared, findings) = declared.cleaned(context);
        let enforced =
            Enforced { dynamic: declared.dynamic, r#static: declared.r#static, spec: None, columns: None };
        return ContractError::from_findings(findings).map_or(Ok(enforced), Err);
    };
    let mut findings = problems.into_findings();
    if findings.is_empty() {
        return compare(&spec, declared, columns, context);
    }
    findings.extend(declared.cleaned(context).1);
    ContractError::from_findings(findings).map_or_else(|| compare(&spec, declared, columns, context), Err)
}

/// Compares a run with a valid spec.
pub(super) fn compare(
    spec: &Spec,
    declared: &Declared,
    columns: Option<&[String]>,
    context: &str,
) -> Result<Enforced, ContractError> {
    let (declared, mut findings) = declared.cleaned(context);
    let snapshot = snapshot(spec, &declared, columns);
    for group in groups(spec, &declared) {
        let missing = [group.required_missing(), group.undefined(), group.column_missing(columns)];
        let path = shown::in_context(context, group.argument);
        findings.extend(missing.into_iter().flatten().map(|(fault, expected, names)| {
            ContractFinding::new(fault, path.as_str(), expected, format!("{names}; {snapshot}"))
        }));
    }
    let Declared { dynamic, r#static } = declared;
    let columns = columns.map(<[String]>::len);
    let enforced = Enforced { dynamic, r#static, spec: Some(spec.clone()), columns };
    ContractError::from_findings(findings).map_or(Ok(enforced), Err)
}

/// What was declared, what the spec says and what there is, so that a message can be acted on without a second look.
fn snapshot(spec: &Spec, declared: &Declared, columns: Option<&[String]>) -> String {
    let columns = columns.map_or_else(|| "not known".to_string(), shown::list);
    format!(
        "declared dynamic: {}; declared static: {}; spec dynamic: {}; spec static: {}; columns: {columns}",
        shown::list(&declared.dynamic),
        shown::list(&declared.r#static),
        shown::list(&names_of(&spec.dynamic)),
        shown::list(&names_of(&spec.r#static)),
    )
}

fn names_of(covariates: &[Covariate]) -> Vec<&str> {
    covariates.iter().map(|covariate| covariate.name.as_str()).collect()
}

/// One of the two groups, with the other one to look into when a name is not where it should be.
struct Group<'a> {
    argument: &'static str,
    name: &'static str,
    other_name: &'static str,
    declared: &'a [String],
    other_declared: &'a [String],
    spec: &'a [Covariate],
    other_spec: &'a [Covariate],
}

fn groups<'a>(spec: &'a Spec, declared: &'a Declared) -> [Group<'a>; 2] {
    let dynamic = Group {
        argument: "declared_dynamic",
        name: "dynamic",
        other_name: "static",
        declared: &declared.dynamic,
        other_declared: &declared.r#static,
        spec: &spec.dynamic,
        other_spec: &spec.r#static,
    };
    let r#static = Group {
        argument: "declared_static",
        name: "static",
        other_name: "dynamic",
        declared: &declared.r#static,
        other_declared: &declared.dynamic,
        spec: &spec.r#static,
        other_spec: &spec.dynamic,
    };
    [dynamic, r#static]
}

/// A fault, what was expected, and the names that do not fit.
type Missing = Option<(ContractFault, String, String)>;

impl Group<'_> {
    fn required_missing(&self) -> Missing {
        let declared = Names::new(self.declared.iter().map(String::as_str));
        let required = self.spec.iter().filter(|covariate| covariate.required);
        let missing = sorted(required.map(|it| it.name.as_str()).filter(|name| !declared.has(name)))?;
        let elsewhere = Names::new(self.other_declared.iter().map(String::as_str));
        let say = |name: &str| {
            let other = elsewhere.has(name).then(|| format!(" (declared as {})", self.other_name));
            quoted(name) + other.as_deref().unwrap_or_default()
        };
        let expected = format!("every covariate that the spec requires as {} to be declared", self.name);
        let names = format!("{} missing", shown::list_with(&missing, say));
        Some((ContractFault::SpecRequiredMissing, expected, names))
    }

    fn undefined(&self) -> Missing {
        let known = names_of(self.spec);
        let defined = Names::new(known.iter().copied());
        let undefined = sorted(self.declared.iter().map(String::as_str).filter(|name| !defined.has(name)))?;
        let elsewhere = Names::new(names_of(self.other_spec));
        let say = |name: &str| {
            if elsewhere.has(name) {
                return format!("{} (in the spec as {})", quoted(name), self.other_name);
            }
            // Looking for the nearest of very many names would cost more than the check.
            match nearest(name, known.iter().copied().take(256)) {
                Some(near) => format!("{} (did you mean {}?)", quoted(name), quoted(near)),
                None => quoted(name),
            }
        };
        let expected = format!("only covariates that the spec defines as {}", self.name);
        let names = format!("{} undefined", shown::list_with(&undefined, say));
        Some((ContractFault::SpecUndeclared, expected, names))
    }

    /// Columns are compared exactly: the pipeline looks them up by the declared name.
    fn column_missing(&self, columns: Option<&[String]>) -> Missing {
        let columns = columns?;
        let mut known: Vec<&str> = columns.iter().map(String::as_str).collect();
        known.sort_unstable();
        let absent = |name: &&str| known.binary_search(name).is_err();
        let missing = sorted(self.declared.iter().map(String::as_str).filter(absent))?;
        let say = |name: &str| match known.iter().find(|column| key(trimmed(column)) == key(name)) {
            Some(near) => format!("{} (there is a column {})", quoted(name), escaped(near)),
            None => quoted(name),
        };
        let expected = format!("a column for every covariate that is declared as {}", self.name);
        let names = format!("no column {}", shown::list_with(&missing, say));
        Some((ContractFault::SpecColumnMissing, expected, names))
    }
}

/// The name with what tells it apart made visible: `é` in two characters looks like `é` in one.
fn escaped(name: &str) -> String {
    let shown: String = name.chars().take(60).flat_map(char::escape_default).collect();
    format!("`{shown}`")
}

/// The names in the order of their code points; `None` when there are none.
fn sorted<'a>(names: impl Iterator<Item = &'a str>) -> Option<Vec<&'a str>> {
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    (!names.is_empty()).then_some(names)
}

impl Serialize for Enforced {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const NONE: [&str; 0] = [];
        let mut object = serializer.serialize_struct("Enforced", 7)?;
        object.serialize_field("enabled", &self.spec.is_some())?;
        object.serialize_field("schema_version", &self.spec.as_ref().map(|_| SCHEMA_VERSION))?;
        object.serialize_field("dynamic_covariates", &self.dynamic)?;
        object.serialize_field("static_covariates", &self.r#static)?;
        object.serialize_field("required_missing", &NONE)?;
        object.serialize_field("declared_missing_in_columns", &NONE)?;
        match &self.spec {
            Some(spec) => object.serialize_field("spec", spec)?,
            None => object.serialize_field("spec", &Empty {})?,
        }
        object.end()
    }
}

/// `{}`
#[derive(serde::Serialize)]
struct Empty {}
