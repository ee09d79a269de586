//! Reading the two words together, and the moves that write both.

use core::sync::atomic::Ordering;

use super::super::{CallCause, CallChange, CallPermit, CallPhase};
use super::word::{Tag, Word};
use super::{AtomicWord, SharedCallBreaker};

/// A word, and the time that belongs to it.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    pub(super) word: Word,
    pub(super) time: u64,
}

impl<A: AtomicWord> SharedCallBreaker<A> {
    #[inline]
    pub(super) fn read(&self, order: Ordering) -> Word {
        Word(self.word.load(order))
    }

    /// Both words as they were at one instant.
    pub(super) fn see(&self) -> Seen {
        loop {
            let word = self.read(Ordering::Acquire);
            let time = self.time.load(Ordering::Acquire);
            if self.read(Ordering::Relaxed) == word {
                return Seen { word, time };
            }
        }
    }

    /// The same, when no thread is between two writes. A command must not be lost, so it waits for that.
    pub(super) fn see_settled(&self) -> Seen {
        loop {
            let seen = self.see();
            if !matches!(seen.word.tag(), Tag::Opening | Tag::Starting) {
                return seen;
            }
            A::pause();
        }
    }

    /// Starts a probe, if no other thread changed the word meanwhile.
    pub(super) fn start(&self, word: Word, lost: u32, now: u64) -> Option<CallPermit> {
        let to = word.next(Tag::Starting, lost);
        if !self.word.exchange(word.0, to.0) {
            return None;
        }
        self.time.store(now.saturating_add(self.lease), Ordering::Release);
        self.word.store(to.with(Tag::Probing, lost).0, Ordering::Release);
        Some(CallPermit { generation: to.generation(), probe: 1 })
    }

    /// Opens it, if no other thread changed the word meanwhile.
    pub(super) fn open(&self, seen: Seen, cause: CallCause, since: u64) -> Option<CallChange> {
        let to = seen.word.next(Tag::Opening, 0);
        if !self.word.exchange(seen.word.0, to.0) {
            return None;
        }
        self.time.store(since.saturating_add(self.open), Ordering::Release);
        self.word.store(to.with(Tag::Open, 0).0, Ordering::Release);
        let phase = if self.open == 0 { CallPhase::OpenDue } else { CallPhase::Open };
        let mut change = Self::change(seen, phase, cause, since);
        change.open_for_ns = Some(self.open);
        change.streak += u32::from(cause == CallCause::Streak);
        Some(change)
    }

    pub(super) fn change(seen: Seen, to: CallPhase, cause: CallCause, at: u64) -> CallChange {
        let from = seen.phase(at);
        let streak = if from == CallPhase::Closed { seen.word.count() } else { 0 };
        CallChange { from, to, cause, at_ns: at, open_for_ns: None, streak, counts: None }
    }

    /// Time left of the open time; `None` where time alone changes nothing.
    pub(super) fn left(&self, time: u64, now: u64) -> Option<u64> {
        finite(time).map(|end| end.saturating_sub(now).min(self.longest))
    }
}

impl Seen {
    pub(super) const fn phase(self, now: u64) -> CallPhase {
        match self.word.tag() {
            Tag::Closed => CallPhase::Closed,
            Tag::Open if is_over(self.time, now) => CallPhase::OpenDue,
            Tag::Open | Tag::Opening => CallPhase::Open,
            Tag::Probing | Tag::Free | Tag::Starting => CallPhase::HalfOpen,
        }
    }
}

/// The end of all time means never.
pub(super) const fn finite(time: u64) -> Option<u64> {
    if time == u64::MAX { None } else { Some(time) }
}

pub(super) const fn is_over(end: u64, now: u64) -> bool {
    end != u64::MAX && now >= end
}
