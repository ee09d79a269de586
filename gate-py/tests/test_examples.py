"""The examples of the repository that are written in Python run, and say what they should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run(name: str) -> list[str]:
    command = [sys.executable, "-W", "error", str(EXAMPLES / name)]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()


def test_breaker_service() -> None:
    lines = run("breaker_service.py")
    moves = [line.split("call: ")[1] for line in lines if "call: " in line and "->" in line]
    assert moves == [
        "closed -> open (streak)",
        "open_due -> half_open (due)",
        "half_open -> open (probe_failed)",
        "open_due -> half_open (due)",
        "half_open -> closed (probes_passed)",
    ]
    assert sum("retry after" in line for line in lines) >= 1
    assert any('"fallback_reason": "circuit_breaker_open"' in line for line in lines)
    after = [line.split("s  ", 1)[1] for line in lines[-3:]]
    assert after[0].startswith("after a restart: <Guard stopped: ")
    assert after[1].startswith("with its state lost: <Guard stopped: ")
    assert after[2] == "after a reset: <Guard on: nothing speaks against a call>"
