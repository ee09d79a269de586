"""One policy for many threads, and an interpreter that goes on while it decides."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

import tsfm_gate


def test_threads_share_a_policy(clean: dict[str, Any]) -> None:
    policy = tsfm_gate.Policy.builtin()
    arrays = {name: np.array(values) for name, values in clean["metrics"].items()}
    forms: list[Any] = [clean, json.dumps(clean), {"metrics": arrays}]
    expected = policy.evaluate(clean, "canary_5")

    def work(seed: int) -> bool:
        return all(policy.evaluate(forms[(seed + i) % 3], "canary_5") == expected for i in range(300))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(16)))


def test_others_run_while_it_decides() -> None:
    # A text that takes a while; the interpreter is free as long as it is read and judged.
    values = "[" + ",".join(["0.001"] * 1_000_000) + "]"
    text = f'{{"metrics": {{"error_rate": {values}}}}}'
    ticks: list[float] = []
    done = threading.Event()

    def tick() -> None:
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.0005)

    thread = threading.Thread(target=tick)
    thread.start()
    time.sleep(0.01)
    start = time.perf_counter()
    tsfm_gate.evaluate(text, "canary_5")
    end = time.perf_counter()
    done.set()
    thread.join()
    during = sum(start < at < end for at in ticks)
    assert during >= 3, f"{during} ticks in {end - start:.3f} s"


def test_arrays_that_change_meanwhile() -> None:
    # The values are copied before the interpreter is let go: a verdict is of one state or of another.
    column = np.zeros(50_000)
    done = threading.Event()

    def flip() -> None:
        while not done.is_set():
            column[:] = 0.001
            column[:] = 0.0

    thread = threading.Thread(target=flip)
    thread.start()
    try:
        for _ in range(50):
            assert tsfm_gate.evaluate({"metrics": {"error_rate": column}}, "canary_5").decision == "hold"
    finally:
        done.set()
        thread.join()


def test_first_use_by_many_threads() -> None:
    # The built-in policy, the classes and the names are made once, whoever comes first.
    code = """
import threading, tsfm_gate
barrier = threading.Barrier(16)
def work():
    barrier.wait()
    assert tsfm_gate.evaluate({"metrics": {"error_rate": [0.001]}}, "canary_5").decision == "hold"
threads = [threading.Thread(target=work) for _ in range(16)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, timeout=60)
