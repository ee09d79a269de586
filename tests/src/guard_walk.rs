//! A walk through a guard: any events in any order, and what must hold after each.
#![expect(clippy::expect_used, reason = "a property stops at the first surprise")]

use std::collections::BTreeMap;

use gate_core::breaker::guard::{Mode, PermitKind};
use gate_core::breaker::{
    Guard, GuardConfig, GuardPermit, HoldKind, LatchCause, Layer, Level, MetricConfig, MetricState, Outcome,
    Reading, Signed,
};

/// How often each answer was seen.
pub type Seen = BTreeMap<&'static str, u32>;

/// Everything that a walk must see: each layer as the one that decides, and each kind of permit.
pub const MUST_SEE: [&str; 13] = [
    "latch",
    "hold",
    "forced_on",
    "auto_off",
    "ladder",
    "call",
    "nothing",
    "permit call",
    "permit probe",
    "permit share",
    "permit forced",
    "permit shadow",
    "restart",
];

/// Settings under which a short walk reaches every layer.
fn config() -> GuardConfig {
    let mut config = GuardConfig::full();
    let metric = MetricConfig {
        min_samples: 8,
        bad_looks: 1,
        good_looks: 1,
        gross_error_rate: 0.8,
        off_min_ms: 1_000,
        off_max_ms: 4_000,
        probe_every: 2,
        ..MetricConfig::default()
    };
    config.metric = Some(metric);
    if let Some(call) = &mut config.call {
        call.open_ms = 2_000;
    }
    if let Some(ladder) = &mut config.ladder {
        ladder.probe_every = 3;
        ladder.dwell_ms = 1_000;
    }
    config
}

struct Walk {
    guard: Guard,
    permits: Vec<GuardPermit>,
    now: u64,
    seen: Seen,
}

/// Walks: two bytes are one event.
#[must_use]
pub fn walk(bytes: &[u8]) -> Seen {
    let guard = Guard::new(config()).expect("the settings hold");
    let mut walk = Walk { guard, permits: Vec::new(), now: 0, seen: Seen::new() };
    for pair in bytes.chunks_exact(2) {
        if let [what, much] = pair {
            walk.event(what % 16, *much);
            walk.check();
        }
    }
    walk.seen
}

impl Walk {
    fn event(&mut self, what: u8, much: u8) {
        let who = if much.is_multiple_of(2) { "kim" } else { "lee" };
        let signed = Signed::new(who, "a walk").expect("signed");
        match what {
            0..=3 => self.acquire(),
            4..=6 => self.record(Outcome::Failure),
            7 => self.record(Outcome::Success),
            8 => self.now += u64::from(much) * 100_000_000,
            9 => drop(self.guard.tick(self.now)),
            10 if much < 40 => {
                let kind = [HoldKind::Off, HoldKind::On, HoldKind::Shadow][usize::from(much % 3)];
                self.guard.hold(signed, kind, None, self.now).expect("there is room for two");
            }
            10 | 11 => drop(self.guard.release(&signed, self.now)),
            12 if much < 64 => drop(self.guard.observe(Reading::Value(0.5), self.now)),
            12 => drop(self.guard.trip(LatchCause::Command(signed), self.now)),
            13 => drop(self.guard.reset_latch(signed, self.now)),
            14 => drop(self.guard.sample(much > 100, 1_000_000, self.now)),
            _ => self.restart(u64::from(much) * 50_000_000),
        }
    }

    fn acquire(&mut self) {
        let before = self.guard.snapshot(self.now);
        let admission = self.guard.acquire(self.now);
        match admission.answer {
            Ok(permit) => {
                let kind = permit.kind();
                self.see(match kind {
                    PermitKind::Call => "permit call",
                    PermitKind::Probe => "permit probe",
                    PermitKind::Share => "permit share",
                    PermitKind::Forced => "permit forced",
                    PermitKind::Shadow => "permit shadow",
                });
                assert_eq!(kind == PermitKind::Shadow, admission.would.is_some());
                self.permits.push(permit);
            }
            Err(refusal) => {
                // A refusal is not a sample: what was counted stays.
                let after = self.guard.snapshot(self.now);
                let counts = |state: &gate_core::breaker::GuardState| {
                    state.metric.as_ref().map(|metric| (metric.slices.clone(), metric.fresh, metric.looks))
                };
                assert_eq!(counts(&before), counts(&after), "{refusal:?}");
                assert_eq!(before.latch.map(|latch| latch.latched), after.latch.map(|latch| latch.latched));
            }
        }
    }

    fn record(&mut self, outcome: Outcome) {
        if let Some(permit) = self.permits.pop() {
            let _ = self.guard.record(permit, outcome, 1_000_000, self.now);
        }
    }

    /// Restored on another clock, it is where it was.
    fn restart(&mut self, elapsed: u64) {
        let before = self.guard.status(self.now);
        let state = self.guard.snapshot(self.now);
        let text = serde_json::to_vec(&state).expect("a document");
        let (guard, why) =
            Guard::restore_or_stopped(config(), Some(&text), elapsed, 0).expect("the settings hold");
        assert_eq!(why, None);
        let after = guard.status(elapsed);
        assert_eq!((before.mode, before.by, before.because.is_empty()), (after.mode, after.by, false));
        self.guard = guard;
        self.now = elapsed;
        // Permits are of another life.
        self.permits.clear();
        self.see("restart");
    }

    /// The layer that decides is the strictest of those that speak, as their own states say.
    fn check(&mut self) {
        let status = self.guard.status(self.now);
        assert_eq!(status, self.guard.status(self.now), "looking changes something");
        let strictest = status.holds.iter().map(|hold| hold.kind).max();
        let wanted = if status.latch.as_ref().is_some_and(|latch| latch.latched) {
            Some(Layer::Latch)
        } else if let Some(hold) = strictest {
            match hold {
                HoldKind::Off => Some(Layer::Hold),
                HoldKind::On => Some(Layer::ForcedOn),
                HoldKind::Shadow => None,
            }
        } else if status.metric.as_ref().is_some_and(|it| it.state == MetricState::DisabledAuto) {
            Some(Layer::AutoOff)
        } else if status.ladder.as_ref().is_some_and(|it| it.level == Level::BaselineOnly) {
            Some(Layer::Ladder)
        } else {
            let closed = self.guard.snapshot(self.now).call.map(|call| format!("{:?}", call.phase));
            closed.is_some_and(|phase| phase.starts_with("Open")).then_some(Layer::Call)
        };
        assert_eq!(status.by, wanted, "{status:?}");
        let stopped = matches!(wanted, Some(Layer::Latch | Layer::Hold));
        assert_eq!(status.mode == Mode::Stopped, stopped);
        if stopped {
            assert!(self.guard.clone().try_acquire(self.now).is_err());
        }
        self.see(wanted.map_or("nothing", Layer::as_str));
    }

    fn see(&mut self, what: &'static str) {
        *self.seen.entry(what).or_default() += 1;
    }
}
