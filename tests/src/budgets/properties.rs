//! What must hold of budgets whatever happens, and which states were seen while it was tried.

use std::collections::BTreeMap;

use gate_core::breaker::risk_budget::{
    Cost, Limit, RiskBudget, RiskBudgetState, RiskChange, RiskLimits, RiskRefusal,
};
use gate_core::breaker::time_budget::{Accounting, TimeBudget, TimeBudgetConfig, TimeBudgetState};
use gate_core::document::from_json;
use serde_json::json;

use super::risk::{self, Step as RiskStep};
use super::time::{self, Step, Verb};
use super::tokens::{Place, Tokens};

/// How often something was seen.
pub type Visits = BTreeMap<&'static str, u64>;

const PARTS: [&str; 3] = ["fetch", "score", "decide"];

const VERBS: [Verb; 16] = [
    Verb::Start,
    Verb::Restart,
    Verb::StartPart,
    Verb::StartPart,
    Verb::EndPart,
    Verb::EndPart,
    Verb::Reserve,
    Verb::Reserve,
    Verb::Reserve,
    Verb::Release,
    Verb::Record,
    Verb::Record,
    Verb::RecordInterim,
    Verb::ShouldPreempt,
    Verb::ShouldPreemptTotal,
    Verb::Restore,
];

fn see(visits: &mut Visits, what: &'static str, happened: bool) {
    *visits.entry(what).or_default() += u64::from(happened);
}

/// Four bytes are one step: what, by whom, how much, and how much later (or, seldom, earlier).
fn steps(bytes: &[u8]) -> Vec<Step> {
    let mut t = 1000;
    let step = |four: &[u8]| {
        t = if four[3] == 255 { t - 3 } else { t + u64::from(four[3] % 5) };
        let restored = u64::from(four[0]) % 16 == 15;
        if restored {
            t = 10 + u64::from(four[2]);
        }
        Step {
            t,
            verb: VERBS[usize::from(four[0] % 16)],
            part: PARTS[usize::from(four[1] % 3)].to_owned(),
            us: u64::from(four[2] % 24),
            per_cent: 50,
        }
    };
    bytes.chunks_exact(4).map(step).collect()
}

/// On any sequence of steps the budget agrees with coins that are moved one by one, the books add up, and
/// nobody is promised what is not there.
pub fn time_budget_adds_up(bytes: &[u8], visits: &mut Visits) {
    let config = small();
    let mut budget = TimeBudget::new(config.clone()).expect("a sound configuration");
    let mut tokens = Tokens::new(&config);
    for step in steps(bytes) {
        let at = PARTS.iter().position(|part| *part == step.part).expect("a part");
        let answer = time::take(&mut budget, &step).expect("nothing that fails");
        let granted = tokens.take(&step, at);
        if step.verb == Verb::Reserve {
            assert_eq!(answer, json!(granted), "{step:?}");
            see(visits, "granted", granted && step.us > 0);
            see(visits, "refused", !granted);
        }
        if let Some(charge) = answer.as_object() {
            for paid in ["from_buffer_ns", "from_parts_ns", "from_reserved_ns", "uncovered_ns", "refilled_ns"]
            {
                see(visits, paid, charge.get(paid).is_some_and(|ns| *ns != json!(0)));
            }
        }
        see(visits, "restored", step.verb == Verb::Restore);
        see(visits, "preempted", step.verb == Verb::ShouldPreempt && answer == json!(true));
        see(visits, "not preempted", step.verb == Verb::ShouldPreempt && answer == json!(false));
        // A reading's own instant moves nothing, so the books are compared at the latest one.
        same_books(&budget, &tokens, visits);
    }
}

/// The state after each of the steps, as it is stored.
#[must_use]
pub fn time_budget_states(bytes: &[u8]) -> Vec<TimeBudgetState> {
    let mut budget = TimeBudget::new(small()).expect("a sound configuration");
    let after = |step: &Step| {
        time::take(&mut budget, step).expect("nothing that fails");
        budget.snapshot(0)
    };
    steps(bytes).iter().map(after).collect()
}

/// The configuration that the properties run with.
#[must_use]
pub fn small() -> TimeBudgetConfig {
    TimeBudgetConfig::of(60, &[("fetch", 10), ("score", 25), ("decide", 10)], 8)
}

fn same_books(budget: &TimeBudget, tokens: &Tokens, visits: &mut Visits) {
    let status = budget.status(0);
    let (ledger, total) = (status.ledger, budget.config().total_us * 1000);
    assert_eq!(ledger.spent + ledger.reserved + ledger.unallocated, total, "{status:?}");
    let promised: u64 = status.parts.iter().map(|part| part.promised_ns).sum();
    assert!(promised + status.unpromised_ns <= status.remaining_ns, "{status:?}");
    assert_eq!(status.elapsed_ns, tokens.elapsed() * 1000);
    for (at, part) in status.parts.iter().enumerate() {
        let free = part.allocated_ns.saturating_sub(part.used_ns) - part.reserved_ns;
        let found = [free, part.reserved_ns, part.used_ns, part.remaining_ns];
        let coins = [Place::Free(at), Place::Reserved(at)].map(|place| tokens.at(place));
        let expected = [coins[0], coins[1], tokens.used[at], tokens.open_to(at)].map(|us| us * 1000);
        assert_eq!(found, expected, "{}: {status:?}", part.name);
        see(visits, "a promise that the clock has broken", part.promised_ns < part.reserved_ns);
        see(visits, "running", part.running_ns.is_some());
    }
    let state = budget.snapshot(0);
    let pots = [state.buffer_ns, state.unassigned_ns, ledger.overspent];
    let coins = [tokens.at(Place::Buffer), tokens.at(Place::Nobody), tokens.uncovered].map(|us| us * 1000);
    assert_eq!(pots, coins);
    see(visits, "overspent", ledger.overspent > 0);
    see(visits, "past the deadline", status.remaining_ns == 0);
    see(visits, "before the start", state.elapsed_ns.is_none());
}

/// Any bytes as stored state: no panic; and what is accepted says again what was stored, and promises no more.
pub fn time_budget_state_bytes(bytes: &[u8]) {
    let Ok(state) = from_json::<TimeBudgetState>(bytes) else { return };
    for accounting in [Accounting::Whole, Accounting::PerPart] {
        let config = TimeBudgetConfig { accounting, ..small() };
        let Ok(budget) = TimeBudget::restore(config, &state, 5, 0) else { continue };
        assert_eq!(budget.snapshot(5), state);
        let later = TimeBudget::restore(budget.config().clone(), &state, 0, 7).expect("the same state");
        assert!(later.remaining(0) <= budget.remaining(5));
        if accounting == Accounting::Whole {
            let ledger = budget.ledger();
            assert_eq!(ledger.spent + ledger.reserved + ledger.unallocated, 60_000, "{state:?}");
        }
    }
}

/// Three bytes are one step.
fn risk_steps(bytes: &[u8]) -> Vec<RiskStep> {
    let limit = |byte: u8| if byte > 200 { Limit::Unlimited } else { Limit::AtMost(u64::from(byte)) };
    let step = |three: &[u8]| {
        let (amount, other) = (u64::from(three[1] % 40), three[2]);
        let (actor, reason) = ("kim".to_owned(), "drill".to_owned());
        let known = |amount: u64| (other > 5).then_some(amount);
        match three[0] % 20 {
            0..=2 => RiskStep::Propose { cost: known(amount) },
            3..=8 => RiskStep::Commit { cost: known(amount) },
            9 => RiskStep::Release { cost: amount },
            10 => RiskStep::StartUnit { carried: amount },
            11 => RiskStep::Count { units: u64::from(other % 2) },
            12..=15 => RiskStep::Settle {
                net: (other != 0).then_some(i64::from(three[1] % 40) - 25),
                units: u64::from(other % 3),
            },
            16 => {
                RiskStep::SetLimits { limits: RiskLimits { loss: limit(three[1]), units: limit(other / 4) } }
            }
            17 => RiskStep::Resume { actor, reason },
            18 => RiskStep::Reset { actor, reason },
            _ => RiskStep::Restore { stored: Some("itself".to_owned()) },
        }
    };
    bytes.chunks_exact(3).map(step).collect()
}

/// The figures, added up anew from everything that happened since the last reset.
#[derive(Default)]
struct Figures {
    net: i128,
    committed: i128,
    units: i128,
}

fn added_up(events: &[(RiskStep, bool)]) -> Figures {
    let last = events.iter().rposition(|(step, _)| matches!(step, RiskStep::Reset { .. }));
    let mut figures = Figures::default();
    for (step, accepted) in events.iter().skip(last.map_or(0, |last| last + 1)) {
        match step {
            RiskStep::Commit { cost: Some(cost) } if *accepted => figures.committed += i128::from(*cost),
            RiskStep::Release { cost } => figures.committed = (figures.committed - i128::from(*cost)).max(0),
            RiskStep::StartUnit { carried } => figures.committed = i128::from(*carried),
            RiskStep::Count { units } => figures.units += i128::from(*units),
            RiskStep::Settle { net, units } => {
                figures.units += i128::from(*units);
                if let Some(net) = net {
                    figures.net += i128::from(*net);
                    figures.committed = 0;
                }
            }
            _ => {}
        }
    }
    figures
}

/// On any sequence of steps: the figures are those added up anew; a budget that is not stopped keeps its
/// limits; and only a person ends a stop.
pub fn risk_budget_keeps_its_limits(bytes: &[u8], visits: &mut Visits) {
    let mut budget = RiskBudget::new(RiskLimits { loss: Limit::AtMost(60), units: Limit::AtMost(12) });
    let mut events = Vec::new();
    for step in risk_steps(bytes) {
        let before = budget.clone();
        let answer = risk::take(&mut budget, &step);
        let accepted = answer.as_ref().is_ok_and(|answer| *answer == json!(null));
        events.push((step.clone(), accepted));
        let figures = added_up(&events);
        let status = budget.status();
        assert_eq!(
            [figures.net, figures.committed, figures.units],
            [i128::from(status.net), i128::from(status.committed), i128::from(status.units)],
            "{events:?}"
        );
        limits_hold(&budget, &figures);
        let person = matches!(step, RiskStep::Resume { .. } | RiskStep::Reset { .. });
        match (before.stop(), budget.stop()) {
            (Some(_), None) => assert!(person, "{step:?} ended a stop"),
            (Some(old), Some(new)) => assert_eq!(old.first, new.first),
            _ => {}
        }
        if let RiskStep::Propose { .. } | RiskStep::Restore { .. } = step {
            assert_eq!(before, budget, "{step:?} changed something");
        }
        visit_risk(&before, &budget, &step, visits);
        same_answer_twice(&before, &step);
    }
}

/// While it is not stopped, `spent + committed <= limit`, and a proposal is accepted exactly if it still fits.
fn limits_hold(budget: &RiskBudget, figures: &Figures) {
    if budget.stop().is_some() {
        assert!(matches!(budget.propose(Cost::AtMost(0)), Err(RiskRefusal::Stopped(_))));
        return;
    }
    let held = |limit: Limit, value: i128| match limit {
        Limit::Unlimited => true,
        Limit::AtMost(most) => value <= i128::from(most),
    };
    let limits = budget.limits();
    let lost = (-figures.net).max(0) + figures.committed;
    assert!(held(limits.loss, lost) && held(limits.units, figures.units), "{budget:?}");
    for cost in [0, 1, 17, 1 << 40] {
        let fits = held(limits.loss, lost + i128::from(cost)) && held(limits.units, figures.units + 1);
        let answer = budget.propose(Cost::AtMost(cost));
        assert_eq!(answer.is_ok(), fits, "{cost}: {budget:?}");
        if let Err(RiskRefusal::Breach(breaches)) = answer {
            assert_eq!(breaches.loss.is_some(), !held(limits.loss, lost + i128::from(cost)));
            assert_eq!(breaches.units.is_some(), !held(limits.units, figures.units + 1));
        }
    }
}

/// What `propose` says is what `commit` does.
fn same_answer_twice(before: &RiskBudget, step: &RiskStep) {
    if let RiskStep::Commit { cost: Some(cost) } = step {
        let (dry, mut wet) = (before.propose(Cost::AtMost(*cost)), before.clone());
        assert_eq!(dry, wet.commit(Cost::AtMost(*cost)));
    }
}

fn visit_risk(before: &RiskBudget, after: &RiskBudget, step: &RiskStep, visits: &mut Visits) {
    let (was, is) = (before.stop(), after.stop());
    see(visits, "committed", after.status().committed > before.status().committed);
    see(
        visits,
        "stopped by a commitment",
        was.is_none() && is.is_some() && matches!(step, RiskStep::Commit { .. }),
    );
    see(
        visits,
        "stopped by a result",
        was.is_none() && is.is_some() && matches!(step, RiskStep::Settle { .. }),
    );
    see(
        visits,
        "stopped by limits",
        was.is_none() && is.is_some() && matches!(step, RiskStep::SetLimits { .. }),
    );
    see(
        visits,
        "two limits at once",
        is.is_some_and(|stop| stop.breaches.loss.is_some() && stop.breaches.units.is_some()),
    );
    see(visits, "unknown result", is.is_some_and(|stop| stop.unknown_result));
    see(visits, "a later cause kept", was.is_some() && is.is_some() && was != is);
    see(visits, "resumed", was.is_some() && is.is_none() && matches!(step, RiskStep::Resume { .. }));
    see(visits, "reset", was.is_some() && is.is_none() && matches!(step, RiskStep::Reset { .. }));
    see(visits, "restored while stopped", is.is_some() && matches!(step, RiskStep::Restore { .. }));
    see(visits, "unlimited", after.limits().loss == Limit::Unlimited);
}

/// Any bytes as stored state: no panic; stopped unless the bytes are a state that is not; nothing forgiven.
pub fn risk_budget_state_bytes(bytes: &[u8]) {
    let limits = RiskLimits { loss: Limit::AtMost(1000), units: Limit::AtMost(5) };
    let (budget, error) = RiskBudget::restore_or_stopped(limits, Some(bytes));
    assert!(error.is_none() || budget.stop().is_some_and(|stop| stop.unreadable_state));
    let Ok(state) = from_json::<RiskBudgetState>(bytes) else {
        assert!(error.is_some(), "accepted, but no state");
        return;
    };
    if error.is_some() {
        return;
    }
    let mut again = budget.snapshot();
    assert!(state.stop.is_none_or(|stop| again.stop.is_some_and(|now| now.first == stop.first)));
    again.stop = state.stop;
    assert_eq!(again, state);
    let mut other = budget.clone();
    assert!(!matches!(
        other.set_limits(RiskLimits { loss: Limit::Unlimited, units: Limit::Unlimited }),
        Some(RiskChange::Resumed(_) | RiskChange::Reset(_))
    ));
    assert_eq!(other.stop().is_some(), budget.stop().is_some());
}
