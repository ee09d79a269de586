//! Checks that run at the same time, none of which can hold up the others.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use gate_core::cutover::{Check, CheckState};

use crate::duration::shown;

/// For a check that ends at its own limit to say so itself.
const GRACE: Duration = Duration::from_millis(250);

/// A check that is to be run.
pub(super) struct Probe {
    pub(super) name: &'static str,
    pub(super) limit: Duration,
    pub(super) run: Box<dyn FnOnce() -> Check + Send>,
}

/// Runs all of them. One that does not end within its limit is unknown, and is left to itself.
pub(super) fn run(probes: Vec<Probe>) -> Vec<Check> {
    let started = Instant::now();
    let (sender, done) = mpsc::channel();
    let mut waiting: Vec<(&'static str, Duration, Option<Check>)> = Vec::new();
    for (index, probe) in probes.into_iter().enumerate() {
        waiting.push((probe.name, probe.limit, None));
        let (sender, run) = (sender.clone(), probe.run);
        // Whoever comes too late finds nobody who listens.
        let work = move || drop(sender.send((index, run())));
        drop(thread::Builder::new().spawn(work));
    }
    drop(sender);
    while let Some(left) = left(&waiting, started.elapsed()) {
        match done.recv_timeout(left) {
            Ok((index, check)) => {
                if let Some((.., place)) = waiting.get_mut(index) {
                    *place = Some(check);
                }
            }
            Err(mpsc::RecvTimeoutError::Timeout) => {}
            // The rest of them died without a word.
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    waiting.into_iter().map(|(name, limit, check)| check.unwrap_or_else(|| unanswered(name, limit))).collect()
}

/// How long the longest of those that are still in time may be waited for.
fn left(waiting: &[(&'static str, Duration, Option<Check>)], elapsed: Duration) -> Option<Duration> {
    let open = waiting.iter().filter(|(.., check)| check.is_none());
    open.filter_map(|(_, limit, _)| (*limit + GRACE).checked_sub(elapsed))
        .filter(|left| !left.is_zero())
        .max()
}

fn unanswered(name: &str, limit: Duration) -> Check {
    Check::new(name, CheckState::Unknown, format!("no answer within {}", shown(limit)))
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier};

    use super::*;

    fn probe(name: &'static str, takes: Duration, limit: u64) -> Probe {
        let run = move || {
            thread::sleep(takes);
            Check::new(name, CheckState::Healthy, "")
        };
        Probe { name, limit: Duration::from_millis(limit), run: Box::new(run) }
    }

    #[test]
    fn one_that_hangs_or_dies_holds_up_nobody() {
        let started = Instant::now();
        let dies = Probe {
            name: "dies",
            limit: Duration::from_millis(300),
            run: Box::new(|| std::panic::resume_unwind(Box::new("a drill"))),
        };
        let checks = run(vec![
            probe("quick", Duration::ZERO, 60_000),
            probe("hangs", Duration::from_mins(5), 300),
            dies,
        ]);
        // Nobody waited for the one that hangs.
        assert!(started.elapsed() < Duration::from_mins(4));
        let states: Vec<CheckState> = checks.iter().map(|check| check.state).collect();
        assert_eq!(states, [CheckState::Healthy, CheckState::Unknown, CheckState::Unknown]);
        assert_eq!(checks.get(1).map(|check| check.message.as_str()), Some("no answer within 0.3s"));
    }

    #[test]
    fn they_run_at_the_same_time() {
        // Each waits for all the others: one after the other would never end.
        let together = Arc::new(Barrier::new(6));
        let meets = |together: Arc<Barrier>| {
            let run = move || {
                together.wait();
                Check::new("meets", CheckState::Healthy, "")
            };
            Probe { name: "meets", limit: Duration::from_mins(1), run: Box::new(run) }
        };
        let checks = run((0..6).map(|_| meets(Arc::clone(&together))).collect());
        assert!(checks.len() == 6 && checks.iter().all(|check| check.state == CheckState::Healthy));
    }
}
