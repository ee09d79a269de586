//! Replays vector files and says which rows we answer differently.
//!
//! `cargo run --release -p gate-tests --bin conformance -- FILE...`, with files as `.jsonl` or `.jsonl.gz`. Exits with
//! 0 only when every file was read, some row ran and none failed.

use std::path::PathBuf;
use std::process::ExitCode;

use gate_tests::conformance::{Report, replay_file};

fn main() -> ExitCode {
    let mut report = Report::default();
    for path in std::env::args_os().skip(1).map(PathBuf::from) {
        if let Err(error) = replay_file(&path, &mut report) {
            eprintln!("{}: {error}", path.display());
            report.unreadable();
        }
    }
    println!("{report}");
    if report.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
