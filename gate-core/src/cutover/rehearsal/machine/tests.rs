use alloc::vec;

use super::*;
use crate::cutover::CheckState;

/// A small world: what the commands would do.
struct World {
    now: u64,
    traffic: u8,
    injected: bool,
    /// The checks see the burst.
    sees: bool,
    /// The abort works.
    obeys: bool,
    healthy_up_to: u8,
}

impl World {
    const fn good() -> Self {
        Self { now: 0, traffic: 0, injected: false, sees: true, obeys: true, healthy_up_to: 100 }
    }

    fn act(&mut self, action: Action) -> Outcome {
        self.now += 10;
        match action {
            Action::Check => {
                let burst = self.injected && self.sees;
                let good = self.traffic <= self.healthy_up_to && !burst;
                let state = if good { CheckState::Healthy } else { CheckState::Degraded };
                let decision = if burst { Decision::Rollback } else { Decision::Promote };
                Outcome::Checked(vec![Check::new("canary", state, "")], Some(decision))
            }
            Action::SetTraffic { percent } => {
                self.traffic = percent;
                Outcome::Traffic(percent)
            }
            Action::Wait { ms } => {
                self.now += ms;
                Outcome::Done
            }
            Action::Inject => {
                self.injected = true;
                Outcome::Done
            }
            Action::Abort => {
                self.traffic = if self.obeys { 0 } else { self.traffic };
                Outcome::Done
            }
            Action::ReadTraffic => Outcome::Traffic(self.traffic),
        }
    }

    fn rehearse(&mut self) -> (RehearsalReport, Vec<Action>) {
        let mut rehearsal = Rehearsal::new(RehearsalPlan::default()).unwrap();
        let mut actions = Vec::new();
        while let Some(action) = rehearsal.next() {
            assert!(actions.len() < 1000, "a rehearsal without an end");
            actions.push(action);
            let outcome = self.act(action);
            rehearsal.tell(outcome, self.now);
        }
        (rehearsal.finish(), actions)
    }
}

#[test]
fn it_goes_up_aborts_and_tells_how_long() {
    let (report, actions) = World::good().rehearse();
    assert!(report.passed, "{report:?}");
    let steps: Vec<u8> = actions
        .iter()
        .filter_map(|action| if let Action::SetTraffic { percent } = action { Some(*percent) } else { None })
        .collect();
    assert_eq!(steps, [25, 50]);
    assert_eq!((report.detected_after_ms, report.aborted_after_ms), (Some(10), Some(20)));
    assert_eq!((report.recovered_after_ms, report.traffic), (Some(30), Some(0)));
    assert_eq!(report.check(None).state, CheckState::Healthy);
}

#[test]
fn a_burst_that_aborts_nothing_has_not_passed_and_the_traffic_goes_back() {
    let mut world = World { sees: false, ..World::good() };
    let (report, actions) = world.rehearse();
    assert!(!report.passed);
    assert_eq!(report.faults, ["the injected burst did not abort within 60.0s"]);
    assert_eq!((world.traffic, actions.last()), (0, Some(&Action::ReadTraffic)));
    assert_eq!((report.aborted_after_ms, report.detected_after_ms), (None, None));
}

#[test]
fn an_abort_that_leaves_the_traffic_has_not_passed() {
    let (report, _) = World { obeys: false, ..World::good() }.rehearse();
    assert!(!report.passed);
    assert_eq!(report.faults, ["the abort did not bring the traffic to 0% within 60.0s: 50%"]);
}

#[test]
fn a_step_that_is_not_healthy_ends_in_an_abort_without_a_burst() {
    let (report, actions) = World { healthy_up_to: 25, ..World::good() }.rehearse();
    assert!(!report.passed && !actions.contains(&Action::Inject));
    assert_eq!(report.faults, ["at 50%: PENDING: canary degraded: "]);
    assert_eq!(report.traffic, Some(0));
}

#[test]
fn a_canary_that_is_asked_back_before_the_burst_has_not_passed_the_drill() {
    let mut rehearsal = Rehearsal::new(RehearsalPlan::default()).unwrap();
    let mut world = World::good();
    while let Some(action) = rehearsal.next() {
        let outcome = match world.act(action) {
            Outcome::Checked(checks, _) if world.traffic == 50 && !world.injected => {
                Outcome::Checked(checks, Some(Decision::Rollback))
            }
            other => other,
        };
        rehearsal.tell(outcome, world.now);
    }
    let report = rehearsal.finish();
    assert!(!report.passed && !world.injected, "{report:?}");
    assert_eq!(report.faults, ["at 50%: the health of the canary takes it back, before any burst"]);
    assert_eq!(report.traffic, Some(0));
}

#[test]
fn an_outcome_of_another_action_is_a_fault() {
    let mut rehearsal = Rehearsal::new(RehearsalPlan::default()).unwrap();
    let mut world = World::good();
    while let Some(action) = rehearsal.next() {
        let outcome = world.act(action);
        // Somebody says that the traffic is back before anybody was asked to take it back.
        let outcome = if action == Action::Abort { Outcome::Traffic(0) } else { outcome };
        rehearsal.tell(outcome, world.now);
    }
    let report = rehearsal.finish();
    assert!(!report.passed, "{report:?}");
    assert_eq!(report.faults, ["abort: expected another measurement"]);
}

#[test]
fn nothing_is_touched_if_it_is_not_healthy_to_begin_with() {
    let mut world = World { injected: true, ..World::good() };
    let (report, actions) = world.rehearse();
    assert_eq!((report.passed, actions), (false, vec![Action::Check]));
}

#[test]
fn every_action_that_fails_fails_the_rehearsal_and_it_still_ends() {
    let (_, all) = World::good().rehearse();
    for broken in 0..all.len() {
        let mut rehearsal = Rehearsal::new(RehearsalPlan::default()).unwrap();
        let mut world = World::good();
        let mut count = 0;
        while let Some(action) = rehearsal.next() {
            let outcome = world.act(action);
            let outcome = if count == broken { Outcome::Failed("cut".into()) } else { outcome };
            rehearsal.tell(outcome, world.now);
            count += 1;
            assert!(count < 1000, "a rehearsal without an end");
        }
        let report = rehearsal.finish();
        assert!(!report.passed && !report.faults.is_empty(), "action {broken}: {report:?}");
        assert_eq!(report.deeds.iter().filter(|deed| !deed.ok).count(), 1, "action {broken}");
        assert!(world.traffic == 0 || broken + 1 >= all.len() - 1, "action {broken}");
    }
}

#[test]
fn one_that_was_left_has_not_passed() {
    let rehearsal = Rehearsal::new(RehearsalPlan::default()).unwrap();
    assert!(!rehearsal.finish().passed);
    let no_steps = RehearsalPlan { steps: vec![], ..RehearsalPlan::default() };
    assert!(Rehearsal::new(no_steps).is_err());
    let falling = RehearsalPlan { steps: vec![50, 25], ..RehearsalPlan::default() };
    assert!(Rehearsal::new(falling).is_err());
}
