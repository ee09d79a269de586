//! `tsfm-gate cutover checklist`

use std::time::Duration;

use gate_core::cutover::checklist::{Checklist, verify as verify_list};
use gate_core::cutover::evidence::Trust;
use gate_core::time::parse_instant;

use super::super::{Answer, Destination, Surroundings, pretty};
use super::{answer, texts};
use crate::args::{ChecklistNew, ChecklistSign, ChecklistVerify, CutoverChecklist};
use crate::document_file;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::storage::Target;

/// What the list is called in errors.
const ARGUMENT: &str = "checklist";

/// How long to wait for another person who signs.
const WAIT: Duration = Duration::from_secs(10);

pub(super) fn run(command: CutoverChecklist, around: Surroundings) -> Result<Answer, Failure> {
    match command {
        CutoverChecklist::New(args) => new(args),
        CutoverChecklist::Sign(args) => sign(&args, around),
        CutoverChecklist::Verify(args) => verify(&args, around),
    }
}

fn new(args: ChecklistNew) -> Result<Answer, Failure> {
    let list = Checklist::new(&args.release, parse_instant(&args.at, "at")?);
    let to = match args.output {
        Some(path) => Destination::NewFile { path },
        None => Destination::Stdout,
    };
    Ok(Answer { text: pretty(&list), exit: Exit::Promote, to, but: None })
}

fn sign(args: &ChecklistSign, around: Surroundings) -> Result<Answer, Failure> {
    let keys = args.key_file.as_deref().map(texts::keys).transpose()?;
    let target = Target::new(&args.file, ARGUMENT);
    let _lock = target.lock(WAIT)?;
    let list = document_file::read_regular_json::<Checklist>(target.path(), ARGUMENT)?.signed(
        &args.name,
        &args.role,
        keys.as_ref(),
        (around.clock)(),
    )?;
    target.replace(pretty(&list).as_bytes())?;
    let trust = keys.as_ref().map_or(Trust::Storage, Trust::Keys);
    let readiness = verify_list(&list, trust, (around.clock)())?;
    answer(readiness.checks, &[format!("{} has signed", args.name)], &args.shown, around)
}

fn verify(args: &ChecklistVerify, around: Surroundings) -> Result<Answer, Failure> {
    let keys = args.key_file.as_deref().map(texts::keys).transpose()?;
    let trust = keys.as_ref().map_or(Trust::Storage, Trust::Keys);
    let readiness =
        verify_list(&document_file::read_regular_json(&args.file, ARGUMENT)?, trust, (around.clock)())?;
    answer(readiness.checks, &[], &args.shown, around)
}
