//! `tsfm-gate harden run`

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant as Stopwatch};

use gate_core::hardening::{SUMMARY_FILE, Step, Summary};
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};

use super::plan::{Part, Plan, PlanStep};
use super::{Answer, Surroundings, exit_of, judged, one_line, pretty, report_format};
use crate::args::{HardenRun, ReportFormat};
use crate::failure::Failure;
use crate::masker::Masker;
use crate::output::{self, folder_of};
use crate::process::{self, End, Interrupt, Job};
use crate::storage::Target;

/// What the summary is called in errors.
const ARGUMENT: &str = "summary";

/// A run of the gate.
struct Gate<'a> {
    plan: &'a Plan,
    folder: PathBuf,
    summary: Target,
    masker: Masker,
    dry_run: bool,
    /// Whether people read the answer, and see meanwhile how far it is.
    is_watched: bool,
    started: Instant,
    clock: fn() -> Instant,
    done: Vec<Step>,
}

/// Waits for the service, runs every step, and writes the summary.
pub(super) fn run(args: &HardenRun, around: Surroundings) -> Result<Answer, Failure> {
    let plan = Plan::read(args.plan.as_deref())?;
    if !args.dry_run {
        plan.check_token()?;
    }
    // Before the lock: who is asked to end while it waits has nothing to write.
    let folder = made(&args.report_dir)?;
    let summary = Target::new(&folder.join(SUMMARY_FILE), ARGUMENT);
    let logs = plan.parts().map(|part| Target::new(&folder.join(part.log()), "log"));
    for written in logs.chain([summary.clone()]) {
        written.refuse_inputs(args.plan.clone())?;
    }
    let _lock = summary.lock(Duration::from_secs(args.wait.into()))?;
    let masker = Masker::of_environment(plan.variables())?;
    let mut gate = Gate {
        plan: &plan,
        folder,
        summary,
        masker,
        dry_run: args.dry_run,
        is_watched: report_format(args.shown.format) == ReportFormat::Text,
        started: (around.clock)(),
        clock: around.clock,
        done: Vec::new(),
    };
    let summary = gate.run()?;
    Ok(judged(args.shown.format, exit_of(summary.overall_status.exit_code()), &summary, text))
}

/// The folder, made if it was not there, by its whole path: steps may run anywhere.
fn made(folder: &Path) -> Result<PathBuf, GateError> {
    fs::create_dir_all(folder).and_then(|()| fs::canonicalize(folder)).map_err(|error| {
        let found = format!("`{}`: {error}", folder.display());
        GateError::new(ErrorCode::OutputFailed, "report_dir", "a folder that can be written to", found)
    })
}

impl Gate<'_> {
    fn run(&mut self) -> Result<Summary, GateError> {
        // From now on a kill leaves a summary that says which steps were not run, and not the one of an earlier run.
        let mut summary = self.write()?;
        if self.dry_run {
            return Ok(summary);
        }
        let interrupt = Interrupt::listen();
        for part in self.plan.parts() {
            if interrupt.is_set() {
                break;
            }
            self.say(part, "started");
            let (code, elapsed) = self.carry_out(part, &interrupt)?;
            let step = self.told(part, code, elapsed);
            self.say(part, &ending(code, step.elapsed_s));
            self.done.push(step);
            summary = self.write()?;
            if matches!(part, Part::Wait(_)) && code.is_none() {
                // Every step would only find out again that nobody answers.
                break;
            }
        }
        Ok(summary)
    }

    /// Tells whoever watches. A program that reads the report has it from there.
    fn say(&self, part: Part, what: &str) {
        if self.is_watched {
            let (number, all) = (self.done.len() + 1, self.plan.parts().count());
            let name = self.masker.text(&one_line(part.name()));
            output::to_stderr(&format!("[{number}/{all}] {name}: {what}\n"));
        }
    }

    /// The exit status, if there is one, and how long it took.
    fn carry_out(&self, part: Part, interrupt: &Interrupt) -> Result<(Option<i32>, Duration), GateError> {
        let path = self.folder.join(part.log());
        made(&folder_of(&path))?;
        let failed = |error: io::Error| {
            let found = format!("`{}`: {error}", path.display());
            GateError::new(ErrorCode::OutputFailed, "log", "a log file that can be written", found)
        };
        let (started, mut log) = (Stopwatch::now(), File::create(&path).map_err(failed)?);
        let code = match part {
            Part::Wait(wait) => wait.run(interrupt, &mut log)?.then_some(0),
            Part::Step(step) => self.step(step, interrupt, &mut log).map_err(failed)?.exit_code(),
        };
        // The log is on the disk before the summary says how it ended.
        log.sync_all().map_err(failed)?;
        Ok((code, started.elapsed()))
    }

    fn step(&self, step: &PlanStep, interrupt: &Interrupt, log: &mut File) -> io::Result<End> {
        let job = Job {
            program: &step.run,
            environment: &self.plan.environment(step, &self.folder),
            timeout: step.timeout(),
            masker: &self.masker,
            interrupt,
        };
        process::run(&job, log).map(|ended| ended.end)
    }

    /// A part as the summary shows it.
    fn told(&self, part: Part, exit_code: Option<i32>, elapsed: Duration) -> Step {
        Step {
            name: self.masker.text(part.name()),
            command: self.masker.text(&part.command()),
            log_path: self.masker.text(&self.folder.join(part.log()).display().to_string()),
            exit_code,
            elapsed_s: (elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        }
    }

    /// Writes the summary of what was done, with what was not.
    fn write(&self) -> Result<Summary, GateError> {
        let open = self.plan.parts().skip(self.done.len());
        let open = open.map(|part| self.told(part, None, Duration::ZERO));
        let steps = self.done.iter().cloned().chain(open).collect();
        // A clock that was set back makes no run that ends before it began.
        let now = (self.clock)().max(self.started);
        let base = self.masker.text(&self.plan.api_base);
        let summary = Summary::new(base, (self.started, now), self.dry_run, steps)?;
        self.summary.replace(pretty(&summary).as_bytes())?;
        Ok(summary)
    }
}

/// How a part ended, for people.
fn ending(exit_code: Option<i32>, elapsed_s: f64) -> String {
    match exit_code {
        Some(code) => format!("exit status {code} after {elapsed_s} s"),
        None => format!("no exit status after {elapsed_s} s"),
    }
}

fn text(summary: &Summary) -> String {
    let mut text = format!("{}: {}\n", summary.overall_status.as_str(), one_line(&summary.api_base));
    for step in &summary.steps {
        let how = if summary.dry_run { "not run".to_owned() } else { ending(step.exit_code, step.elapsed_s) };
        text += &format!("  [{}] {}: {how}\n", step.step, one_line(&step.name));
        text += &format!("      command  {}\n", one_line(&step.command));
        text += &format!("      log      {}\n", one_line(&step.log_path));
    }
    text
}
