//! What must hold for any stored state of a guard and for any event script.
#![expect(clippy::expect_used, reason = "a property stops at the first surprise")]

use gate_core::breaker::script::Script;
use gate_core::breaker::{Guard, GuardConfig, HoldKind, LatchCause, Layer, Signed};
use gate_core::contract::{Layout, RunId};

const NOW: u64 = 3_600_000_000_000;

/// Any bytes as a stored state: never a panic; what is not understood is stopped, and what is understood reads back as
/// itself.
pub fn guard_state_bytes(bytes: &[u8]) {
    let latched = GuardConfig::full();
    let held = GuardConfig { latch: None, ..GuardConfig::full() };
    for (config, layer) in [(latched, Layer::Latch), (held, Layer::Hold)] {
        let (mut guard, why) =
            Guard::restore_or_stopped(config.clone(), Some(bytes), NOW, 5).expect("the settings hold");
        let status = guard.status(NOW);
        assert_eq!(status, guard.status(NOW), "looking changes something");
        if why.is_some() {
            assert_eq!(status.by, Some(layer), "an unusable state does not stop it");
            assert!(guard.try_acquire(NOW).is_err());
            continue;
        }
        let state = guard.snapshot(NOW);
        let again = Guard::restore(config, state.clone(), NOW, 0).expect("its own state");
        assert_eq!(again.snapshot(NOW), state);
        let _ = guard.try_acquire(NOW);
        guard.tick(u64::MAX);
    }
}

/// A stored stop with a byte changed: it stays a stop, or the state is refused, which is one as well.
pub fn damaged_guard_state(at: usize, change: u8) {
    for mut text in [stored_latch(), stored_hold()] {
        let place = at % text.len();
        if let Some(byte) = text.get_mut(place) {
            *byte ^= change;
        }
        let restored = Guard::restore_or_stopped(GuardConfig::full(), Some(&text), NOW, 0);
        let (mut restored, _) = restored.expect("the settings hold");
        let refused = restored.try_acquire(NOW).is_err();
        assert!(refused, "byte {place} ^ {change:#x} lifts a stop: {}", String::from_utf8_lossy(&text));
    }
}

fn stored_latch() -> Vec<u8> {
    let mut guard = Guard::new(GuardConfig::full()).expect("the settings hold");
    guard.trip(LatchCause::Command(signed()), NOW);
    serde_json::to_vec(&guard.snapshot(NOW)).expect("a document")
}

fn stored_hold() -> Vec<u8> {
    let mut guard = Guard::new(GuardConfig::full()).expect("the settings hold");
    guard.hold(signed(), HoldKind::Off, None, NOW).expect("there is room");
    serde_json::to_vec(&guard.snapshot(NOW)).expect("a document")
}

fn signed() -> Signed {
    Signed::new("kim", "drill 7").expect("signed")
}

/// Any bytes as a script: never a panic, and every answer can be written down.
pub fn script_bytes(bytes: &[u8]) {
    let Ok(script) = Script::from_json(bytes) else { return };
    let Ok(answers) = script.play() else { return };
    assert_eq!(answers.len(), script.steps.len());
    for answer in &answers {
        assert!(serde_json::to_string(answer).is_ok());
    }
    let again = script.play().expect("it could be played before");
    assert_eq!(serde_json::to_string(&answers).ok(), serde_json::to_string(&again).ok());
}

/// Any text as a path: never a panic, and only what ends in `processed/{run_id}/processed.npz`, without a `..` that hides
/// something, states a run.
pub fn path_text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Layout::Canonical(id) = Layout::of(&text) else { return };
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let end = parts.get(parts.len().saturating_sub(3)..).unwrap_or_default();
    let named = end.get(1).map(|part| RunId::new(part).expect("a run id"));
    assert!(matches!(end, ["processed", _, "processed.npz"]), "{text:?}");
    assert_eq!(named, Some(id), "{text:?}");
    assert!(parts.iter().skip_while(|part| **part == "..").all(|part| *part != ".."), "{text:?}");
}
