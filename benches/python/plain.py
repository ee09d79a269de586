"""The rules of the built-in policy in plain Python: what a team would write instead of using the wheel.

It is as strict as the wheel about the values of a snapshot without times, and reports the same decision, reasons, coverage
and findings. It is written for speed as far as plain Python goes: one pass per rule, built-ins where they fit.

    python plain.py SNAPSHOT.json STAGE
"""

import json
import math
import sys

STAGES = {"canary_5": ("30m", 6), "canary_25": ("60m", 12), "full_100": ("24h", 288)}
RATES = ("error_rate", "fallback_rate", "breaker_open_rate", "invalid_output_rate")
METRICS = ("p95_latency_ms", *RATES)
BRIDGE = 3
TRIGGERS = (
    ("p95_latency_ms", 400, 2, "p95>400ms_for_2x5m"),
    ("error_rate", 0.02, 1, "error_rate>2pct_any_5m"),
    ("invalid_output_rate", 0, 1, "invalid_output_rate>0"),
    ("fallback_rate", 0.20, 3, "fallback_rate>20pct_for_15m"),
    ("breaker_open_rate", 0.30, 3, "breaker_open_rate>30pct_for_15m"),
)
GATES = (
    ("p95_latency_ms", 300, "gate:p95>300ms"),
    ("error_rate", 0.01, "gate:error_rate>1pct"),
    ("invalid_output_rate", 0, "gate:invalid_output_rate_nonzero"),
)
FALLBACK = {
    "canary_5": ("fallback_rate", 0.08, "gate:fallback_rate>8pct_for_canary_5"),
    "canary_25": ("fallback_rate", 0.10, "gate:fallback_rate>10pct_for_canary_25"),
    "full_100": ("fallback_rate", 0.10, "gate:fallback_rate>10pct_for_full_100"),
}


def check(metrics: dict) -> int:
    """Refuse impossible values; return the number of windows."""
    length = len(metrics["p95_latency_ms"])
    for name in METRICS:
        values = metrics[name]
        if len(values) != length or not length:
            raise ValueError(f"metrics.{name}: expected {length} values, found {len(values)}")
        highest = 1.0 if name in RATES else math.inf
        for index, value in enumerate(values):
            if value is None:
                continue
            if type(value) not in (int, float) or not 0 <= value <= highest or value == math.inf:
                raise ValueError(f"metrics.{name}[{index}]: found {value!r}")
    return length


def longest_run(values: list, limit: float) -> tuple:
    """Return (count, first, last, worst) of the longest run above the limit; short gaps do not break it."""
    best = (0, 0, 0, 0.0)
    count = first = last = 0
    worst = 0.0
    for index, value in enumerate(values):
        if value is None:
            if count and index - last > BRIDGE:
                count = 0
        elif value > limit:
            if not count:
                first, worst = index, value
            count += 1
            last = index
            worst = max(worst, value)
            if count > best[0]:
                best = (count, first, last, worst)
        else:
            count = 0
    return best


def evaluate(snapshot: dict, stage: str) -> dict:
    """Judge a snapshot without times."""
    metrics = snapshot["metrics"]
    windows = check(metrics)
    span, needed = STAGES[stage]
    findings = []
    rollback = []
    for metric, limit, times, reason in TRIGGERS:
        count, first, last, worst = longest_run(metrics[metric], limit)
        if count >= times:
            rollback.append(reason)
            findings.append({"reason": reason, "metric": metric, "windows": [first, last], "observed": worst})
    start = max(windows - needed, 0)
    held = []
    bad = -1
    for metric, limit, reason in (*GATES, FALLBACK[stage]):
        above = [i for i, value in enumerate(metrics[metric]) if value is not None and value > limit]
        if above:
            bad = max(bad, above[-1])
            above = [i for i in above if i >= start]
        if above:
            held.append(reason)
            worst = max(metrics[metric][i] for i in above)
            findings.append({"reason": reason, "metric": metric, "windows": [above[0], above[-1]], "observed": worst})
    missing = windows < needed
    for metric in METRICS:
        holes = [i for i, value in enumerate(metrics[metric]) if value is None]
        if holes:
            bad = max(bad, holes[-1])
            missing = missing or holes[-1] >= start
    if missing:
        held.append(f"gate:clean_window<{span}")
    clean = (windows - 1 - bad) * 5
    return {
        "stage": stage,
        "windows": windows,
        "window_minutes": 5,
        "gate_passed": not rollback and not held,
        "rollback_triggered": bool(rollback),
        "rollback_reasons": rollback,
        "gate_fail_reasons": held,
        "coverage": {"needed_minutes": needed * 5, "clean_minutes": clean},
        "findings": findings,
    }


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        verdict = evaluate(json.load(file), sys.argv[2])
    print(json.dumps(verdict, indent=2))
    sys.exit(0 if verdict["gate_passed"] else 3 if verdict["rollback_triggered"] else 2)
