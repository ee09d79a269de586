"""Covariate specs: what they may be, what declared names are compared with, and what the errors say."""

from __future__ import annotations

import base64
import collections
import gzip
import json
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tsfm_gate

REPOSITORY = Path(__file__).resolve().parents[2]
CASES = json.loads((REPOSITORY / "tests" / "cases" / "covariates.json").read_text(encoding="utf-8"))
VECTORS = REPOSITORY / "tests" / "vectors" / "covariate_spec.jsonl.gz"
SPEC: dict[str, Any] = {
    "schema_version": "covariate_spec.v1",
    "dynamic_covariates": [
        {"name": " temp ", "type": "numeric", "required": True},
        {"name": "promo", "type": "boolean", "required": False},
    ],
    "static_covariates": [{"name": "store", "type": "categorical", "required": False}],
    "imputation_policy": {"dynamic_covariates": "mean", "static_covariates": None},
}
NORMAL: dict[str, Any] = {
    "schema_version": "covariate_spec.v1",
    "dynamic_covariates": [
        {"name": "temp", "type": "numeric", "required": True},
        {"name": "promo", "type": "boolean", "required": False},
    ],
    "static_covariates": [{"name": "store", "type": "categorical", "required": False}],
    "imputation_policy": {"dynamic_covariates": "mean"},
}


def enforce(
    dynamic: Any = ("temp",),
    static: Any = (),
    columns: Any = None,
    spec: Any = SPEC,
    context: str = "",
) -> Any:
    return tsfm_gate.enforce_covariate_spec(
        declared_dynamic=dynamic,
        declared_static=static,
        available_columns=columns,
        spec=spec,
        context=context,
    )


def refusal(ask: Callable[[], Any]) -> list[tuple[str, str]]:
    """The fault and the text of every finding."""
    with pytest.raises(tsfm_gate.RunContractError) as caught:
        ask()
    error = caught.value
    assert (error.exit_code, error.code) == (24, "RUNNER_EXEC_ERROR")
    shown = [f"{finding['path']}: expected {finding['expected']}" for finding in error.findings]
    assert str(error).startswith(shown[0].removeprefix(": "))
    return [
        (finding["fault"], f"{text}, found {finding['found']}".removeprefix(": "))
        for finding, text in zip(error.findings, shown, strict=True)
    ]


# ---- validate ----


def test_the_normal_form() -> None:
    normal = tsfm_gate.validate_covariate_spec(SPEC)
    assert json.dumps(normal) == json.dumps(NORMAL)
    assert type(normal) is dict and type(normal["dynamic_covariates"][0]) is dict
    text = json.dumps(SPEC)
    for form in (text, text.encode(), bytearray(text.encode()), memoryview(text.encode())):
        assert json.dumps(tsfm_gate.validate_covariate_spec(form)) == json.dumps(NORMAL)
    for mapping in (types.MappingProxyType, collections.UserDict, collections.ChainMap):
        assert tsfm_gate.validate_covariate_spec(mapping(SPEC)) == NORMAL
    assert tsfm_gate.validate_covariate_spec(NORMAL) == NORMAL


def test_the_dicts_of_a_result_are_independent() -> None:
    spec = {**SPEC, "dynamic_covariates": [{"name": n, "type": "numeric", "required": True} for n in "ab"]}
    first, second = tsfm_gate.validate_covariate_spec(spec)["dynamic_covariates"]
    first["required"] = False
    assert second == {"name": "b", "type": "numeric", "required": True}


def test_every_type_and_its_order() -> None:
    kinds = [(kind, required) for kind in ("numeric", "categorical", "boolean") for required in (True, False)]
    items = [{"required": r, "type": kind, "name": f"{kind}-{r}-{i}"} for i in (0, 1) for kind, r in kinds]
    spec = {"schema_version": "covariate_spec.v1", "dynamic_covariates": items}
    normal = tsfm_gate.validate_covariate_spec(spec)
    assert normal["dynamic_covariates"] == items
    assert all(list(item) == ["name", "type", "required"] for item in normal["dynamic_covariates"])


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (None, "expected a JSON object, found null"),
        ([], "expected a JSON object, found an array"),
        ({}, "schema_version: expected `covariate_spec.v1`, found nothing"),
        ("", "expected a document, found no content"),
        ("{", "expected JSON, found a syntax error: EOF while parsing an object at line 1 column 1"),
        (b"\xff", "expected UTF-8 text, found an invalid byte after 0 valid ones at line 1 column 1"),
        ("\ud800", "expected UTF-8 text, found a string with a lone surrogate"),
        ({"schema_version": float("nan")}, "schema_version: expected `covariate_spec.v1`, found NaN"),
        ({1: 2}, "expected keys that are strings, found a value of type `int`"),
        ({"extra": {1}}, "extra: expected a value, found a value of type `set`"),
    ],
)
def test_what_is_no_spec(payload: Any, said: str) -> None:
    assert refusal(lambda: tsfm_gate.validate_covariate_spec(payload)) == [("spec-invalid", said)]


def test_every_problem_is_reported() -> None:
    spec = {
        **SPEC,
        "dynamic_covariates": [{"name": "a", "type": "number", "required": 1}, "b"],
        "static_covariates": None,
    }
    assert refusal(lambda: tsfm_gate.validate_covariate_spec(spec)) == [
        (
            "spec-invalid",
            "dynamic_covariates[0].type: expected one of `numeric`, `categorical`, `boolean`, "
            "found the string `number`",
        ),
        ("spec-invalid", "dynamic_covariates[0].required: expected true or false, found 1"),
        ("spec-invalid", "dynamic_covariates[1]: expected an object, found the string `b`"),
        ("spec-invalid", "static_covariates: expected an array, found null"),
    ]


def test_no_depth_and_no_cycle_is_too_much() -> None:
    cycle: dict[str, Any] = {}
    cycle["a"] = [cycle]
    said = "expected at most 128 levels of nesting, found more"
    assert refusal(lambda: tsfm_gate.validate_covariate_spec(cycle)) == [("spec-invalid", said)]
    text = '{"a":' + "[" * 100_000
    said += " at line 1 column 132"
    assert refusal(lambda: tsfm_gate.validate_covariate_spec(text)) == [("spec-invalid", said)]


def test_keys_that_nobody_reads_are_warned_of() -> None:
    spec = {**SPEC, "owner": "me", "static_covariates": [{**NORMAL["static_covariates"][0], "unit": "id"}]}
    said = r"keys of the covariate spec that nobody reads: `owner`, `static_covariates\[0\].unit`"
    with pytest.warns(UserWarning, match=said):
        assert tsfm_gate.validate_covariate_spec(spec) == NORMAL
    with pytest.warns(UserWarning, match=said):
        assert enforce(spec=json.dumps(spec))["spec"] == NORMAL


def test_exceptions_of_foreign_code_pass() -> None:
    class Broken(collections.UserDict[str, Any]):
        def items(self) -> Any:
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        tsfm_gate.validate_covariate_spec(Broken())


# ---- enforce ----


def test_the_answer() -> None:
    answer = enforce(["temp", " temp", ""], ["store"], ["time", "temp", "store"], context="runner")
    assert json.dumps(answer) == json.dumps(
        {
            "enabled": True,
            "schema_version": "covariate_spec.v1",
            "dynamic_covariates": ["temp"],
            "static_covariates": ["store"],
            "required_missing": [],
            "declared_missing_in_columns": [],
            "spec": NORMAL,
        }
    )


def test_no_spec() -> None:
    assert enforce(["ghost"], None, [], spec={}) == {
        "enabled": False,
        "schema_version": None,
        "dynamic_covariates": ["ghost"],
        "static_covariates": [],
        "required_missing": [],
        "declared_missing_in_columns": [],
        "spec": {},
    }
    # A document without anything is no spec either, and somebody meant it to be one.
    assert refusal(lambda: enforce(spec="{}"))[0][0] == "spec-invalid"
    assert refusal(lambda: enforce(spec=None)) == [("spec-invalid", "expected a JSON object, found null")]


def test_four_ways_to_be_wrong() -> None:
    misspelt = {**SPEC, "dynamic_covarites": []}
    del misspelt["dynamic_covariates"]
    faults = [
        refusal(lambda: enforce(spec=misspelt)),
        refusal(lambda: enforce([])),
        refusal(lambda: enforce(["temp", "ghost"])),
        refusal(lambda: enforce(columns=["time"])),
    ]
    assert [said[0][0] for said in faults] == [
        "spec-invalid",
        "spec-required-missing",
        "spec-undefined",
        "spec-column-missing",
    ]
    assert "did you mean `dynamic_covariates`?" in faults[0][0][1]
    # Declared, spec and available names, so that one look is enough.
    for part in ("declared dynamic: `temp`", "spec dynamic: `temp`, `promo`", "columns: `time`"):
        assert part in faults[3][0][1]


def test_everything_wrong_is_said_at_once() -> None:
    assert [fault for fault, _ in refusal(lambda: enforce(["ghost"], ["store"], []))] == [
        "spec-required-missing",
        "spec-undefined",
        "spec-column-missing",
        "spec-column-missing",
    ]
    spec = {**SPEC, "schema_version": "v2"}
    assert [fault for fault, _ in refusal(lambda: enforce("temp", [1], spec=spec))] == [
        "spec-invalid",
        "argument-invalid",
        "argument-invalid",
    ]


COLUMNS: dict[str, Callable[[], Any]] = {
    "list": lambda: ["temp", "x"],
    "tuple": lambda: ("temp", "x"),
    "set": lambda: {"temp", "x"},
    "dict": lambda: {"temp": [1.0], "x": [2.0]},
    "keys": lambda: {"temp": 1, "x": 2}.keys(),
    "generator": lambda: (name for name in ("temp", "x")),
    "numpy": lambda: np.array(["temp", "x"]),
    "pandas": lambda: pd.DataFrame({"temp": [1.0], "x": [2.0]}),
    "pandas without rows": lambda: pd.DataFrame(columns=["temp", "x"]),
    "pandas index": lambda: pd.Index(["temp", "x"]),
    "pandas series": lambda: pd.Series(["temp", "x"], index=["columns", "column_names"]),
    "polars": lambda: pl.DataFrame({"temp": [1.0], "x": [2.0]}),
    "polars series": lambda: pl.Series(["temp", "x"]),
    "arrow": lambda: pa.table({"temp": [1.0], "x": [2.0]}),
}


@pytest.mark.parametrize("make", COLUMNS.values(), ids=COLUMNS)
def test_columns(make: Callable[[], Any]) -> None:
    assert enforce(columns=make())["enabled"]
    found = refusal(lambda: enforce(["temp", "promo"], columns=make()))
    assert [fault for fault, _ in found] == ["spec-column-missing"]
    assert "found no column `promo`" in found[0][1] and "`x`" in found[0][1]


def test_a_csv_header(tmp_path: Path) -> None:
    path = tmp_path / "input.csv"
    path.write_text("time,temp,store\n2026-02-20,1.5,a\n", encoding="utf-8")
    assert enforce(["temp"], ["store"], pd.read_csv(path, nrows=0))["enabled"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("temp", "available_columns: expected an array of names, found the string `temp`"),
        (b"temp", "available_columns: expected an array of names, found a value of type `bytes`"),
        (5, "available_columns: expected an array of names, found 5"),
        (["temp", 1], "available_columns[1]: expected a name, found 1"),
        (["temp", None], "available_columns[1]: expected a name, found null"),
        (["temp", "\udc00"], "available_columns[1]: expected a name, found a string with a lone surrogate"),
        (pd.DataFrame([[1]]), "available_columns[0]: expected a name, found 0"),
        (
            pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("temp", "mean")])),
            "available_columns[0]: expected a name, found an array",
        ),
        ([b"temp"], "available_columns[0]: expected a name, found a value of type `bytes`"),
    ],
)
def test_columns_that_are_no_names(columns: Any, said: str) -> None:
    assert refusal(lambda: enforce(columns=columns)) == [("argument-invalid", said)]


def test_names_without_end() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "temp"

    said = [("argument-invalid", "available_columns: expected at most 1048576 names, found more")]
    assert refusal(lambda: enforce(columns=endless())) == said


def test_exceptions_of_an_iterator_pass() -> None:
    def broken() -> Iterator[str]:
        yield "temp"
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        enforce(columns=broken())


def test_unknown_columns_are_not_empty_columns() -> None:
    assert enforce(columns=None)["enabled"]
    assert refusal(lambda: enforce(columns=[]))[0][0] == "spec-column-missing"


def test_the_context_is_in_the_message() -> None:
    with pytest.raises(tsfm_gate.RunContractError, match=r"^preprocessing: declared_dynamic: expected "):
        enforce([], context="preprocessing")


# ---- cases and recorded rows ----


def text_of(given: dict[str, Any]) -> bytes:
    if "text" in given:
        return str(given["text"]).encode()
    if "hex" in given:
        return bytes.fromhex(given["hex"])
    if "make" in given:
        make = given["make"]
        return str(make["before"] + make["repeat"] * make["times"] + make["after"]).encode()
    return json.dumps(given["spec"]).encode()


def answer(ask: Callable[[], Any]) -> dict[str, Any]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            found = {"ok": ask()}
        except tsfm_gate.RunContractError as error:
            return {"exit_code": error.exit_code, "code": error.code, "findings": error.findings}
    keys = [key for warning in caught for key in str(warning.message).split(": ", 1)[1][1:-1].split("`, `")]
    return {**found, "unknown_keys": keys} if keys else found


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_cases(case: dict[str, Any]) -> None:
    given = case["input"]
    if case["op"] == "enforce":
        spec = given.get("spec", {})
        names = given["declared_dynamic"], given["declared_static"]
        assert answer(lambda: enforce(*names, given["columns"], spec, given["context"])) == case["expect"]
        return
    text = text_of(given)
    assert answer(lambda: tsfm_gate.validate_covariate_spec(text)) == case["expect"]
    # A string would be taken for text itself.
    if "spec" in given and not isinstance(given["spec"], str):
        assert answer(lambda: tsfm_gate.validate_covariate_spec(given["spec"])) == case["expect"]


def outcome(ask: Callable[[], Any]) -> Any:
    try:
        return ask()
    except tsfm_gate.RunContractError as error:
        assert error.exit_code == 24 and error.findings
        return error


def test_recorded_rows() -> None:
    """Upstream's errors are errors, and what both accept is the same; the Rust tests know every departure."""
    agreed = collections.Counter[str]()
    with gzip.open(VECTORS, "rt", encoding="utf-8") as lines, warnings.catch_warnings():
        # Keys that nobody reads.
        warnings.simplefilter("ignore", UserWarning)
        for row in map(json.loads, lines):
            found = replay(row)
            if row.get("seed_expect") == "error" or "error" in row["expect"]:
                assert isinstance(found, tsfm_gate.RunContractError) or "flaw" in row, row["id"]
                agreed["error"] += 1
            elif not isinstance(found, tsfm_gate.RunContractError):
                assert json.dumps(found) == json.dumps(row["expect"]["ok"]), row["id"]
                agreed["ok"] += 1
    assert agreed["error"] > 400 and agreed["ok"] > 200, agreed


def replay(row: dict[str, Any]) -> Any:
    given = row["input"]
    if row["op"] == "enforce":
        return outcome(lambda: tsfm_gate.enforce_covariate_spec(**given))
    if row["op"] == "validate":
        payload = given["payload"]
        found = outcome(lambda: tsfm_gate.validate_covariate_spec(payload))
        of_text = outcome(lambda: tsfm_gate.validate_covariate_spec(json.dumps(payload)))
        # A string would be taken for text itself, and a surrogate has no place in JSON.
        if not (isinstance(payload, str) or "surrogate" in str(found)):
            assert str(found) == str(of_text), row["id"]
        return found
    text = given["text"] if "text" in given else base64.b64decode(given["bytes_b64"])
    return outcome(lambda: tsfm_gate.validate_covariate_spec(text))
