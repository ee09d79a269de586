//! Deciding on parsed columns, beside the same rules written out by hand for the five metrics.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gate_benches::{YEAR, breached, parse, policy, snapshot};
use gate_core::Decision;

fn evaluate(c: &mut Criterion) {
    let policy = policy();
    let mut group = c.benchmark_group("evaluate");
    for windows in [6, 12, 288, 2016, 8640, 26_280, YEAR] {
        let clean = parse(&snapshot(windows));
        group.throughput(Throughput::Elements(5 * windows as u64));
        group.bench_function(BenchmarkId::new("clean", windows), |b| {
            b.iter(|| {
                let verdict = policy.evaluate(black_box(&clean), "canary_5", None);
                assert!(verdict.is_ok_and(|verdict| verdict.decision == Decision::Promote));
            });
        });
    }
    let bad = parse(&breached(288));
    group.throughput(Throughput::Elements(5 * 288));
    group.bench_function("breached/288", |b| {
        b.iter(|| {
            let verdict = policy.evaluate(black_box(&bad), "full_100", None);
            assert!(verdict.is_ok_and(|verdict| verdict.decision == Decision::Rollback));
        });
    });
    group.finish();
}

criterion_group!(benches, evaluate);
criterion_main!(benches);
