//! Reports of single checks, and the review.

use std::fs::{self, OpenOptions};
use std::thread;
use std::time::{Duration, SystemTime};

use gate_tests::program::Ran;
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

const SUMMARY: &str = "out/rollout_hardening_gate_summary.json";

/// A run whose steps write the three reports.
fn whole_run() -> Folder {
    let folder = Folder::new();
    folder.write("bench.log", BENCH);
    folder.write("api.json", json!({"openapi": "3.1.0", "paths": {"/a": {"get": {}}}}).to_string());
    let rows = ["unauthorized", "allowed", "rate_limited"];
    let rows = rows.map(|expect| json!({"name": expect, "expect": expect, "problems": []}));
    folder.write("security.json", json!({"ok": true, "rows": rows}).to_string());
    let ran = folder.run(
        "- {name: openapi, run: '\"$TSFM_GATE\" harden openapi --input api.json --required /a -o out/logs/openapi_smoke_report.json'}\n\
         - {name: security, run: 'cp security.json out/logs/live_demo_security_report.json'}\n\
         - {name: perf, run: '\"$TSFM_GATE\" harden perf bench.log --exit-status 0 -o out/logs/perf_bench_result.json'}\n",
        &[],
    );
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    folder
}

fn review(folder: &Folder, more: &[&str]) -> Ran {
    folder.gate(&[&["harden", "review", SUMMARY], more].concat())
}

#[test]
fn a_review_passes_only_with_every_report() {
    let folder = whole_run();
    let whole = review(&folder, &[]);
    assert_eq!(whole.code, 0, "{}{}", whole.stdout, whole.stderr);
    let summary = folder.summary();
    let day = summary["run_started_at_utc"].as_str().unwrap().split('T').next().unwrap();
    let block = format!(
        "### Hardening gate ({day})\n- Summary: {SUMMARY}\n- OpenAPI: out/logs/openapi_smoke_report.json\n\
         - Decision: PASS\n- Review notes:\n  - Overall status: success\n  - OpenAPI status: PASS\n  \
         - Notable failures / mitigations: none\n  - Required follow-up: none\n"
    );
    assert_eq!(whole.stdout, block);
    assert_eq!(review(&folder, &["--perf", "none.json"]).error_code(), "file-not-found");
    fs::remove_file(folder.path("out/logs/perf_bench_result.json")).unwrap();
    let missing = review(&folder, &[]);
    assert!(missing.code == 3 && missing.stdout.contains("- Decision: FAIL\n"), "{}", missing.stdout);
    folder.write(SUMMARY, folder.read(SUMMARY).replace("\"exit_code\": 0", "\"exit_code\": 1"));
    assert_eq!(review(&folder, &[]).error_code(), "contradiction");
    folder.run("- {name: one, run: 'true'}\n", &["--dry-run"]);
    assert_eq!(review(&folder, &[]).code, 2);
}

/// Makes a file three days old.
fn age(folder: &Folder, file: &str) {
    let file = OpenOptions::new().write(true).open(folder.path(file)).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_hours(72)).unwrap();
}

#[test]
fn the_reports_of_an_earlier_run_are_none_of_this_one() {
    let folder = whole_run();
    age(&folder, "out/logs/perf_bench_result.json");
    let stale = review(&folder, &[]);
    assert!(stale.code == 3 && stale.stdout.contains("perf: expected a report written during the run, "));
    age(&folder, "out/logs/openapi_smoke_report.json");
    age(&folder, "out/logs/live_demo_security_report.json");
    // Another plan, which makes no report, in the same folder.
    folder.run("- {name: one, run: 'true'}\n", &[]);
    let foreign = review(&folder, &[]);
    assert_eq!(foreign.stdout.matches("expected a report written during the run").count(), 3);
    assert_eq!(foreign.code, 3, "{}", foreign.stdout);
    let named = ["--openapi", "out/logs/openapi_smoke_report.json"];
    assert_eq!(review(&folder, &named).stdout, foreign.stdout, "whoever names it does not make it younger");
}

#[test]
fn a_run_of_long_ago_is_no_pass_today() {
    let folder = whole_run();
    let summary = folder.summary();
    let text = folder.read(SUMMARY);
    let ended = summary["run_finished_at_utc"].as_str().unwrap();
    let old = text.replace(summary["run_started_at_utc"].as_str().unwrap(), "2020-02-03T04:05:06Z");
    folder.write(SUMMARY, old.replace(ended, "2020-02-03T04:05:09Z"));
    let old = review(&folder, &[]);
    assert!(old.stdout.starts_with("### Hardening gate (2020-02-03)\n"), "{}", old.stdout);
    let why = "run_finished_at_utc: expected an end at most 24h ago, found 2020-02-03T04:05:09Z";
    assert!(old.code == 3 && old.stdout.contains(why), "{}", old.stdout);
    folder.write(SUMMARY, &text);
    thread::sleep(Duration::from_millis(5));
    assert_eq!(
        (review(&folder, &["--max-age", "1ms"]).code, review(&folder, &["--max-age", "7d"]).code),
        (3, 0)
    );
}
