//! A naive call breaker: it keeps every event, and answers by going through all of them again.

use gate_core::breaker::Layer;
use gate_core::breaker::{
    CallCause, CallChange, CallConfig, CallPhase, CallWindow, Counts, OpenedBy, Outcome, ProbeCounts,
    Refusal, RefusalReason,
};

const MS: u64 = 1_000_000;

/// A permit: the era it was given in, and which probe of the era it was.
#[derive(Debug, Clone, Copy)]
pub struct Permit {
    era: usize,
    probe: Option<usize>,
}

#[derive(Debug, Clone)]
struct Era {
    start: u64,
    cause: CallCause,
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Closed(Vec<Call>),
    Open { length: u64 },
    HalfOpen(Vec<Probe>),
}

#[derive(Debug, Clone, Copy)]
struct Call {
    at: u64,
    failed: bool,
    slow: bool,
}

#[derive(Debug, Clone, Copy)]
struct Probe {
    end: u64,
    result: Option<Outcome>,
}

/// All that ever happened.
#[derive(Debug, Clone)]
pub struct Model {
    config: CallConfig,
    eras: Vec<Era>,
    opened_by: Option<OpenedBy>,
    /// Results that came too late.
    pub stale: u64,
}

/// What the model can say about an instant; the fields are those of `CallStatus`.
#[derive(Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the status")]
pub struct Picture {
    pub phase: CallPhase,
    pub generation: u64,
    pub streak: u32,
    pub counts: Option<Counts>,
    pub remaining_ns: Option<u64>,
    pub opened_by: Option<OpenedBy>,
    pub probes: Option<ProbeCounts>,
    pub level: u32,
    pub stale: u64,
}

impl Model {
    /// A closed breaker.
    #[must_use]
    pub fn new(config: CallConfig) -> Self {
        let kind = Kind::Closed(Vec::new());
        let eras = vec![Era { start: 0, cause: CallCause::Commanded, kind }];
        Self { config, eras, opened_by: None, stale: 0 }
    }

    /// Asks for one call.
    pub fn acquire(&mut self, now: u64) -> (Result<Permit, Refusal>, [Option<CallChange>; 2]) {
        let lost = self.settle(now);
        let begun = (self.phase(now) == CallPhase::OpenDue)
            .then(|| self.change(CallCause::Due, now, Kind::HalfOpen(Vec::new())));
        (self.answer(now), [lost, begun])
    }

    fn answer(&mut self, now: u64) -> Result<Permit, Refusal> {
        let era = self.eras.len() - 1;
        let refuse = |reason, wait| Err(Refusal { by: Layer::Call, reason, retry_after: Some(wait) });
        let rule = self.config.half_open.clone();
        let counts = self.probes(now);
        let current = self.current_mut();
        match &mut current.kind {
            Kind::Closed(_) => Ok(Permit { era, probe: None }),
            Kind::Open { length } => refuse(RefusalReason::Open, current.start + *length - now),
            Kind::HalfOpen(probes) => {
                let counts = counts.expect("half open");
                let taken = counts.in_flight + counts.succeeded + counts.failed;
                if counts.in_flight < rule.in_flight && taken < rule.probes {
                    probes.push(Probe { end: now + rule.lease_ms * MS, result: None });
                    return Ok(Permit { era, probe: Some(probes.len() - 1) });
                }
                let out = probes.iter().filter(|probe| probe.result.is_none() && probe.end > now);
                refuse(RefusalReason::ProbesOut, out.map(|probe| probe.end - now).min().expect("one is out"))
            }
        }
    }

    /// A permit that nobody asked for.
    #[must_use]
    pub fn bypass(&self) -> Permit {
        Permit { era: self.eras.len() - 1, probe: None }
    }

    /// Whether slow calls count.
    #[must_use]
    pub fn knows_slow(&self) -> bool {
        self.config.window.as_ref().is_some_and(|window| window.slow_above_ms.is_some())
    }

    /// Takes an outcome. `None` if it is stale.
    pub fn record(
        &mut self,
        permit: Permit,
        outcome: Outcome,
        slow: bool,
        now: u64,
    ) -> Option<Option<CallChange>> {
        let neutral = matches!(outcome, Outcome::Ignored | Outcome::Cancelled);
        let failed = outcome == Outcome::Failure;
        let lost = self.clone().settle(now).is_some();
        let current = self.eras.len() - 1;
        if permit.era == current && !lost {
            match (&mut self.current_mut().kind, permit.probe) {
                (Kind::Closed(calls), None) => {
                    if !neutral {
                        calls.push(Call { at: now, failed, slow });
                    }
                    return Some(if neutral { None } else { self.judge(failed, slow, now) });
                }
                (Kind::HalfOpen(probes), Some(probe)) if probes[probe].end > now => {
                    let bad = outcome == Outcome::Success && slow;
                    probes[probe].result = Some(if bad { Outcome::Failure } else { outcome });
                    return Some(self.judge_round(now));
                }
                _ => {}
            }
        }
        self.stale += 1;
        None
    }

    fn judge(&mut self, failed: bool, slow: bool, now: u64) -> Option<CallChange> {
        let in_a_row = failed && self.config.consecutive_failures.is_some_and(|n| self.streak(now) >= n);
        let over = |bad: u64, total: u64, rate: Option<f64>| {
            #[expect(clippy::cast_possible_truncation, reason = "rates are whole millionths")]
            let parts = rate.map(|rate| (rate * 1e6).round() as i128);
            parts.is_some_and(|parts| i128::from(bad) * 1_000_000 > parts * i128::from(total))
        };
        let rates = self.config.window.as_ref().zip(self.counts(now)).filter(|_| failed || slow);
        let rates = rates.filter(|(rule, counts)| counts.total >= u64::from(rule.min_calls));
        let cause = match rates {
            _ if in_a_row => CallCause::Streak,
            Some((rule, n)) if over(n.failed, n.total, rule.failure_rate) => CallCause::Rate,
            Some((rule, n)) if over(n.slow, n.total, rule.slow_rate) => CallCause::SlowRate,
            _ => return None,
        };
        Some(self.open(cause, now))
    }

    fn judge_round(&mut self, now: u64) -> Option<CallChange> {
        let counts = self.probes(now).expect("half open");
        let rule = &self.config.half_open;
        let could = rule.probes - counts.failed;
        if counts.succeeded >= rule.successes {
            let change = self.change(CallCause::ProbesPassed, now, Kind::Closed(Vec::new()));
            self.opened_by = None;
            return Some(change);
        }
        (could < rule.successes).then(|| self.open(CallCause::ProbeFailed, now))
    }

    /// Ends a round of which too many probes are lost, at the end of the lease that was too many.
    pub fn settle(&mut self, now: u64) -> Option<CallChange> {
        let Kind::HalfOpen(probes) = &self.current().kind else { return None };
        let lost = probes.iter().filter(|probe| probe.result.is_none() && probe.end <= now);
        let mut ends: Vec<u64> = lost.map(|probe| probe.end).collect();
        ends.sort_unstable();
        let end = *ends.get(self.config.half_open.max_lost as usize)?;
        Some(self.open(CallCause::ProbesLost, end))
    }

    /// Opens it by command.
    pub fn trip(&mut self, now: u64) -> CallChange {
        let length = self.config.open_ms * MS;
        self.open_for(CallCause::Commanded, now, length)
    }

    /// Closes it by command.
    pub fn reset(&mut self, now: u64) -> Option<CallChange> {
        let was_closed = matches!(self.current().kind, Kind::Closed(_));
        let change = self.change(CallCause::Commanded, now, Kind::Closed(Vec::new()));
        self.opened_by = None;
        (!was_closed).then_some(change)
    }

    /// Stops and starts again: a round of probes is gone.
    pub fn restart(&mut self, now: u64) {
        self.settle(now);
        if matches!(self.current().kind, Kind::HalfOpen(_)) {
            self.change(CallCause::Commanded, now, Kind::Open { length: 0 });
        }
    }

    /// What it looks like at an instant.
    #[must_use]
    pub fn picture(&self, now: u64) -> Picture {
        let mut later = self.clone();
        later.settle(now);
        let phase = later.phase(now);
        let open = matches!(phase, CallPhase::Open | CallPhase::OpenDue);
        let current = later.current();
        Picture {
            phase,
            generation: later.eras.len() as u64 - 1,
            streak: later.streak(now),
            counts: later.counts(now),
            remaining_ns: open.then(|| (current.start + current.length()).saturating_sub(now)),
            opened_by: later.opened_by,
            probes: later.probes(now),
            level: later.level(now),
            stale: later.stale,
        }
    }

    fn open(&mut self, cause: CallCause, now: u64) -> CallChange {
        let length = self.length(self.level(now));
        self.open_for(cause, now, length)
    }

    fn open_for(&mut self, cause: CallCause, now: u64, length: u64) -> CallChange {
        let closed = matches!(self.current().kind, Kind::Closed(_));
        let counts = self.counts(now).filter(|_| closed);
        self.opened_by = Some(OpenedBy { cause, streak: self.streak(now), counts });
        self.change(cause, now, Kind::Open { length })
    }

    fn change(&mut self, cause: CallCause, now: u64, kind: Kind) -> CallChange {
        let from = self.phase(now);
        let counts = self.counts(now).filter(|_| from == CallPhase::Closed);
        let streak = self.streak(now);
        let open_for_ns = if let Kind::Open { length } = kind { Some(length) } else { None };
        self.eras.push(Era { start: now, cause, kind });
        CallChange { from, to: self.phase(now), cause, at_ns: now, open_for_ns, streak, counts }
    }

    fn phase(&self, now: u64) -> CallPhase {
        let current = self.current();
        match current.kind {
            Kind::Closed(_) => CallPhase::Closed,
            Kind::Open { length } if now - current.start < length => CallPhase::Open,
            Kind::Open { .. } => CallPhase::OpenDue,
            Kind::HalfOpen(_) => CallPhase::HalfOpen,
        }
    }

    fn streak(&self, now: u64) -> u32 {
        let Kind::Closed(calls) = &self.current().kind else { return 0 };
        let (mut streak, mut later) = (0, now);
        for call in calls.iter().rev() {
            let old = self.config.streak_ttl_ms.is_some_and(|ttl| later - call.at >= ttl * MS);
            if !call.failed || old {
                break;
            }
            (streak, later) = (streak + 1, call.at);
        }
        streak
    }

    fn counts(&self, now: u64) -> Option<Counts> {
        let rule = self.config.window.as_ref()?;
        let calls: &[Call] = if let Kind::Closed(calls) = &self.current().kind { calls } else { &[] };
        let live = calls.iter().enumerate().filter(|(i, call)| in_window(rule, calls, *i, call.at, now));
        let mut counts = Counts::default();
        for (_, call) in live {
            counts.total += 1;
            counts.failed += u64::from(call.failed);
            counts.slow += u64::from(call.slow);
        }
        Some(counts)
    }

    fn probes(&self, now: u64) -> Option<ProbeCounts> {
        let Kind::HalfOpen(probes) = &self.current().kind else { return None };
        let count = |wanted: &dyn Fn(&Probe) -> bool| {
            u32::try_from(probes.iter().filter(|probe| wanted(probe)).count()).expect("few")
        };
        Some(ProbeCounts {
            admitted: count(&|_| true),
            in_flight: count(&|probe| probe.result.is_none() && probe.end > now),
            succeeded: count(&|probe| probe.result == Some(Outcome::Success)),
            failed: count(&|probe| probe.result == Some(Outcome::Failure)),
            returned: count(&|probe| matches!(probe.result, Some(Outcome::Ignored | Outcome::Cancelled))),
            lost: count(&|probe| probe.result.is_none() && probe.end <= now),
        })
    }

    /// Doublings of the next open time, from all that happened.
    fn level(&self, now: u64) -> u32 {
        let Some(steps) = &self.config.escalation else { return 0 };
        let ends = self.eras.iter().skip(1).map(|era| era.start).chain([now]);
        let mut level = 0;
        for (era, end) in self.eras.iter().zip(ends) {
            match &era.kind {
                Kind::Closed(_) if era.cause == CallCause::Commanded => level = 0,
                Kind::Closed(_) => {
                    let healthy = (end - era.start) / (steps.healthy_ms * MS);
                    level = u32::try_from(u64::from(level).saturating_sub(healthy)).expect("less");
                }
                Kind::Open { .. } if era.cause == CallCause::Commanded => {}
                Kind::Open { .. } if self.length(level) < steps.max_open_ms * MS => level += 1,
                _ => {}
            }
        }
        level
    }

    fn length(&self, level: u32) -> u64 {
        let longest = self.config.escalation.as_ref().map_or(u64::MAX, |steps| steps.max_open_ms * MS);
        (0..level).fold(self.config.open_ms * MS, |length, _| length * 2).min(longest)
    }

    fn current(&self) -> &Era {
        self.eras.last().expect("there always is one")
    }

    fn current_mut(&mut self) -> &mut Era {
        self.eras.last_mut().expect("there always is one")
    }
}

impl Era {
    fn length(&self) -> u64 {
        if let Kind::Open { length } = self.kind { length } else { 0 }
    }
}

fn in_window(rule: &CallWindow, calls: &[Call], index: usize, at: u64, now: u64) -> bool {
    match (rule.calls, rule.time_ms) {
        (Some(most), _) => index + most as usize >= calls.len(),
        (None, time_ms) => {
            let width = time_ms.expect("one of the two") * MS / u64::from(rule.slices);
            let slice = |instant: u64| (instant - calls[0].at) / width;
            slice(now) - slice(at) < u64::from(rule.slices)
        }
    }
}
