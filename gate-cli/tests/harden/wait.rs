//! The wait for a service that is not there yet.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Folder, Ran, TOKEN};

/// An address on loopback at which nobody listens.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// A service that comes up after a while, and answers with each status in turn, with the last one for ever.
fn comes_up(at: SocketAddr, after: Duration, statuses: &'static [&'static str]) {
    thread::spawn(move || {
        thread::sleep(after);
        let listener = TcpListener::bind(at).unwrap();
        let mut left = statuses.iter();
        let mut status = left.next().unwrap();
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            status = left.next().unwrap_or(status);
        }
    });
}

/// A plan that waits, with one step.
fn plan(folder: &Folder, at: SocketAddr, wait: &str) {
    let text = format!("api_base: http://{at}\nwait_for: {wait}\nsteps: [{{name: step, run: touch ran}}]\n");
    folder.write("plan.yaml", text);
}

const RUN: [&str; 6] = ["harden", "run", "--plan", "plan.yaml", "--report-dir", "out"];

#[test]
fn a_service_that_comes_up_late_is_waited_for() {
    let (folder, at) = (Folder::new(), free());
    comes_up(at, Duration::from_millis(600), &["503 Starting", "200 OK"]);
    plan(&folder, at, "{url: /metrics, timeout: 30s}");
    let ran = folder.gate(&RUN);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, folder.read("out/logs/wait_for.log"));
    let steps = &folder.summary()["steps"];
    assert_eq!((&steps[0]["name"], &steps[0]["exit_code"]), (&"wait_for".into(), &0.into()));
    assert_eq!(steps[0]["command"], format!("GET http://{at}/metrics for up to 30s"));
    assert!(steps[0]["elapsed_s"].as_f64().unwrap() >= 0.3);
    assert_eq!((&steps[1]["name"], &steps[1]["step"]), (&"step".into(), &2.into()));
    let log = folder.read("out/logs/wait_for.log");
    assert!(log.ends_with("status 503\nstatus 200\n"), "{log}");
}

#[test]
fn a_service_that_never_comes_up_fails_and_no_step_runs() {
    let (folder, at) = (Folder::new(), free());
    plan(&folder, at, "{url: /metrics, timeout: 700ms}");
    let ran = folder.gate(&RUN);
    let summary = folder.summary();
    assert_eq!((ran.code, &summary["overall_status"]), (3, &"failed".into()));
    let of =
        |index: usize| (&summary["steps"][index]["status"], summary["steps"][index]["exit_code"].is_null());
    assert_eq!((of(0), of(1)), ((&"failed".into(), true), (&"failed".into(), true)));
    assert!(!folder.path("ran").exists() && !folder.path("out/logs/step.log").exists());
    assert!(folder.read("out/logs/wait_for.log").ends_with("no good answer within 0.7s\n"));
}

#[test]
fn an_answer_that_is_not_a_success_is_none() {
    let (folder, at) = (Folder::new(), free());
    comes_up(at, Duration::ZERO, &["500 Error"]);
    plan(&folder, at, &format!("{{url: 'http://{at}/health', timeout: 1s}}"));
    assert_eq!(folder.gate(&RUN).code, 3);
    assert!(folder.read("out/logs/wait_for.log").contains("status 500\n"));
}

#[test]
fn the_variable_of_the_documents_wins() {
    let (folder, at) = (Folder::new(), free());
    plan(&folder, at, "{url: /metrics, timeout: 1h}");
    let with = |seconds: &str| {
        let mut command = folder.program();
        Ran::new(command.env("HEALTH_TIMEOUT_SEC", seconds).args(RUN).output().unwrap())
    };
    let ran = with("1");
    assert_eq!(ran.code, 3);
    assert!(folder.summary()["steps"][0]["command"].as_str().unwrap().ends_with(" for up to 1s"));
    for wrong in ["", "0", "-1", "soon", "1.5"] {
        assert_eq!(with(wrong).error_code(), "wrong-value", "{wrong}");
    }
}

#[test]
fn who_is_asked_to_end_while_it_waits_ends() {
    let (folder, at) = (Folder::new(), free());
    plan(&folder, at, "{url: /metrics, timeout: 1h}");
    let mut child = folder.program().args(RUN).stdout(Stdio::null()).spawn().unwrap();
    while !folder.path("out/logs/wait_for.log").exists() {
        thread::sleep(Duration::from_millis(5));
    }
    let asked = Instant::now();
    assert!(Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(asked.elapsed() < Duration::from_secs(30));
    assert!(!folder.path("ran").exists());
}

#[test]
fn a_dry_run_shows_the_wait_and_asks_nobody() {
    let (folder, at) = (Folder::new(), free());
    plan(&folder, at, "{url: /metrics}");
    let ran = folder.gate(&[&RUN[..], &["--dry-run", "--format", "text"]].concat());
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(
        ran.stdout.contains(&format!(
            "[1] wait_for: not run\n      command  GET http://{at}/metrics for up to 45s"
        ))
    );
    assert!(!folder.path("out/logs").exists());
}

#[test]
fn waits_that_cannot_be_meant_are_refused() {
    let (folder, at) = (Folder::new(), free());
    for (wait, code) in [
        ("{url: /m, timeout: 0s}", "wrong-value"),
        ("{url: /m, timeout: 45}", "wrong-type"),
        ("{url: ''}", "wrong-value"),
        ("{url: 'http://example.com/health'}", "wrong-value"),
        ("{url: /m, extra: 1}", "unknown-field"),
        ("{timeout: 1s}", "missing-field"),
    ] {
        plan(&folder, at, wait);
        assert_eq!(folder.gate(&RUN).error_code(), code, "{wait}");
    }
    folder.write(
        "plan.yaml",
        "api_base: http://127.0.0.1:9\nwait_for: {url: /m}\nsteps: [{name: wait_for, run: x}]\n",
    );
    assert_eq!(folder.gate(&RUN).error_code(), "duplicate-key");
}

#[test]
fn people_see_each_step_begin_and_end_and_programs_only_the_report() {
    let folder = Folder::new();
    let steps =
        format!("- {{name: one, run: 'true'}}\n- {{name: 'as {TOKEN}', run: exit 4, log: logs/b.log}}\n");
    let ran = folder.run(&steps, &["--format", "text"]);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!((lines[0], lines[2], lines.len()), ("[1/2] one: started", "[2/2] as ***: started", 4));
    assert!(lines[1].starts_with("[1/2] one: exit status 0 after "), "{}", lines[1]);
    assert!(lines[3].starts_with("[2/2] as ***: exit status 4 after "), "{}", lines[3]);
    assert_eq!(folder.run(&steps, &["--format", "json"]).stderr, "");
}
