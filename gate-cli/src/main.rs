//! The binary `tsfm-gate`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(gate_cli::run(std::env::args_os()))
}
