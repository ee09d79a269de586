"""Policies: where they come from, what they say, and how they travel."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tsfm_gate
from tsfm_gate import Policy

DOCUMENT = {
    "schema_version": "tsfm_gate.policy.v1",
    "name": "small",
    "window_minutes": 5,
    "metrics": {"error_rate": {"unit": "ratio"}},
    "stages": {"only": {"clean_for": "10m"}},
    "gates": [{"metric": "error_rate", "at_most": 0.1, "reason": "gate:error"}],
    "triggers": [{"metric": "error_rate", "above": 0.5, "windows": 1, "reason": "error"}],
}
SNAPSHOT = {"metrics": {"error_rate": [0.01, 0.01]}}


def test_builtin() -> None:
    policy = Policy.builtin()
    assert policy is Policy.builtin("tsfm-canary")
    assert (policy.name, policy.window_minutes) == ("tsfm-canary", 5)
    assert policy.stages == ("canary_5", "canary_25", "full_100")
    assert repr(policy) == "<Policy tsfm-canary: 5 min windows, stages canary_5 -> canary_25 -> full_100>"
    with pytest.raises(tsfm_gate.GateError) as caught:
        Policy.builtin("tsfm")
    assert caught.value.code == "unknown-policy"


def test_sources(tmp_path: Path) -> None:
    policy = Policy.from_dict(DOCUMENT)
    text = json.dumps(DOCUMENT)
    as_json = tmp_path / "policy.json"
    as_json.write_text(text, encoding="utf-8")
    as_yaml = tmp_path / "policy.yaml"
    as_yaml.write_text("# a comment\n" + text, encoding="utf-8")
    read = [Policy.from_json(text), Policy.from_json(text.encode())]
    read += [Policy.from_file(as_json), Policy.from_file(str(as_yaml))]
    read += [Policy.from_dict(policy.to_dict())]
    for other in read:
        assert other == policy
        assert hash(other) == hash(policy)
    assert policy != Policy.builtin()
    assert policy != "small"


def test_every_way_to_name_a_policy() -> None:
    policy = Policy.from_dict(DOCUMENT)
    verdict = policy.evaluate(SNAPSHOT, "only")
    assert verdict.decision == "promote"
    assert tsfm_gate.evaluate(SNAPSHOT, "only", policy=policy) == verdict
    assert tsfm_gate.evaluate(SNAPSHOT, "only", policy=DOCUMENT) == verdict
    by_name = tsfm_gate.evaluate(SNAPSHOT, "canary_5", policy="tsfm-canary")
    assert by_name == tsfm_gate.evaluate(SNAPSHOT, "canary_5")
    assert tsfm_gate.explain("gate:error", policy)["kind"] == "gate reason"


def test_numbers_of_numpy_in_a_document() -> None:
    gates = [{"metric": "error_rate", "at_most": np.float64(0.1), "reason": "gate:error"}]
    document = DOCUMENT | {"gates": gates, "window_minutes": np.int64(5)}
    assert Policy.from_dict(document) == Policy.from_dict(DOCUMENT)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window_minutes": "5"}, "window_minutes: expected a whole number, found the string `5`"),
        ({"window_minutes": True}, "window_minutes: expected a whole number, found the boolean true"),
        ({"gates": [5]}, "gates[0]: expected an object, found 5"),
        ({"gates": [["error_rate"]]}, "gates[0]: expected an object, found an array"),
        (
            {"metrics": {"error_rate": {"unit": "rate"}}},
            "metrics.error_rate.unit: expected one of `ms`, `ratio`, `count`, found `rate`",
        ),
        ({"metrics": {"error_rate": {"unit": 5}}}, "metrics.error_rate.unit: expected a string, found 5"),
    ],
)
def test_refusals_are_those_of_text(change: dict[str, Any], message: str) -> None:
    document = DOCUMENT | change
    readers: list[Callable[[], Policy]] = [
        lambda: Policy.from_dict(document),
        lambda: Policy.from_json(json.dumps(document)),
    ]
    for read in readers:
        with pytest.raises(tsfm_gate.GateError) as caught:
            read()
        assert str(caught.value).startswith(message)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(tsfm_gate.GateError) as caught:
        Policy.from_file(tmp_path / "absent.yaml")
    assert caught.value.code == "file-not-found"
    with pytest.raises(tsfm_gate.GateError) as caught:
        Policy.from_file(tmp_path)
    assert caught.value.code == "file-unreadable"
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: [", encoding="utf-8")
    with pytest.raises(tsfm_gate.GateError) as caught:
        Policy.from_file(broken)
    assert caught.value.code == "yaml-syntax"
    assert caught.value.line is not None


def test_text_only() -> None:
    with pytest.raises(tsfm_gate.GateError) as caught:
        Policy.from_json(DOCUMENT)  # type: ignore[arg-type]
    assert str(caught.value) == "expected JSON text, found a value of type `dict`"


def test_travels() -> None:
    policy = Policy.from_dict(DOCUMENT)
    for twin in (pickle.loads(pickle.dumps(policy)), copy.copy(policy), copy.deepcopy(policy)):
        assert twin == policy
        assert twin.to_dict() == policy.to_dict()


def test_lint() -> None:
    assert Policy.from_dict(DOCUMENT).lint() == []
    warnings = Policy.builtin().lint()
    assert [warning["code"] for warning in warnings] == ["trigger-without-gate"]


def test_is_frozen() -> None:
    policy: Any = Policy.builtin()
    with pytest.raises(AttributeError):
        policy.name = "other"
    with pytest.raises(TypeError):
        Policy()
    with pytest.raises(TypeError):
        type("Mine", (Policy,), {})
