//! A covariate spec from JSON text to a yes, beside the `jsonschema` crate with a schema that says the same.
//!
//! The schema is compiled once and outside of what is timed. It cannot say that names are unique or how they are
//! compared, so the peer does less.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a benchmark stops at the first surprise")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use gate_benches::{covariate_schema, covariate_spec};
use gate_core::contract::covariates::{Declared, Spec};
use gate_core::document::{Node, from_json_tree};
use serde_json::Value;

fn covariates(c: &mut Criterion) {
    let mut group = c.benchmark_group("covariates");
    let validator = jsonschema::validator_for(&covariate_schema()).expect("a schema");
    for count in [10, 1000, 10_000] {
        let text = covariate_spec(count).to_string();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("serde_json + jsonschema", count), |b| {
            b.iter(|| {
                let document: Value = serde_json::from_str(black_box(&text)).expect("JSON");
                assert!(validator.is_valid(&document));
            });
        });
        group.bench_function(BenchmarkId::new("tsfm-gate", count), |b| {
            b.iter(|| {
                let spec = Spec::from_json(black_box(text.as_bytes())).expect("a valid spec");
                assert_eq!(spec.dynamic.len() + spec.r#static.len(), count);
                spec
            });
        });
        // A spec with an odd key is read by the thorough reader.
        let odd = text.replacen('{', "{\"note\":1,", 1);
        group.bench_function(BenchmarkId::new("tsfm-gate, with an unknown key", count), |b| {
            b.iter(|| Spec::from_json(black_box(odd.as_bytes())).expect("a valid spec"));
        });
    }
    group.finish();
}

fn enforce(c: &mut Criterion) {
    let spec = covariate_spec(1000);
    let names = |group: &str| -> Vec<String> {
        let items = spec[group].as_array().expect("a group");
        items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
    };
    let declared = Declared { dynamic: names("dynamic_covariates"), r#static: names("static_covariates") };
    let columns = [declared.dynamic.as_slice(), &declared.r#static].concat();
    let tree: Node = from_json_tree(spec.to_string().as_bytes()).expect("JSON");
    let spec = Spec::from_node(&tree).expect("a valid spec");
    c.bench_function("covariates/enforce/1000", |b| {
        b.iter(|| spec.enforce(black_box(&declared), Some(&columns), "runner").expect("it fits"));
    });
}

criterion_group!(benches, covariates, enforce);
criterion_main!(benches);
