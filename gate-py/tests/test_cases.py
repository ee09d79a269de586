"""The cases of `tests/cases`, the one truth, through every way in that Python has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tsfm_gate

Case = dict[str, Any]

# Files of domains whose cases have a form and a reader of their own.
OTHER_DOMAINS = (
    "breakers",
    "budgets",
    "covariates",
    "cutover",
    "evidence",
    "hardening",
    "metric_breaker",
    "release",
    "run_contract",
    "safety",
)
CASES = Path(__file__).resolve().parents[2] / "tests" / "cases"
COLUMNS = ("metrics", "baseline", "events")


def read() -> Iterator[tuple[str, Case]]:
    for file in sorted(CASES.glob("*.json")):
        if file.stem in OTHER_DOMAINS:
            continue
        for case in json.loads(file.read_text(encoding="utf-8")):
            yield f"{file.stem}/{case['name']}", case


def with_op(op: str) -> list[Any]:
    return [pytest.param(case, id=name) for name, case in read() if case.get("op", "evaluate") == op]


def expand(value: Any) -> Any:
    """Writes out every `{"$repeat": [value, n]}` in an array."""
    if isinstance(value, dict):
        return {key: expand(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    items: list[Any] = []
    for item in value:
        if isinstance(item, dict) and "$repeat" in item:
            repeated, times = item["$repeat"]
            items += [expand(repeated)] * times
        else:
            items.append(expand(item))
    return items


def text_of(given: dict[str, Any]) -> bytes:
    if "text" in given:
        return str(given["text"]).encode()
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    if "make" in given:
        make = given["make"]
        return str(make["before"] + make["repeat"] * make["times"] + make["after"]).encode()
    return json.dumps(expand(given["snapshot"])).encode()


def to_arrays(snapshot: Any) -> Any:
    """The same snapshot with numpy columns where every value is a number; null has no place in them."""

    def column(values: Any) -> Any:
        # Not of both, which numpy would make floats.
        plain = isinstance(values, list) and {type(value) for value in values} in ({int}, {float})
        return np.array(values) if plain else values

    def field(name: str, value: Any) -> Any:
        if name in COLUMNS and isinstance(value, dict):
            return {metric: column(values) for metric, values in value.items()}
        return column(value) if name == "samples" else value

    if not isinstance(snapshot, dict):
        return snapshot
    return {name: field(name, value) for name, value in snapshot.items()}


def policy_of(given: dict[str, Any]) -> Any:
    policy = given.get("policy")
    if isinstance(policy, dict) and "$builtin" in policy:
        return tsfm_gate.Policy.builtin().to_dict() | policy["$builtin"]
    return policy


def outcome(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return ask()
    except tsfm_gate.GateError as error:
        parts = {"code": error.code, "path": error.path, "message": str(error)}
        return {"error": parts, "exit_code": 1}


def judge(given: dict[str, Any], snapshot: Any) -> dict[str, Any]:
    verdict = tsfm_gate.evaluate(
        snapshot,
        given["stage"],
        policy=policy_of(given),
        now=given.get("now"),
        digests="digests" in given,
    )
    return {**verdict, "exit_code": verdict.exit_code}


def check(expected: Any, found: Any, path: str = "") -> None:
    """Compares objects by the keys that are expected, and everything else by value."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            assert key in found, f"{path}.{key}: nothing found"
            check(value, found[key], f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, list):
        assert len(expected) == len(found), f"{path}: expected {expected}, found {found}"
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            check(one, other, f"{path}[{index}]")
    else:
        assert expected == found, f"{path}: expected {expected}, found {found}"


@pytest.mark.parametrize("case", with_op("evaluate"))
def test_evaluate_text(case: Case) -> None:
    given = case["input"]
    text = text_of(given)
    found = outcome(lambda: judge(given, text))
    check(case["expect"], found)
    if "hex" not in given:
        assert outcome(lambda: judge(given, text.decode())) == found


@pytest.mark.parametrize("case", [p for p in with_op("evaluate") if "snapshot" in p.values[0]["input"]])
def test_evaluate_objects(case: Case) -> None:
    given = case["input"]
    snapshot = expand(given["snapshot"])
    found = outcome(lambda: judge(given, snapshot))
    check(case["expect"], found)
    # Not only what is expected: every byte of the verdict is the same in every form.
    assert found == outcome(lambda: judge(given, text_of(given)))
    assert found == outcome(lambda: judge(given, to_arrays(snapshot)))


@pytest.mark.parametrize("case", with_op("policy-check"))
def test_policy(case: Case) -> None:
    policy = policy_of(case["input"])

    def ask(load: Callable[[Any], tsfm_gate.Policy]) -> dict[str, Any]:
        return outcome(lambda: {"warnings": load(policy).lint(), "exit_code": 0})

    if not isinstance(policy, dict):
        check(case["expect"], ask(tsfm_gate.Policy.builtin))
        return
    found = ask(tsfm_gate.Policy.from_dict)
    check(case["expect"], found)
    assert found == ask(lambda document: tsfm_gate.Policy.from_json(json.dumps(document)))


@pytest.mark.parametrize("case", with_op("explain"))
def test_explain(case: Case) -> None:
    given = case["input"]
    explain = lambda: {**tsfm_gate.explain(given["code"], policy_of(given)), "exit_code": 0}  # noqa: E731
    check(case["expect"], outcome(explain))


def test_there_are_cases() -> None:
    assert len(list(read())) > 100
