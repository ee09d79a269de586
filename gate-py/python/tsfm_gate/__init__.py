"""The release decision for time-series-model services: promote, hold or roll back.

>>> import tsfm_gate
>>> snapshot = {"metrics": {"error_rate": [0.001, 0.03]}}
>>> verdict = tsfm_gate.evaluate(snapshot, "canary_5")
>>> verdict.decision, verdict["rollback_reasons"]
('rollback', ['error_rate>2pct_any_5m'])
"""

from typing import TYPE_CHECKING

from tsfm_gate._errors import GateError
from tsfm_gate._tsfm_gate import Policy, __version__, evaluate, explain, render
from tsfm_gate._verdict import Coverage, Digests, Excuse, Finding, Note, Verdict

if TYPE_CHECKING:
    from types import ModuleType

    from tsfm_gate import compat as compat

__all__ = [
    "Coverage",
    "Digests",
    "Excuse",
    "Finding",
    "GateError",
    "Note",
    "Policy",
    "Verdict",
    "__version__",
    "evaluate",
    "explain",
    "render",
]


def __getattr__(name: str) -> "ModuleType":
    """Import `tsfm_gate.compat` when it is asked for: eagerly, `python -m tsfm_gate.compat` would warn."""
    if name == "compat":
        import importlib

        return importlib.import_module("tsfm_gate.compat")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
