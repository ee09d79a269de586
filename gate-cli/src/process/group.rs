//! A command with all that it starts in its process group.

use std::process::{Child, Command};

#[cfg(unix)]
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

/// Puts the command into a group of its own, so that it can be ended with all that it starts and that does not leave the group (`setsid`).
pub(super) fn own(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

/// Asks all of it to end.
pub(super) fn ask_to_end(child: &Child) {
    #[cfg(unix)]
    if let Some(group) = group(child) {
        // Whoever has ended by itself needs not be asked.
        let _ = kill_process_group(group, Signal::TERM);
    }
    #[cfg(not(unix))]
    let _ = child;
}

/// Ends all of it.
pub(super) fn end(child: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = group(child) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    let _ = child.kill();
}

/// Whether the command itself has ended. It is not reaped, so that its number stays its own.
#[cfg(unix)]
pub(super) fn has_ended(child: &mut Child) -> bool {
    let Some(process) = group(child) else { return true };
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    // Whoever cannot be waited for is not there any more.
    waitid(WaitId::Pid(process), options).is_ok_and(|status| status.is_some())
}

#[cfg(not(unix))]
pub(super) fn has_ended(child: &mut Child) -> bool {
    child.try_wait().is_ok_and(|status| status.is_some())
}

#[cfg(unix)]
fn group(child: &Child) -> Option<Pid> {
    Pid::from_raw(i32::try_from(child.id()).ok()?)
}
