//! Probes of a service on loopback.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use serde_json::json;

use crate::{Folder, Ran, TOKEN};

/// What a service gets wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    None,
    Open,
    Unlimited,
    NoRetryAfter,
    NoHeaders,
    Leaks,
    QuotesToken,
    Redirects,
    Closes,
}

const HEADERS: &str = "x-content-type-options: nosniff\r\nx-frame-options: DENY\r\nreferrer-policy: no-referrer\r\ncache-control: no-store\r\n";

/// Starts a service that lives as long as the test, and returns its base URL.
fn service(flaw: Flaw) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let calls = AtomicU32::new(0);
        for stream in listener.incoming().flatten() {
            serve(stream, flaw, &calls);
        }
    });
    format!("http://127.0.0.1:{port}")
}

fn serve(mut stream: TcpStream, flaw: Flaw, calls: &AtomicU32) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) < 3 {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head += &line;
    }
    reader.take(length).read_to_end(&mut Vec::new()).unwrap();
    let has_token = head.contains(&format!("Bearer {TOKEN}\r\n"));
    let forecast =
        || match (has_token || flaw == Flaw::Open, calls.fetch_add(u32::from(has_token), Ordering::SeqCst)) {
            (false, _) if flaw == Flaw::QuotesToken => (
                "401 Unauthorized",
                String::new(),
                json!({"detail": format!("expected {TOKEN}")}).to_string(),
            ),
            (false, _) => ("401 Unauthorized", String::new(), "{}".to_owned()),
            (true, 6..) if flaw == Flaw::NoRetryAfter => ("429 Too Many", String::new(), "{}".to_owned()),
            (true, 6..) if flaw != Flaw::Unlimited => {
                ("429 Too Many", "retry-after: 30\r\n".to_owned(), "{}".to_owned())
            }
            (true, _) => ("200 OK", String::new(), "{}".to_owned()),
        };
    let crash = match flaw {
        Flaw::Leaks => format!("Traceback: token {TOKEN}"),
        _ => json!({"ok": false, "error": "internal server error"}).to_string(),
    };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let (status, more, body) = match path.as_str() {
        _ if flaw == Flaw::Closes => return,
        _ if flaw == Flaw::Redirects => {
            ("302 Found", "location: http://127.0.0.2:1/\r\n".to_owned(), String::new())
        }
        "/tsfm/forecast" => forecast(),
        "/boom" => ("500 Error", String::new(), crash),
        "/openapi.json" => {
            ("200 OK", String::new(), json!({"openapi": "3.1.0", "paths": {"/a": {"get": {}}}}).to_string())
        }
        "/metrics" | "/tsfm/metrics" => ("200 OK", String::new(), "a 1\n".to_owned()),
        _ => ("404 Not Found", String::new(), String::new()),
    };
    let headers = if flaw == Flaw::NoHeaders { "" } else { HEADERS };
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status}\r\n{headers}{more}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(answer.as_bytes()).unwrap_or_default();
}

fn security(folder: &Folder, base: &str) -> Ran {
    folder.gate(&["harden", "security", "--base-url", base, "--error-path", "/boom", "-o", "security.json"])
}

#[test]
fn a_service_that_is_protected_passes_and_each_flaw_does_not() {
    let folder = Folder::new();
    let good = security(&folder, &service(Flaw::None));
    assert_eq!(good.code, 0, "{}{}", good.stdout, good.stderr);
    assert!(folder.read("security.json").contains("\"ok\": true"));
    let flaws = [
        (Flaw::Open, "answers[0].status"),
        (Flaw::Unlimited, "a 429"),
        (Flaw::NoRetryAfter, "Retry-After"),
        (Flaw::NoHeaders, "X-Frame-Options"),
        (Flaw::Leaks, "bytes of something else"),
        (Flaw::QuotesToken, "\"found\": \"the token\""),
        (Flaw::Redirects, "302"),
        (Flaw::Closes, "at least one answer"),
    ];
    for (flaw, what) in flaws {
        let ran = security(&folder, &service(flaw));
        assert!(ran.code == 3 && ran.stdout.contains(what), "{flaw:?}: {}{}", ran.stdout, ran.stderr);
        assert!(!ran.stdout.contains(TOKEN) && !folder.read("security.json").contains(TOKEN), "{flaw:?}");
    }
}

#[test]
fn a_token_comes_from_the_environment_only_and_must_be_one() {
    let folder = Folder::new();
    let base = service(Flaw::None);
    let mut command = folder.program();
    let output = command
        .env("TSFM_FORECAST_API_TOKEN", "demo-token")
        .args(["harden", "security", "--base-url", &base])
        .output();
    assert_eq!(Ran::new(output.unwrap()).error_code(), "wrong-value");
    let remote = folder.gate(&["harden", "security", "--base-url", "http://example.com"]);
    assert_eq!(remote.error_code(), "wrong-value");
}

#[test]
fn a_base_with_a_query_or_a_fragment_is_no_base() {
    let folder = Folder::new();
    for more in ["/?a=1", "?a=1", "/#a", "/?"] {
        let base = format!("{}{more}", service(Flaw::None));
        for what in ["openapi", "metrics", "security"] {
            let ran = folder.gate(&["harden", what, "--base-url", &base]);
            assert_eq!(ran.error_code(), "wrong-value", "{what} {more}: {}", ran.stdout);
        }
    }
}

#[test]
fn bodies_come_from_a_service_as_from_a_file() {
    let folder = Folder::new();
    let base = service(Flaw::None);
    let ask = |what: &str, base: &str, required: &str| {
        folder.gate(&["harden", what, "--base-url", base, "--required", required, "--timeout", "5"])
    };
    assert_eq!(ask("openapi", &base, "/a").code, 0);
    assert_eq!(ask("openapi", &base, "/b").code, 3);
    assert_eq!(ask("metrics", &base, "a").code, 0);
    assert_eq!(ask("metrics", &base, "b").code, 3);
    for flaw in [Flaw::Redirects, Flaw::Closes] {
        let base = service(flaw);
        assert_eq!((ask("openapi", &base, "/a").code, ask("metrics", &base, "a").code), (3, 3), "{flaw:?}");
    }
    let base = format!("http://kim:{TOKEN}@127.0.0.1:9");
    let ran = ask("openapi", &base, "/a");
    assert!(ran.code == 3 && !ran.stdout.contains("9f8e7d6c"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn the_built_in_plan_passes_against_a_live_service() {
    let folder = Folder::new();
    let base = service(Flaw::None);
    folder.write("smoke.sh", "echo smoked with $TSFM_FORECAST_API_TOKEN\n");
    folder.write("bench", "#!/bin/sh\nprintf 'requests=60\\nelapsed_s=3.2\\nlatency_p95_ms=210.5\\n'; echo token $TSFM_FORECAST_API_TOKEN\n");
    let plan = folder.gate(&["harden", "plan"]).stdout;
    // The service of this test has a smaller contract.
    let plan = plan
        .replace("harden metrics ", "harden metrics --required a ")
        .replace("harden openapi ", "harden openapi --required /a ");
    folder.write("plan.yaml", plan);
    let mut command = folder.program();
    command
        .env("API_BASE", &base)
        .env("LIVE_DEMO_SMOKE", "smoke.sh")
        .env("PYTHON_BIN", "sh")
        .env("PERF_BENCH", "bench");
    let ran = Ran::new(
        command.args(["harden", "run", "--plan", "plan.yaml", "--report-dir", "out"]).output().unwrap(),
    );
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let review = folder.gate(&["harden", "review", "out/rollout_hardening_gate_summary.json"]);
    assert!(
        review.code == 0 && review.stdout.contains("- Decision: PASS\n"),
        "{}{}",
        review.stdout,
        review.stderr
    );
    for path in folder.files() {
        assert!(!std::fs::read(&path).unwrap().windows(8).any(|it| it == b"9f8e7d6c"), "{}", path.display());
    }
}
