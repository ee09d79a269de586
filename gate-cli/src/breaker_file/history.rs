//! What happened to a breaker, the latest last.

use gate_core::breaker::guard::Transition;
use gate_core::breaker::{Counts, Signed};
use gate_core::time::{Instant, format_instant};
use serde::{Deserialize, Serialize};

/// So many entries are kept.
pub(crate) const MOST_ENTRIES: usize = 256;

/// The latest commands and transitions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct History {
    /// Entries that were not kept.
    pub(crate) dropped: u64,
    pub(crate) entries: Vec<Entry>,
}

/// A command or a transition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// When.
    pub(crate) at: String,
    /// Who; null for what happened by itself.
    pub(crate) actor: Option<String>,
    /// What: `hold off`, `latch: clear -> latched`.
    pub(crate) event: String,
    /// Why.
    pub(crate) cause: String,
    /// The calls that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) counts: Option<Counts>,
    /// The failures in a row that it rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) streak: Option<u32>,
}

impl History {
    /// Adds what a person did.
    pub(crate) fn command(&mut self, event: &str, by: &Signed, now: Instant) {
        self.push(Entry::new(event, Some(by.actor()), by.reason(), now));
    }

    /// Adds what happened by itself.
    pub(crate) fn event(&mut self, event: &str, cause: &str, now: Instant) {
        self.push(Entry::new(event, None, cause, now));
    }

    /// Adds transitions, of a person if one caused them.
    pub(crate) fn transitions(&mut self, all: &[Transition], actor: Option<&str>, now: Instant) {
        for Transition { layer, from, to, cause, counts, streak } in all {
            let event = format!("{}: {from} -> {to}", layer.as_str());
            let entry = Entry::new(&event, actor, cause, now);
            self.push(Entry { counts: *counts, streak: *streak, ..entry });
        }
    }

    fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
        self.shorten();
    }

    /// Drops the oldest entries over the bound.
    pub(crate) fn shorten(&mut self) {
        let over = self.entries.len().saturating_sub(MOST_ENTRIES);
        self.entries.drain(..over);
        self.dropped = self.dropped.saturating_add(over as u64);
    }
}

impl Entry {
    fn new(event: &str, actor: Option<&str>, cause: &str, now: Instant) -> Self {
        Self {
            at: format_instant(now),
            actor: actor.map(str::to_owned),
            event: event.to_owned(),
            cause: cause.to_owned(),
            counts: None,
            streak: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_entries_stay() {
        let mut history = History::default();
        for number in 0..MOST_ENTRIES + 3 {
            history.event(&number.to_string(), "", Instant::UNIX_EPOCH);
        }
        let first = history.entries.first().map(|entry| entry.event.as_str());
        assert_eq!((history.entries.len(), history.dropped, first), (MOST_ENTRIES, 3, Some("3")));
    }
}
