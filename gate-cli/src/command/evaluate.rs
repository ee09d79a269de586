//! `tsfm-gate evaluate`

use std::path::{Path, PathBuf};

use chrono::SubsecRound as _;
use gate_core::render::{Format, render};
use gate_core::time::{Instant, parse_instant};
use gate_core::{GateError, Policy, Snapshot, Verdict};

use super::{Answer, Destination, Surroundings};
use crate::args::{self, Evaluate};
use crate::exit::Exit;
use crate::failure::{Failure, Refusal};
use crate::input::{self, is_stdin};
use crate::{output, policy};

pub(super) fn run(args: Evaluate, around: Surroundings) -> Result<Answer, Failure> {
    let format = format(&args);
    let input = input_path(args.input)?;
    let question = Question {
        policy: policy::named(&args.policy)?.0,
        stage: args.stage,
        now: args.now.map(|now| parse_instant(&now, "now")).transpose()?,
        clock: around.clock,
    };
    // A wrong stage is told before a large file is read.
    question.policy.stage(&question.stage)?;
    let verdict = question.answer_for(&input)?;
    Ok(Answer {
        text: render(&verdict, format, around.colour),
        exit: Exit::from(verdict.decision),
        to: match args.output {
            Some(path) => Destination::File { path, input: (!is_stdin(&input)).then_some(input) },
            None => Destination::Stdout,
        },
        but: None,
    })
}

fn format(args: &Evaluate) -> Format {
    match args.format {
        Some(format) => format.into(),
        None if args.output.is_none() && output::stdout_is_terminal() => Format::Text,
        None => Format::Json,
    }
}

fn input_path(given: Option<PathBuf>) -> Result<PathBuf, Failure> {
    match given {
        Some(path) => Ok(path),
        None if input::stdin_is_terminal() => {
            Err(args::missing("no snapshot: give `--input FILE`, or pipe one into stdin").into())
        }
        None => Ok(PathBuf::from("-")),
    }
}

/// What is asked about a snapshot.
struct Question {
    policy: Policy,
    stage: String,
    now: Option<Instant>,
    clock: fn() -> Instant,
}

impl Question {
    /// The text is kept until nothing can be wrong with it any more.
    fn answer_for(&self, input: &Path) -> Result<Verdict, Box<Refusal>> {
        let source = input::read(input, "input")?;
        self.judge(&source.bytes).map_err(|error| Refusal::about(error, source))
    }

    fn judge(&self, bytes: &[u8]) -> Result<Verdict, GateError> {
        let snapshot = Snapshot::from_json(bytes)?;
        // In whole seconds, as people write instants.
        let now = self.now.or_else(|| snapshot.is_dated().then(|| (self.clock)().trunc_subsecs(0)));
        let verdict = self.policy.evaluate(&snapshot, &self.stage, now)?;
        Ok(verdict.with_digests(&self.policy, &snapshot))
    }
}
