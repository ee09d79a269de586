//! `tsfm-gate explain`

use gate_core::explain::{Explanation, explain};

use super::{Answer, pretty, report_format};
use crate::args::{Explain, ReportFormat};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::policy;

/// Says what a code means.
pub(super) fn run(args: &Explain) -> Result<Answer, Failure> {
    let (policy, _) = policy::named(&args.policy)?;
    let explanation = explain(&args.code, &policy)?;
    let text = match report_format(args.format) {
        ReportFormat::Text => text(&explanation),
        ReportFormat::Json => pretty(&explanation),
    };
    Ok(Answer::on_stdout(text, Exit::Promote))
}

fn text(explanation: &Explanation) -> String {
    let Explanation { code, kind, means, action } = explanation;
    format!("{code} ({kind})\n  {means}\n  {action}\n")
}
