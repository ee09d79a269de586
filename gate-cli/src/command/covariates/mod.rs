//! `tsfm-gate covariates check`

mod columns;

use gate_core::contract::covariates::{Covariate, CovariateType, Declared, Enforced, SCHEMA_VERSION, Spec};
use gate_core::contract::{ContractError, ContractFault, ContractFinding};
use serde::Serialize;

use super::{Answer, names, notes, passed};
use crate::args::CovariatesCheck;
use crate::breach::Breach;
use crate::failure::Failure;
use crate::input;

/// Checks a spec, and what a run declares if that is given.
pub(super) fn check(args: CovariatesCheck) -> Result<Answer, Failure> {
    if input::is_stdin(&args.spec) && args.columns.as_deref().is_some_and(|it| input::is_stdin(it.as_ref())) {
        let twice = "stdin for the covariate spec or for the columns";
        let finding =
            ContractFinding::new(ContractFault::ArgumentInvalid, "columns", twice, "stdin for both");
        return Err(Box::<Breach>::from(finding).into());
    }
    let columns = args.columns.as_deref().map(columns::read).transpose().map_err(Box::<Breach>::from)?;
    let run = Run::new(args.declared.dynamic, args.declared.r#static, columns);
    let source = input::read(&args.spec, "covariate_spec")?;
    let checked = judge(&source.bytes, run.as_ref()).map_err(|error| Breach::about(error, source))?;
    Ok(passed(args.format, &checked, text))
}

/// What a run declares, and what there is.
struct Run {
    declared: Declared,
    columns: Option<Vec<String>>,
}

impl Run {
    /// `None` if nothing was said about a run; an empty list says that nothing is declared.
    fn new(
        dynamic: Option<Vec<String>>,
        r#static: Option<Vec<String>>,
        columns: Option<Vec<String>>,
    ) -> Option<Self> {
        let said = dynamic.is_some() || r#static.is_some() || columns.is_some();
        let declared =
            Declared { dynamic: dynamic.unwrap_or_default(), r#static: r#static.unwrap_or_default() };
        said.then_some(Self { declared, columns })
    }
}

/// A spec that is valid, and fits the run if there is one.
#[derive(Serialize)]
struct Checked {
    /// False if only the spec itself was checked.
    compared: bool,
    /// Columns that the declared covariates were compared with; null if they are not known.
    columns: Option<usize>,
    #[serde(flatten)]
    enforced: Enforced,
    notes: Vec<String>,
}

fn judge(bytes: &[u8], run: Option<&Run>) -> Result<Checked, ContractError> {
    let spec = Spec::from_json(bytes)?;
    let unknown = spec.unknown_keys().iter();
    let mut notes: Vec<String> =
        unknown.map(|key| format!("`{key}` is not known and was not read")).collect();
    let enforced = match run {
        Some(run) => spec.enforce(&run.declared, run.columns.as_deref(), "")?,
        None => Enforced { dynamic: Vec::new(), r#static: Vec::new(), spec: Some(spec), columns: None },
    };
    notes.extend(not_compared(run).map(String::from));
    Ok(Checked { compared: run.is_some(), columns: enforced.columns, enforced, notes })
}

/// What a reader of a pass could believe to have been checked.
fn not_compared(run: Option<&Run>) -> Option<&'static str> {
    match run {
        None => Some("nothing was declared: only the spec itself was checked"),
        Some(Run { columns: None, .. }) => Some("no columns were given: the data may lack a covariate"),
        Some(_) => None,
    }
}

fn text(checked: &Checked) -> String {
    let Checked { enforced, columns, compared, .. } = checked;
    let mut text = format!("OK {SCHEMA_VERSION}: the spec is valid");
    text += if *compared { ", and what is declared fits\n\n" } else { "\n\n" };
    if let Some(spec) = &enforced.spec {
        for (name, group) in [("dynamic", &spec.dynamic), ("static", &spec.r#static)] {
            text += &group.iter().map(|covariate| line(name, covariate)).collect::<String>();
        }
    }
    if *compared {
        let columns = columns.map_or("not known".to_owned(), |count| count.to_string());
        text += &format!("\n  declared dynamic  {}\n", names(&enforced.dynamic));
        text += &format!("  declared static   {}\n", names(&enforced.r#static));
        text += &format!("  columns           {columns}\n");
    }
    text + &notes(&checked.notes)
}

fn line(group: &str, covariate: &Covariate) -> String {
    let kind = match covariate.r#type {
        CovariateType::Numeric => "numeric",
        CovariateType::Categorical => "categorical",
        CovariateType::Boolean => "boolean",
    };
    let need = if covariate.required { "required" } else { "optional" };
    format!("  {group:7}  {kind:11}  {need}  {}\n", names(&[covariate.name.as_str()]))
}
