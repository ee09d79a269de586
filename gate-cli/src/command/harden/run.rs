//! `tsfm-gate harden run`

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use gate_core::hardening::{SUMMARY_FILE, Step, Summary};
use gate_core::time::Instant;
use gate_core::{ErrorCode, GateError};

use super::plan::{Plan, PlanStep};
use super::{Answer, Surroundings, exit_of, judged, one_line, pretty};
use crate::args::HardenRun;
use crate::failure::Failure;
use crate::masker::Masker;
use crate::output::folder_of;
use crate::process::{self, Ended, Interrupt, Job};
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
    started: Instant,
    clock: fn() -> Instant,
    done: Vec<Step>,
}

/// Runs every step, and writes the summary.
pub(super) fn run(args: &HardenRun, around: Surroundings) -> Result<Answer, Failure> {
    let plan = Plan::read(args.plan.as_deref())?;
    if !args.dry_run {
        plan.check_token()?;
    }
    // Before the lock: who is asked to end while it waits has nothing to write.
    let folder = made(&args.report_dir)?;
    let summary = Target::new(&folder.join(SUMMARY_FILE), ARGUMENT);
    let _lock = summary.lock(Duration::from_secs(args.wait.into()))?;
    let masker = Masker::of_environment(plan.variables())?;
    let (started, clock) = ((around.clock)(), around.clock);
    let done = Vec::new();
    let mut gate = Gate { plan: &plan, folder, summary, masker, dry_run: args.dry_run, started, clock, done };
    let summary = gate.run()?;
    Ok(judged(args.format, exit_of(summary.overall_status.exit_code()), &summary, text))
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
        for step in &self.plan.steps {
            if interrupt.is_set() {
                break;
            }
            let ended = self.step(step, &interrupt)?;
            let code = ended.end.exit_code();
            self.done.push(self.told(step, code, ended.elapsed));
            summary = self.write()?;
        }
        Ok(summary)
    }

    fn step(&self, step: &PlanStep, interrupt: &Interrupt) -> Result<Ended, GateError> {
        let log = self.folder.join(step.log());
        made(&folder_of(&log))?;
        let job = Job {
            program: &step.run,
            environment: &self.plan.environment(step, &self.folder),
            timeout: step.timeout(),
            masker: &self.masker,
            interrupt,
        };
        logged(&job, &log).map_err(|error| {
            let found = format!("`{}`: {error}", log.display());
            GateError::new(ErrorCode::OutputFailed, "log", "a log file that can be written", found)
        })
    }

    /// A step as the summary shows it.
    fn told(&self, step: &PlanStep, exit_code: Option<i32>, elapsed: Duration) -> Step {
        Step {
            name: self.masker.text(&step.name),
            command: self.masker.text(&step.run.shown()),
            log_path: self.masker.text(&self.folder.join(step.log()).display().to_string()),
            exit_code,
            elapsed_s: (elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        }
    }

    /// Writes the summary of what was done, with what was not.
    fn write(&self) -> Result<Summary, GateError> {
        let open = self.plan.steps.iter().skip(self.done.len());
        let open = open.map(|step| self.told(step, None, Duration::ZERO));
        let steps = self.done.iter().cloned().chain(open).collect();
        // A clock that was set back makes no run that ends before it began.
        let now = (self.clock)().max(self.started);
        let base = self.masker.text(&self.plan.api_base);
        let summary = Summary::new(base, (self.started, now), self.dry_run, steps)?;
        self.summary.replace(pretty(&summary).as_bytes())?;
        Ok(summary)
    }
}

/// Runs a step. Its log is on the disk before the summary says how it ended.
fn logged(job: &Job, path: &Path) -> io::Result<Ended> {
    let mut log = File::create(path)?;
    let ended = process::run(job, &mut log)?;
    log.sync_all()?;
    Ok(ended)
}

fn text(summary: &Summary) -> String {
    let mut text = format!("{}: {}\n", summary.overall_status.as_str(), one_line(&summary.api_base));
    for step in &summary.steps {
        let how = match (summary.dry_run, step.exit_code) {
            (true, _) => "not run".to_owned(),
            (false, Some(code)) => format!("exit status {code} after {} s", step.elapsed_s),
            (false, None) => format!("no exit status after {} s", step.elapsed_s),
        };
        text += &format!("  [{}] {}: {how}\n", step.step, one_line(&step.name));
        text += &format!("      command  {}\n", one_line(&step.command));
        text += &format!("      log      {}\n", one_line(&step.log_path));
    }
    text
}
