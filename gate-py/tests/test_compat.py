"""The upstream evaluator: recorded verdicts and exceptions, and Python objects that JSON does not have."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tsfm_gate
from tsfm_gate import compat

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors" / "canary_compat.jsonl.gz"
NAMES = ("p95_latency_ms", "error_rate", "fallback_rate", "breaker_open_rate", "invalid_output_rate")


def rows() -> list[dict[str, Any]]:
    with gzip.open(VECTORS, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def outcome(judge: Callable[[], compat.CompatVerdict]) -> dict[str, Any]:
    try:
        return {"result": judge()}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        return {"error": {"type": type(error).__name__, "message": str(error)}}


def test_recorded_rows() -> None:
    replayed = 0
    for row in rows():
        text = row.get("input_text", json.dumps(row.get("input")))
        expected, stage = row["expect"], row["stage"]
        assert outcome(partial(compat.evaluate_json, text, stage)) == expected, row["id"]
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            continue
        assert outcome(partial(compat.evaluate, data, stage)) == expected, row["id"]
        replayed += 1
    assert replayed > 1000


def test_order_of_the_fields(clean: dict[str, Any]) -> None:
    verdict = compat.evaluate(clean, "canary_5")
    assert type(verdict) is dict
    assert list(verdict) == [
        "stage",
        "windows",
        "window_minutes",
        "gate_passed",
        "rollback_triggered",
        "rollback_reasons",
        "gate_fail_reasons",
    ]


@pytest.mark.parametrize("kind", [tuple, np.array, pd.Series])
def test_columns(bad: dict[str, Any], kind: Any) -> None:
    arrays = {"metrics": {name: kind(values) for name, values in bad["metrics"].items()}}
    assert compat.evaluate(arrays, "canary_5") == compat.evaluate(bad, "canary_5")


def test_scalars_of_numpy(clean: dict[str, Any]) -> None:
    clean["window_minutes"] = np.int32(5)
    clean["metrics"]["error_rate"][0] = np.float32(0.5)
    assert compat.evaluate(clean, "canary_5")["rollback_reasons"] == ["error_rate>2pct_any_5m"]


def test_fields_that_upstream_does_not_read(clean: dict[str, Any]) -> None:
    clean["labels"] = {"made by": object()}
    assert compat.evaluate(clean, "canary_5")["gate_passed"]


def test_nesting_does_not_matter() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    snapshot = {"metrics": dict.fromkeys(NAMES, cycle)}
    with pytest.raises(TypeError, match="'>' not supported between instances of 'list' and 'float'"):
        compat.evaluate(snapshot, "canary_5")
    with pytest.raises(AttributeError, match="'list' object has no attribute 'get'"):
        compat.evaluate(cycle, "canary_5")


def test_strangers(clean: dict[str, Any]) -> None:
    clean["metrics"]["error_rate"] = object()
    with pytest.raises(TypeError, match=r"is not what json\.loads returns$"):
        compat.evaluate(clean, "canary_5")


def test_not_json() -> None:
    with pytest.raises(json.JSONDecodeError) as caught:
        compat.evaluate_json('{"a":\n nope}', "canary_5")
    error = caught.value
    assert (error.msg, error.pos, error.lineno, error.colno) == ("Expecting value", 7, 2, 2)
    assert str(error) == "Expecting value: line 2 column 2 (char 7)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32-le"])
def test_bytes(clean: dict[str, Any], encoding: str) -> None:
    text = json.dumps(clean)
    assert compat.evaluate_json(text.encode(encoding), "canary_5")["gate_passed"]


def test_lone_surrogates(clean: dict[str, Any]) -> None:
    clean["window_minutes"] = "\ud800"
    with pytest.raises(ValueError, match="invalid literal for int"):
        compat.evaluate(clean, "canary_5")
    with pytest.raises(ValueError, match="invalid literal for int"):
        compat.evaluate_json(json.dumps(clean, ensure_ascii=False), "canary_5")


def test_large_integers(clean: dict[str, Any]) -> None:
    clean["window_minutes"] = 10**30
    clean["metrics"]["fallback_rate"][0] = 2**70
    verdict = compat.evaluate(clean, "canary_5")
    assert verdict["window_minutes"] == 10**30
    assert verdict["rollback_reasons"] == ["fallback_rate>20pct_for_15m"]


def test_command_line(bad: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    file.write_text(json.dumps(bad), encoding="utf-8")
    command = [sys.executable, "-m", "tsfm_gate.compat", "--input", str(file), "--stage"]
    done = subprocess.run([*command, "canary_25"], capture_output=True, text=True, check=False)
    expected = json.dumps(compat.evaluate(bad, "canary_25"), indent=2, sort_keys=True) + "\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, expected, "")
    done = subprocess.run([*command, "canary_7"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert "invalid choice: 'canary_7'" in done.stderr


def test_the_module_is_an_attribute_of_the_package() -> None:
    command = [
        sys.executable,
        "-W",
        "error",
        "-c",
        "import tsfm_gate; print(tsfm_gate.compat.evaluate.__name__)",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "evaluate\n"
    with pytest.raises(AttributeError, match="no attribute 'compatt'"):
        tsfm_gate.__getattr__("compatt")
