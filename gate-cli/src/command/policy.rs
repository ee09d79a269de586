//! `tsfm-gate policy show` and `tsfm-gate policy check`

use std::fmt::Write as _;

use annotate_snippets::Level;
use gate_core::canary::policy::{BUILTIN_YAML, Warning};
use gate_core::render::Colour;
use gate_core::{ErrorCode, Policy};
use serde::Serialize;

use super::{Answer, pretty, report_format};
use crate::args::{PolicyCheck, PolicyFormat, PolicyShow, ReportFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Source;
use crate::locate::{find, position_of};
use crate::policy;
use crate::snippet::Remark;

/// Prints a built-in policy.
pub(super) fn show(args: &PolicyShow) -> Result<Answer, Failure> {
    let policy = Policy::builtin(&args.name)?;
    let text = match args.format {
        PolicyFormat::Yaml => BUILTIN_YAML.to_owned(),
        PolicyFormat::Json => pretty(policy.document()),
    };
    Ok(Answer::on_stdout(text, Exit::Promote))
}

/// Checks a policy.
pub(super) fn check(args: &PolicyCheck, colour: Colour) -> Result<Answer, Failure> {
    let (policy, source) = policy::named(&args.policy)?;
    let warnings = policy.lint();
    let exit = if args.deny_warnings && !warnings.is_empty() { Exit::Hold } else { Exit::Promote };
    let text = match report_format(args.format) {
        ReportFormat::Text => text(&policy, &source, &warnings, colour),
        ReportFormat::Json => pretty(&Report::new(&policy, &source, &warnings, exit)),
    };
    Ok(Answer::on_stdout(text, exit))
}

fn text(policy: &Policy, source: &Source, warnings: &[Warning], colour: Colour) -> String {
    let mut text = String::new();
    for warning in warnings {
        let remark = Remark {
            level: Level::WARNING,
            code: warning.code.as_str(),
            text: &format!("{}: {}", warning.path, warning.message),
            action: warning.code.action(),
        };
        let place = find(source, &warning.path, ErrorCode::WrongValue);
        text.push_str(&remark.render(Some(source), place, colour));
        text.push('\n');
    }
    // Writing into a String cannot fail.
    let _ = writeln!(
        text,
        "{}: valid policy `{}`, {}-minute windows, {}, {}",
        source.name,
        policy.name(),
        policy.window_minutes(),
        counted(policy.stages().len(), "stage"),
        counted(warnings.len(), "warning"),
    );
    text
}

fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// The check for programs.
#[derive(Serialize)]
struct Report<'a> {
    ok: bool,
    exit_code: u8,
    file: &'a str,
    policy: &'a str,
    warnings: Vec<Placed<'a>>,
}

/// A warning with its place in the file.
#[derive(Serialize)]
struct Placed<'a> {
    #[serde(flatten)]
    warning: &'a Warning,
    line: Option<usize>,
    column: Option<usize>,
}

impl<'a> Report<'a> {
    fn new(policy: &'a Policy, source: &'a Source, warnings: &'a [Warning], exit: Exit) -> Self {
        let placed = |warning: &'a Warning| {
            let place = find(source, &warning.path, ErrorCode::WrongValue);
            let at = place.map(|place| position_of(&source.bytes, place.start));
            Placed { warning, line: at.map(|at| at.line), column: at.map(|at| at.column) }
        };
        Self {
            ok: exit == Exit::Promote,
            exit_code: exit.code(),
            file: &source.name,
            policy: policy.name(),
            warnings: warnings.iter().map(placed).collect(),
        }
    }
}
