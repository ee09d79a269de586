//! Requests to end, from a terminal or from elsewhere, which must not leave commands behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::SigId;
#[cfg(unix)]
use signal_hook::consts::{SIGHUP, SIGQUIT};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::low_level::unregister;

/// Ctrl-C, a polite request, a terminal that is closed, and Ctrl-\.
#[cfg(unix)]
const REQUESTS: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];
#[cfg(not(unix))]
const REQUESTS: [i32; 2] = [SIGINT, SIGTERM];

/// Whether this process was asked to end. While it lives the signals do nothing else.
#[derive(Debug)]
pub(crate) struct Interrupt {
    flag: Arc<AtomicBool>,
    registered: Vec<SigId>,
}

impl Interrupt {
    /// Listens from now on. A signal that cannot be listened to ends the process as ever.
    pub(crate) fn listen() -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        let registered = REQUESTS
            .into_iter()
            .filter(|signal| !is_to_be_ignored(*signal))
            .filter_map(|signal| signal_hook::flag::register(signal, Arc::clone(&flag)).ok());
        Self { registered: registered.collect(), flag }
    }

    /// Never asked: for the way back, which is not to be given up half-way.
    pub(crate) fn never() -> Self {
        Self { flag: Arc::default(), registered: Vec::new() }
    }

    pub(crate) fn is_set(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            unregister(id);
        }
    }
}

/// Whether whoever started this process wants it to outlive its terminal, as `nohup` does. Only Linux tells.
#[cfg(target_os = "linux")]
fn is_to_be_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    signal == SIGHUP && ignored & (1 << (SIGHUP - 1)) != 0
}

#[cfg(not(target_os = "linux"))]
fn is_to_be_ignored(_: i32) -> bool {
    false
}
