"""The upstream evaluator, flaw for flaw, for teams that migrate in two steps.

It promotes a snapshot of NaN only and judges a 24-hour stage by one window. ``tsfm_gate.evaluate`` does not.

``python -m tsfm_gate.compat --input FILE --stage STAGE`` prints what the upstream script prints, and exits
as it does.
"""

from __future__ import annotations

import json
import sys
from typing import Any, TypedDict, cast

from tsfm_gate import _tsfm_gate
from tsfm_gate._cli import run_compat

__all__ = ["CompatVerdict", "evaluate", "evaluate_json"]


class CompatVerdict(TypedDict):
    """The seven fields of upstream's verdict."""

    stage: str
    windows: int
    window_minutes: int
    gate_passed: bool
    rollback_triggered: bool
    rollback_reasons: list[str]
    gate_fail_reasons: list[str]


def evaluate(data: Any, stage: str) -> CompatVerdict:
    """Judges what ``json.loads`` returned; also with arrays, tuples or series for lists.

    Raises what upstream raises: ``ValueError``, ``TypeError``, ``AttributeError`` or ``OverflowError``.
    """
    return cast(CompatVerdict, _tsfm_gate.compat_evaluate(data, stage))


def evaluate_json(text: str | bytes | bytearray, stage: str) -> CompatVerdict:
    """Judges JSON text: ``evaluate(json.loads(text), stage)``."""
    if not isinstance(text, str):
        text = text.decode(json.detect_encoding(text), "surrogatepass")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        # Native text cannot hold a surrogate, which Python's can.
        return evaluate(json.loads(text), stage)
    return cast(CompatVerdict, _tsfm_gate.compat_evaluate_json(text, stage))


if __name__ == "__main__":
    sys.exit(run_compat())
