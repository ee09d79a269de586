"""The event scripts of `tests/cases/breakers.json` through the methods of `Guard`, and through `replay`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_cases import check

import tsfm_gate
from tsfm_gate import Guard, Permit

SCRIPTS = Path(__file__).resolve().parents[2] / "tests" / "cases" / "breakers.json"
Step = dict[str, Any]


def scripts() -> list[Any]:
    return [pytest.param(script, id=script["name"]) for script in json.loads(SCRIPTS.read_text("utf-8"))]


class Host:
    """A service with a guard, as a script has it: it does what a step says, and tells what came of it."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.guard = Guard(config)
        self.permits: dict[str, Permit] = {}
        self.last = 0.0

    def play(self, step: Step) -> dict[str, Any]:
        told: dict[str, Any] = {}
        changes: list[Any] = []
        for _ in range(step.get("times", 1)):
            told = {}
            try:
                changes += getattr(self, "on_" + step["do"])(step, step["at"], told) or []
            except tsfm_gate.GateError as error:
                told["error"] = {"code": error.code, "path": error.path, "message": str(error)}
                changes += error.changes
        self.last = step["at"]
        status = self.guard.status(now=step["at"])
        return {**told, "changes": changes, "state": standing(status), "status": status}

    def on_acquire(self, step: Step, now: float, told: dict[str, Any]) -> Any:
        answer = self.guard.allow(now=now)
        told["admitted"] = bool(answer)
        if answer:
            told["kind"] = answer.kind
            if answer.would:
                pytest.fail("a refusal is true")
            if answer.would is not None:
                told["would"] = refused(answer.would)
            self.permits[step.get("permit", "")] = answer
        else:
            told |= refused(answer)
        return answer.changes

    def on_record(self, step: Step, now: float, told: dict[str, Any]) -> Any:
        permit = self.permits[step["permit"]]
        recorded = self.guard.record(permit, step["outcome"], step.get("latency_ms", 0) / 1000, now=now)
        told["recorded"] = recorded.verdict
        assert bool(recorded) == (recorded.verdict == "counted")
        return recorded.changes

    def on_call(self, step: Step, now: float, told: dict[str, Any]) -> Any:
        changes = self.on_acquire(step, now, told)
        if told["admitted"]:
            changes += self.on_record({**step, "permit": step.get("permit", "")}, now, told)
        return changes

    def on_sample(self, step: Step, now: float, told: dict[str, Any]) -> Any:
        try:
            return self.guard.sample(step["outcome"] == "failure", step.get("latency_ms", 0) / 1000, now=now)
        except tsfm_gate.GateError as error:
            # The argument of Python has no unit in its name.
            assert error.path == "latency"
            told["error"] = {"code": error.code, "path": "latency_ms"}
            return []

    def on_check(self, step: Step, now: float, told: dict[str, Any]) -> Any:
        return self.guard.check(step["metrics"], now=now)

    def on_level(self, step: Step, now: float, told: dict[str, Any]) -> Any:
        return self.guard.level(step.get("failed"), step.get("total"), now=now)

    def on_reading(self, step: Step, now: float, told: dict[str, Any]) -> Any:
        return self.guard.observe(step["value"], now=now)

    def on_trip(self, step: Step, now: float, told: dict[str, Any]) -> Any:
        if "condition" in step:
            return self.guard.trip_for(step["condition"], now=now)
        return self.guard.trip(step["actor"], step["reason"], now=now)

    def on_settle(self, step: Step, now: float, told: dict[str, Any]) -> None:
        told["found"] = self.guard.settle(step["condition"], now=now)

    def on_reset(self, step: Step, now: float, told: dict[str, Any]) -> None:
        told["reset"] = self.guard.reset(step["actor"], step["reason"], now=now)

    def on_hold(self, step: Step, now: float, told: dict[str, Any]) -> None:
        expires = step.get("expires_in")
        self.guard.hold(step["actor"], step["reason"], step["kind"], expires_in=expires, now=now)

    def on_release(self, step: Step, now: float, told: dict[str, Any]) -> None:
        told["found"] = self.guard.release(step["actor"], step["reason"], now=now)

    def on_tick(self, step: Step, now: float, told: dict[str, Any]) -> Any:
        return self.guard.tick(now=now)

    def on_status(self, step: Step, now: float, told: dict[str, Any]) -> None:
        assert self.guard.status(now=now) == self.guard.status(now=now)

    def on_restart(self, step: Step, now: float, told: dict[str, Any]) -> None:
        state = step["state"] if "state" in step else self.guard.snapshot(now=self.last)
        config = self.guard.config
        self.guard = Guard.restore(state, config, elapsed=step.get("elapsed", 0), now=now)
        if self.guard.lost is not None:
            told["error"] = {"code": self.guard.lost.code, "path": self.guard.lost.path}

    def on_configure(self, step: Step, now: float, told: dict[str, Any]) -> Any:
        return self.guard.reconfigure(step["config"], now=now)


def refused(refusal: tsfm_gate.Refusal) -> dict[str, Any]:
    return {"by": refusal.by, "reason": refusal.reason, "retry_after": refusal.retry_after}


def standing(status: dict[str, Any]) -> dict[str, Any]:
    kinds = [hold["kind"] for hold in status["holds"]]
    latch, metric, ladder, call = (status[layer] for layer in ("latch", "metric", "ladder", "call"))
    return {
        "mode": status["mode"],
        "by": status["by"],
        "hold": next((kind for kind in ("off", "on", "shadow") if kind in kinds), None),
        "latch": latch and ("latched" if latch["latched"] else "clear"),
        "metric": metric and metric["state"],
        "ladder": ladder and ladder["level"],
        "call": call and call["phase"],
    }


@pytest.mark.parametrize("script", scripts())
def test_script_by_the_methods(script: dict[str, Any]) -> None:
    host = Host(script["config"])
    for index, step in enumerate(script["steps"]):
        check(step.get("expect", {}), host.play(step), f"steps[{index}]")


@pytest.mark.parametrize("script", scripts())
def test_script_replayed(script: dict[str, Any]) -> None:
    replayed = tsfm_gate.replay(script)
    assert replayed["mismatches"] == []
    assert len(replayed["answers"]) == len(script["steps"])
    assert replayed == tsfm_gate.replay(json.dumps(script))
    # By the methods, step by step, it stands where it stands by itself.
    host = Host(script["config"])
    for step, answer in zip(script["steps"], replayed["answers"], strict=True):
        check(answer["state"], host.play(step)["state"], f"steps[{answer['step']}]")


def test_a_script_that_is_not_kept_is_told() -> None:
    script = {"config": {"call": {}}, "steps": [{"at": 0, "do": "acquire", "expect": {"admitted": False}}]}
    [mismatch] = tsfm_gate.replay(script)["mismatches"]
    assert (mismatch["step"], mismatch["path"], mismatch["found"]) == (0, "admitted", "true")
    with pytest.raises(tsfm_gate.GateError, match="steps"):
        tsfm_gate.replay({"config": {}})


def test_there_are_all_scripts() -> None:
    names = {script.values[0]["name"][:9] for script in scripts()}
    assert names >= {f"script-{number:02}" for number in range(1, 58)}
