//! Commands of the user: run for a limited time, with a log that has no secrets.

mod group;
mod interrupt;
mod program;

use std::io::{self, PipeReader, Read as _, Write};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::masker::{Masker, Stream};
pub(crate) use interrupt::Interrupt;
pub(crate) use program::Program;

/// How often to look whether the command has ended.
const PAUSE: Duration = Duration::from_millis(10);

/// How long a group may take to end by itself once it was asked to.
const GRACE: Duration = Duration::from_secs(2);

/// How long to wait for the rest of the output once everything has been ended.
const DRAIN: Duration = Duration::from_secs(1);

/// The most that a log takes; the rest is read and dropped, so that the command goes on.
const MAX_LOG_BYTES: u64 = 64 * 1024 * 1024;

/// A command with its surroundings.
#[derive(Debug)]
pub(crate) struct Job<'a> {
    pub(crate) program: &'a Program,
    /// Variables beside those of this process.
    pub(crate) environment: &'a [(String, String)],
    pub(crate) timeout: Duration,
    pub(crate) masker: &'a Masker,
    /// Ends the command when this process is asked to end.
    pub(crate) interrupt: &'a Interrupt,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    Exited(i32),
    /// By a signal.
    Killed,
    TimedOut,
    /// This process was asked to end, and ended the command first.
    Interrupted,
    NotStarted(String),
}

impl End {
    /// The exit status, if there is one.
    pub(crate) const fn exit_code(&self) -> Option<i32> {
        match self {
            Self::Exited(code) => Some(*code),
            _ => None,
        }
    }
}

/// What came of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) end: End,
    pub(crate) elapsed: Duration,
}

/// Runs a command to its end, and everything that it started with it. Both streams of its output go to the log, as
/// they come.
///
/// # Errors
/// Those of writing the log; the command is then ended as well.
pub(crate) fn run(job: &Job, log: &mut dyn Write) -> io::Result<Ended> {
    let started = Instant::now();
    let mut log = Log::new(job, log);
    let end = match start(job) {
        Ok((child, pieces)) => follow(job, started, child, &pieces, &mut log),
        Err(error) => {
            let why = job.masker.text(&error.to_string());
            log.piece(format!("cannot be started: {why}\n").as_bytes()).map(|()| End::NotStarted(why))
        }
    };
    let end = end.and_then(|end| log.finish(&end).map(|()| end))?;
    Ok(Ended { end, elapsed: started.elapsed() })
}

/// Starts the command in a group of its own. Both streams share a pipe, so their lines stay in order.
fn start(job: &Job) -> io::Result<(Child, Receiver<Vec<u8>>)> {
    let none = || io::Error::new(io::ErrorKind::InvalidInput, "an empty command");
    let mut command = job.program.command().ok_or_else(none)?;
    let (output, ours) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(ours.try_clone()?).stderr(ours);
    command.envs(job.environment.iter().map(|(name, value)| (name, value)));
    group::own(&mut command);
    let pieces = reader(output)?;
    // The command holds the writing ends, and lets go of them here when it goes out of scope.
    Ok((command.spawn()?, pieces))
}

fn follow(
    job: &Job,
    started: Instant,
    mut child: Child,
    pieces: &Receiver<Vec<u8>>,
    log: &mut Log,
) -> io::Result<End> {
    let outcome = until_end(job, started, &mut child, pieces, log);
    if !matches!(outcome, Ok(Cause::Ended)) {
        group::ask_to_end(&child);
        let asked = Instant::now();
        while asked.elapsed() < GRACE && !group::has_ended(&mut child) {
            let _ = take(pieces, log);
        }
    }
    // What it left behind would hold the pipe, and live on without anybody knowing. Not reaped yet, so the number of
    // the group still is its own.
    group::end(&mut child);
    let status = child.wait();
    let drained = drain(pieces, log);
    let cause = outcome?;
    drained?;
    Ok(match cause {
        Cause::Ended => of_status(status?),
        Cause::TimedOut => End::TimedOut,
        Cause::Interrupted => End::Interrupted,
    })
}

/// Why a command is not waited for any more.
enum Cause {
    Ended,
    TimedOut,
    Interrupted,
}

fn until_end(
    job: &Job,
    started: Instant,
    child: &mut Child,
    pieces: &Receiver<Vec<u8>>,
    log: &mut Log,
) -> io::Result<Cause> {
    loop {
        if group::has_ended(child) {
            return Ok(Cause::Ended);
        }
        if job.interrupt.is_set() {
            return Ok(Cause::Interrupted);
        }
        if started.elapsed() >= job.timeout {
            return Ok(Cause::TimedOut);
        }
        take(pieces, log)?;
    }
}

/// Takes a piece of output, if there is one in time.
fn take(pieces: &Receiver<Vec<u8>>, log: &mut Log) -> io::Result<()> {
    match pieces.recv_timeout(PAUSE) {
        Ok(piece) => log.piece(&piece),
        Err(RecvTimeoutError::Timeout) => Ok(()),
        Err(RecvTimeoutError::Disconnected) => {
            thread::sleep(PAUSE);
            Ok(())
        }
    }
}

/// Takes what is left in the pipe. A process that left the group may hold it for ever, and is not waited for.
fn drain(pieces: &Receiver<Vec<u8>>, log: &mut Log) -> io::Result<()> {
    let started = Instant::now();
    while let Some(left) = DRAIN.checked_sub(started.elapsed()) {
        match pieces.recv_timeout(left) {
            Ok(piece) => log.piece(&piece)?,
            Err(_) => break,
        }
    }
    Ok(())
}

/// Reads the pipe on a thread of its own, as a read cannot be given up.
fn reader(mut output: PipeReader) -> io::Result<Receiver<Vec<u8>>> {
    let (sender, pieces) = sync_channel(16);
    thread::Builder::new().spawn(move || {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(count) = output.read(&mut buffer)
            && count > 0
        {
            let piece = buffer.get(..count).unwrap_or_default().to_vec();
            if sender.send(piece).is_err() {
                return;
            }
        }
    })?;
    Ok(pieces)
}

fn of_status(status: ExitStatus) -> End {
    status.code().map_or(End::Killed, End::Exited)
}

/// The log of one command. Every line is with the system as soon as it is complete, so a kill loses none.
struct Log<'a> {
    to: &'a mut dyn Write,
    stream: Stream<'a>,
    masked: Vec<u8>,
    left: u64,
}

impl<'a> Log<'a> {
    fn new(job: &Job<'a>, to: &'a mut dyn Write) -> Self {
        Self { to, stream: job.masker.stream(), masked: Vec::new(), left: MAX_LOG_BYTES }
    }

    fn piece(&mut self, piece: &[u8]) -> io::Result<()> {
        self.stream.push(piece, &mut self.masked);
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        let masked = std::mem::take(&mut self.masked);
        if self.left == 0 || masked.is_empty() {
            return Ok(());
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(masked.len());
        self.to.write_all(masked.get(..most).unwrap_or_default())?;
        self.left -= most as u64;
        if self.left == 0 {
            self.to.write_all(b"\n[the log ends here: it is full]\n")?;
        }
        Ok(())
    }

    fn finish(&mut self, end: &End) -> io::Result<()> {
        self.stream.finish(&mut self.masked);
        self.write()?;
        let why = match end {
            End::TimedOut => "ran into its timeout, and was ended",
            End::Interrupted => "was ended, as the run was interrupted",
            _ => return Ok(()),
        };
        self.to.write_all(format!("\n[the command {why}]\n").as_bytes())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use gate_core::secret::Secret;

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    fn ended(line: &str, timeout: Duration) -> Result<(Ended, String), Box<dyn std::error::Error>> {
        let mut log = Vec::new();
        let masker = Masker::new(&[Secret::new("s3cret-value")])?;
        let environment = [("GIVEN".to_owned(), "s3cret-value".to_owned())];
        let (program, interrupt) = (Program::Shell(line.to_owned()), Interrupt::never());
        let job = Job {
            program: &program,
            environment: &environment,
            timeout,
            masker: &masker,
            interrupt: &interrupt,
        };
        let ended = run(&job, &mut log)?;
        Ok((ended, String::from_utf8(log)?))
    }

    #[test]
    fn both_streams_are_logged_in_order_and_masked() -> Outcome {
        let line = "echo one; echo two $GIVEN >&2; printf three; exit 7";
        let (ended, log) = ended(line, Duration::from_secs(20))?;
        assert_eq!((ended.end, log.as_str()), (End::Exited(7), "one\ntwo ***\nthree"));
        Ok(())
    }

    #[test]
    fn a_timeout_ends_what_the_command_started() -> Outcome {
        let line = "sh -c 'trap \"\" TERM; sleep 300 & echo $!; wait; sleep 300' & wait";
        let (ended, log) = ended(line, Duration::from_millis(300))?;
        assert_eq!(ended.end, End::TimedOut);
        assert!(ended.elapsed < Duration::from_secs(10), "{ended:?}");
        let process = log.lines().next().unwrap_or_default();
        assert!(process.parse::<u32>().is_ok(), "{log}");
        let gone = || !std::path::Path::new("/proc").join(process).join("cmdline").exists();
        let ended = || std::fs::read(std::path::Path::new("/proc").join(process).join("cmdline"));
        assert!(gone() || ended()?.is_empty(), "{process} lives on");
        Ok(())
    }

    #[test]
    fn what_is_left_in_the_background_is_not_waited_for() -> Outcome {
        let (ended, log) = ended("sleep 300 & echo done", Duration::from_mins(1))?;
        assert_eq!((ended.end, log.as_str()), (End::Exited(0), "done\n"));
        assert!(ended.elapsed < Duration::from_secs(10));
        Ok(())
    }

    #[test]
    fn what_cannot_be_started_says_so() -> Outcome {
        let masker = Masker::new(&[])?;
        for words in [vec![], vec!["/nowhere/at-all".to_owned()]] {
            let job = Job {
                program: &Program::Argv(words),
                environment: &[],
                timeout: Duration::from_secs(1),
                masker: &masker,
                interrupt: &Interrupt::never(),
            };
            assert!(matches!(run(&job, &mut io::sink())?.end, End::NotStarted(_)));
        }
        Ok(())
    }
}
