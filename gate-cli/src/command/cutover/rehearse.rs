//! `tsfm-gate cutover rehearse`

use std::thread;
use std::time::{Duration, Instant as Stopwatch};

use gate_core::cutover::rehearsal::{
    Action, Deed, Outcome, REHEARSAL_SCHEMA, Rehearsal, RehearsalPlan, RehearsalReport,
};
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};
use serde::Deserialize;

use super::super::{Answer, Surroundings, pretty, report_format};
use super::plan::{CanaryPart, ReadyzPart};
use super::recovery::how;
use super::{canary, checks, side_by_side};
use crate::args::{CutoverRehearse, ReportFormat};
use crate::document_file;
use crate::duration::{self, Time};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::masker::Masker;
use crate::output;
use crate::process::{self, End, Interrupt, Job, Program};
use crate::storage::Target;

/// How long to wait for another rehearsal: two at once would move each other's traffic.
const WAIT: Duration = Duration::from_secs(1);

/// How often to look whether a wait is to end.
const PAUSE: Duration = Duration::from_millis(20);

/// How long a command may take.
const TIMEOUT: Duration = Duration::from_mins(1);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    schema_version: String,
    #[serde(default)]
    rehearsal: RehearsalPlan,
    commands: Commands,
    readyz: ReadyzPart,
    canary: CanaryPart,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Commands {
    set_traffic: Program,
    read_traffic: Program,
    inject: Program,
    abort: Program,
    timeout: Option<Time>,
}

pub(super) fn run(args: &CutoverRehearse, around: Surroundings) -> Result<Answer, Failure> {
    let plan: Plan = document_file::read_regular(&args.plan, "plan")?;
    if plan.schema_version != REHEARSAL_SCHEMA {
        let found = format!("`{}`", plan.schema_version.escape_debug());
        let expected = format!("`{REHEARSAL_SCHEMA}`");
        return Err(GateError::new(ErrorCode::SchemaVersion, "schema_version", expected, found).into());
    }
    let rehearsal = Rehearsal::new(plan.rehearsal.clone())?;
    // All that may fail comes before the traffic moves.
    let stored = args.report.as_deref().map(|path| Target::new(path, "report"));
    if let Some(target) = &stored {
        target.refuse_inputs([args.plan.clone()].into_iter().chain(plan.canary.inputs()))?;
        target.refuse_special()?;
    }
    let _lock = Target::new(&args.plan, "plan").lock(WAIT)?;
    let _report_lock = stored.as_ref().map(|target| target.lock(WAIT)).transpose()?;
    let store = |report: &RehearsalReport| {
        stored.as_ref().map_or(Ok(()), |target| target.replace(pretty(report).as_bytes()))
    };
    let is_watched = report_format(args.shown.format) == ReportFormat::Text;
    let stage = Stage::new(&plan, around.clock, is_watched)?;
    // A kill from now on leaves a report of a rehearsal that did not end, and not the pass of an earlier one.
    store(&rehearsal.clone().finish())?;
    let report = stage.play(rehearsal);
    let kept = store(&report);
    let exit = if report.passed { Exit::Promote } else { Exit::Rollback };
    let text = match report_format(args.shown.format) {
        ReportFormat::Json => pretty(&report),
        ReportFormat::Text => shown(&report, around.clock),
    };
    // A report that could not be stored is still said.
    Ok(Answer { but: kept.err().map(Failure::from), ..Answer::on_stdout(text, exit) })
}

/// Where a rehearsal takes place: the commands, the clock, and whoever interrupts.
struct Stage<'a> {
    plan: &'a Plan,
    clock: fn() -> Instant,
    masker: Masker,
    interrupt: Interrupt,
    /// Whether people read the answer, and see meanwhile how far it is.
    is_watched: bool,
    started: Stopwatch,
    /// What follows is the way back, which is not to be interrupted.
    going_back: bool,
}

impl<'a> Stage<'a> {
    fn new(plan: &'a Plan, clock: fn() -> Instant, is_watched: bool) -> Result<Self, GateError> {
        let masker = Masker::of_environment([])?;
        let (interrupt, started) = (Interrupt::listen(), Stopwatch::now());
        Ok(Self { plan, clock, masker, interrupt, is_watched, started, going_back: false })
    }

    /// Plays it to its end. Nothing leaves early: whatever goes wrong is told to the rehearsal, which asks for the abort.
    fn play(mut self, mut rehearsal: Rehearsal) -> RehearsalReport {
        while let Some(action) = rehearsal.next() {
            self.say(&format!("{}  {:<18} ", shown_time(self.elapsed_ms()), shown_action(action)));
            let is_way_back = self.going_back || matches!(action, Action::Abort | Action::ReadTraffic);
            let outcome = if self.interrupt.is_set() && !is_way_back {
                Outcome::Failed("interrupted".to_owned())
            } else {
                self.act(action)
            };
            rehearsal.tell(outcome, self.elapsed_ms());
            if let Some(deed) = rehearsal.report().deeds.last() {
                self.say(&format!("{} {}\n", sign(deed), deed.message.escape_debug()));
            }
        }
        rehearsal.finish()
    }

    /// Tells whoever watches: what is begun, and on the same line what came of it. A program has it from the report.
    fn say(&self, what: &str) {
        if self.is_watched {
            output::to_stderr(&self.masker.text(what));
        }
    }

    fn elapsed_ms(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn act(&mut self, action: Action) -> Outcome {
        let commands = &self.plan.commands;
        match action {
            Action::Check => self.check(),
            Action::SetTraffic { percent } => {
                let set = commands.set_traffic.filled("percent", &percent.to_string());
                match self.command("set_traffic", &set) {
                    Ok(_) => self.traffic(),
                    Err(why) => Outcome::Failed(why),
                }
            }
            Action::Wait { ms } => self.wait(Duration::from_millis(ms)),
            Action::Inject => done(self.command("inject", &commands.inject)),
            Action::Abort => {
                // From here on it only goes back.
                self.going_back = true;
                done(self.command("abort", &commands.abort))
            }
            Action::ReadTraffic => self.traffic(),
        }
    }

    fn check(&self) -> Outcome {
        let clock = self.clock;
        let mut all = side_by_side::run(vec![checks::readyz(self.plan.readyz.clone(), clock)]);
        let (check, decision) = canary::check(&self.plan.canary, clock);
        all.push(check);
        Outcome::Checked(all, decision)
    }

    fn wait(&self, time: Duration) -> Outcome {
        let started = Stopwatch::now();
        while let Some(left) = time.checked_sub(started.elapsed()).filter(|left| !left.is_zero()) {
            if self.interrupt.is_set() && !self.going_back {
                return Outcome::Failed(format!("interrupted after {:.1}s", started.elapsed().as_secs_f64()));
            }
            thread::sleep(left.min(PAUSE));
        }
        Outcome::Done
    }

    /// The share that the command prints: a whole number of percent, with or without the sign.
    fn traffic(&self) -> Outcome {
        match self.command("read_traffic", &self.plan.commands.read_traffic) {
            Err(why) => Outcome::Failed(why),
            Ok(said) => match said.trim().trim_end_matches('%').parse::<u8>() {
                Ok(percent @ 0..=100) => Outcome::Traffic(percent),
                _ => Outcome::Failed(
                    "read_traffic: expected a whole number of percent, found something else".to_owned(),
                ),
            },
        }
    }

    /// Runs a command. What it said, or how it ended if not well. What it says goes to memory: the way back must need
    /// no file.
    fn command(&self, name: &str, program: &Program) -> Result<String, String> {
        let never = Interrupt::never();
        let job = Job {
            program,
            environment: &[],
            timeout: self.plan.commands.timeout.map_or(TIMEOUT, |time| time.0),
            masker: &self.masker,
            interrupt: if self.going_back { &never } else { &self.interrupt },
        };
        let mut said = Vec::new();
        let ended = process::run(&job, &mut said).map_err(|error| format!("{name}: {error}"))?;
        if ended.end == End::Exited(0) {
            return Ok(String::from_utf8_lossy(&said).into_owned());
        }
        Err(format!("{name} {}", how(&ended.end)))
    }
}

fn done(ended: Result<String, String>) -> Outcome {
    match ended {
        Ok(_) => Outcome::Done,
        Err(why) => Outcome::Failed(why),
    }
}

fn shown(report: &RehearsalReport, clock: fn() -> Instant) -> String {
    let lines: String = report.deeds.iter().map(line).collect();
    let check = report.check(Some(clock()));
    let last = if report.passed {
        "✓✓✓ ALL REHEARSALS PASSED ✓✓✓"
    } else {
        "✗✗✗ REHEARSAL FAILED ✗✗✗"
    };
    format!("{lines}\nRehearsal {}\n{last}\n", check.message)
}

fn line(deed: &Deed) -> String {
    let message = deed.message.escape_debug();
    format!("{} {}  {:<18} {message}\n", sign(deed), shown_time(deed.to_ms), shown_action(deed.action))
}

const fn sign(deed: &Deed) -> &'static str {
    if deed.ok { "✓" } else { "✗" }
}

fn shown_time(ms: u64) -> String {
    format!("{:>7.1}s", Duration::from_millis(ms).as_secs_f64())
}

fn shown_action(action: Action) -> String {
    match action {
        Action::Check => "check".to_owned(),
        Action::SetTraffic { percent } => format!("traffic to {percent}%"),
        Action::Wait { ms } => format!("wait {}", duration::shown(Duration::from_millis(ms))),
        Action::Inject => "inject a burst".to_owned(),
        Action::Abort => "abort".to_owned(),
        Action::ReadTraffic => "read the traffic".to_owned(),
    }
}
