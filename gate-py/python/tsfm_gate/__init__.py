"""The release decision for time-series-model services: promote, hold or roll back.

>>> import tsfm_gate
>>> snapshot = {"metrics": {"error_rate": [0.001, 0.03]}}
>>> verdict = tsfm_gate.evaluate(snapshot, "canary_5")
>>> verdict.decision, verdict["rollback_reasons"]
('rollback', ['error_rate>2pct_any_5m'])
"""

from typing import TYPE_CHECKING

from tsfm_gate._breaker import (
    BreakerOpen,
    CallSettings,
    Counts,
    GuardSettings,
    LatchReset,
    LatchSettings,
    Look,
    MetricSettings,
    Replay,
    Transition,
)
from tsfm_gate._contract import (
    Covariate,
    CovariateSpec,
    EnforcedSpec,
    Imputation,
    Metrics,
    MetricsReport,
    RunArray,
    RunLayout,
    RunReport,
    RunSource,
    RunWindows,
    UndefinedMetric,
)
from tsfm_gate._errors import ContractFinding, GateError, RunContractError
from tsfm_gate._tsfm_gate import (
    CallBreaker,
    Guard,
    Latch,
    MetricBreaker,
    Permit,
    Policy,
    Recorded,
    Refusal,
    __version__,
    check_metrics,
    check_run,
    enforce_covariate_spec,
    evaluate,
    explain,
    metrics,
    render,
    replay,
    run_id_from_path,
    validate_covariate_spec,
)
from tsfm_gate._verdict import Coverage, Digests, Excuse, Finding, Note, Verdict

if TYPE_CHECKING:
    from types import ModuleType

    from tsfm_gate import compat as compat

__all__ = [
    "BreakerOpen",
    "CallBreaker",
    "CallSettings",
    "ContractFinding",
    "Counts",
    "Covariate",
    "CovariateSpec",
    "Coverage",
    "Digests",
    "EnforcedSpec",
    "Excuse",
    "Finding",
    "GateError",
    "Guard",
    "GuardSettings",
    "Imputation",
    "Latch",
    "LatchReset",
    "LatchSettings",
    "Look",
    "MetricBreaker",
    "MetricSettings",
    "Metrics",
    "MetricsReport",
    "Note",
    "Permit",
    "Policy",
    "Recorded",
    "Refusal",
    "Replay",
    "RunArray",
    "RunContractError",
    "RunLayout",
    "RunReport",
    "RunSource",
    "RunWindows",
    "Transition",
    "UndefinedMetric",
    "Verdict",
    "__version__",
    "check_metrics",
    "check_run",
    "enforce_covariate_spec",
    "evaluate",
    "explain",
    "metrics",
    "render",
    "replay",
    "run_id_from_path",
    "validate_covariate_spec",
]


def __getattr__(name: str) -> "ModuleType":
    """Import `tsfm_gate.compat` when it is asked for: eagerly, `python -m tsfm_gate.compat` would warn."""
    if name == "compat":
        import importlib

        return importlib.import_module("tsfm_gate.compat")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
