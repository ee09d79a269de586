"""From a Python process to the native command lines."""

from __future__ import annotations

import signal
import sys

from tsfm_gate import _tsfm_gate


def run() -> int:
    """Runs ``tsfm-gate`` with the arguments of this process and returns its exit status."""
    _hand_over()
    return _tsfm_gate.main(["tsfm-gate", *sys.argv[1:]])


def run_compat() -> int:
    """Runs the upstream script's command line in the same way."""
    _hand_over()
    return _tsfm_gate.compat_main(["tsfm_gate.compat", *sys.argv[1:]])


def _hand_over() -> None:
    # The native program writes past Python's buffers.
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    # Python's own handler would run only after the program has ended.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
