//! What must hold for every panic stop and every safe mode: bytes become events, and a naive model that keeps all of
//! them says what must come out. Each property returns what it has seen, so that a test can tell whether it saw all.

use std::collections::{BTreeMap, BTreeSet};

use gate_core::breaker::latch::CauseKind;
use gate_core::breaker::safe_mode::SafeModeCause;
use gate_core::breaker::{
    ExitRule, HealthState, Latch, LatchCause, LatchChange, LatchConfig, Name, Reading, SafeMode,
    SafeModeConfig, Signed,
};

const MS: u64 = 1_000_000;

/// How often each state of interest was visited.
pub type Visited = BTreeMap<&'static str, u64>;

fn signed(actor: &str) -> Signed {
    Signed::new(actor, "drill").expect("a short text")
}

fn name(index: u8) -> Name {
    Name::new(&format!("cause {}", index % 3)).expect("a short name")
}

/// Restores a copy on another clock: its origin, and the time that passes before it runs, change nothing.
struct Moved<T> {
    machine: T,
    /// What its clock shows at our 0; wraps when it began later.
    shift: u64,
}

impl<T> Moved<T> {
    fn now(&self, now: u64) -> u64 {
        now.wrapping_add(self.shift)
    }
}

/// A panic stop that remembers each bad reading, and steps through time millisecond by millisecond.
#[derive(Default)]
struct NaiveLatch {
    needed: usize,
    gap: Option<u64>,
    now: u64,
    last: Option<u64>,
    overdue: u64,
    bad: Vec<CauseKind>,
    causes: Vec<CauseKind>,
    asserted: BTreeSet<Name>,
}

impl NaiveLatch {
    fn bad(&mut self, kind: CauseKind) {
        self.bad.push(kind);
        if self.bad.len() >= self.needed && !self.causes.contains(&kind) {
            self.causes.push(kind);
        }
    }

    fn wait(&mut self, now: u64) {
        let start = *self.last.get_or_insert(now);
        while self.now < now {
            self.now += 1;
            if self.gap.is_some_and(|gap| self.now.saturating_sub(start) > gap * (self.overdue + 1)) {
                self.overdue += 1;
                self.bad(CauseKind::ReadingOverdue);
            }
        }
    }

    fn assert_again(&mut self) {
        if self.causes.is_empty() && !self.asserted.is_empty() {
            self.causes.push(CauseKind::Condition);
        }
    }
}

/// A panic stop under the events of `bytes`: as the model says, the same when it is restored from a document after every
/// event, and never clear again without a reset.
#[must_use]
pub fn latch_events(bytes: &[u8]) -> Visited {
    let mut visited = Visited::new();
    let [needed, gap, events @ ..] = bytes else { return visited };
    let config = LatchConfig {
        min_reading: 0.5,
        consecutive: u32::from(needed % 4) + 1,
        max_gap_ms: (gap % 2 == 0).then_some(u64::from(gap % 7) + 1),
    };
    let mut latch = Latch::new(config).expect("a valid rule");
    let mut moved = Moved { machine: latch.clone(), shift: 0 };
    let mut model =
        NaiveLatch { needed: config.consecutive as usize, gap: config.max_gap_ms, ..NaiveLatch::default() };
    for (index, event) in events.chunks_exact(2).enumerate() {
        // A settle does not look for overdue readings, so no time passes with it.
        let passes = u64::from(event[0] % 12 != 9);
        let now = model.now + u64::from(event[1] % 5) * u64::from(event[1] % 3) * passes;
        model.wait(now);
        let held = latch.is_latched();
        let reset = latch_event(&mut latch, event, now * MS);
        let elsewhere = moved.now(now * MS);
        latch_event(&mut moved.machine, event, elsewhere);
        model_event(&mut model, event);
        assert!(!held || latch.is_latched() || reset, "it let go without a reset");
        assert_eq!(latch.is_latched(), !model.causes.is_empty(), "event {index}");
        assert_eq!(latch.streak().total(), model.bad.len() as u64, "event {index}");
        let kinds: BTreeSet<&str> =
            latch.causes().iter().map(|record| record.cause().kind().as_str()).collect();
        let wanted: BTreeSet<&str> = model.causes.iter().map(|kind| kind.as_str()).collect();
        assert!(kinds.is_subset(&wanted), "event {index}: {kinds:?}, not {wanted:?}");
        let first = latch.causes().first().map(|record| record.cause().kind());
        assert_eq!(first, model.causes.first().copied(), "event {index}");
        let seen = if latch.is_latched() { latch.causes()[0].cause().kind().as_str() } else { "clear" };
        *visited.entry(seen).or_default() += 1;
        if held && !latch.is_latched() {
            *visited.entry("let go").or_default() += 1;
        }
        if reset && !model.asserted.is_empty() {
            *visited.entry("reset while asserted").or_default() += 1;
        }
        assert_eq!(moved.machine.snapshot(moved.now(now * MS)), latch.snapshot(now * MS), "event {index}");
        moved = restored_latch(&latch, now * MS, u64::from(event[0]) * 1000 * MS);
    }
    visited
}

fn latch_event(latch: &mut Latch, event: &[u8], now: u64) -> bool {
    let low = event[1] & 8 > 0;
    match event[0] % 12 {
        0..=2 => drop(latch.observe(Reading::Value(if low { 0.25 } else { 0.75 }), now)),
        3 => drop(latch.observe(Reading::Value(0.25), now)),
        4 => drop(latch.observe(Reading::Value(if low { f64::NAN } else { 7.0 }), now)),
        5 => drop(latch.observe(Reading::Missing, now)),
        6 => drop(latch.observe(Reading::Unreadable, now)),
        7 => drop(latch.trip(LatchCause::Command(signed("kim")), now)),
        8 => drop(latch.trip(LatchCause::Condition(name(event[1])), now)),
        9 => drop(latch.settle(name(event[1]).as_str(), now)),
        10 => {
            latch.reset(signed("kim"), now);
            return true;
        }
        _ => {
            let change = latch.tick(now);
            assert!(!matches!(change, Some(LatchChange::Latched(CauseKind::Command))));
        }
    }
    false
}

fn model_event(model: &mut NaiveLatch, event: &[u8]) {
    let low = event[1] & 8 > 0;
    let verb = event[0] % 12;
    if verb <= 6 {
        model.assert_again();
        model.last = Some(model.now);
        model.overdue = 0;
    }
    match verb {
        0..=2 if !low => model.bad.clear(),
        0..=3 => model.bad(CauseKind::ReadingLow),
        4 | 6 => model.bad(CauseKind::ReadingUnreadable),
        5 => model.bad(CauseKind::ReadingMissing),
        7 => model.causes.push(CauseKind::Command),
        8 => {
            model.asserted.insert(name(event[1]));
            model.causes.push(CauseKind::Condition);
        }
        9 => {
            model.asserted.remove(&name(event[1]));
        }
        10 => {
            model.causes.clear();
            model.bad.clear();
            model.last = Some(model.now);
            model.overdue = 0;
        }
        _ => model.assert_again(),
    }
}

/// A copy from the bytes of its document, on a clock that shows `origin` now.
fn restored_latch(latch: &Latch, now: u64, origin: u64) -> Moved<Latch> {
    let bytes = serde_json::to_vec(&latch.snapshot(now)).expect("a state");
    let (machine, why) =
        Latch::restore_or_latched(*latch.config(), Some(&bytes), origin, 0).expect("a valid rule");
    assert_eq!(why, None, "{}", String::from_utf8_lossy(&bytes));
    Moved { machine, shift: origin.wrapping_sub(now) }
}

/// The document of a panic stop that holds, damaged: it holds.
#[must_use]
pub fn damaged_latch(bytes: &[u8]) -> Visited {
    let mut visited = Visited::new();
    let [at, change, events @ ..] = bytes else { return visited };
    let config = LatchConfig { max_gap_ms: Some(3), ..LatchConfig::default() };
    let mut latch = Latch::new(config).expect("a valid rule");
    for (index, event) in events.chunks_exact(2).enumerate() {
        latch_event(&mut latch, event, index as u64 * MS);
    }
    let now = events.len() as u64 * MS;
    let good = serde_json::to_vec(&latch.snapshot(now)).expect("a state");
    let place = usize::from(*at) * good.len() / 256;
    let restore = |bytes: &[u8]| Latch::restore_or_latched(config, Some(bytes), 0, 0).expect("a valid rule");
    let (cut, why) = restore(&good[..place]);
    assert!(cut.is_latched() && why.is_some(), "cut at {place}");
    let mut flipped = good.clone();
    flipped[place] ^= change;
    let (damaged, _) = restore(&flipped);
    assert!(damaged.is_latched() || !latch.is_latched(), "byte {place} ^ {change}");
    let seen = if latch.is_latched() { "held" } else { "clear" };
    *visited.entry(seen).or_default() += 1;
    visited
}

/// A cause of a safe mode, with all that happened since.
struct NaiveCause {
    rule: ExitRule,
    entered: u64,
    again: u64,
    /// Looks since it was entered for the last time; the panic stop's only while that does not hold.
    looks: Vec<bool>,
}

impl NaiveCause {
    fn over(&self, now: u64) -> bool {
        let healthy = self.looks.iter().rev().take_while(|healthy| **healthy).count();
        match self.rule {
            ExitRule::Healthy { count, after } => healthy >= count as usize && now - self.entered >= after,
            ExitRule::Timed(length) => now - self.again >= length,
            ExitRule::Left | ExitRule::Operator => false,
        }
    }
}

/// A safe mode under the events of `bytes`: as the model says, the same when it is restored after every event, on while
/// the panic stop holds, and no person's hold lost.
#[must_use]
pub fn safe_mode_events(bytes: &[u8]) -> Visited {
    let mut visited = Visited::new();
    let [rule, events @ ..] = bytes else { return visited };
    let config = SafeModeConfig {
        follow_health: true,
        exit_after_healthy: (rule % 5 > 0).then_some(u32::from(rule % 5)),
        exit_after_ms: u64::from(rule % 7),
        failed_needs_operator: rule % 2 == 0,
    };
    let mut mode = SafeMode::new(config).expect("a valid rule");
    let mut moved = Moved { machine: mode.clone(), shift: 0 };
    let mut model = BTreeMap::<String, NaiveCause>::new();
    let (mut now, mut latched) = (0, false);
    for (index, event) in events.chunks_exact(2).enumerate() {
        now += u64::from(event[1] % 4) * MS;
        latched = if event[0] % 9 < 4 { event[1] & 16 > 0 } else { latched };
        safe_mode_event(&mut mode, event, latched, now);
        let elsewhere = moved.now(now);
        safe_mode_event(&mut moved.machine, event, latched, elsewhere);
        model_safe_mode(&mut model, &config, event, latched, now);
        let found: BTreeSet<String> = mode.causes().iter().map(|entry| entry.cause().name()).collect();
        let wanted: BTreeSet<String> = model.keys().cloned().collect();
        assert_eq!(found, wanted, "event {index}");
        assert!(mode.is_active() || !latched, "event {index}: lifted while latched");
        for entry in mode.causes() {
            let seen = match entry.cause() {
                SafeModeCause::Panic if latched => "panic",
                SafeModeCause::Panic => "after a panic",
                SafeModeCause::Health(HealthState::Failed) => "failed",
                SafeModeCause::Health(_) => "degraded",
                SafeModeCause::Named(_) => "named",
                _ => "operator",
            };
            *visited.entry(seen).or_default() += 1;
        }
        *visited.entry(if mode.is_active() { "on" } else { "off" }).or_default() += 1;
        assert_eq!(moved.machine.snapshot(moved.now(now)), mode.snapshot(now), "event {index}");
        moved = restored_safe_mode(&mode, now, u64::from(event[0]) * 1000 * MS);
    }
    visited
}

fn safe_mode_event(mode: &mut SafeMode, event: &[u8], latched: bool, now: u64) {
    match event[0] % 9 {
        0..=2 => drop(mode.observe(health(event), latched, now)),
        3 => drop(mode.tick(latched, now)),
        4 => drop(mode.enter(name(event[1]), exit(event), now)),
        5 => drop(mode.hold(signed("kim"), now)),
        6 => drop(mode.leave(name(event[1]).as_str(), now)),
        7 => drop(mode.release(&signed("lee"), Some("operator:kim"), now)),
        _ if event[1] & 0x60 == 0 => drop(mode.release(&signed("lee"), None, now)),
        _ => drop(mode.leave("operator:kim", now)),
    }
}

const fn health(event: &[u8]) -> HealthState {
    match event[1] % 8 {
        0 => HealthState::Failed,
        1 | 2 => HealthState::Degraded,
        _ => HealthState::Healthy,
    }
}

fn exit(event: &[u8]) -> ExitRule {
    let (count, length) = (u32::from(event[1] % 3) + 1, u64::from(event[1] % 8) * MS);
    [ExitRule::Timed(length), ExitRule::Healthy { count, after: length }, ExitRule::Left]
        [usize::from(event[1] / 8 % 3)]
}

fn enter(model: &mut BTreeMap<String, NaiveCause>, name: &str, rule: ExitRule, now: u64) {
    let rank = |rule: &ExitRule| match rule {
        ExitRule::Timed(_) | ExitRule::Healthy { .. } => 0,
        ExitRule::Left => 1,
        ExitRule::Operator => 2,
    };
    let fresh = NaiveCause { rule, entered: now, again: now, looks: Vec::new() };
    let known = model.entry(name.to_owned()).or_insert(fresh);
    known.rule = match (known.rule, rule) {
        (ExitRule::Timed(length), ExitRule::Timed(other)) => ExitRule::Timed(length.max(other)),
        (ExitRule::Timed(length), ExitRule::Healthy { count, after })
        | (ExitRule::Healthy { count, after }, ExitRule::Timed(length)) => {
            ExitRule::Healthy { count, after: after.max(now - known.entered + length) }
        }
        (ExitRule::Healthy { count, after }, ExitRule::Healthy { count: other, after: longer }) => {
            ExitRule::Healthy { count: count.max(other), after: after.max(longer) }
        }
        (old, new) if rank(&old) >= rank(&new) => old,
        (_, new) => new,
    };
    known.again = now;
    known.looks.clear();
}

fn model_safe_mode(
    model: &mut BTreeMap<String, NaiveCause>,
    config: &SafeModeConfig,
    event: &[u8],
    latched: bool,
    now: u64,
) {
    let own = config
        .exit_after_healthy
        .map_or(ExitRule::Left, |count| ExitRule::Healthy { count, after: config.exit_after_ms * MS });
    let looks = event[0] % 9 < 4;
    if looks && latched {
        enter(model, "panic", own, now);
    }
    match event[0] % 9 {
        0..=2 => {
            let health = health(event);
            for (name, cause) in model.iter_mut().filter(|(name, _)| !latched || *name != "panic") {
                assert!(!name.is_empty());
                cause.looks.push(health == HealthState::Healthy);
            }
            match health {
                HealthState::Healthy => {}
                HealthState::Degraded => enter(model, "health:degraded", own, now),
                HealthState::Failed if config.failed_needs_operator => {
                    enter(model, "health:failed", ExitRule::Operator, now);
                }
                HealthState::Failed => enter(model, "health:failed", own, now),
            }
        }
        4 => enter(model, name(event[1]).as_str(), exit(event), now),
        5 => enter(model, "operator:kim", ExitRule::Operator, now),
        6 => drop(model.remove(name(event[1]).as_str())),
        7 => drop(model.remove("operator:kim")),
        8 if event[1] & 0x60 == 0 => model.retain(|name, _| latched && name == "panic"),
        _ => {}
    }
    if looks {
        model.retain(|name, cause| !cause.over(now) || latched && name == "panic");
    }
}

fn restored_safe_mode(mode: &SafeMode, now: u64, origin: u64) -> Moved<SafeMode> {
    let bytes = serde_json::to_vec(&mode.snapshot(now)).expect("a state");
    let (machine, why) =
        SafeMode::restore_or_active(*mode.config(), Some(&bytes), origin, 0).expect("a valid rule");
    assert_eq!(why, None, "{}", String::from_utf8_lossy(&bytes));
    for place in (0..bytes.len()).step_by(41) {
        let cut = SafeMode::restore_or_active(*mode.config(), Some(&bytes[..place]), origin, 0);
        assert!(cut.expect("a valid rule").0.is_active(), "cut at {place}");
    }
    Moved { machine, shift: origin.wrapping_sub(now) }
}
