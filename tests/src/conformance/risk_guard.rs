//! The upstream guard of losses, in the neutral names of the vectors.
//!
//! A row says which action is checked in which situation; what that may cost is upstream's business and worked out
//! here. Amounts are floats there and millionths here. Upstream forgives an excess of up to one millionth, so its limit
//! is ours less one.
//!
//! Upstream counts units beyond their limit and stops at the next check; we stop when it is passed. Rows that show it are
//! not all tagged with it.

use gate_core::breaker::Signed;
use gate_core::breaker::risk_budget::{
    Cost, Limit, RiskBudget, RiskCause, RiskChange, RiskLimits, RiskRefusal, RiskStop, Settlement,
};
use gate_core::{ErrorCode, GateError};
use serde::Deserialize;

use super::real::Real;
use super::{Outcome, Row};

#[derive(Deserialize)]
struct Fields {
    config: Config,
    events: Vec<Kind>,
    expect: Vec<Seen>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    loss_limit: Real,
    count_limit: Real,
    net: Option<Real>,
    count: Option<Real>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Kind {
    Check(Check),
    Count,
    Limits { loss_limit: Option<Real>, count_limit: Option<Real> },
    Outcome { net: Real, count: Option<Real> },
    StartUnit { unit_id: String, carry: Option<Real> },
    Reset,
}

#[derive(Deserialize)]
struct Check {
    action: Action,
    state: Situation,
    unit_id: Option<String>,
    #[serde(default)]
    dry_run: bool,
    commit: Option<bool>,
}

#[derive(Deserialize)]
struct Action {
    #[serde(rename = "type")]
    kind: String,
    amount: Option<Real>,
}

#[derive(Deserialize)]
struct Situation {
    unit_id: String,
    /// None for an actor that is not known.
    stack: Option<Real>,
    history: Vec<Past>,
}

#[derive(Deserialize)]
struct Past {
    actor: String,
    #[serde(flatten)]
    action: Action,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    ret: Option<Answer>,
    snapshot: Snapshot,
    stop_callbacks: u64,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    Check { allowed: bool, reason: Option<Reason> },
    Left(Real),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Snapshot {
    net: Real,
    drawdown: Real,
    count: Real,
    remaining_count: Real,
    remaining_loss: Real,
    exposure: Real,
    stopped: bool,
    reason: Option<Reason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reason {
    #[serde(rename = "type")]
    kind: String,
    threshold: Real,
    observed: Real,
    unit_id: Option<String>,
    pending: Option<Real>,
}

/// What a reason says, in our figures: kind, limit, observed, pending, unit.
type Said = (&'static str, Option<u64>, Option<u64>, Option<u64>, Option<String>);

/// A budget, and what the rows say of it beyond its figures: the unit at the time of a stop, and how many stops.
struct Run {
    budget: RiskBudget,
    unit: Option<String>,
    stopped_in: Option<String>,
    stops: u64,
}

/// Runs the events of a row, and compares the answer and the figures after each.
///
/// # Errors
/// When the row is malformed.
pub fn replay(row: &Row) -> serde_json::Result<Outcome> {
    let fields: Fields = row.fields()?;
    let mut run = match Run::begin(&fields.config) {
        Ok(run) => run,
        Err(error) => return Ok(Outcome::Different(format!("config: {error}"))),
    };
    for (number, (event, seen)) in fields.events.iter().zip(&fields.expect).enumerate() {
        let same = match run.happen(event, seen.ret.as_ref()) {
            Ok(answer) => answer.and(|| run.figures(seen)),
            Err(error) => Outcome::Different(error.to_string()),
        };
        match same {
            Outcome::Same => {}
            Outcome::Different(difference) => {
                return Ok(Outcome::Different(format!("event {number}: {difference}")));
            }
            departure => return Ok(departure),
        }
    }
    Ok(Outcome::of("number of answers", &fields.events.len(), &fields.expect.len()))
}

/// What upstream forgives.
const FORGIVEN: u64 = 1;

const LATE: &str = "breach_not_detected_until_next_check";

/// Upstream's 0 means "off"; other numbers that are no limit are refused.
fn limit(name: &str, value: Real, unit: f64) -> Result<Limit, GateError> {
    let forgiven = if name == "loss_limit" { FORGIVEN } else { 0 };
    match Real(value.0 * unit).amount() {
        Some(0) => Ok(Limit::Unlimited),
        Some(most) => Ok(Limit::AtMost(most + forgiven)),
        None => Err(GateError::new(ErrorCode::WrongValue, name, "a limit", format!("{value:?}"))),
    }
}

fn number(name: &str, value: Option<i64>) -> Result<i64, GateError> {
    value.ok_or_else(|| GateError::new(ErrorCode::NotFinite, name, "a number", "none"))
}

impl Run {
    fn begin(config: &Config) -> Result<Self, GateError> {
        let loss = limit("loss_limit", config.loss_limit, 1.0)?;
        let units = limit("count_limit", config.count_limit, 1e-6)?;
        let net = number("net", config.net.unwrap_or(Real(0.0)).millionths())?;
        let count = number("count", Real(config.count.map_or(0.0, |count| count.0) * 1e-6).millionths())?;
        let budget = RiskBudget::with(RiskLimits { loss, units }, net, count.unsigned_abs());
        Ok(Self { budget, unit: None, stopped_in: None, stops: 0 })
    }

    fn happen(&mut self, event: &Kind, ret: Option<&Answer>) -> Result<Outcome, GateError> {
        let change = match event {
            Kind::Check(check) => return Ok(self.check(check, ret)),
            Kind::Count => self.budget.count(1),
            Kind::Limits { loss_limit, count_limit } => {
                let mut limits = self.budget.limits();
                if let Some(loss) = loss_limit {
                    limits.loss = limit("loss_limit", *loss, 1.0)?;
                }
                if let Some(count) = count_limit {
                    limits.units = limit("count_limit", *count, 1e-6)?;
                }
                self.budget.set_limits(limits)
            }
            Kind::Outcome { net, count } => {
                let result = net.millionths().map_or(Settlement::Unknown, Settlement::Net);
                // A count below 0 counts nothing, there as here.
                let count = count.and_then(|count| Real(count.0 * 1e-6).amount()).unwrap_or(0);
                self.budget.settle(result, count)
            }
            Kind::StartUnit { unit_id, carry } => {
                self.unit = Some(unit_id.clone());
                // Upstream carries nothing where the carry is below 0.
                let carry = carry.map(|carry| Real(carry.0.max(0.0) + carry.0 * 0.0).amount());
                self.budget.start_unit(carry.unwrap_or(Some(0)).unwrap_or(u64::MAX))
            }
            Kind::Reset => {
                let signed = Signed::new("conformance", "the row says so")?;
                self.stopped_in = None;
                Some(self.budget.reset(&signed))
            }
        };
        if let Some(RiskChange::Stopped(_)) = change {
            self.stopped(self.unit.clone());
        }
        let left = self.budget.status().remaining_units;
        Ok(match ret {
            None => Outcome::Same,
            Some(Answer::Left(expected)) => Outcome::of("ret", &whole(*expected), &left),
            Some(Answer::Check { .. }) => Outcome::Different("an answer to no check".to_owned()),
        })
    }

    fn stopped(&mut self, unit: Option<String>) {
        self.stopped_in = unit;
        self.stops += 1;
    }

    fn check(&mut self, check: &Check, ret: Option<&Answer>) -> Outcome {
        let cost = cost(&check.action, &check.state);
        let before = self.budget.stop();
        let answer = if check.dry_run { self.budget.propose(cost) } else { self.budget.commit(cost) };
        if let (Ok(()), Cost::AtMost(cost), Some(false)) =
            (answer, cost, check.commit.filter(|_| !check.dry_run))
        {
            self.budget.release(cost);
        }
        let unit = check.unit_id.clone().or_else(|| self.unit.clone());
        if before.is_none() && self.budget.stop().is_some() {
            self.stopped(unit.or_else(|| Some(check.state.unit_id.clone())));
        }
        let Some(Answer::Check { allowed, reason }) = ret else {
            return Outcome::Different("a check without an answer".to_owned());
        };
        let refused = match answer {
            Err(RiskRefusal::Stopped(stop)) => said(&stop, self.stopped_in.as_ref()),
            Err(RiskRefusal::Breach(_)) => {
                self.budget.stop().and_then(|stop| said(&stop, self.stopped_in.as_ref()))
            }
            _ => None,
        };
        Outcome::of("allowed", allowed, &answer.is_ok())
            .and(|| Outcome::of("reason", &reason.as_ref().and_then(theirs), &refused))
    }

    /// Whether more units were counted than the limit allows, not only proposed.
    fn counted_beyond(&self) -> bool {
        matches!(self.budget.limits().units, Limit::AtMost(most) if self.budget.status().units > most)
    }

    fn figures(&self, seen: &Seen) -> Outcome {
        let (ours, upstream) = (self.budget.status(), &seen.snapshot);
        if ours.stop.is_some() && !upstream.stopped && self.counted_beyond() {
            return Outcome::Departure(LATE);
        }
        let stop = ours.stop.and_then(|stop| said(&stop, self.stopped_in.as_ref()));
        let left = ours.remaining_loss.map(|left| left.saturating_sub(FORGIVEN));
        Outcome::of("net", &upstream.net.millionths(), &Some(ours.net))
            .and(|| Outcome::of("drawdown", &upstream.drawdown.amount(), &Some(ours.spent)))
            .and(|| Outcome::of("count", &whole(upstream.count), &Some(ours.units)))
            .and(|| Outcome::of("remaining count", &whole(upstream.remaining_count), &ours.remaining_units))
            .and(|| Outcome::of("remaining loss", &upstream.remaining_loss.amount(), &left))
            .and(|| Outcome::of("exposure", &upstream.exposure.amount(), &Some(ours.committed)))
            .and(|| Outcome::of("stopped", &upstream.stopped, &ours.stop.is_some()))
            .and(|| Outcome::of("reason", &upstream.reason.as_ref().and_then(theirs), &stop))
            .and(|| Outcome::of("stops", &seen.stop_callbacks, &self.stops))
    }
}

fn whole(number: Real) -> Option<u64> {
    Real(number.0 * 1e-6).amount()
}

fn theirs(reason: &Reason) -> Option<Said> {
    let unit = reason.unit_id.clone();
    match reason.kind.as_str() {
        "bankroll" => {
            let pending = reason.pending.and_then(Real::amount);
            Some(("loss", reason.threshold.amount(), reason.observed.amount(), pending, unit))
        }
        "session" => Some(("units", whole(reason.threshold), whole(reason.observed), None, unit)),
        _ => None,
    }
}

/// Ours in the same form. Upstream counts the units begun, we count the one proposed as well.
fn said(stop: &RiskStop, unit: Option<&String>) -> Option<Said> {
    let all =
        |kind, limit, observed, pending| Some((kind, Some(limit), Some(observed), pending, unit.cloned()));
    match (stop.first, stop.breaches.loss, stop.breaches.units) {
        (RiskCause::Loss, Some(loss), _) => {
            all("loss", loss.limit - FORGIVEN, loss.observed, Some(loss.pending))
        }
        (RiskCause::Units, _, Some(units)) => all("units", units.limit, units.observed - units.pending, None),
        _ => None,
    }
}

/// What an action may cost: a call what is to be called, a raise what it adds to one's own last amount, both no more
/// than there is.
fn cost(action: &Action, state: &Situation) -> Cost {
    let paid = |past: &&Past| ["call", "raise"].contains(&past.action.kind.as_str());
    let last = |own: bool| {
        let past = state.history.iter().filter(paid).rfind(|past| (past.actor == "self") == own);
        past.map_or(Some(0), |past| past.action.amount.map_or(Some(0), Real::amount))
    };
    let above = |amount: Option<u64>| Some(amount?.saturating_sub(last(true)?));
    let wanted = match (action.kind.as_str(), action.amount) {
        ("fold" | "check", _) => return Cost::AtMost(0),
        ("call", Some(amount)) => amount.amount(),
        ("call", None) => above(last(false)),
        ("raise", Some(amount)) => above(amount.amount()),
        ("raise", None) => Some(0),
        _ => None,
    };
    match (wanted, state.stack.and_then(Real::amount)) {
        (Some(wanted), Some(stack)) => Cost::AtMost(wanted.min(stack)),
        _ => Cost::Unknown,
    }
}
