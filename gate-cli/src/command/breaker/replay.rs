//! `tsfm-gate breaker replay`

use gate_core::breaker::script::{Answer as StepAnswer, Mismatch, Script};
use gate_core::document::to_line;
use gate_core::{ErrorCode, GateError};
use serde::Serialize;

use super::Answer;
use crate::args::{BreakerReplay, ReportFormat};
use crate::command::report_format;
use crate::exit::Exit;
use crate::failure::{Failure, Refusal};
use crate::input::{self, Source};

/// Plays a script: an answer a line, then a line for each difference from what the script expects.
pub(super) fn run(args: &BreakerReplay) -> Result<Answer, Failure> {
    let source = input::read(&args.script, "script")?;
    match played(&source.bytes) {
        Ok((answers, differences)) => Ok(told(args, source, &answers, &differences)),
        Err(error) => Err(Refusal::about(error, source).into()),
    }
}

fn played(bytes: &[u8]) -> Result<(Vec<StepAnswer>, Vec<Mismatch>), GateError> {
    let script = Script::from_json(bytes)?;
    let answers = script.play()?;
    let differences = script.mismatches(&answers);
    Ok((answers, differences))
}

fn told(args: &BreakerReplay, source: Source, answers: &[StepAnswer], differences: &[Mismatch]) -> Answer {
    let text = match report_format(args.format) {
        ReportFormat::Text => {
            answers.iter().map(line).chain(differences.iter().map(difference)).collect::<String>()
        }
        ReportFormat::Json => {
            let differences = differences.iter().map(|differs| to_line(&Differs { differs }) + "\n");
            answers.iter().map(|answer| to_line(answer) + "\n").chain(differences).collect()
        }
    };
    let mut answer = Answer::on_stdout(text, Exit::Promote);
    answer.but = differences.first().map(|first| Refusal::about(mismatch(first, differences), source).into());
    answer
}

#[derive(Serialize)]
struct Differs<'a> {
    differs: &'a Mismatch,
}

/// One answer for people: when, what, the answer, and where the breaker stands then.
fn line(answer: &StepAnswer) -> String {
    let mut line = format!("[{}] {} s {}: ", answer.step, answer.at, word(&answer.r#do));
    let facts = facts(answer);
    if !facts.is_empty() {
        line += &format!("{}, ", facts.join(", "));
    }
    line += &format!("stands {}", answer.state.mode.as_str());
    if let Some(by) = answer.state.by {
        line += &format!(" by {}", word(&by));
    }
    line.push('\n');
    for change in &answer.changes {
        line += &format!("      {change}\n");
    }
    if let Some(error) = &answer.error {
        line += &format!("      error {}\n", to_line(error));
    }
    line
}

/// What was answered to the step itself.
fn facts(answer: &StepAnswer) -> Vec<String> {
    let mut facts = Vec::new();
    if let Some(admission) = &answer.admission {
        facts.push(to_line(admission).trim_matches(['{', '}']).replace('"', ""));
    }
    if let Some(recorded) = &answer.recorded {
        facts.push(word(recorded));
    }
    if let Some(found) = answer.found {
        facts.push(if found { "found".to_owned() } else { "found nothing".to_owned() });
    }
    if answer.reset.is_some() {
        facts.push("reset".to_owned());
    }
    facts
}

/// The name of a value that programs compare.
fn word(value: &impl Serialize) -> String {
    to_line(value).trim_matches('"').to_owned()
}

fn difference(differs: &Mismatch) -> String {
    let Mismatch { step, path, expected, found } = differs;
    format!("differs at step {step}: {path}: expected {expected}, found {found}\n")
}

/// The first difference; all of them stand in the answer.
fn mismatch(first: &Mismatch, all: &[Mismatch]) -> GateError {
    let path = format!("steps[{}].expect.{}", first.step, first.path);
    let more = match all.len() {
        1 => String::new(),
        count => format!(" ({count} differences in all)"),
    };
    GateError::new(ErrorCode::ScriptMismatch, path, &first.expected, format!("{}{more}", first.found))
}
