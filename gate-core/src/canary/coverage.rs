//! The clean period: whether every window of it is there, measured and free of drills.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::align::Aligned;
use super::policy::{Metric, Policy};
use super::series::Series;
use super::verdict::Coverage;
use crate::time::human_minutes;
use crate::{Finding, FindingCode};

/// How much clean time ends at the decision instant, given the last slot that breached a gate.
pub(super) fn measure(aligned: &Aligned<'_>, last_breach: Option<usize>) -> Coverage {
    let finished = aligned.finished();
    // A window that is not there yet is not clean, so nothing before it counts.
    let late = aligned.decided > finished.end;
    let clean = if late { 0 } else { finished.end - clean_since(aligned, last_breach) };
    let needed_minutes = aligned.minutes(aligned.needed());
    let clean_minutes = aligned.minutes(clean);
    Coverage {
        needed_minutes,
        clean_minutes,
        still_needed_minutes: needed_minutes.saturating_sub(clean_minutes),
        since: if clean > 0 { aligned.time_of(finished.end - clean) } else { None },
    }
}

/// The first slot of the clean stretch at the end of the finished ones; their end if the last is not clean.
fn clean_since(aligned: &Aligned<'_>, last_breach: Option<usize>) -> usize {
    let finished = aligned.finished();
    let holes = aligned.used().filter_map(|(_, series)| last_hole(series, &finished));
    let drills = aligned.snapshot.drills.iter().filter_map(|drill| {
        let touched = aligned.touched(drill);
        (touched.start < finished.end).then(|| touched.end.min(finished.end).checked_sub(1)).flatten()
    });
    let last_bad = last_breach.into_iter().chain(holes).chain(drills).max();
    last_bad.map_or(finished.start, |slot| (slot + 1).max(finished.start))
}

fn last_hole(series: &Series<'_>, finished: &Range<usize>) -> Option<usize> {
    if series.is_absent() {
        return finished.end.checked_sub(1);
    }
    if !series.has_holes() {
        return None;
    }
    series
        .believed()
        .get(finished.clone())?
        .iter()
        .rposition(|value| value.is_nan())
        .map(|slot| slot + finished.start)
}

/// What keeps the clean period from being complete, besides breached gates.
pub(super) fn findings(aligned: &Aligned<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.extend(short(aligned));
    findings.extend(late(aligned));
    for (metric, series) in aligned.used() {
        findings.extend(absent(aligned, metric, series));
        findings.extend(missing(aligned, metric, series));
        findings.extend(insufficient(aligned, metric, series));
    }
    findings.extend(drilled(aligned));
    findings
}

/// The slots from the start of the clean period up to the first window of the stage.
fn short(aligned: &Aligned<'_>) -> Option<Finding> {
    let there = aligned.decided.saturating_sub(aligned.first);
    let count = aligned.needed().checked_sub(there).filter(|count| *count > 0)?;
    let (needed, there) = (aligned.minutes(aligned.needed()), aligned.minutes(there));
    Some(Finding {
        observed: Some(float(there)),
        limit: Some(float(needed)),
        would_pass_if: format!(
            "the stage has run for {} ({} are there)",
            aligned.stage.clean_for,
            human_minutes(there)
        ),
        ..blank(aligned, FindingCode::CoverageShort, count)
    })
}

/// The slots after the last window up to the decision instant.
fn late(aligned: &Aligned<'_>) -> Option<Finding> {
    let count = aligned.decided.checked_sub(aligned.slots).filter(|count| *count > 0)?;
    let late = aligned.minutes(count);
    Some(Finding {
        from: aligned.time_of(aligned.slots),
        to: aligned.time_of(aligned.decided),
        observed: Some(float(late)),
        limit: Some(0.0),
        would_pass_if: format!(
            "the snapshot reaches the decision instant (its last {} are not there)",
            human_minutes(late)
        ),
        ..blank(aligned, FindingCode::CoverageLate, count)
    })
}

fn absent(aligned: &Aligned<'_>, metric: &Metric, series: &Series<'_>) -> Option<Finding> {
    series.is_absent().then(|| Finding {
        metric: Some(metric.name.clone()),
        would_pass_if: format!("the snapshot has `metrics.{}`", metric.name),
        ..blank(aligned, FindingCode::MetricAbsent, aligned.period().len())
    })
}

fn missing(aligned: &Aligned<'_>, metric: &Metric, series: &Series<'_>) -> Option<Finding> {
    if !series.summary().has_missing() || series.is_absent() {
        return None;
    }
    let is_hole = |slot: &usize| series.measured().get(*slot).is_none_or(|value| value.is_nan());
    let slots: Vec<usize> = aligned.period().filter(is_hole).collect();
    let finding = over(aligned, FindingCode::WindowMissing, &slots)?;
    Some(Finding {
        metric: Some(metric.name.clone()),
        would_pass_if: format!("{} has a value in every window of the clean period", metric.name),
        ..finding
    })
}

fn insufficient(aligned: &Aligned<'_>, metric: &Metric, series: &Series<'_>) -> Option<Finding> {
    let believed = series.believed();
    let doubted = |slot: &usize| {
        let measured = series.measured().get(*slot).is_some_and(|value| !value.is_nan());
        measured && believed.get(*slot).is_some_and(|value| value.is_nan())
    };
    if !series.has_doubts() {
        return None;
    }
    let slots: Vec<usize> = aligned.period().filter(doubted).collect();
    let finding = over(aligned, FindingCode::WindowInsufficient, &slots)?;
    let fewest = slots.iter().filter_map(|slot| aligned.samples_in(*slot)).min();
    Some(Finding {
        metric: Some(metric.name.clone()),
        observed: fewest.map(float),
        limit: Some(float(metric.min_samples)),
        would_pass_if: format!(
            "every window of the clean period has {} requests or more",
            metric.min_samples
        ),
        ..finding
    })
}

fn drilled(aligned: &Aligned<'_>) -> Option<Finding> {
    if aligned.snapshot.drills.is_empty() {
        return None;
    }
    let touched: Vec<Range<usize>> =
        aligned.snapshot.drills.iter().map(|drill| aligned.touched(drill)).collect();
    let in_drill = |slot: &usize| touched.iter().any(|range| range.contains(slot));
    let slots: Vec<usize> = aligned.period().filter(in_drill).collect();
    let finding = over(aligned, FindingCode::WindowDrilled, &slots)?;
    Some(Finding { would_pass_if: String::from("no window of the clean period touches a drill"), ..finding })
}

/// A finding about some slots of the clean period; none if there are no slots.
fn over(aligned: &Aligned<'_>, code: FindingCode, slots: &[usize]) -> Option<Finding> {
    let (first, last) = (*slots.first()?, *slots.last()?);
    Some(Finding {
        windows: aligned.windows(first, last),
        from: aligned.time_of(first),
        to: aligned.time_of(last + 1),
        ..blank(aligned, code, slots.len())
    })
}

fn blank(aligned: &Aligned<'_>, code: FindingCode, count: usize) -> Finding {
    Finding {
        code,
        reason: Policy::clean_reason(aligned.stage),
        rule: None,
        metric: None,
        windows: None,
        count,
        from: None,
        to: None,
        observed: None,
        limit: None,
        run_minutes: None,
        needed_minutes: Some(aligned.minutes(aligned.needed())),
        would_pass_if: String::new(),
    }
}

/// Minutes and requests of accepted inputs are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "bounded by `bounds`, and by 2^53 for counts")]
pub(super) const fn float(count: u64) -> f64 {
    count as f64
}
