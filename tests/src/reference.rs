//! A second evaluator of the built-in policy: slow, obvious and written from the runbook and the design alone.
//!
//! It shares no code with the engine. It works minute by minute on lists of windows and keeps nothing between rules.

use std::collections::BTreeMap;

use crate::scenario::{STAGES, Scenario};

/// What both evaluators must agree on.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// `promote`, `hold` or `rollback`.
    pub decision: &'static str,
    /// The reasons of the triggers.
    pub rollback_reasons: Vec<String>,
    /// The reasons against promotion.
    pub gate_fail_reasons: Vec<String>,
    /// Clean minutes up to the decision.
    pub clean_minutes: u64,
}

/// What is known of one 5-minute slot of the grid.
#[derive(Debug, Clone, Copy)]
struct Slot {
    values: [Option<f64>; 5],
    samples: Option<u64>,
}

/// Judges a scenario by the built-in policy.
#[must_use]
pub fn judge(scenario: &Scenario) -> Answer {
    let slots: BTreeMap<u64, Slot> = scenario
        .windows
        .iter()
        .map(|w| (w.slot as u64, Slot { values: w.values, samples: scenario.counted.then_some(w.samples) }))
        .collect();
    let end = slots.keys().max().map_or(0, |last| last + 1);
    let now = scenario.now.unwrap_or(end * 5);
    // The stage's windows start when it began or later.
    let first = scenario.stage_started.map_or(0, |started| started.div_ceil(5));
    let judge = Judge { scenario, slots, end, first, decided: now / 5 };
    let rollback_reasons = judge.rollback_reasons();
    let mut gate_fail_reasons = judge.gate_reasons();
    let (_, needed) = STAGES[scenario.stage];
    if !judge.period_is_whole(needed as u64) {
        let clean = ["gate:clean_window<30m", "gate:clean_window<60m", "gate:clean_window<24h"];
        gate_fail_reasons.push(clean[scenario.stage].to_string());
    }
    if scenario.dated && now > end * 5 + 10 {
        gate_fail_reasons.push("gate:stale".to_string());
    }
    let decision = match (rollback_reasons.is_empty(), gate_fail_reasons.is_empty()) {
        (false, _) => "rollback",
        (true, false) => "hold",
        (true, true) => "promote",
    };
    Answer { decision, rollback_reasons, gate_fail_reasons, clean_minutes: judge.clean_minutes() }
}

struct Judge<'a> {
    scenario: &'a Scenario,
    slots: BTreeMap<u64, Slot>,
    end: u64,
    first: u64,
    decided: u64,
}

impl Judge<'_> {
    /// A value, if it was measured on enough requests.
    fn believed(&self, slot: u64, metric: usize) -> Option<f64> {
        let floor = [200, 100, 100, 100, 0][metric];
        let slot = self.slots.get(&slot)?;
        slot.values[metric].filter(|_| slot.samples.is_none_or(|samples| samples >= floor))
    }

    fn in_drill_of(&self, slot: u64, metric: usize) -> bool {
        self.scenario
            .drills
            .iter()
            .any(|(from, to, of)| *of == metric && slot * 5 >= *from && (slot + 1) * 5 <= *to)
    }

    fn touched_by_drill(&self, slot: u64) -> bool {
        self.scenario.drills.iter().any(|(from, to, _)| slot * 5 < *to && (slot + 1) * 5 > *from)
    }

    fn rollback_reasons(&self) -> Vec<String> {
        let triggers = [
            (0, 400.0, 2, "p95>400ms_for_2x5m"),
            (1, 0.02, 1, "error_rate>2pct_any_5m"),
            (4, 0.0, 1, "invalid_output_rate>0"),
            (2, 0.20, 3, "fallback_rate>20pct_for_15m"),
            (3, 0.30, 3, "breaker_open_rate>30pct_for_15m"),
        ];
        let fired = triggers
            .into_iter()
            .filter(|(metric, limit, needed, _)| self.longest(*metric, *limit) >= *needed);
        fired.map(|(_, _, _, reason)| reason.to_string()).collect()
    }

    /// The most breaching windows in a row; up to three without a value in between do not count and do not break.
    fn longest(&self, metric: usize, limit: f64) -> u64 {
        let (mut longest, mut run, mut silent) = (0, 0, 0);
        for slot in self.first..self.end {
            // Only the fallback trigger is excused by drills.
            let excused = metric == 2 && self.in_drill_of(slot, 2);
            match self.believed(slot, metric).filter(|_| !excused) {
                Some(value) if value > limit => {
                    run += 1;
                    silent = 0;
                }
                Some(_) => run = 0,
                None => {
                    silent += 1;
                    if silent > 3 {
                        run = 0;
                    }
                }
            }
            longest = longest.max(run);
        }
        longest
    }

    fn gates(&self) -> [(usize, f64, &'static str); 4] {
        let fallback = [
            (0.08, "gate:fallback_rate>8pct_for_canary_5"),
            (0.10, "gate:fallback_rate>10pct_for_canary_25"),
            (0.10, "gate:fallback_rate>10pct_for_full_100"),
        ][self.scenario.stage];
        [
            (0, 300.0, "gate:p95>300ms"),
            (1, 0.01, "gate:error_rate>1pct"),
            (4, 0.0, "gate:invalid_output_rate_nonzero"),
            (2, fallback.0, fallback.1),
        ]
    }

    /// The slots of the clean period that can have been observed.
    fn period(&self) -> std::ops::Range<u64> {
        let needed = STAGES[self.scenario.stage].1 as u64;
        self.decided.saturating_sub(needed).max(self.first)..self.decided.min(self.end)
    }

    fn breaches(&self, slot: u64, metric: usize, limit: f64) -> bool {
        !self.in_drill_of(slot, metric) && self.believed(slot, metric).is_some_and(|value| value > limit)
    }

    fn gate_reasons(&self) -> Vec<String> {
        let breached = self
            .gates()
            .into_iter()
            .filter(|(metric, limit, _)| self.period().any(|slot| self.breaches(slot, *metric, *limit)));
        breached.map(|(_, _, reason)| reason.to_string()).collect()
    }

    /// Every metric measured on enough requests, and no drill.
    fn is_evidence(&self, slot: u64) -> bool {
        (0..5).all(|metric| self.believed(slot, metric).is_some()) && !self.touched_by_drill(slot)
    }

    fn period_is_whole(&self, needed: u64) -> bool {
        let Some(start) = self.decided.checked_sub(needed) else { return false };
        start >= self.first
            && self.decided <= self.end
            && (start..self.decided).all(|slot| self.is_evidence(slot))
    }

    fn clean_minutes(&self) -> u64 {
        if self.decided > self.end {
            return 0;
        }
        let clean = |slot: &u64| {
            let holds = self.gates().iter().all(|(metric, limit, _)| !self.breaches(*slot, *metric, *limit));
            self.is_evidence(*slot) && holds
        };
        (self.first..self.decided).rev().take_while(clean).count() as u64 * 5
    }
}
