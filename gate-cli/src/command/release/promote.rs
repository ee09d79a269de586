//! `tsfm-gate release promote`

use gate_core::digest::Digest;
use gate_core::problem::Problem;
use gate_core::release::promote::{Action, Decider, Health, Promotion, Stage};
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};
use serde::Serialize;

use super::{Answer, Surroundings, evidence, judged, lines, now};
use crate::args::{PromoteObserve, PromoteReadmit, PromoteRollback, PromoteTo, ReleasePromote, Sign, Stored};
use crate::command::quoted;
use crate::command::signed::signed;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::promotion_file::PromotionFile;

/// What a command answers.
#[derive(Serialize)]
struct Report {
    /// Whether the command was carried out.
    done: bool,
    /// What is to be done outside.
    action: Option<Action>,
    /// What speaks against the command.
    problems: Vec<Problem>,
    /// Where everything stands now.
    state: Promotion,
}

/// Runs a subcommand.
pub(super) fn run(command: &ReleasePromote, around: Surroundings) -> Result<Answer, Failure> {
    match command {
        ReleasePromote::Init(stored) => Ok(answer(stored, Exit::Promote, &told(file(stored).init()?))),
        ReleasePromote::Status(stored) => Ok(answer(stored, Exit::Promote, &told(file(stored).look()?))),
        ReleasePromote::To(args) => to(args, around),
        ReleasePromote::Observe(args) => observe(args, around),
        ReleasePromote::Rollback(args) => roll_back(args, around),
        ReleasePromote::Readmit(args) => readmit(args, around),
    }
}

fn to(args: &PromoteTo, around: Surroundings) -> Result<Answer, Failure> {
    let (at, digest) = (now(args.stored.now.as_deref(), around)?, digest(&args.digest)?);
    let (by, evidence) = (decider(&args.sign, at)?, evidence::judge(&args.evidence, at)?);
    let stage = args.stage.into();
    let (now, done) = file(&args.stored).change(|it| it.promote(digest, stage, &evidence, &by))?;
    Ok(ordered(&args.stored, now, done.map(Some)))
}

fn observe(args: &PromoteObserve, around: Surroundings) -> Result<Answer, Failure> {
    let at = now(args.stored.now.as_deref(), around)?;
    let (stage, health): (Stage, Health) = (args.stage.into(), args.health.into());
    let (now, done) = file(&args.stored).change(|it| it.observe(stage, health, at))?;
    Ok(match done {
        Ok(None) if health == Health::Unknown => answer(&args.stored, Exit::Hold, &told(now)),
        Ok(Some(action)) => {
            answer(&args.stored, Exit::Rollback, &Report { action: Some(action), ..told(now) })
        }
        done => ordered(&args.stored, now, done),
    })
}

fn roll_back(args: &PromoteRollback, around: Surroundings) -> Result<Answer, Failure> {
    let by = decider(&args.sign, now(args.stored.now.as_deref(), around)?)?;
    let (state, done) = file(&args.stored).change(|state| state.roll_back(args.stage.into(), &by))?;
    Ok(ordered(&args.stored, state, done.map(Some)))
}

fn readmit(args: &PromoteReadmit, around: Surroundings) -> Result<Answer, Failure> {
    let (by, digest) =
        (decider(&args.sign, now(args.stored.now.as_deref(), around)?)?, digest(&args.digest)?);
    let (state, done) = file(&args.stored).change(|state| state.readmit(digest, &by))?;
    Ok(ordered(&args.stored, state, done.map(|()| None)))
}

fn file(stored: &Stored) -> PromotionFile {
    PromotionFile::new(&stored.state, stored.wait())
}

fn decider(sign: &Sign, at: Instant) -> Result<Decider, GateError> {
    let by = signed(sign)?;
    Ok(Decider { actor: by.actor().to_owned(), reason: by.reason().to_owned(), at })
}

fn digest(text: &str) -> Result<Digest, GateError> {
    Digest::parse(text).ok_or_else(|| {
        let expected = "a SHA-256 of 64 lower-case hex digits";
        GateError::new(ErrorCode::WrongValue, "digest", expected, quoted(text))
    })
}

const fn told(state: Promotion) -> Report {
    Report { done: true, action: None, problems: Vec::new(), state }
}

fn ordered(stored: &Stored, state: Promotion, done: Result<Option<Action>, Vec<Problem>>) -> Answer {
    let (exit, report) = match done {
        Ok(action) => (Exit::Promote, Report { action, ..told(state) }),
        Err(problems) => (Exit::Rollback, Report { done: false, action: None, problems, state }),
    };
    answer(stored, exit, &report)
}

fn answer(stored: &Stored, exit: Exit, report: &Report) -> Answer {
    judged(stored.shown.format, exit, report, text)
}

fn text(report: &Report) -> String {
    let mut text = match &report.action {
        Some(Action::Deploy { stage, digest }) => format!("to do: deploy {digest} in {}\n", stage.as_str()),
        Some(Action::Stop { stage }) => format!("to do: stop {}\n", stage.as_str()),
        None if report.done => String::new(),
        None => "refused\n".to_owned(),
    };
    text += &lines(&report.problems);
    for stage in Stage::ALL {
        let slot = report.state.stage(stage);
        let current = slot.current.map_or_else(|| "nothing".to_owned(), |digest| digest.to_string());
        let proven = if slot.is_proven { ", found healthy" } else { "" };
        text += &format!("  {:<8} {current}{proven}\n", stage.as_str());
    }
    text
}
