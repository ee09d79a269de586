//! Turns a policy document into a policy, or says which two statements cannot both be meant.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::iter;

use super::super::gate::Gate;
use super::super::snapshot::check_name;
use super::super::trigger::Trigger;
use super::document::{GateDoc, MetricDoc, PolicyDoc, SCHEMA, StageDoc, TriggerDoc, Unit};
use super::{Metric, Policy, STALE_REASON, Stage};
use crate::bounds::{MAX_METRICS, MAX_RULES, MAX_STAGES, MAX_WINDOW_MINUTES};
use crate::document::{Table, field, nearest, quoted};
use crate::quantity::shown;
use crate::time::Span;
use crate::{ErrorCode, GateError};

/// Minutes that a missing stretch may last inside a breaching run when the policy does not say.
///
/// The longest persistence of the runbook's triggers: a gap shorter than the evidence that a trigger
/// needs does not split it.
const DEFAULT_BRIDGE_MINUTES: u32 = 15;

impl TryFrom<PolicyDoc> for Policy {
    type Error = GateError;

    fn try_from(mut doc: PolicyDoc) -> Result<Self, GateError> {
        check_head(&doc)?;
        fill_defaults(&mut doc)?;
        let metrics = doc
            .metrics
            .0
            .iter()
            .map(|(name, metric)| check_metric(name, metric))
            .collect::<Result<Vec<_>, _>>()?;
        let stages = check_stages(&doc.stages, doc.window_minutes)?;
        let names = Names { metrics: &metrics, stages: &stages };
        let gates = rules("gates", &doc.gates, |rule, path| names.gate(rule, path))?;
        let window = doc.window_minutes;
        let triggers = rules("triggers", &doc.triggers, |rule, path| names.trigger(rule, path, window))?;
        check_reasons(&gates, &triggers, &stages)?;
        check_order_of_limits(&gates, &triggers)?;
        check_every_stage_has_a_gate(&gates, &stages)?;
        let span =
            |given: &Option<Span>, otherwise| given.clone().unwrap_or_else(|| Span::from_minutes(otherwise));
        let max_age = span(&doc.max_age, 2 * window);
        let max_bridge = span(&doc.max_bridge, DEFAULT_BRIDGE_MINUTES);
        Ok(Self { doc, metrics, stages, gates, triggers, max_age, max_bridge })
    }
}

fn refuse<T>(
    code: ErrorCode,
    path: impl Into<String>,
    expected: impl Into<String>,
    found: impl ToString,
) -> Result<T, GateError> {
    Err(GateError::new(code, path, expected, found))
}

fn check_head(doc: &PolicyDoc) -> Result<(), GateError> {
    if doc.schema_version != SCHEMA {
        return refuse(
            ErrorCode::SchemaVersion,
            "schema_version",
            format!("`{SCHEMA}`"),
            quoted(&doc.schema_version),
        );
    }
    check_name(&doc.name, "name")?;
    if !(1..=MAX_WINDOW_MINUTES).contains(&doc.window_minutes) {
        let expected = format!("a whole number of minutes in 1..={MAX_WINDOW_MINUTES}");
        return refuse(ErrorCode::WrongValue, "window_minutes", expected, doc.window_minutes);
    }
    let sizes = [
        ("metrics", doc.metrics.0.len(), MAX_METRICS),
        ("stages", doc.stages.0.len(), MAX_STAGES),
        ("gates", doc.gates.len(), MAX_RULES),
        ("triggers", doc.triggers.len(), MAX_RULES),
    ];
    for (path, size, most) in sizes {
        if size > most {
            return refuse(ErrorCode::InputTooLarge, path, format!("at most {most} entries"), size);
        }
    }
    if doc.metrics.0.is_empty() {
        return refuse(ErrorCode::NoMetrics, "metrics", "at least one metric", "none");
    }
    if doc.gates.is_empty() {
        return refuse(ErrorCode::NoRules, "gates", "at least one gate", "none");
    }
    if doc.stages.0.is_empty() {
        return refuse(ErrorCode::NoRules, "stages", "at least one stage", "none");
    }
    Ok(())
}

/// Writes every default into the document.
fn fill_defaults(doc: &mut PolicyDoc) -> Result<(), GateError> {
    let window = doc.window_minutes;
    doc.max_age.get_or_insert_with(|| Span::from_minutes(2 * window));
    doc.max_bridge.get_or_insert_with(|| Span::from_minutes(DEFAULT_BRIDGE_MINUTES));
    for (name, metric) in &mut doc.metrics.0 {
        if let Some(floor) = metric.min_samples.filter(|floor| metric.safety && *floor > 0) {
            let path = field(&field("metrics", name), "min_samples");
            let expected = "no sample floor for a safety metric, which counts at its first occurrence";
            return refuse(ErrorCode::Contradiction, path, expected, floor);
        }
        metric.min_samples.get_or_insert(if metric.safety { 0 } else { default_floor(metric.unit) });
    }
    Ok(())
}

/// The fewest requests that make a value believable when the policy does not say.
///
/// 200 for latencies: a p95 needs 10 / (1 - 0.95) requests (the rule that `CloudWatch` applies to percentiles).
/// 100 for rates: below it one request moves the rate by more than the runbook's error limit of 1 %.
const fn default_floor(unit: Unit) -> u64 {
    match unit {
        Unit::Ms => 200,
        Unit::Ratio => 100,
        Unit::Count => 0,
    }
}

fn check_metric(name: &str, doc: &MetricDoc) -> Result<Metric, GateError> {
    check_name(name, "metrics")?;
    let min_samples = doc.min_samples.unwrap_or(0);
    Ok(Metric { name: name.to_string(), unit: doc.unit, safety: doc.safety, min_samples })
}

fn check_stages(table: &Table<StageDoc>, window: u32) -> Result<Vec<Stage>, GateError> {
    let mut stages = Vec::with_capacity(table.0.len());
    for (index, (name, doc)) in table.0.iter().enumerate() {
        check_name(name, "stages")?;
        if doc.clean_for.minutes() % window != 0 {
            let path = field(&field("stages", name), "clean_for");
            return refuse(
                ErrorCode::NotAMultiple,
                path,
                format!("a multiple of {window} minutes"),
                &doc.clean_for,
            );
        }
        check_next(table, name, doc.next.as_deref())?;
        stages.push(Stage {
            index,
            name: name.clone(),
            clean_for: doc.clean_for.clone(),
            next: doc.next.clone(),
        });
    }
    Ok(stages)
}

/// `next` must name a stage, and following it must come to an end.
fn check_next(table: &Table<StageDoc>, name: &str, next: Option<&str>) -> Result<(), GateError> {
    let path = || field(&field("stages", name), "next");
    let stage = |wanted: &str| table.0.iter().find(|(known, _)| known == wanted).map(|(_, doc)| doc);
    if let Some(unknown) = next.filter(|next| stage(next).is_none()) {
        return refuse(ErrorCode::UnknownStage, path(), "a stage of the policy", quoted(unknown));
    }
    // A name further on that is no stage ends the walk here and is refused at the stage that gives it.
    let follow = |at: &&str| stage(at).and_then(|doc| doc.next.as_deref());
    if iter::successors(next, follow).nth(table.0.len()).is_some() {
        return refuse(ErrorCode::Contradiction, path(), "stages that come to an end", "a cycle");
    }
    Ok(())
}

fn rules<D, R>(
    list: &str,
    docs: &[D],
    check: impl Fn(&D, &str) -> Result<R, GateError>,
) -> Result<Vec<R>, GateError> {
    docs.iter().enumerate().map(|(index, doc)| check(doc, &format!("{list}[{index}]"))).collect()
}

/// What rules may refer to.
struct Names<'a> {
    metrics: &'a [Metric],
    stages: &'a [Stage],
}

impl Names<'_> {
    fn gate(&self, doc: &GateDoc, path: &str) -> Result<Gate, GateError> {
        check_name(&doc.reason, &format!("{path}.reason"))?;
        let (metric, known) = self.metric(&doc.metric, path)?;
        check_limit(doc.at_most, known.unit, &format!("{path}.at_most"))?;
        Ok(Gate {
            rule: path.to_string(),
            metric,
            name: doc.metric.clone(),
            stage: self.stage(doc.stage.as_deref(), path)?,
            at_most: doc.at_most,
            reason: doc.reason.clone(),
        })
    }

    fn trigger(&self, doc: &TriggerDoc, path: &str, window: u32) -> Result<Trigger, GateError> {
        check_name(&doc.reason, &format!("{path}.reason"))?;
        let (metric, known) = self.metric(&doc.metric, path)?;
        check_limit(doc.above, known.unit, &format!("{path}.above"))?;
        if known.safety && doc.excused_by_drill {
            let path = format!("{path}.excused_by_drill");
            return refuse(ErrorCode::Contradiction, path, "false for a safety metric", true);
        }
        Ok(Trigger {
            rule: path.to_string(),
            metric,
            name: doc.metric.clone(),
            stage: self.stage(doc.stage.as_deref(), path)?,
            above: doc.above,
            needed: needed_windows(doc, window, path)?,
            excused_by_drill: doc.excused_by_drill,
            reason: doc.reason.clone(),
        })
    }

    fn metric(&self, name: &str, path: &str) -> Result<(usize, &Metric), GateError> {
        let found = self.metrics.iter().enumerate().find(|(_, metric)| metric.name == name);
        found.ok_or_else(|| {
            let near = nearest(name, self.metrics.iter().map(|metric| metric.name.as_str()));
            let expected = near.map_or_else(
                || "a metric that `metrics` declares".to_string(),
                |near| format!("a metric that `metrics` declares, like `{near}`"),
            );
            GateError::new(ErrorCode::UnknownMetric, format!("{path}.metric"), expected, quoted(name))
        })
    }

    fn stage(&self, name: Option<&str>, path: &str) -> Result<Option<usize>, GateError> {
        let Some(name) = name else { return Ok(None) };
        match self.stages.iter().find(|stage| stage.name == name) {
            Some(stage) => Ok(Some(stage.index)),
            None => refuse(
                ErrorCode::UnknownStage,
                format!("{path}.stage"),
                "a stage of the policy",
                quoted(name),
            ),
        }
    }
}

/// Refuses limits that a metric of this unit can never be compared with in earnest.
fn check_limit(limit: f64, unit: Unit, path: &str) -> Result<(), GateError> {
    if !limit.is_finite() {
        return refuse(ErrorCode::NotFinite, path, "a finite limit", shown(limit));
    }
    if unit.range().contains(&limit) {
        return Ok(());
    }
    refuse(ErrorCode::OutOfRange, path, unit.expected(), shown(limit))
}

/// How many windows in a row must breach: `minutes` are rounded up to whole windows.
fn needed_windows(doc: &TriggerDoc, window: u32, path: &str) -> Result<usize, GateError> {
    let (field, count) = match (doc.windows, doc.minutes) {
        (Some(windows), None) => ("windows", windows),
        (None, Some(minutes)) => ("minutes", minutes),
        (None, None) => return refuse(ErrorCode::MissingField, path, "`windows` or `minutes`", "neither"),
        (Some(_), Some(_)) => {
            return refuse(ErrorCode::ConflictingFields, path, "`windows` or `minutes`", "both");
        }
    };
    if count == 0 || count > crate::bounds::MAX_DURATION_MINUTES {
        return refuse(ErrorCode::WrongValue, format!("{path}.{field}"), "a count from 1 to 527040", count);
    }
    let windows = if field == "windows" { count } else { count.div_ceil(window) };
    Ok(windows as usize)
}

fn check_reasons(gates: &[Gate], triggers: &[Trigger], stages: &[Stage]) -> Result<(), GateError> {
    let mut seen: Vec<(String, String)> =
        stages.iter().map(|stage| (Policy::clean_reason(stage), "the clean period".to_string())).collect();
    seen.push((STALE_REASON.to_string(), "stale snapshots".to_string()));
    let gates = gates.iter().map(|gate| (&gate.reason, &gate.rule));
    let triggers = triggers.iter().map(|trigger| (&trigger.reason, &trigger.rule));
    for (reason, rule) in gates.chain(triggers) {
        if let Some((_, owner)) = seen.iter().find(|(known, _)| known == reason) {
            let found = format!("{}, the reason of {owner}", quoted(reason));
            return refuse(
                ErrorCode::DuplicateReason,
                format!("{rule}.reason"),
                "a reason of its own",
                found,
            );
        }
        seen.push((reason.clone(), rule.clone()));
    }
    Ok(())
}

/// A value between a trigger's limit and a higher gate limit would roll back and pass at once.
fn check_order_of_limits(gates: &[Gate], triggers: &[Trigger]) -> Result<(), GateError> {
    for gate in gates {
        let overlaps = |trigger: &&Trigger| {
            let same_stage = match (gate.stage, trigger.stage) {
                (Some(gate), Some(trigger)) => gate == trigger,
                _ => true,
            };
            same_stage && trigger.metric == gate.metric && gate.at_most > trigger.above
        };
        if let Some(trigger) = triggers.iter().find(overlaps) {
            let expected = format!("at most {}, the limit of {}", shown(trigger.above), trigger.rule);
            let path = format!("{}.at_most", gate.rule);
            return refuse(ErrorCode::Contradiction, path, expected, shown(gate.at_most));
        }
    }
    Ok(())
}

fn check_every_stage_has_a_gate(gates: &[Gate], stages: &[Stage]) -> Result<(), GateError> {
    for stage in stages {
        if !gates.iter().any(|gate| gate.stage.is_none_or(|only| only == stage.index)) {
            let path = field("stages", &stage.name);
            return refuse(ErrorCode::NoRules, path, "at least one gate for the stage", "none");
        }
    }
    Ok(())
}

impl Unit {
    /// The values that are possible in this unit.
    pub(crate) const fn range(self) -> core::ops::RangeInclusive<f64> {
        match self {
            Self::Ratio => 0.0..=1.0,
            Self::Ms | Self::Count => 0.0..=f64::MAX,
        }
    }

    /// The same for messages.
    pub(crate) const fn expected(self) -> &'static str {
        match self {
            Self::Ms => "milliseconds of 0 or more",
            Self::Ratio => "a ratio in 0..=1",
            Self::Count => "a count of 0 or more",
        }
    }
}
