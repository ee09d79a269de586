//! The sentences that text and Markdown share.

use alloc::format;
use alloc::string::{String, ToString};

use crate::canary::Excuse;
use crate::quantity::shown;
use crate::time::{count_windows, human_minutes};
use crate::{Decision, Finding, FindingCode, Verdict};

/// What was decided, and what that asks for.
pub(super) fn headline(verdict: &Verdict) -> String {
    match (verdict.decision, &verdict.next_stage) {
        (Decision::Promote, Some(next)) => format!("go on to {next}"),
        (Decision::Promote, None) => "the rollout is complete".to_string(),
        (Decision::Hold, _) => "stay at this stage".to_string(),
        (Decision::Rollback, _) => "shift the traffic back to the baseline".to_string(),
    }
}

/// What was judged: `8 windows of 5m by tsfm-canary at 2026-11-21T09:40:00Z (engine 0.1.0)`.
pub(super) fn basis(verdict: &Verdict) -> String {
    let at = verdict.decided_at.as_ref().map_or(String::new(), |at| format!(" at {at}"));
    let length = human_minutes(u64::from(verdict.window_minutes));
    let windows = count_windows(verdict.windows);
    format!("{windows} of {length} by {}{at} (engine {})", verdict.policy, verdict.engine)
}

/// How much clean time is there: `25m of 30m since 2026-11-21T09:15:00Z, 5m still needed`.
pub(super) fn coverage(verdict: &Verdict) -> String {
    let coverage = &verdict.coverage;
    let since = coverage.since.as_ref().map_or(String::new(), |since| format!(" since {since}"));
    let there = format!(
        "{} of {}{since}",
        human_minutes(coverage.clean_minutes),
        human_minutes(coverage.needed_minutes)
    );
    match coverage.still_needed_minutes {
        0 => there,
        needed => format!("{there}, {} still needed", human_minutes(needed)),
    }
}

/// What was observed, against which limit and when.
pub(super) fn observation(finding: &Finding) -> String {
    let what = match finding.code {
        FindingCode::TriggerFired | FindingCode::GateExceeded => exceeded(finding),
        FindingCode::WindowMissing => {
            format!("{} has no value", metric(finding))
        }
        FindingCode::MetricAbsent => format!("{} is not in the snapshot", metric(finding)),
        FindingCode::WindowInsufficient => format!(
            "{} rests on {} requests where {} are needed",
            metric(finding),
            number(finding.observed),
            number(finding.limit)
        ),
        FindingCode::WindowDrilled => "a drill was held".to_string(),
        FindingCode::CoverageShort => format!(
            "{} of {} minutes are there since the stage began",
            number(finding.observed),
            number(finding.limit)
        ),
        FindingCode::CoverageLate => format!(
            "the last {} minutes before the decision are not there{}",
            number(finding.observed),
            finding.from.as_deref().map_or(String::new(), |from| format!(" (from {from})"))
        ),
        FindingCode::Stale => format!(
            "the last window ended {} minutes before the decision, the limit is {}",
            finding.observed.map_or_else(String::new, rounded),
            number(finding.limit)
        ),
    };
    // Age and coverage are about time, not about windows that are there.
    if matches!(finding.code, FindingCode::CoverageShort | FindingCode::CoverageLate | FindingCode::Stale) {
        return what;
    }
    match place(finding.count, finding.windows, finding.from.as_deref().zip(finding.to.as_deref())) {
        Some(place) => format!("{what} in {place}"),
        None => what,
    }
}

/// What a drill excused, why, and who answers for it.
pub(super) fn excuse(excuse: &Excuse) -> String {
    let place = place(excuse.count, excuse.windows, None).unwrap_or_else(|| count_windows(excuse.count));
    format!(
        "{} {} > {} in {place}: drill {} to {} by {}, {}",
        excuse.metric,
        shown(excuse.observed),
        shown(excuse.limit),
        excuse.drill_from,
        excuse.drill_to,
        excuse.author,
        excuse.drill_reason,
    )
}

/// Text from outside on one line, so that it can neither forge a line nor steer a terminal.
pub(super) fn tame(text: &str) -> String {
    let harmless =
        |c: char| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if harmless(c) { c.to_string() } else { c.escape_unicode().to_string() }).collect()
}

fn exceeded(finding: &Finding) -> String {
    let (observed, limit) = (number(finding.observed), number(finding.limit));
    let worst = format!("{} {observed} > {limit}", metric(finding));
    match (finding.run_minutes, finding.needed_minutes) {
        (Some(run), Some(needed)) => {
            format!("{worst} for {} in a row (fires at {})", human_minutes(run), human_minutes(needed))
        }
        _ => worst,
    }
}

fn metric(finding: &Finding) -> &str {
    finding.metric.as_deref().unwrap_or("a metric")
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "no".to_string(), shown)
}

/// Minutes with one decimal: the age of a snapshot is seldom whole.
fn rounded(minutes: f64) -> String {
    format!("{minutes:.1}")
}

/// Where it was seen: `windows 1-3`, or `2 of windows 1-3`, with the times of a dated snapshot.
fn place(count: usize, windows: Option<[usize; 2]>, times: Option<(&str, &str)>) -> Option<String> {
    let indices = windows.map(|[first, last]| match (first == last, count > last - first) {
        (true, _) => format!("window {first}"),
        (false, true) => format!("windows {first}-{last}"),
        (false, false) => format!("{count} of windows {first}-{last}"),
    });
    match (indices, times) {
        (Some(indices), Some((from, to))) => Some(format!("{indices} ({from} to {to})")),
        (None, Some((from, to))) => Some(format!("{} ({from} to {to})", count_windows(count))),
        (indices, None) => indices,
    }
}
