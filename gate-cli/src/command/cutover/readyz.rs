//! `tsfm-gate cutover readyz`

use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use gate_core::GateError;
use gate_core::cutover::Check;
use gate_core::cutover::readyz::{ReadyzFacts, readyz};
use gate_core::time::Instant;

use super::{Answer, Surroundings, answer};
use crate::args::{self, CutoverReadyz};
use crate::duration::age;
use crate::failure::Failure;
use crate::http::{self, Url};
use crate::input::{self, is_stdin, written_at};

pub(super) fn run(args: &CutoverReadyz, around: Surroundings) -> Result<Answer, Failure> {
    let max_age = age(args.max_age);
    let check = match (&args.url, &args.input) {
        (Some(url), _) => {
            let url = Url::parse(url, args.allow_http, "url")?;
            ask(&url, args.timeout, max_age, around.clock)
        }
        (None, Some(path)) => stored(path, args.status, max_age, around.clock)?,
        (None, None) => return Err(args::missing("nothing to judge: give `--url` or `--input`").into()),
    };
    answer(vec![check], &[], &args.shown, around)
}

/// Asks a service and judges what it says.
pub(super) fn ask(url: &Url, timeout: Duration, max_age: TimeDelta, clock: fn() -> Instant) -> Check {
    let asked = http::get(url, timeout);
    let at = clock();
    match asked {
        Ok(said) => {
            let facts = ReadyzFacts::Answered { status: said.status, body: &said.body, at };
            readyz(facts, max_age, clock())
        }
        Err(why) => {
            let why = format!("{}: {why}", url.shown());
            readyz(ReadyzFacts::Failed { why: &why, at }, max_age, clock())
        }
    }
}

fn stored(path: &Path, status: u16, max_age: TimeDelta, clock: fn() -> Instant) -> Result<Check, GateError> {
    let source = input::read(path, "input")?;
    // What nobody knows the time of is as old as can be.
    let at = if is_stdin(path) { clock() } else { written_at(path).unwrap_or(Instant::UNIX_EPOCH) };
    Ok(readyz(ReadyzFacts::Answered { status, body: &source.bytes, at }, max_age, clock()))
}
