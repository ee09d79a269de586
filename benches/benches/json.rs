//! From JSON bytes to a verdict, beside `serde_json` parsing the same bytes into plain columns.
#![expect(clippy::expect_used, reason = "a benchmark stops at the first surprise")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gate_benches::{Plain, YEAR, parse, policy, snapshot};
use gate_core::Decision;

fn json(c: &mut Criterion) {
    let policy = policy();
    let mut group = c.benchmark_group("json");
    for windows in [6, 288, 2016, YEAR] {
        let text = snapshot(windows);
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("serde_json to plain columns", windows), |b| {
            b.iter(|| {
                let plain: Plain = serde_json::from_str(black_box(&text)).expect("plain columns");
                assert_eq!(plain.metrics.error_rate.len(), windows);
                plain
            });
        });
        group.bench_function(BenchmarkId::new("tsfm-gate to verdict", windows), |b| {
            b.iter(|| {
                let snapshot = parse(black_box(&text));
                let verdict = policy.evaluate(&snapshot, "canary_5", None).expect("a verdict");
                assert_eq!(verdict.decision, Decision::Promote);
                verdict
            });
        });
    }
    group.finish();
}

criterion_group!(benches, json);
criterion_main!(benches);
