"""What a snapshot may be: mappings, text in every form, and what is refused as a whole."""

from __future__ import annotations

import array
import collections
import json
import types
from typing import Any

import pytest

import tsfm_gate


def refusal(snapshot: Any) -> tuple[str, str, str]:
    with pytest.raises(tsfm_gate.GateError) as caught:
        tsfm_gate.evaluate(snapshot, "canary_5")
    return caught.value.code, caught.value.path, str(caught.value)


def test_text(clean: dict[str, Any]) -> None:
    text = json.dumps(clean)
    verdict = tsfm_gate.evaluate(clean, "canary_5", digests=True)
    for form in (text, text.encode(), bytearray(text.encode()), memoryview(text.encode())):
        assert tsfm_gate.evaluate(form, "canary_5", digests=True) == verdict


def test_mappings(clean: dict[str, Any]) -> None:
    verdict = tsfm_gate.evaluate(clean, "canary_5", digests=True)
    metrics = clean["metrics"]
    for form in (types.MappingProxyType, collections.UserDict, collections.OrderedDict, collections.ChainMap):
        snapshot = form(clean | {"metrics": form(metrics)})
        assert tsfm_gate.evaluate(snapshot, "canary_5", digests=True) == verdict


@pytest.mark.parametrize(
    ("snapshot", "found"),
    [
        (None, "null"),
        (5, "5"),
        ([], "an array"),
        (set(), "a value of type `set`"),
        (memoryview(array.array("d", [1.0])), "a value of type `memoryview`"),
    ],
)
def test_no_mapping(snapshot: Any, found: str) -> None:
    assert refusal(snapshot) == ("wrong-type", "", f"expected an object, found {found}")


def test_keys_are_strings() -> None:
    expected = ("wrong-type", "", "expected keys that are strings, found a value of type `int`")
    assert refusal({1: 2}) == expected
    message = "metrics: expected keys that are strings, found a value of type `tuple`"
    assert refusal({"metrics": {("a", "b"): [1]}}) == ("wrong-type", "metrics", message)


@pytest.mark.parametrize("surrogate", ["\ud800", "a\udfff"])
def test_lone_surrogates(surrogate: str) -> None:
    message = "expected UTF-8 text, found a string with a lone surrogate"
    assert refusal(surrogate) == ("not-utf8", "", message)
    assert refusal({surrogate: 1}) == ("not-utf8", "", message)
    labelled = {"metrics": {"error_rate": [0.1]}, "labels": {"a": surrogate}}
    assert refusal(labelled) == ("not-utf8", "labels.a", f"labels.a: {message}")


def test_text_errors_have_a_place() -> None:
    with pytest.raises(tsfm_gate.GateError) as caught:
        tsfm_gate.evaluate('{"metrics":\n {"error_rate": [NaN]}}', "canary_5")
    error = caught.value
    assert (error.code, error.line, error.column) == ("not-finite", 2, 18)


def test_duplicate_keys_in_text() -> None:
    code, path, _ = refusal('{"metrics": {"error_rate": [0.1], "error_rate": [0.2]}}')
    assert (code, path) == ("duplicate-key", "metrics.error_rate")


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
def test_too_much_text(form: Any) -> None:
    text = form(b" " * (64 * 1024 * 1024 + 1))
    message = "expected at most 67108864 bytes, found 67108865 bytes"
    assert refusal(text) == ("input-too-large", "", message)


def nested(levels: int) -> Any:
    value: Any = []
    for _ in range(levels - 1):
        value = [value]
    return value


def cyclic() -> Any:
    cycle: dict[str, Any] = {}
    cycle["a"] = [(cycle,)]
    return cycle


@pytest.mark.parametrize("value", [nested(100_000), cyclic()], ids=["deep", "cyclic"])
@pytest.mark.parametrize(
    "place",
    [
        lambda value: value,
        lambda value: {"metrics": value},
        lambda value: {"metrics": {"error_rate": value}},
        lambda value: {"metrics": {"error_rate": [0.1]}, "labels": {"a": value}},
        lambda value: {"metrics": {"error_rate": [0.1]}, "drills": value},
        lambda value: {"stranger": value},
    ],
)
def test_nesting_without_end(value: Any, place: Any) -> None:
    message = "expected at most 128 levels of nesting, found more"
    assert refusal(place(value)) == ("nesting-too-deep", "", message)


def test_nesting_is_counted_as_in_text() -> None:
    for levels in (124, 125, 126, 127, 128, 129):
        snapshot = {"metrics": {"error_rate": nested(levels)}}
        of_text = refusal(json.dumps(snapshot))
        of_dict = refusal(snapshot)
        assert of_text[:2] == of_dict[:2], levels


def test_shared_objects_are_not_visited_for_ever() -> None:
    value: Any = []
    for _ in range(100):
        value = [value, value]
    code, path, _ = refusal({"metrics": {"error_rate": [value]}})
    assert (code, path) == ("wrong-type", "metrics.error_rate[0]")


def test_stage() -> None:
    with pytest.raises(tsfm_gate.GateError) as caught:
        tsfm_gate.evaluate({"metrics": {"error_rate": [0.1]}}, "canary_7")
    error = caught.value
    assert (error.code, error.path) == ("unknown-stage", "stage")
    assert error.expected == "a stage of `tsfm-canary` (`canary_5`, `canary_25`, `full_100`)"
    assert error.found == "`canary_7`; did you mean `canary_5`?"
    with pytest.raises(TypeError):
        tsfm_gate.evaluate({"metrics": {"error_rate": [0.1]}}, 5)  # type: ignore[arg-type]
