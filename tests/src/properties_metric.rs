//! What must hold for the metric breaker on every sequence of calls, waits and clock steps.

use gate_core::breaker::{Counts, MetricBreaker, MetricConfig};

/// A small breaker, so that every state is reached within a few dozen samples.
#[must_use]
pub fn config() -> MetricConfig {
    MetricConfig {
        error_rate_threshold: 0.2,
        p99_latency_threshold_ms: 100.0,
        min_samples: 4,
        slices: 3,
        slice_ms: 10,
        bad_looks: 2,
        good_looks: 2,
        off_min_ms: 20,
        off_max_ms: 60,
        relapse_ms: 100,
        ..MetricConfig::default()
    }
}

const MS: u64 = 1_000_000;
const SLICE: u64 = 10 * MS;
const SLICES: u64 = 3;

/// One thing that happens.
#[derive(Debug, Clone, Copy)]
pub struct Event {
    /// When, on a clock that may have gone back.
    pub at: u64,
    /// A sample: whether it failed, and its latency. None is a tick.
    pub sample: Option<(bool, u64)>,
}

/// Any bytes as a sequence: stretches of good, bad, slow and mixed calls, waits, and clocks that go back.
#[must_use]
pub fn events(bytes: &[u8]) -> Vec<Event> {
    let mut at = 0_u64;
    let mut mood = 0;
    bytes
        .chunks_exact(2)
        .map(|pair| {
            at = match pair[0] % 32 {
                0 => at.saturating_sub(7 * MS),
                1 => at + SLICE * SLICES,
                2 => at + SLICE * SLICES - 1,
                3 => at + 95 * MS,
                4..8 => at + SLICE,
                8..24 => at + MS,
                _ => at,
            };
            if pair[1].is_multiple_of(16) {
                mood = pair[1] / 16;
            }
            let odd = pair[1] % 7 == 0;
            let sample = match mood % 5 {
                0 => Some((odd && mood > 5, MS)),
                1 => Some((true, MS)),
                2 => Some((false, if odd { 101 * MS } else { 90 * MS })),
                3 => Some((pair[1] % 4 == 1, MS)),
                _ => (!odd).then_some((false, MS)),
            };
            Event { at, sample }
        })
        .collect()
}

/// The states and transitions that a sequence reached.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
pub struct Visited {
    /// Switched off by looks in a row.
    pub by_looks: usize,
    /// Switched off at once.
    pub at_once: usize,
    /// Switched on again.
    pub recovered: usize,
    /// Off for longer than the shortest time.
    pub relapsed: usize,
    /// Looks with too few samples.
    pub undecided: usize,
    /// Bad looks while off.
    pub bad_while_off: usize,
    /// The window emptied by a wait.
    pub emptied: usize,
    /// The clock went back.
    pub went_back: usize,
}

/// The same rule on a list of samples, written for clearness: every slice end is visited one by one.
#[derive(Default)]
struct Model {
    now: u64,
    off: bool,
    samples: Vec<(u64, bool, u64)>,
    seen: usize,
    next_end: Option<u64>,
    bad: u32,
    good: u32,
    judged: Option<u64>,
    off_until: u64,
    relapses: u32,
    relapse_until: u64,
    visited: Visited,
}

impl Model {
    fn step(&mut self, event: Event) {
        self.visited.went_back += usize::from(event.at < self.now);
        self.now = self.now.max(event.at);
        while let Some(end) = self.next_end.filter(|end| *end <= self.now) {
            self.next_end = Some(end + SLICE);
            if self.samples.len() > self.seen {
                self.look(end, end.saturating_sub(SLICE * SLICES));
            }
        }
        self.visited.emptied += usize::from(!self.samples.is_empty() && self.live().total == 0);
        let Some((failed, latency)) = event.sample else { return };
        self.next_end = self.next_end.or(Some(self.now + SLICE));
        self.samples.push((self.now, failed, latency));
        let live = self.live();
        if failed && !self.off && live.total >= 4 && live.failed * 2 > live.total {
            self.visited.at_once += 1;
            self.switch_off(self.now);
        }
    }

    /// The samples of the slices that have not left the window.
    fn live(&self) -> Counts {
        self.since(self.next_end.map_or(0, |end| end.saturating_sub(SLICE * SLICES)))
    }

    fn since(&self, from: u64) -> Counts {
        let limit = if self.off { 80 * MS } else { 100 * MS };
        let mut counts = Counts::default();
        for (_, failed, latency) in self.samples.iter().filter(|(at, ..)| *at >= from) {
            counts += Counts::sample(*failed, *latency > limit);
        }
        counts
    }

    fn look(&mut self, end: u64, from: u64) {
        if self.judged.is_some_and(|judged| end - judged >= SLICE * SLICES) {
            self.bad = 0;
        }
        self.seen = self.samples.len();
        let counts = self.since(from);
        if counts.total < 4 {
            self.visited.undecided += 1;
            return;
        }
        self.judged = Some(end);
        let percent = if self.off { 10 } else { 20 };
        let bad = counts.failed * 100 > counts.total * percent || counts.slow * 100 > counts.total;
        if self.off {
            self.look_off(bad, end);
        } else if bad {
            self.bad += 1;
            if self.bad >= 2 || counts.failed * 2 > counts.total {
                self.visited.by_looks += 1;
                self.switch_off(end);
            }
        } else {
            self.bad = 0;
        }
    }

    fn look_off(&mut self, bad: bool, end: u64) {
        self.samples.clear();
        self.seen = 0;
        self.visited.bad_while_off += usize::from(bad);
        self.good = if bad { 0 } else { self.good + 1 };
        if self.good >= 2 && end >= self.off_until {
            self.visited.recovered += 1;
            self.relapse_until = end + 100 * MS;
            self.switch(false);
        }
    }

    fn switch_off(&mut self, at: u64) {
        self.relapses = if at < self.relapse_until { self.relapses + 1 } else { 0 };
        self.visited.relapsed += usize::from(self.relapses > 0);
        self.off_until = at + ((20 * MS) << self.relapses.min(9)).min(60 * MS);
        self.switch(true);
    }

    fn switch(&mut self, off: bool) {
        let kept = Self {
            now: self.now,
            off,
            off_until: self.off_until,
            relapses: self.relapses,
            relapse_until: self.relapse_until,
            visited: self.visited,
            ..Self::default()
        };
        *self = kept;
    }
}

/// The breaker and the list agree after every event; the window is the sum of its slices. Returns what was reached.
///
/// # Panics
/// When they do not.
#[must_use]
pub fn agrees_with_the_list(events: &[Event]) -> Visited {
    let mut breaker = MetricBreaker::new(&config()).expect("settings");
    let mut model = Model::default();
    for (number, event) in events.iter().enumerate() {
        play(&mut breaker, *event, 0);
        model.step(*event);
        let status = breaker.status(event.at);
        let found = (!breaker.is_on(), status.counts, status.bad_looks, status.good_looks, status.relapses);
        let wanted = (model.off, model.live(), model.bad, model.good, model.relapses);
        assert_eq!(found, wanted, "after event {number} of {events:?}");
        let left = if model.off { model.off_until.saturating_sub(model.now) } else { 0 };
        assert_eq!(status.off_remaining_ns, left, "after event {number} of {events:?}");
        let mut sum = Counts::default();
        breaker.snapshot(event.at).slices.iter().for_each(|slice| sum += *slice);
        assert!(sum.total >= status.counts.total, "a slice is missing");
    }
    model.visited
}

/// Shifting all instants by a constant changes nothing.
///
/// # Panics
/// When it does.
pub fn shifting_changes_nothing(events: &[Event], shift: u64) {
    let mut one = MetricBreaker::new(&config()).expect("settings").started_at(0);
    let mut two = MetricBreaker::new(&config()).expect("settings").started_at(shift);
    for event in events {
        assert_eq!(play(&mut one, *event, 0), play(&mut two, *event, shift));
        assert_eq!(one.status(event.at), two.status(event.at + shift));
    }
}

/// A tick at every millisecond of a wait changes nothing; nor does asking for the status.
///
/// # Panics
/// When it does.
pub fn splitting_a_wait_changes_nothing(events: &[Event]) {
    let mut whole = MetricBreaker::new(&config()).expect("settings");
    let mut split = whole.clone();
    let mut now = 0;
    for event in events {
        while now + MS < event.at {
            now += MS;
            split.tick(now);
        }
        now = now.max(event.at);
        play(&mut whole, *event, 0);
        play(&mut split, *event, 0);
        let (one, two) = (whole.snapshot(now), split.snapshot(now));
        assert_eq!(one, two);
    }
}

/// A restart before any event, on a clock that starts again, changes no answer.
///
/// # Panics
/// When it does.
pub fn a_restart_changes_nothing(events: &[Event], before: usize) {
    let mut straight = MetricBreaker::new(&config()).expect("settings");
    let mut now = 0;
    for event in events.iter().take(before) {
        play(&mut straight, *event, 0);
        now = now.max(event.at);
    }
    let state = serde_json::to_string(&straight.snapshot(now)).expect("a document");
    let state = gate_core::document::from_json(state.as_bytes()).expect("our own document");
    let mut restarted = MetricBreaker::restore(&config(), &state, 0, 0).expect("our own state");
    for event in events.iter().skip(before) {
        let at = event.at.max(now);
        let (one, two) =
            (play(&mut straight, Event { at, ..*event }, 0), restarted_at(&mut restarted, event, at - now));
        assert_eq!(one, two);
        let (one, two) = (straight.status(at), restarted.status(at - now));
        assert_eq!((one.counts, one.for_ns, one.reason), (two.counts, two.for_ns, two.reason));
    }
}

fn restarted_at(breaker: &mut MetricBreaker, event: &Event, at: u64) -> Option<gate_core::breaker::Look> {
    play(breaker, Event { at, ..*event }, 0)
}

fn play(breaker: &mut MetricBreaker, event: Event, shift: u64) -> Option<gate_core::breaker::Look> {
    let now = event.at + shift;
    match event.sample {
        Some((failed, latency)) => breaker.record(failed, latency, now),
        None => breaker.tick(now),
    }
}
