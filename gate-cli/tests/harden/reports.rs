//! Reports of single checks, and the review.

use serde_json::json;

use crate::Folder;

const BENCH: &str = "requests=60\nelapsed_s=3.2\nlatency_p95_ms=210.5\ncache_hit_rate=0.8\nSLO_PASS\n";

#[test]
fn a_benchmark_passes_only_with_its_status_and_within_its_limits() {
    let folder = Folder::new();
    folder.write("bench.log", BENCH);
    let perf = |more: &[&str]| folder.gate(&[&["harden", "perf", "bench.log"], more].concat());
    assert_eq!(perf(&["--exit-status", "0", "--output", "perf.json"]).code, 0);
    assert!(folder.read("perf.json").contains("\"ok\": true"));
    assert_eq!(perf(&[]).code, 3);
    assert_eq!(perf(&["--exit-status", "1"]).code, 3);
    let late = perf(&["--exit-status", "0", "--p95-ms", "200", "--format", "text"]);
    assert_eq!((late.code, late.stdout.starts_with("PERF_GATE_FAIL\n  latency_p95_ms: ")), (3, true));
    assert_eq!(perf(&["--exit-status", "0", "--p95-ms", "nan"]).error_code(), "out-of-range");
    folder.write("bench.log", BENCH.replace("210.5", "nan"));
    assert_eq!(perf(&["--exit-status", "0"]).code, 3);
    folder.write("bench.log", "");
    assert_eq!(perf(&["--exit-status", "0"]).code, 1);
    folder.write("bench.log", [0xff, 0xfe]);
    assert_eq!(perf(&["--exit-status", "0"]).code, 1);
}

#[test]
fn an_openapi_document_has_exactly_what_is_required() {
    let folder = Folder::new();
    folder.write(
        "api.json",
        json!({"openapi": "3.1.0", "paths": {"/a": {"get": {}}, "/b:c": {"post": {}}}}).to_string(),
    );
    let ask = |more: &[&str]| folder.gate(&[&["harden", "openapi", "--input", "api.json"], more].concat());
    let good = ask(&["--required", "/a", "--required", "/b:c:POST", "--format", "text"]);
    assert_eq!((good.code, good.stdout.as_str()), (0, "OPENAPI_SMOKE_PASS\nopenapi=3.1.0\n"));
    assert_eq!(ask(&["--required", "/a:delete"]).json()["failures"].as_array().unwrap().len(), 1);
    assert_eq!(ask(&[]).json()["failures"].as_array().unwrap().len(), 10);
    for broken in ["", "[]", "{", "{\"paths\": []}"] {
        folder.write("api.json", broken);
        assert_eq!(ask(&["--required", "/a"]).code, 3, "{broken}");
    }
    assert_eq!(folder.gate(&["harden", "openapi", "--input", "none"]).error_code(), "file-not-found");
}

#[test]
fn a_registry_that_counts_nothing_does_not_pass() {
    let folder = Folder::new();
    folder.write("metrics", "# TYPE a counter\na{x=\"1\"} 3\nb 0\n");
    let ask = |name: &str| folder.gate(&["harden", "metrics", "--input", "metrics", "--required", name]).code;
    assert_eq!((ask("a"), ask("b"), ask("c")), (0, 3, 3));
    folder.write("metrics", "# TYPE tsfm_request_total counter\n");
    assert_eq!(folder.gate(&["harden", "metrics", "--input", "metrics"]).code, 3);
}

#[test]
fn a_review_passes_only_with_every_report() {
    let folder = Folder::new();
    folder.run("- {name: one, run: 'true'}\n", &[]);
    let summary = "out/rollout_hardening_gate_summary.json";
    let review =
        |more: &[&str]| folder.gate(&[&["harden", "review", summary, "--date", "2026-11-21"], more].concat());
    let missing = review(&[]);
    assert_eq!(missing.code, 3);
    assert!(missing.stdout.contains("- Decision: FAIL\n"), "{}", missing.stdout);
    folder.write("bench.log", BENCH);
    folder.gate(&[
        "harden",
        "perf",
        "bench.log",
        "--exit-status",
        "0",
        "-o",
        "out/logs/perf_bench_result.json",
    ]);
    folder.write("api.json", json!({"openapi": "3.1.0", "paths": {"/a": {"get": {}}}}).to_string());
    folder.gate(&[
        "harden",
        "openapi",
        "--input",
        "api.json",
        "--required",
        "/a",
        "-o",
        "out/logs/openapi_smoke_report.json",
    ]);
    let rows = ["unauthorized", "allowed", "rate_limited"];
    let rows = rows.map(|expect| json!({"name": expect, "expect": expect, "problems": []}));
    folder.write("out/logs/live_demo_security_report.json", json!({"ok": true, "rows": rows}).to_string());
    let whole = review(&[]);
    assert_eq!(whole.code, 0, "{}{}", whole.stdout, whole.stderr);
    let block = format!(
        "### Hardening gate (2026-11-21)\n- Summary: {summary}\n- OpenAPI: out/logs/openapi_smoke_report.json\n\
         - Decision: PASS\n- Review notes:\n  - Overall status: success\n  - OpenAPI status: PASS\n  \
         - Notable failures / mitigations: none\n  - Required follow-up: none\n"
    );
    assert_eq!(whole.stdout, block);
    assert_eq!(review(&["--perf", "none.json"]).error_code(), "file-not-found");
    assert_eq!(folder.gate(&["harden", "review", summary, "--date", "21.11."]).error_code(), "wrong-value");
    folder.write(summary, folder.read(summary).replace("\"exit_code\": 0", "\"exit_code\": 1"));
    assert_eq!(review(&[]).error_code(), "contradiction");
    folder.run("- {name: one, run: 'true'}\n", &["--dry-run"]);
    assert_eq!(review(&[]).code, 2);
}
