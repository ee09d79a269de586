//! What a shared breaker shows and remembers.

use alloc::string::ToString;
use core::sync::atomic::Ordering;

use super::super::call::rules::{Probing, Rules};
use super::super::{
    CALL_STATE_SCHEMA, CallBreaker, CallConfig, CallPhase, CallState, CallStatus, ProbeCounts, SavedCallPhase,
};
use super::moves::Seen;
use super::word::{MOST, Tag, Word};
use super::{AtomicWord, SharedCallBreaker};
use crate::{ErrorCode, GateError};

impl SharedCallBreaker {
    /// A breaker that remembers, as [`CallBreaker::restore`] does.
    ///
    /// # Errors
    ///
    /// As [`SharedCallBreaker::new`] and [`CallBreaker::restore`].
    pub fn restore(config: CallConfig, state: CallState, now: u64, elapsed: u64) -> Result<Self, GateError> {
        let mut shared = Self::new(config.clone())?;
        let restored = CallBreaker::restore(config, state, now, elapsed)?.snapshot(now);
        let word = match restored.phase {
            SavedCallPhase::Closed { streak, .. } => {
                Word::new(Tag::Closed, restored.generation, streak.min(MOST))
            }
            SavedCallPhase::Open { remaining_ns, .. } => {
                let left = remaining_ns.unwrap_or(u64::MAX);
                // Other settings may have opened it for longer than these do.
                shared.longest = shared.longest.max(left);
                shared.time.store(now.saturating_add(left), Ordering::Relaxed);
                Word::new(Tag::Open, restored.generation, 0)
            }
        };
        shared.word.store(word.0, Ordering::Release);
        shared.stale.store(restored.stale, Ordering::Relaxed);
        Ok(shared)
    }
}

impl<A: AtomicWord> SharedCallBreaker<A> {
    /// Where it stands at an instant. Changes nothing. Why it opened is not remembered, and neither are earlier
    /// probes of a round.
    #[must_use]
    pub fn status(&self, now: u64) -> CallStatus {
        let Seen { word, time } = self.see();
        let phase = Seen { word, time }.phase(now);
        let overdue = word.tag() == Tag::Probing && now >= time;
        if overdue && word.count() >= self.max_lost {
            return self.lost_status(word, time, now);
        }
        let lost = word.count() + u32::from(overdue);
        let in_flight = u32::from(matches!(word.tag(), Tag::Probing | Tag::Starting) && !overdue);
        let probes = ProbeCounts { admitted: in_flight + lost, in_flight, lost, ..ProbeCounts::default() };
        CallStatus {
            phase,
            generation: word.generation(),
            streak: if phase == CallPhase::Closed { word.count() } else { 0 },
            counts: None,
            remaining_ns: match word.tag() {
                Tag::Open => self.left(time, now),
                Tag::Opening => super::finite(self.open),
                _ => None,
            },
            opened_by: None,
            probes: (phase == CallPhase::HalfOpen).then_some(probes),
            level: 0,
            stale: self.stale.load(Ordering::Relaxed),
            clock_regressions: 0,
        }
    }

    /// What it remembers, as of an instant: the same document as that of a [`CallBreaker`].
    #[must_use]
    pub fn snapshot(&self, now: u64) -> CallState {
        let status = self.status(now);
        let phase = match status.phase {
            CallPhase::Closed => {
                SavedCallPhase::Closed { for_ns: 0, streak: status.streak, streak_age_ns: 0 }
            }
            CallPhase::HalfOpen => SavedCallPhase::Open { remaining_ns: Some(0), opened_by: None },
            CallPhase::Open | CallPhase::OpenDue => {
                SavedCallPhase::Open { remaining_ns: status.remaining_ns, opened_by: None }
            }
        };
        CallState {
            schema_version: CALL_STATE_SCHEMA.into(),
            phase,
            generation: status.generation + u64::from(status.phase == CallPhase::HalfOpen),
            level: 0,
            stale: status.stale,
            clock_regressions: 0,
            window: None,
        }
    }

    /// The round is lost, and whoever asks next will open it as of the end of the lease.
    fn lost_status(&self, word: Word, end: u64, now: u64) -> CallStatus {
        let until = end.saturating_add(self.open);
        let (word, seen) = (word.next(Tag::Open, 0), Seen { word: word.next(Tag::Open, 0), time: until });
        CallStatus {
            phase: seen.phase(now),
            generation: word.generation(),
            streak: 0,
            counts: None,
            remaining_ns: self.left(until, now),
            opened_by: None,
            probes: None,
            level: 0,
            stale: self.stale.load(Ordering::Relaxed),
            clock_regressions: 0,
        }
    }
}

/// Refuses what does not fit two words.
pub(super) fn check(config: &CallConfig, rules: &Rules) -> Result<(), GateError> {
    let Probing { probes, max_lost, .. } = rules.probing;
    let others = [
        ("window", config.window.is_some()),
        ("escalation", config.escalation.is_some()),
        ("streak_ttl_ms", config.streak_ttl_ms.is_some()),
    ];
    if let Some((path, _)) = others.iter().find(|(_, there)| *there) {
        return refuse(path, "nothing, as a shared breaker only counts failures in a row", "a setting");
    }
    let numbers = [
        ("consecutive_failures", rules.trip_at, MOST),
        ("half_open.probes", probes, 1),
        ("half_open.max_lost", max_lost, MOST),
    ];
    match numbers.iter().find(|(_, number, most)| number > most) {
        Some((path, number, most)) => {
            refuse(path, &alloc::format!("at most {most} in a shared breaker"), number)
        }
        None => Ok(()),
    }
}

fn refuse(path: &str, expected: &str, found: impl ToString) -> Result<(), GateError> {
    Err(GateError::new(ErrorCode::Contradiction, path, expected, found))
}
