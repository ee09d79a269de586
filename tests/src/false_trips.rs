//! How often a metric breaker switches off a healthy service, and how soon a sick one: seeded runs of independent calls.

use gate_core::breaker::{MetricBreaker, MetricConfig};

/// Calls of one run of a healthy service.
pub const CALLS: u64 = 10_000;

/// A window of samples, how often it is looked at, and how many bad looks in a row switch off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Samples in the window.
    pub window: u32,
    /// A look at every so manieth sample.
    pub look: u32,
    /// Bad looks in a row.
    pub bad_looks: u32,
}

/// The settings whose figures were published with the design, from the naive reading of the rule on.
pub const TABLE: [Setting; 6] = [
    Setting { window: 100, look: 1, bad_looks: 1 },
    Setting { window: 100, look: 50, bad_looks: 3 },
    Setting { window: 300, look: 50, bad_looks: 3 },
    Setting { window: 500, look: 50, bad_looks: 3 },
    Setting { window: 1000, look: 1, bad_looks: 1 },
    Setting { window: 1000, look: 100, bad_looks: 3 },
];

impl Setting {
    /// The default rule with this window, and without the gross breach, which hides the windows' own speed.
    #[must_use]
    pub fn config(self) -> MetricConfig {
        MetricConfig {
            slices: self.window / self.look,
            slice_samples: Some(u64::from(self.look)),
            bad_looks: self.bad_looks,
            gross_error_rate: 1.0,
            // Latencies are none of this simulation's.
            min_samples: 100,
            ..MetricConfig::default()
        }
    }
}

/// The default rule, with 12 slices of 80 samples in place of 5 seconds.
#[must_use]
pub fn default_by_samples() -> MetricConfig {
    MetricConfig { slice_samples: Some(80), ..MetricConfig::default() }
}

/// The share of runs in which a service that fails at a steady rate is switched off.
///
/// # Panics
/// When the settings are impossible.
#[must_use]
pub fn trips(config: &MetricConfig, error_rate: f64, runs: u64) -> f64 {
    let tripped = (0..runs).filter(|run| calls_until_off(config, *run, CALLS, |_| error_rate).is_some());
    count(tripped.count()) / count(usize::try_from(runs).expect("a count"))
}

/// How many calls after a rise from 1 % the service is switched off, in the order of size. Each run starts with two
/// windows of samples at 1 %; runs that were switched off by them are left out.
///
/// # Panics
/// When the settings are impossible.
#[must_use]
pub fn seen_after(config: &MetricConfig, error_rate: f64, runs: u64) -> Vec<u64> {
    let window = u64::from(config.slices) * config.slice_samples.expect("a window of samples");
    let before = 2 * window.max(config.min_samples);
    let rate = |call| if call < before { 0.01 } else { error_rate };
    let off = (0..runs).filter_map(|run| calls_until_off(config, run, before + CALLS, rate));
    let mut seen: Vec<u64> = off.filter(|calls| *calls > before).map(|calls| calls - before).collect();
    seen.sort_unstable();
    seen
}

/// The middle and the 95th percentile of sorted values, by nearest rank.
#[must_use]
pub fn median_and_p95(sorted: &[u64]) -> Option<(u64, u64)> {
    let rank = |percent: usize| sorted.get((sorted.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    Some((rank(50)?, rank(95)?))
}

fn calls_until_off(config: &MetricConfig, seed: u64, calls: u64, rate: impl Fn(u64) -> f64) -> Option<u64> {
    let mut breaker = MetricBreaker::new(config).expect("possible settings");
    let mut random = Random::seeded(seed);
    (0..calls).find_map(|call| {
        let look = breaker.record(random.below(rate(call)), 0, call);
        look.and_then(|look| look.change).map(|_| call + 1)
    })
}

/// `SplitMix64`: small, and the same on every machine.
struct Random(u64);

impl Random {
    /// Mixed once, because streams whose states differ by the step would be one stream, shifted.
    const fn seeded(seed: u64) -> Self {
        Self(Self(seed).next())
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// 53 bits, as many as a float holds.
    fn below(&mut self, share: f64) -> bool {
        count(usize::try_from(self.next() >> 11).expect("64 bits")) / count(1 << 53) < share
    }
}

#[expect(clippy::cast_precision_loss, reason = "at most 2^53")]
const fn count(items: usize) -> f64 {
    items as f64
}
