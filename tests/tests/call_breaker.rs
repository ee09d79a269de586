//! The call breaker beside the naive model, on random walks.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

use std::cell::RefCell;
use std::collections::BTreeMap;

use gate_core::breaker::{
    CallBreaker, CallConfig, CallPermit, CallStatus, CallWindow, Escalation, HalfOpen, Outcome, Recorded,
    SharedCallBreaker,
};
use gate_tests::breaker_model::{Model, Permit, Picture};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::TestRunner;

const MS: u64 = 1_000_000;

/// A step of a walk.
#[derive(Debug, Clone)]
enum Step {
    Acquire,
    Bypass,
    /// Which of the permits that are out, how it ended, and whether it was slow.
    Record(usize, Outcome, bool),
    Wait(u64),
    /// The next steps come from a clock that went back so far.
    Back(u64),
    Tick,
    Trip,
    Reset,
    /// Saved, and restored after so long on a clock that starts there.
    Restart(u64, u64),
}

type Visits = RefCell<BTreeMap<String, usize>>;

/// The breaker and the model, side by side.
struct Walk<'a> {
    breaker: CallBreaker,
    model: Model,
    permits: Vec<Option<(CallPermit, Permit)>>,
    /// The time of the model.
    now: u64,
    /// The latest instant that the breaker heard of.
    heard: u64,
    /// What the host's clock has more than the model's; it wraps.
    offset: u64,
    back: u64,
    regressions: u64,
    generation: u64,
    visits: &'a Visits,
}

impl<'a> Walk<'a> {
    fn new(config: &CallConfig, offset: u64, visits: &'a Visits) -> Self {
        Self {
            breaker: CallBreaker::new(config.clone()).expect("settings that hold"),
            model: Model::new(config.clone()),
            permits: Vec::new(),
            now: 0,
            heard: 0,
            offset,
            back: 0,
            regressions: 0,
            generation: 0,
            visits,
        }
    }

    fn visit(&self, what: impl Into<String>) {
        *self.visits.borrow_mut().entry(what.into()).or_default() += 1;
    }

    /// The instants that host and model go by.
    fn instants(&mut self) -> (u64, u64) {
        let host = self.now.saturating_sub(self.back);
        if host < self.heard {
            self.regressions += 1;
            self.visit("clock back");
        }
        self.heard = self.heard.max(host);
        (host.wrapping_add(self.offset), self.heard)
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Wait(ns) => self.now += ns,
            Step::Back(ns) => self.back = *ns,
            Step::Acquire => self.acquire(),
            Step::Bypass => {
                let permit = self.breaker.bypass();
                let stand_in = self.model.bypass();
                self.permits.push(Some((permit, stand_in)));
            }
            Step::Record(which, outcome, slow) => self.record(*which, *outcome, *slow),
            Step::Tick => {
                let (host, now) = self.instants();
                let change = self.breaker.tick(host);
                self.same_change(change, self.model.clone().settle(now));
                self.model.settle(now);
            }
            Step::Trip => {
                let (host, now) = self.instants();
                let change = self.breaker.trip(host);
                let expected = self.model.trip(now);
                self.same_change(Some(change), Some(expected));
            }
            Step::Reset => {
                let (host, now) = self.instants();
                let change = self.breaker.reset(host);
                let expected = self.model.reset(now);
                self.same_change(change, expected);
            }
            Step::Restart(elapsed, origin) => self.restart(*elapsed, *origin),
        }
        self.compare();
    }

    fn acquire(&mut self) {
        let (host, now) = self.instants();
        let real = self.breaker.acquire(host);
        let (answer, changes) = self.model.acquire(now);
        for (change, expected) in real.changes.into_iter().zip(changes) {
            self.same_change(change, expected);
        }
        match (real.answer, answer) {
            (Ok(permit), Ok(expected)) => {
                self.visit(if permit.is_probe() { "probe" } else { "call" });
                self.permits.push(Some((permit, expected)));
            }
            (Err(refusal), Err(expected)) => {
                self.visit(format!("refused: {}", refusal.reason));
                assert_eq!(refusal, expected);
            }
            (answer, expected) => panic!("{answer:?} but {expected:?}"),
        }
    }

    fn record(&mut self, which: usize, outcome: Outcome, slow: bool) {
        // Most results come soon: count from the newest permit.
        let out: Vec<usize> = (0..self.permits.len()).rev().filter(|i| self.permits[*i].is_some()).collect();
        let Some(index) = out.get(which % out.len().max(1)) else { return };
        let Some((permit, expected)) = self.permits[*index].take() else { return };
        let (host, now) = self.instants();
        // Exactly the limit is not slow.
        let latency = 10 * MS + u64::from(slow);
        let real = self.breaker.record(permit, outcome, latency, host);
        let slow = slow && self.model.knows_slow();
        match (real, self.model.record(expected, outcome, slow, now)) {
            (Recorded::Stale, None) => self.visit("stale"),
            (Recorded::Counted(change), Some(expected)) => {
                self.visit(format!("{outcome:?}"));
                self.same_change(change, expected);
            }
            (real, expected) => panic!("{real:?} but {expected:?}"),
        }
    }

    fn restart(&mut self, elapsed: u64, origin: u64) {
        let saved = self.breaker.snapshot(self.heard.wrapping_add(self.offset));
        let text = serde_json::to_string(&saved).expect("a document");
        let state = serde_json::from_str(&text).expect("the same document");
        assert_eq!(saved, state);
        self.model.restart(self.heard);
        self.now = self.heard + elapsed;
        (self.heard, self.back) = (self.now, 0);
        self.offset = origin.wrapping_sub(self.now);
        let config = self.breaker.config().clone();
        self.breaker = CallBreaker::restore(config, state, origin, elapsed).expect("a state that holds");
        self.visit("restart");
    }

    fn same_change(
        &self,
        real: Option<gate_core::breaker::CallChange>,
        expected: Option<gate_core::breaker::CallChange>,
    ) {
        let real = real.map(|mut change| {
            change.at_ns = change.at_ns.wrapping_sub(self.offset);
            change
        });
        assert_eq!(real, expected);
        if let Some(change) = expected {
            self.visit(format!("{} -> {}: {}", change.from, change.to, change.cause));
        }
    }

    /// At this instant and at some later ones; asking changes nothing.
    fn compare(&mut self) {
        let before = self.breaker.clone();
        for later in [0, 1, MS, 7 * MS, 40 * MS] {
            let now = self.heard + later;
            let status = self.breaker.status(now.wrapping_add(self.offset));
            assert_eq!(status.clock_regressions, self.regressions);
            assert_eq!(picture(&status), self.model.picture(now));
            self.bounds_hold(&status);
            if later == 0 {
                self.visit(format!("{}", status.phase));
                assert!(status.generation >= self.generation);
                self.generation = status.generation;
            }
        }
        assert_eq!(self.breaker, before);
    }

    fn bounds_hold(&self, status: &CallStatus) {
        let Some(probes) = status.probes else { return };
        let rule = &self.breaker.config().half_open;
        assert!(probes.in_flight <= rule.in_flight);
        assert!(probes.in_flight + probes.succeeded + probes.failed <= rule.probes);
        let settled = probes.succeeded + probes.failed + probes.returned + probes.lost;
        assert_eq!(probes.admitted - settled, probes.in_flight);
    }
}

fn picture(status: &CallStatus) -> Picture {
    Picture {
        phase: status.phase,
        generation: status.generation,
        streak: status.streak,
        counts: status.counts,
        remaining_ns: status.remaining_ns,
        opened_by: status.opened_by,
        probes: status.probes,
        level: status.level,
        stale: status.stale,
    }
}

fn outcomes() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        4 => Just(Outcome::Success),
        5 => Just(Outcome::Failure),
        1 => Just(Outcome::Ignored),
        1 => Just(Outcome::Cancelled),
    ]
}

/// Around whole milliseconds, where all limits are.
fn waits() -> impl Strategy<Value = u64> {
    (0_u64..14, 0_u64..3).prop_map(|(ms, edge)| (ms * MS + edge).saturating_sub(1))
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        12 => Just(Step::Acquire),
        1 => Just(Step::Bypass),
        14 => (0_usize..6, outcomes(), prop::bool::weighted(0.3))
            .prop_map(|(which, outcome, slow)| Step::Record(which * which / 8, outcome, slow)),
        5 => waits().prop_map(Step::Wait),
        1 => waits().prop_map(Step::Back),
        2 => Just(Step::Tick),
        1 => prop_oneof![Just(Step::Trip), Just(Step::Reset)],
        1 => (waits(), any::<u32>()).prop_map(|(elapsed, origin)| Step::Restart(elapsed, 100 * MS + u64::from(origin))),
    ]
}

fn windows() -> impl Strategy<Value = CallWindow> {
    let rates = select(vec![None, Some(0.0), Some(0.25), Some(0.5), Some(0.333_333)]);
    let shape = prop_oneof![
        (1_u32..40).prop_map(|calls| (Some(calls), None, 10)),
        (1_u64..6, 1_u32..5).prop_map(|(ms, slices)| (None, Some(ms * u64::from(slices)), slices)),
    ];
    (shape, 1_u32..6, rates.clone(), rates).prop_map(|((calls, time_ms, slices), min_calls, failed, slow)| {
        CallWindow {
            calls,
            time_ms,
            slices,
            min_calls: calls.map_or(min_calls, |calls| min_calls.min(calls)),
            failure_rate: if slow.is_none() { failed.or(Some(0.5)) } else { failed },
            slow_rate: slow,
            slow_above_ms: slow.map(|_| 10),
        }
    })
}

fn rounds() -> impl Strategy<Value = HalfOpen> {
    (1_u32..5, 1_u32..5, 1_u32..5, 1_u64..8, 0_u32..4).prop_map(
        |(probes, successes, in_flight, lease_ms, max_lost)| HalfOpen {
            probes,
            successes: successes.min(probes),
            in_flight: in_flight.min(probes),
            lease_ms,
            max_lost,
        },
    )
}

fn configs() -> impl Strategy<Value = CallConfig> {
    let streak = (prop::option::weighted(0.7, 1_u32..4), prop::option::weighted(0.3, 1_u64..6));
    let escalation = prop::option::weighted(
        0.5,
        (1_u64..5, 1_u64..9).prop_map(|(factor, healthy_ms)| (factor, healthy_ms)),
    );
    (streak, 0_u64..6, escalation, rounds(), prop::option::of(windows())).prop_map(
        |((consecutive_failures, streak_ttl_ms), open_ms, escalation, half_open, window)| CallConfig {
            consecutive_failures: if window.is_none() {
                consecutive_failures.or(Some(2))
            } else {
                consecutive_failures
            },
            streak_ttl_ms,
            open_ms,
            escalation: escalation
                .filter(|_| open_ms > 0)
                .map(|(factor, healthy_ms)| Escalation { max_open_ms: open_ms * factor, healthy_ms }),
            half_open,
            window,
        },
    )
}

const MUST_BE_VISITED: &[&str] = &[
    "call",
    "probe",
    "refused: open",
    "refused: probes_out",
    "stale",
    "restart",
    "clock back",
    "Success",
    "Failure",
    "Ignored",
    "Cancelled",
    "closed",
    "open",
    "open_due",
    "half_open",
    "closed -> open: streak",
    "closed -> open: rate",
    "closed -> open: slow_rate",
    "closed -> open: commanded",
    "open -> open: commanded",
    "open -> closed: commanded",
    "open_due -> half_open: due",
    "half_open -> open: probe_failed",
    "half_open -> open: probes_lost",
    "half_open -> closed: probes_passed",
    "half_open -> open: commanded",
    "half_open -> closed: commanded",
];

#[test]
fn the_breaker_agrees_with_the_model_and_every_state_is_visited() {
    let visits = Visits::default();
    let config = ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() };
    let walks = (configs(), any::<u32>(), vec(steps(), 0..120));
    let walked = TestRunner::new(config).run(&walks, |(config, offset, steps)| {
        let mut walk = Walk::new(&config, offset.into(), &visits);
        for step in &steps {
            walk.step(step);
        }
        Ok(())
    });
    if let Err(error) = walked {
        panic!("{error}");
    }
    let visits = visits.into_inner();
    let few: Vec<_> =
        MUST_BE_VISITED.iter().filter(|name| visits.get(**name).copied().unwrap_or(0) < 20).collect();
    assert!(few.is_empty(), "hardly visited: {few:?} of {visits:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// A wait in one piece and the same wait in many ticks lead to the same breaker.
    #[test]
    fn ticks_change_nothing_but_when_it_is_noticed(
        config in configs(),
        steps in vec(steps(), 0..120),
        pieces in 1_u64..9,
    ) {
        let mut whole = CallBreaker::new(config.clone()).expect("settings that hold");
        let mut split = CallBreaker::new(config).expect("settings that hold");
        let (mut now, mut out) = (0, Vec::new());
        for step in &steps {
            match step {
                Step::Wait(ns) => {
                    (1..=pieces).for_each(|piece| { split.tick(now + ns * piece / pieces); });
                    now += ns;
                }
                Step::Acquire => match (whole.try_acquire(now), split.try_acquire(now)) {
                    (Ok(a), Ok(b)) => out.push((a, b)),
                    (a, b) => prop_assert_eq!(a.err(), b.err()),
                },
                Step::Record(_, outcome, slow) => if let Some((a, b)) = out.pop() {
                    let latency = 10 * MS + u64::from(*slow);
                    prop_assert_eq!(
                        whole.record(a, *outcome, latency, now),
                        split.record(b, *outcome, latency, now)
                    );
                },
                _ => {}
            }
            prop_assert_eq!(whole.status(now), split.status(now));
        }
    }

    /// One thread cannot tell the shared form from the other.
    #[test]
    fn the_shared_breaker_agrees_with_the_owned_one(
        trip_at in 1_u32..4,
        open_ms in 0_u64..6,
        lease_ms in 1_u64..6,
        max_lost in 0_u32..3,
        steps in vec(steps(), 0..120),
    ) {
        let half_open = HalfOpen { lease_ms, max_lost, ..HalfOpen::default() };
        let config = CallConfig { consecutive_failures: Some(trip_at), open_ms, half_open, ..CallConfig::default() };
        let mut owned = CallBreaker::new(config.clone()).expect("settings that hold");
        let mut shared = SharedCallBreaker::new(config.clone()).expect("settings that hold");
        let (mut now, mut out) = (0, Vec::new());
        for step in &steps {
            match step {
                Step::Wait(ns) => now += ns,
                Step::Back(_) => {}
                Step::Acquire => {
                    let (a, b) = (owned.acquire(now), shared.acquire(now));
                    prop_assert_eq!(a.changes, b.changes);
                    match (a.answer, b.answer) {
                        (Ok(a), Ok(b)) => {
                            prop_assert_eq!(a.is_probe(), b.is_probe());
                            out.push((a, b));
                        }
                        (a, b) => prop_assert_eq!(a.err(), b.err()),
                    }
                }
                Step::Bypass => out.push((owned.bypass(), shared.bypass())),
                Step::Record(which, outcome, _) => if !out.is_empty() {
                    let (a, b) = out.swap_remove(out.len() - 1 - which % out.len());
                    prop_assert_eq!(owned.record(a, *outcome, 0, now), shared.record(b, *outcome, 0, now));
                },
                Step::Tick => prop_assert_eq!(owned.tick(now), shared.tick(now)),
                Step::Trip => prop_assert_eq!(owned.trip(now), shared.trip(now)),
                Step::Reset => prop_assert_eq!(owned.reset(now), shared.reset(now)),
                Step::Restart(elapsed, origin) => {
                    let state = shared.snapshot(now);
                    let mut same = owned.snapshot(now);
                    same.generation = state.generation;
                    if let gate_core::breaker::SavedCallPhase::Open { opened_by, .. } = &mut same.phase {
                        *opened_by = None;
                    }
                    if let (
                        gate_core::breaker::SavedCallPhase::Closed { streak_age_ns: age, .. },
                        gate_core::breaker::SavedCallPhase::Closed { streak_age_ns, .. },
                    ) = (&mut same.phase, &state.phase) {
                        *age = *streak_age_ns;
                    }
                    prop_assert_eq!(&state, &same);
                    owned = CallBreaker::restore(config.clone(), owned.snapshot(now), *origin, *elapsed).expect("holds");
                    shared = SharedCallBreaker::restore(config.clone(), state, *origin, *elapsed).expect("holds");
                    now = *origin;
                }
            }
            for later in [0, 1, MS, 9 * MS] {
                let (a, b) = (owned.status(now + later), shared.status(now + later));
                prop_assert_eq!(
                    (a.phase, a.streak, a.remaining_ns, a.stale, a.probes.map(|probes| probes.in_flight)),
                    (b.phase, b.streak, b.remaining_ns, b.stale, b.probes.map(|probes| probes.in_flight))
                );
            }
        }
    }
}
