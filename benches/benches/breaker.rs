//! Permit and record of a success, beside the breakers that a user would take: thread CPU time by one thread, wall time
//! by two threads on one breaker. Answers are asserted, and allocations counted.
#![expect(clippy::expect_used, clippy::print_stdout, reason = "a benchmark stops at the first surprise")]
#![allow(unsafe_code, reason = "counting allocations and reading the CPU clock of a thread")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use failsafe::CircuitBreaker as _;
use gate_core::breaker::{
    CallBreaker, CallConfig, CallWindow, Guard, GuardConfig, Outcome, Recorded, SharedCallBreaker,
};
use tower::{Layer as _, Service as _, ServiceExt as _, service_fn};
use tower_resilience_circuitbreaker::CircuitBreakerLayer;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

struct Counting;

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(at, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

const ROUNDS: usize = 41;
const ROUND: Duration = Duration::from_millis(10);

/// The CPU time of this thread, in nanoseconds.
fn cpu() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a place to write to.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) }, 0);
    u64::try_from(time.tv_sec * 1_000_000_000 + time.tv_nsec).expect("after boot")
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds.get(rounds.len() / 2).copied().expect("rounds")
}

/// Nanoseconds of CPU per operation of one thread; the operation gets a number that grows.
///
/// The operation is called from one place, so that it is inlined as it would be in a service.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn one_thread(name: &str, mut operation: impl FnMut(u64)) -> f64 {
    let (mut now, mut times) = (0, 1000);
    let mut spent = Vec::with_capacity(ROUNDS);
    let mut before = 0;
    while spent.len() < ROUNDS {
        if spent.is_empty() {
            before = ALLOCATIONS.load(Ordering::Relaxed);
        }
        let start = cpu();
        for _ in 0..times {
            now += 1;
            operation(black_box(now));
        }
        let took = cpu() - start;
        if spent.is_empty() && u128::from(took) < ROUND.as_nanos() {
            times *= 2;
        } else {
            spent.push(took as f64 / times as f64);
        }
    }
    let allocations = (ALLOCATIONS.load(Ordering::Relaxed) - before) / (times * ROUNDS as u64);
    let ns = median(spent);
    println!("1 thread   {name:<44} {ns:>9.2} ns  {allocations} allocations per call");
    ns
}

/// Wall nanoseconds per operation of each of two threads on one breaker: the median of rounds in which both ran at the
/// same time and neither was off its CPU for long, by its own CPU clock.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn two_threads(name: &str, times: u64, operation: impl Fn(u64) + Sync) -> f64 {
    let mut kept = Vec::new();
    for _ in 0..400 {
        let ready = AtomicU64::new(0);
        let worker = || {
            ready.fetch_add(1, Ordering::SeqCst);
            while ready.load(Ordering::SeqCst) < 2 {
                std::hint::spin_loop();
            }
            let (start, used) = (Instant::now(), cpu());
            for now in 0..times {
                operation(black_box(now));
            }
            let used = (cpu() - used) as f64;
            (start, start.elapsed().as_nanos() as f64, used)
        };
        let rounds = std::thread::scope(|scope| {
            let other = scope.spawn(worker);
            [worker(), other.join().expect("a thread that ends")]
        });
        let [(first, wall, _), (second, ..)] = rounds;
        let apart = first.max(second).duration_since(first.min(second)).as_nanos() as f64;
        if apart < 0.03 * wall && rounds.iter().all(|(_, wall, used)| *used > 0.97 * wall) {
            kept.extend(rounds.map(|(_, wall, _)| wall / times as f64));
        }
    }
    let count = kept.len();
    let ns = if kept.is_empty() { f64::NAN } else { median(kept) };
    println!("2 threads  {name:<44} {ns:>9.2} ns  ({count} of 800 rounds undisturbed)");
    ns
}

fn call(breaker: &mut CallBreaker, now: u64) {
    let permit = breaker.try_acquire(now).expect("closed");
    assert!(matches!(breaker.record(permit, Outcome::Success, 1000, now), Recorded::Counted(None)));
}

fn shared_call(breaker: &SharedCallBreaker, now: u64) {
    let permit = breaker.try_acquire(now).expect("closed");
    assert!(matches!(breaker.record(permit, Outcome::Success, 1000, now), Recorded::Counted(None)));
}

/// A call every microsecond, so that the looks at the ends of slices are part of the cost.
fn guarded_call(guard: &mut Guard, now: u64) {
    let now = now * 1000;
    let permit = guard.try_acquire(now).expect("nothing speaks against it");
    assert!(matches!(guard.record(permit, Outcome::Success, 1000, now), Recorded::Counted(None)));
}

/// Stores a guard in the middle of its work and restores it, with and without the text in between.
fn state(guard: &Guard, now: u64) {
    let text = serde_json::to_string(&guard.snapshot(now)).expect("a document");
    let config = GuardConfig::full();
    one_thread("snapshot and restore of a guard", |_| {
        let restored = Guard::restore(config.clone(), guard.snapshot(now), now, 0).expect("its own state");
        assert!(restored.status(now).by.is_none());
    });
    one_thread("the same through JSON text", |_| {
        let text = serde_json::to_string(&guard.snapshot(now)).expect("a document");
        let state = serde_json::from_str(&text).expect("its own text");
        black_box(Guard::restore(config.clone(), state, now, 0).expect("its own state"));
    });
    println!("state      a guard with twelve full slices: {} bytes of JSON", text.len());
    assert!(text.len() <= 1024, "{text}");
}

fn windowed(calls: Option<u32>, time_ms: Option<u64>) -> CallBreaker {
    let window = CallWindow {
        calls,
        time_ms,
        failure_rate: Some(0.5),
        slow_rate: Some(0.5),
        slow_above_ms: Some(100),
        ..CallWindow::default()
    };
    let config = CallConfig { window: Some(window), ..CallConfig::default() };
    CallBreaker::new(config).expect("settings that hold")
}

fn failsafe() -> impl failsafe::CircuitBreaker {
    let backoff = failsafe::backoff::constant(Duration::from_mins(2));
    let policy = failsafe::failure_policy::consecutive_failures(5, backoff);
    failsafe::Config::new().failure_policy(policy).build()
}

fn main() {
    let mut breaker = CallBreaker::new(CallConfig::default()).expect("settings that hold");
    let ours = one_thread("tsfm-gate CallBreaker", |now| call(&mut breaker, now));
    let mut breaker = windowed(Some(100), None);
    one_thread("tsfm-gate CallBreaker, window of 100 calls", |now| call(&mut breaker, now));
    let mut breaker = windowed(None, Some(10_000));
    one_thread("tsfm-gate CallBreaker, window of 10 s", |now| call(&mut breaker, now * 100));
    let shared = SharedCallBreaker::new(CallConfig::default()).expect("settings that hold");
    one_thread("tsfm-gate SharedCallBreaker", |now| shared_call(&shared, now));

    let mut guard = Guard::new(GuardConfig::full()).expect("settings that hold");
    one_thread("tsfm-gate Guard, all four layers", |now| guarded_call(&mut guard, now));

    let recloser = recloser::Recloser::custom().closed_len(100).build();
    let call_recloser = |now: u64| {
        assert_eq!(recloser.call(|| Ok::<u64, ()>(now)).ok(), Some(now));
    };
    let mut fastest = one_thread("recloser, ring of 100", call_recloser);
    let consecutive = failsafe();
    let call_failsafe = |now: u64| {
        assert_eq!(consecutive.call(|| Ok::<u64, ()>(now)).ok(), Some(now));
    };
    fastest = fastest.min(one_thread("failsafe, 5 in a row", call_failsafe));
    fastest = fastest.min(tower());
    println!("1 thread   fastest peer / ours {:.1}", fastest / ours);

    let op = 200_000;
    two_threads("tsfm-gate SharedCallBreaker", op * 3, |now| shared_call(&shared, now));
    let mutex = parking_lot::Mutex::new(CallBreaker::new(CallConfig::default()).expect("settings that hold"));
    two_threads("parking_lot::Mutex<CallBreaker>, two locks", op / 20, |now| {
        let permit = mutex.lock().try_acquire(now).expect("closed");
        assert_eq!(mutex.lock().record(permit, Outcome::Success, 1000, now), Recorded::Counted(None));
    });
    two_threads("recloser, ring of 100", op / 20, call_recloser);
    two_threads("failsafe, 5 in a row", op / 20, call_failsafe);

    let mut guard = Guard::new(GuardConfig::full()).expect("settings that hold");
    // A minute of a thousand calls a second.
    let calls = 60_000;
    (1..=calls).for_each(|call| guarded_call(&mut guard, call * 1000));
    state(&guard, calls * 1_000_000);
}

/// On a runtime of one thread, so that all of its work is on this thread's clock.
fn tower() -> f64 {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let layer = CircuitBreakerLayer::builder().consecutive_failures(5).build().expect("settings that hold");
    let mut service = layer.layer(service_fn(|now: u64| async move { Ok::<u64, std::io::Error>(now) }));
    runtime.block_on(async {
        one_thread_async("tower-resilience-circuitbreaker, 5 in a row", async |now| {
            let answer = service.ready().await.expect("ready").call(now).await;
            assert_eq!(answer.ok(), Some(now));
        })
        .await
    })
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
async fn one_thread_async(name: &str, mut operation: impl AsyncFnMut(u64)) -> f64 {
    let times = 20_000;
    let mut spent = Vec::new();
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    for _ in 0..ROUNDS {
        let start = cpu();
        for now in 0..times {
            operation(black_box(now)).await;
        }
        spent.push((cpu() - start) as f64 / times as f64);
    }
    let allocations = (ALLOCATIONS.load(Ordering::Relaxed) - before) / (times * ROUNDS as u64);
    let ns = median(spent);
    println!("1 thread   {name:<44} {ns:>9.2} ns  {allocations} allocations per call");
    ns
}
