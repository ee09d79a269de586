"""The verdict as a dict, as an object and as text; the error as an exception."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import tsfm_gate


def test_is_a_dict(bad: dict[str, Any]) -> None:
    verdict = tsfm_gate.evaluate(bad, "canary_5")
    assert isinstance(verdict, dict)
    assert verdict["gate_passed"] is False
    assert json.loads(json.dumps(verdict)) == verdict
    first_seven = [
        "stage",
        "windows",
        "window_minutes",
        "gate_passed",
        "rollback_triggered",
        "rollback_reasons",
        "gate_fail_reasons",
    ]
    assert list(verdict)[:7] == first_seven


def test_attributes_are_the_fields(bad: dict[str, Any]) -> None:
    verdict = tsfm_gate.evaluate(bad, "canary_5")
    assert {name: getattr(verdict, name) for name in verdict} == verdict
    assert verdict.exit_code == 3
    with pytest.raises(AttributeError):
        verdict.decision = "promote"  # type: ignore[misc]


def test_finding_has_the_fields_that_the_types_say(bad: dict[str, Any]) -> None:
    verdict = tsfm_gate.evaluate(bad, "canary_5", digests=True)
    assert set(verdict.findings[0]) == set(tsfm_gate.Finding.__annotations__)
    assert set(verdict.notes[0]) == set(tsfm_gate.Note.__annotations__)
    assert set(verdict.coverage) == set(tsfm_gate.Coverage.__annotations__)
    assert set(verdict.digests or ()) == set(tsfm_gate.Digests.__annotations__)


def test_copies(bad: dict[str, Any]) -> None:
    verdict = tsfm_gate.evaluate(bad, "canary_5")
    for twin in (
        copy.copy(verdict),
        copy.deepcopy(verdict),
        verdict.copy(),
        *(pickle.loads(pickle.dumps(verdict, protocol)) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)),
    ):
        assert type(twin) is tsfm_gate.Verdict
        assert twin == verdict
        assert str(twin) == str(verdict)


def test_renderings(bad: dict[str, Any]) -> None:
    verdict = tsfm_gate.evaluate(bad, "canary_5")
    assert str(verdict) == tsfm_gate.render(verdict) == tsfm_gate.render(dict(verdict))
    assert "p95>400ms_for_2x5m" in str(verdict)
    assert "\x1b[" not in str(verdict)
    assert "\x1b[" in tsfm_gate.render(verdict, color=True)
    assert tsfm_gate.render(verdict, "markdown") == verdict._repr_markdown_()
    assert json.loads(tsfm_gate.render(verdict, "json")) == verdict
    assert repr(verdict).startswith("<Verdict canary_5: rollback, p95>400ms_for_2x5m, gate:p95>300ms")


@pytest.mark.parametrize("format", ["text", "json", "markdown"])
def test_renders_as_the_command_line(bad: dict[str, Any], format: Any, tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    file.write_text(json.dumps(bad), encoding="utf-8")
    command = [sys.executable, "-m", "tsfm_gate", "evaluate", "--input", str(file)]
    done = subprocess.run(
        [*command, "--stage", "canary_5", "--format", format], capture_output=True, check=False
    )
    verdict = tsfm_gate.evaluate(bad, "canary_5", digests=True)
    assert done.returncode == 3, done.stderr.decode()
    assert done.stdout.decode() == tsfm_gate.render(verdict, format)


def test_render_refuses_what_is_no_verdict(bad: dict[str, Any]) -> None:
    with pytest.raises(tsfm_gate.GateError) as caught:
        tsfm_gate.render({})
    assert str(caught.value) == "stage: expected the required field `stage`, found nothing"
    broken = tsfm_gate.evaluate(bad, "canary_5")
    broken["decision"] = "maybe"
    with pytest.raises(tsfm_gate.GateError) as caught:
        str(broken)
    assert caught.value.code == "wrong-value"
    assert caught.value.path == "decision"
    with pytest.raises(tsfm_gate.GateError) as caught:
        tsfm_gate.render(broken, "yaml")  # type: ignore[arg-type]
    assert str(caught.value) == "format: expected one of `text`, `json`, `markdown`, found `yaml`"


def test_error() -> None:
    with pytest.raises(tsfm_gate.GateError) as caught:
        tsfm_gate.evaluate({"metrics": {"error_rate": [0.1, 0.1, 0.1, 1.7]}}, "canary_5")
    error = caught.value
    assert isinstance(error, ValueError)
    assert (error.code, error.path) == ("out-of-range", "metrics.error_rate[3]")
    assert (error.expected, error.found) == ("a ratio in 0..=1", "1.7")
    assert (error.line, error.column) == (None, None)
    assert str(error) == "metrics.error_rate[3]: expected a ratio in 0..=1, found 1.7"
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert type(twin) is tsfm_gate.GateError
        assert vars(twin) == vars(error)
        assert str(twin) == str(error)


def test_explain() -> None:
    explained = tsfm_gate.explain("p95>400ms_for_2x5m")
    assert explained["kind"] == "rollback reason"
    with pytest.raises(tsfm_gate.GateError) as caught:
        tsfm_gate.explain("gate-exceded")
    assert caught.value.code == "unknown-code"
    assert caught.value.found == "`gate-exceded`; did you mean `gate-exceeded`?"


def test_version() -> None:
    verdict = tsfm_gate.evaluate({"metrics": {"error_rate": [0.1]}}, "canary_5")
    assert verdict.engine == tsfm_gate.__version__
