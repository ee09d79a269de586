//! `cutover readyz`: a service that is healthy, degraded, slow, hanging, closing early, leaking, redirecting.

use std::time::{Duration, Instant};

use crate::server::{Does, Server, response};
use crate::{Folder, Ran};

const READY: &str = r#"{"status": "ready", "checks": {"keys": {"status": "ok"}}}"#;

fn ask(server: &Server) -> (i32, String, String) {
    ask_for(server, "1s")
}

fn ask_for(server: &Server, timeout: &str) -> (i32, String, String) {
    Folder::empty().gate(&["cutover", "readyz", "--url", &server.url(), "--timeout", timeout]).check()
}

fn says(status: &str, body: &str) -> (i32, String, String) {
    ask(&Server::new(Does::Sends(response(status, body))))
}

#[test]
fn what_the_body_says_counts() {
    for word in ["ok", "ready", "pass"] {
        assert_eq!(says("200 OK", &format!(r#"{{"status": "{word}"}}"#)).0, 0);
    }
    let (code, state, message) =
        says("503 Service Unavailable", r#"{"status": "degraded", "checks": {"clock": {"status": "skew"}}}"#);
    assert_eq!(
        (code, state.as_str(), message.as_str()),
        (2, "degraded", "Some systems degraded: clock skew")
    );
    assert_eq!(says("200 OK", r#"{"status": "ok", "checks": {"keys": {"status": "error"}}}"#).0, 3);
    assert_eq!(says("500 Internal Server Error", READY).0, 3);
    assert_eq!(says("200 OK", "not json").0, 3);
    assert_eq!(says("200 OK", "[]").0, 3);
}

#[test]
fn no_variable_opens_the_gate() {
    let server = Server::new(Does::Sends(response("503 Service Unavailable", r#"{"status": "degraded"}"#)));
    let folder = Folder::empty();
    let mut program = folder.program();
    for name in ["DECISIONOS_READYZ_FAIL_CLOSED", "DECISIONOS_READY_FAIL_CLOSED"] {
        program.env(name, "0");
    }
    let output = program.args(["cutover", "readyz", "--url", &server.url()]).output().unwrap();
    assert_eq!(Ran::new(output).check().0, 2);
}

#[test]
fn an_answer_cut_at_any_byte_is_never_a_pass() {
    let whole = response("200 OK", READY);
    assert_eq!(ask(&Server::new(Does::Sends(whole.clone()))).0, 0);
    for cut in 0..whole.len() {
        let (code, state, message) = ask(&Server::new(Does::Sends(whole[..cut].to_vec())));
        assert_eq!((code, state.as_str()), (3, "unhealthy"), "cut at byte {cut}: {message}");
    }
}

#[test]
fn an_answer_that_stops_at_any_stage_ends_with_the_timeout() {
    let whole = response("200 OK", READY);
    for cut in [0, 4, 20, 40, whole.len() - 10, whole.len() - 1] {
        let started = Instant::now();
        let (code, _, message) = ask(&Server::new(Does::Hangs(whole[..cut].to_vec())));
        assert_eq!((code, message.contains("no whole answer within 1s")), (3, true), "{cut}: {message}");
        assert!(started.elapsed() < Duration::from_mins(5), "the server ended it, not the timeout");
    }
}

#[test]
fn a_slow_answer_counts_if_it_is_whole_in_time() {
    let whole = response("200 OK", READY);
    let slow = Server::new(Does::Drips(whole.clone(), Duration::from_millis(2)));
    assert_eq!(ask_for(&slow, "1m").0, 0);
    // Every byte in time, but not all of them.
    let (code, _, message) = ask(&Server::new(Does::Drips(whole, Duration::from_millis(100))));
    assert_eq!((code, message.contains("no whole answer within 1s")), (3, true), "{message}");
}

#[test]
fn an_endless_answer_is_cut() {
    let (code, _, message) = ask(&Server::new(Does::Floods));
    assert_eq!((code, message.contains("longer than 1048576 bytes")), (3, true), "{message}");
}

#[test]
fn redirects_stay_on_their_host() {
    let elsewhere = Server::ready();
    let to = |location: &str| {
        Server::new(Does::Sends(
            format!(
                "HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            )
            .into_bytes(),
        ))
    };
    let away = to(&elsewhere.url());
    let (code, _, message) = ask(&away);
    assert_eq!((code, message.contains("redirected away")), (3, true), "{message}");
    assert!(elsewhere.asked().is_empty(), "another host was asked");
    let around = to("/readyz");
    let (code, _, message) = ask(&around);
    assert_eq!((code, message.contains("more than 3 redirects")), (3, true), "{message}");
    assert_eq!(around.asked().len(), 4);
}

#[test]
fn tls_unless_it_is_this_machine() {
    let folder = Folder::empty();
    let ask = |url: &str, more: &[&str]| {
        folder.gate(&[&["cutover", "readyz", "--timeout", "300ms", "--url", url], more].concat())
    };
    assert_eq!(ask("http://judge.invalid/readyz", &[]).error_code(), "wrong-value");
    assert_eq!(ask("http://judge.invalid/readyz", &["--allow-http"]).check().0, 3);
    // A server without TLS is none with it.
    let plain = Server::ready().url().replace("http:", "https:");
    assert_eq!(ask(&plain, &[]).check().0, 3);
    assert_eq!(folder.gate(&["cutover", "readyz"]).error_code(), "usage");
}

#[test]
fn a_stored_answer_is_as_old_as_its_file() {
    let folder = Folder::empty();
    folder.write("answer.json", READY);
    let ask = |more: &[&str]| folder.gate(&[&["cutover", "readyz", "--input", "answer.json"], more].concat());
    assert_eq!(ask(&[]).check().0, 0);
    assert_eq!(ask(&["--status", "503"]).check().0, 2);
    std::thread::sleep(Duration::from_millis(30));
    let (code, state, message) = ask(&["--max-age", "10ms"]).check();
    assert_eq!((code, state.as_str()), (3, "unhealthy"), "{message}");
    assert_eq!(folder.gate(&["cutover", "readyz", "--input", "none.json"]).error_code(), "file-not-found");
}
