"""The wheel and the command line beside plain Python, in one run, as ratios.

    python benches/python/bench.py [--cli target/release/tsfm-gate] [--static BINARY]

Every figure is a median; the two sides of a ratio are measured in turn, so that a drift of the machine hits both. The answers
are compared before anything is timed.
"""

import argparse
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy
import plain

import tsfm_gate

FIELDS = ("gate_passed", "rollback_triggered", "rollback_reasons", "gate_fail_reasons", "windows")


def snapshot(windows: int) -> dict:
    """A clean snapshot whose values differ in every digit."""

    def wave(scale: float, floor: float, step: float) -> list:
        return [round(floor + scale * abs(math.sin(i * step)), 6) for i in range(windows)]

    metrics = {
        "p95_latency_ms": wave(60.0, 230.0, 0.7),
        "error_rate": wave(0.008, 0.0005, 1.3),
        "fallback_rate": wave(0.04, 0.03, 0.3),
        "breaker_open_rate": wave(0.2, 0.01, 0.9),
        "invalid_output_rate": [0.0] * windows,
    }
    return {"window_minutes": 5, "metrics": metrics}


def paired(ours: Callable, theirs: Callable, rounds: int = 25, batch: float = 0.02) -> tuple[float, float]:
    """Median seconds per call of both, measured in turn."""

    def calls(function: Callable) -> int:
        start = time.perf_counter()
        function()
        return max(1, int(batch / max(time.perf_counter() - start, 1e-7)))

    def once(function: Callable, times: int) -> float:
        start = time.perf_counter()
        for _ in range(times):
            function()
        return (time.perf_counter() - start) / times

    ours(), theirs()
    many, few = calls(ours), calls(theirs)
    pairs = [(once(ours, many), once(theirs, few)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def row(name: str, ours: float, theirs: float, wanted: float) -> None:
    ratio = theirs / ours
    print(f"| {name} | {ours * 1e6:,.1f} µs | {theirs * 1e6:,.1f} µs | {ratio:.1f} x | {wanted:g} x |")


def same(ours: dict, theirs: dict) -> None:
    assert all(ours[field] == theirs[field] for field in FIELDS), (ours, theirs)
    assert ours["coverage"]["clean_minutes"] == theirs["coverage"]["clean_minutes"]


def wheel(windows: int) -> None:
    stage = "full_100"
    lists = snapshot(windows)
    text = json.dumps(lists)
    columns = {"window_minutes": 5, "metrics": {k: numpy.array(v) for k, v in lists["metrics"].items()}}
    same(tsfm_gate.evaluate(text, stage), plain.evaluate(json.loads(text), stage))
    same(tsfm_gate.evaluate(lists, stage), plain.evaluate(lists, stage))
    same(tsfm_gate.evaluate(columns, stage), plain.evaluate(lists, stage))
    print(f"\n### Wheel, {windows} windows x 5 metrics, `{stage}`\n")
    print("| input | tsfm_gate | plain Python | faster by | wanted |\n| --- | --- | --- | --- | --- |")
    both = paired(lambda: tsfm_gate.evaluate(text, stage), lambda: plain.evaluate(json.loads(text), stage))
    row("JSON text (plain: json.loads + evaluator)", *both, 6)
    both = paired(lambda: tsfm_gate.evaluate(lists, stage), lambda: plain.evaluate(lists, stage))
    row("dict of lists (plain: evaluator on the same dict)", *both, 4)
    # Plain Python has no numpy evaluator: its user turns columns into lists first.
    lists_of = lambda: {"metrics": {k: v.tolist() for k, v in columns["metrics"].items()}}  # noqa: E731
    both = paired(lambda: tsfm_gate.evaluate(columns, stage), lambda: plain.evaluate(lists_of(), stage))
    row("numpy columns (plain: tolist + evaluator)", *both, 10)


# A large process starts a child slowly, so a small one starts and times both commands, in turn.
PAIRS = """
import json, os, sys, time
def once(command):
    start = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, 1, 0)])
    os.waitpid(pid, 0)
    return time.perf_counter() - start
ours, theirs = json.loads(sys.argv[1])
once(ours), once(theirs)
print(json.dumps([(once(ours), once(theirs)) for _ in range(61)]))
"""


def command_line(cli: str, static: str | None, folder: Path) -> None:
    path = folder / "snapshot.json"
    path.write_text(json.dumps(snapshot(288)))
    theirs = [sys.executable, str(Path(__file__).with_name("plain.py")), str(path), "full_100"]
    print("\n### Whole process, 288 windows\n")
    print("| command | tsfm-gate | python3 | faster by | wanted |\n| --- | --- | --- | --- | --- |")
    for name, binary in (("dynamic, as `cargo build` makes it", cli), ("static, as released", static)):
        if binary is None:
            continue
        ours = [binary, "evaluate", "--input", str(path), "--stage", "full_100", "--format", "json"]
        a, b = (subprocess.run(command, capture_output=True, check=False) for command in (ours, theirs))
        assert a.returncode == b.returncode == 0
        same(json.loads(a.stdout), json.loads(b.stdout))
        measured = subprocess.check_output([sys.executable, "-S", "-c", PAIRS, json.dumps([ours, theirs])])
        fast, slow = (statistics.median(side) for side in zip(*json.loads(measured), strict=True))
        row(name, fast, slow, 20)


# A child's peak counts what its parent held when it was started, so a small process starts it.
PEAK = """
import os, sys
pid = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, 1, 0)])
_, status, usage = os.wait4(pid, 0)
assert os.waitstatus_to_exitcode(status) == 0, status
print(usage.ru_maxrss * 1024)
"""


def peak_of(command: list[str]) -> int:
    """Peak resident memory of one child, in bytes."""
    return int(subprocess.check_output([sys.executable, "-S", "-c", PEAK, *command]))


def memory(cli: str, folder: Path) -> None:
    windows = 770_000
    path = folder / "large.json"
    path.write_text(json.dumps(snapshot(windows)))
    size = path.stat().st_size
    columns = 5 * 8 * windows
    start = time.perf_counter()
    peak = peak_of([cli, "evaluate", "--input", str(path), "--stage", "full_100", "--format", "json"])
    took = time.perf_counter() - start
    bound = 2 * columns + size
    print("\n### Peak memory of the process on a large snapshot\n")
    print("| file | parsed columns | bound (2 x columns + input) | peak | time |\n| --- | --- | --- | --- | --- |")
    mb = 1e6
    print(f"| {size / mb:.0f} MB | {columns / mb:.0f} MB | {bound / mb:.0f} MB | {peak / mb:.0f} MB | {took:.2f} s |")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cli", default="target/release/tsfm-gate")
    arguments.add_argument("--static")
    given = arguments.parse_args()
    cli = str(Path(given.cli).resolve())
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    print(f"Python {sys.version.split()[0]}, tsfm_gate {tsfm_gate.__version__}")
    wheel(6)
    wheel(288)
    wheel(2016)
    with tempfile.TemporaryDirectory() as folder:
        command_line(cli, given.static, Path(folder))
        memory(cli, Path(folder))


if __name__ == "__main__":
    main()
