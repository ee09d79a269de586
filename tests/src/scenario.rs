//! Snapshots, stages and instants made from bytes, with values at and around the limits.

use gate_core::time::{Instant, format_instant, minutes, parse_instant};
use serde_json::{Map, Value, json};

/// The metrics of the built-in policy, in its order.
pub const METRICS: [&str; 5] =
    ["p95_latency_ms", "error_rate", "fallback_rate", "breaker_open_rate", "invalid_output_rate"];

/// The stages of the built-in policy with the windows that they need.
pub const STAGES: [(&str, usize); 3] = [("canary_5", 6), ("canary_25", 12), ("full_100", 288)];

/// One snapshot of the built-in policy's windows, as plain as it can be.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The stage, as an index into [`STAGES`].
    pub stage: usize,
    /// One row per window, oldest first: the slot on the grid, the values of [`METRICS`], the requests.
    pub windows: Vec<Window>,
    /// True if the windows have times.
    pub dated: bool,
    /// Minutes after the first window at which the stage began.
    pub stage_started: Option<u64>,
    /// Minutes after the first window at which the decision is made.
    pub now: Option<u64>,
    /// Drills in minutes after the first window, with the metric they disturb.
    pub drills: Vec<(u64, u64, usize)>,
    /// True if requests were counted.
    pub counted: bool,
}

/// One window.
#[derive(Debug, Clone)]
pub struct Window {
    /// Its place on the grid.
    pub slot: usize,
    /// The values of [`METRICS`].
    pub values: [Option<f64>; 5],
    /// The requests.
    pub samples: u64,
}

/// Reads choices from bytes; 0 when they are used up.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let (first, rest) = self.0.split_first().map_or((0, self.0), |(first, rest)| (*first, rest));
        self.0 = rest;
        first
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.byte()) % bound
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == bound - 1
    }

    /// A value at or around the limits of a metric, or none.
    fn value(&mut self, metric: usize) -> Option<f64> {
        let values: &[f64] = match metric {
            0 => &[300.0, 301.0, 400.0, 401.0, 900.0, 0.0],
            1 => &[0.01, 0.011, 0.02, 0.021, 0.5, 0.0],
            2 => &[0.08, 0.1, 0.2, 0.21, 0.9, 0.09],
            3 => &[0.3, 0.31, 0.9, 0.5, 0.01, 0.0],
            _ => &[0.0, 5e-324, 0.0, 0.01, 0.0, 0.0],
        };
        let value = values[self.below(values.len())];
        match self.below(8) {
            0 => None,
            1 => Some(value.next_up()),
            2 if value > 0.0 => Some(value.next_down()),
            _ => Some(value),
        }
    }
}

impl Scenario {
    /// Makes a scenario that the engine must accept, whatever the bytes are.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut choices = Choices(bytes);
        let stage = choices.below(3);
        let dated = choices.one_in(2);
        let needed = STAGES[stage].1;
        let count = match choices.below(4) {
            0 => 1 + choices.below(2 * needed),
            1 => needed + choices.below(8),
            _ => needed,
        };
        let counted = choices.one_in(4);
        let gaps = dated && choices.one_in(3);
        let windows = windows(&mut choices, count, gaps);
        let end = windows.last().map_or(0, |last| last.slot as u64 + 1) * 5;
        let stage_started = (dated && choices.one_in(3)).then(|| choices.below(256) as u64 % (end + 7));
        let now = (dated && choices.one_in(2)).then(|| end - 4 + choices.below(24) as u64);
        let drills = (0..if dated { choices.below(3) } else { 0 }).map(|_| {
            let from = choices.below(256) as u64 % end;
            (from, from + 1 + choices.below(40) as u64, choices.below(4))
        });
        let drills = drills.collect();
        Self { stage, windows, dated, stage_started, now, drills, counted }
    }

    /// The name of the stage.
    #[must_use]
    pub fn stage_name(&self) -> &'static str {
        STAGES[self.stage].0
    }

    /// The decision instant as the engine takes it.
    #[must_use]
    pub fn instant(&self) -> Option<Instant> {
        self.now.map(|now| origin() + minutes(now))
    }

    /// The snapshot as JSON.
    #[must_use]
    pub fn snapshot(&self) -> Value {
        let mut document = Map::new();
        let column = |metric: usize| self.windows.iter().map(|w| json!(w.values[metric])).collect::<Value>();
        let metrics: Map<String, Value> =
            METRICS.iter().enumerate().map(|(i, name)| ((*name).to_string(), column(i))).collect();
        document.insert("metrics".into(), Value::Object(metrics));
        if self.counted {
            document.insert("samples".into(), self.windows.iter().map(|w| json!(w.samples)).collect());
        }
        if self.dated {
            let starts = self.windows.iter().map(|w| json!(at(w.slot as u64 * 5)));
            document.insert("window_starts".into(), starts.collect());
        }
        if let Some(started) = self.stage_started {
            document.insert("stage_started".into(), json!(at(started)));
        }
        if !self.drills.is_empty() {
            let drill = |(from, to, metric): &(u64, u64, usize)| json!({"from": at(*from), "to": at(*to), "metrics": [METRICS[*metric]], "reason": "r", "author": "a"});
            document.insert("drills".into(), self.drills.iter().map(drill).collect());
        }
        Value::Object(document)
    }
}

/// Clean windows, with some episodes in which one metric is high, silent, or little asked for.
fn windows(choices: &mut Choices<'_>, count: usize, gaps: bool) -> Vec<Window> {
    const USUAL: [Option<f64>; 5] = [Some(240.0), Some(0.001), Some(0.04), Some(0.01), Some(0.0)];
    let usual = |slot| Window { slot, values: USUAL, samples: 1000 };
    let mut windows: Vec<Window> = (0..count).map(usual).collect();
    for _ in 0..choices.below(6) {
        // Near the end, where it matters, whatever the length of the stage is.
        let start = count.saturating_sub(1 + choices.below(16));
        let length = 1 + choices.below(6);
        let (metric, level) = (choices.below(5), choices.byte());
        for window in windows.iter_mut().skip(start).take(length) {
            // One level for the whole episode, with its own small deviations.
            window.values[metric] = Choices(&[level, choices.byte()]).value(metric);
            window.samples = [1000, 1000, 1000, 200, 199, 100, 99, 0][choices.below(8)];
        }
    }
    if gaps {
        for _ in 0..=choices.below(3) {
            let (from, wide) = (choices.below(256) % count, 1 + choices.below(5));
            windows.iter_mut().skip(from.max(1)).for_each(|window| window.slot += wide);
        }
    }
    windows
}

fn origin() -> Instant {
    parse_instant("2026-11-21T00:00:00Z", "").expect("a time")
}

fn at(minute: u64) -> String {
    format_instant(origin() + minutes(minute))
}
