//! Two threads on one shared breaker, in every interleaving that the memory model allows: what they are told is what
//! the owned breaker would have told them in some order of their calls.

#![expect(clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use gate_core::breaker::{
    Acquired, AtomicWord, CallBreaker, CallChange, CallConfig, CallPermit, CallStatus, HalfOpen, Outcome,
    Recorded, SharedCallBreaker,
};

const MS: u64 = 1_000_000;

struct Word(loom::sync::atomic::AtomicU64);

impl AtomicWord for Word {
    fn new(value: u64) -> Self {
        Self(loom::sync::atomic::AtomicU64::new(value))
    }

    fn load(&self, order: Ordering) -> u64 {
        self.0.load(order)
    }

    fn store(&self, value: u64, order: Ordering) {
        self.0.store(value, order);
    }

    fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
        self.0.fetch_add(value, order)
    }

    fn exchange(&self, old: u64, new: u64) -> bool {
        self.0.compare_exchange(old, new, Ordering::AcqRel, Ordering::Relaxed).is_ok()
    }

    fn pause() {
        loom::thread::yield_now();
    }
}

/// A call of a thread, at an instant in milliseconds. A result is that of the oldest permit of the thread.
#[derive(Debug, Clone, Copy)]
enum Call {
    Acquire(u64),
    Record(Outcome, u64),
    Tick(u64),
    Trip(u64),
    Reset(u64),
}

/// What a breaker answers, whichever it is.
trait Breaker {
    fn acquire(&mut self, now: u64) -> Acquired;
    fn record(&mut self, permit: CallPermit, outcome: Outcome, now: u64) -> Recorded<CallChange>;
    fn tick(&mut self, now: u64) -> Option<CallChange>;
    fn trip(&mut self, now: u64) -> CallChange;
    fn reset(&mut self, now: u64) -> Option<CallChange>;
    fn status(&self, now: u64) -> CallStatus;
}

macro_rules! breaker {
    ($type:ty) => {
        impl Breaker for $type {
            fn acquire(&mut self, now: u64) -> Acquired {
                (**self).acquire(now)
            }
            fn record(&mut self, permit: CallPermit, outcome: Outcome, now: u64) -> Recorded<CallChange> {
                (**self).record(permit, outcome, 0, now)
            }
            fn tick(&mut self, now: u64) -> Option<CallChange> {
                (**self).tick(now)
            }
            fn trip(&mut self, now: u64) -> CallChange {
                (**self).trip(now)
            }
            fn reset(&mut self, now: u64) -> Option<CallChange> {
                (**self).reset(now)
            }
            fn status(&self, now: u64) -> CallStatus {
                (**self).status(now)
            }
        }
    };
}

breaker!(Arc<SharedCallBreaker<Word>>);
breaker!(Box<CallBreaker>);

/// What one thread was told. Generations are left out: the shared form counts every probe as one.
#[derive(Default)]
struct Thread {
    permits: Vec<CallPermit>,
    told: Vec<String>,
}

impl Thread {
    fn call(&mut self, breaker: &mut impl Breaker, call: Call) {
        let told = match call {
            Call::Acquire(ms) => {
                let Acquired { answer, changes } = breaker.acquire(ms * MS);
                let answer = answer.map(|permit| {
                    let probe = permit.is_probe();
                    self.permits.push(permit);
                    probe
                });
                let changes: Vec<CallChange> = changes.into_iter().flatten().collect();
                format!("{answer:?} {changes:?}")
            }
            Call::Record(..) if self.permits.is_empty() => "no permit".to_owned(),
            Call::Record(outcome, ms) => {
                format!("{:?}", breaker.record(self.permits.remove(0), outcome, ms * MS))
            }
            Call::Tick(ms) => format!("{:?}", breaker.tick(ms * MS)),
            Call::Trip(ms) => format!("{:?}", breaker.trip(ms * MS)),
            Call::Reset(ms) => format!("{:?}", breaker.reset(ms * MS)),
        };
        self.told.push(told);
    }
}

fn ending(breaker: &impl Breaker, threads: [&Thread; 2]) -> String {
    let status = breaker.status(1000 * MS);
    let in_flight = status.probes.map(|probes| probes.in_flight);
    format!(
        "{:?} {:?} {} {:?} {in_flight:?} {}",
        threads.map(|thread| &thread.told),
        status.phase,
        status.streak,
        status.remaining_ns,
        status.stale
    )
}

/// Before the threads start, and what each then does.
#[derive(Debug, Clone, Copy)]
struct Scene {
    trip_at: u32,
    before: [&'static [Call]; 2],
    then: [&'static [Call]; 2],
}

fn config(scene: &Scene) -> CallConfig {
    let half_open = HalfOpen { lease_ms: 30, max_lost: 0, ..HalfOpen::default() };
    CallConfig {
        consecutive_failures: Some(scene.trip_at),
        open_ms: 2000,
        half_open,
        ..CallConfig::default()
    }
}

/// What the owned breaker says, for every order of the calls.
fn in_any_order(scene: &Scene) -> BTreeSet<String> {
    let [first, second] = scene.then.map(<[Call]>::len);
    let orders = (0_u32..1 << (first + second)).filter(|order| order.count_ones() as usize == second);
    orders.map(|order| in_order(scene, (0..first + second).map(|i| (order >> i & 1) as usize))).collect()
}

fn in_order(scene: &Scene, order: impl Iterator<Item = usize>) -> String {
    let mut breaker = Box::new(CallBreaker::new(config(scene)).expect("settings that hold"));
    let mut threads = before(scene, &mut breaker);
    let mut calls = scene.then.map(|calls| calls.iter());
    for which in order {
        let (thread, calls) = (threads.get_mut(which).expect("two"), calls.get_mut(which).expect("two"));
        thread.call(&mut breaker, *calls.next().expect("an order of all calls"));
    }
    let [first, second] = &threads;
    ending(&breaker, [first, second])
}

fn before(scene: &Scene, breaker: &mut impl Breaker) -> [Thread; 2] {
    scene.before.map(|calls| {
        let mut thread = Thread::default();
        for call in calls {
            thread.call(breaker, *call);
        }
        thread.told.clear();
        thread
    })
}

fn agrees(scene: Scene) {
    let expected = in_any_order(&scene);
    let seen = Arc::new(std::sync::Mutex::new(BTreeSet::new()));
    let all = Arc::clone(&seen);
    // Bugs of two threads show with few switches; all of them would take minutes.
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(move || {
        let shared = SharedCallBreaker::<Word>::with_words(config(&scene)).expect("settings that hold");
        let mut shared = Arc::new(shared);
        let [mut first, mut second] = before(&scene, &mut shared);
        let mut others = Arc::clone(&shared);
        let other = loom::thread::spawn(move || {
            for call in scene.then[1] {
                second.call(&mut others, *call);
            }
            second
        });
        for call in scene.then[0] {
            first.call(&mut shared, *call);
        }
        let second = other.join().expect("a thread that ends");
        let found = ending(&shared, [&first, &second]);
        assert!(expected.contains(&found), "{found}\nis none of {expected:#?}");
        all.lock().expect("not poisoned").insert(found);
    });
    // A model that runs one order only would show nothing.
    let seen = seen.lock().expect("not poisoned");
    assert!(seen.len() > 1, "{scene:?} {seen:#?}");
}

const FAILURE: Outcome = Outcome::Failure;
const SUCCESS: Outcome = Outcome::Success;

#[test]
fn two_failures_at_once_open_it_once() {
    agrees(Scene {
        trip_at: 2,
        before: [&[Call::Acquire(0)], &[Call::Acquire(0)]],
        then: [&[Call::Record(FAILURE, 1), Call::Acquire(1)], &[Call::Record(FAILURE, 1), Call::Acquire(1)]],
    });
}

#[test]
fn a_success_and_a_failure_count_in_one_order() {
    agrees(Scene {
        trip_at: 2,
        before: [&[Call::Acquire(0), Call::Acquire(0), Call::Record(FAILURE, 0)], &[Call::Acquire(0)]],
        then: [&[Call::Record(FAILURE, 1)], &[Call::Record(SUCCESS, 1), Call::Acquire(1)]],
    });
}

#[test]
fn one_of_two_becomes_the_probe() {
    agrees(Scene {
        trip_at: 1,
        before: [&[Call::Trip(0)], &[]],
        then: [
            &[Call::Acquire(2000), Call::Record(SUCCESS, 2000)],
            &[Call::Acquire(2000), Call::Record(FAILURE, 2000)],
        ],
    });
}

#[test]
fn a_late_result_never_moves_a_probing_breaker() {
    agrees(Scene {
        trip_at: 1,
        before: [&[Call::Acquire(0), Call::Trip(0), Call::Acquire(2000)], &[]],
        then: [
            &[Call::Record(SUCCESS, 2001), Call::Record(SUCCESS, 2001)],
            &[Call::Acquire(2001), Call::Record(FAILURE, 2001)],
        ],
    });
}

#[test]
fn a_lost_probe_opens_it_once() {
    agrees(Scene {
        trip_at: 1,
        before: [&[Call::Trip(0), Call::Acquire(2000)], &[]],
        then: [&[Call::Record(SUCCESS, 2029), Call::Acquire(2030)], &[Call::Tick(2030), Call::Acquire(2030)]],
    });
}

#[test]
fn a_place_that_is_given_back_is_taken_once() {
    agrees(Scene {
        trip_at: 1,
        before: [&[Call::Trip(0), Call::Acquire(2000)], &[]],
        then: [
            &[Call::Record(Outcome::Cancelled, 2001), Call::Acquire(2001)],
            &[Call::Acquire(2001), Call::Record(FAILURE, 2001)],
        ],
    });
}

#[test]
fn commands_are_never_lost() {
    agrees(Scene {
        trip_at: 1,
        before: [&[Call::Acquire(0)], &[]],
        then: [&[Call::Record(FAILURE, 1), Call::Reset(1)], &[Call::Trip(1), Call::Acquire(1)]],
    });
    agrees(Scene {
        trip_at: 1,
        before: [&[Call::Trip(0)], &[]],
        then: [&[Call::Acquire(2000)], &[Call::Trip(2000)]],
    });
}
