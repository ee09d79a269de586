"""The release decision for time-series-model services: promote, hold or roll back.

>>> import tsfm_gate
>>> snapshot = {"metrics": {"error_rate": [0.001, 0.03]}}
>>> verdict = tsfm_gate.evaluate(snapshot, "canary_5")
>>> verdict.decision, verdict["rollback_reasons"]
('rollback', ['error_rate>2pct_any_5m'])
"""

from typing import TYPE_CHECKING

from tsfm_gate import audit
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
from tsfm_gate._gates import (
    AuditLine,
    AuditReport,
    Card,
    Check,
    EnvReport,
    MatrixReport,
    OpenApiReport,
    PerfReport,
    RegressionReport,
    ReviewReport,
    SecretReport,
    TokenReport,
)
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
    canary_health,
    check_breaker,
    check_env,
    check_keys,
    check_matrix,
    check_metrics,
    check_openapi,
    check_perf,
    check_promotion,
    check_readyz,
    check_recovery,
    check_rotation,
    check_run,
    check_tokens,
    enforce_covariate_spec,
    evaluate,
    explain,
    hardening_review,
    metrics,
    readiness,
    regression,
    render,
    replay,
    run_id_from_path,
    scan_secrets,
    validate_covariate_spec,
    verify_evidence,
)
from tsfm_gate._verdict import Coverage, Digests, Excuse, Finding, Note, Verdict

if TYPE_CHECKING:
    from types import ModuleType

    from tsfm_gate import compat as compat

__all__ = [
    "AuditLine",
    "AuditReport",
    "BreakerOpen",
    "CallBreaker",
    "CallSettings",
    "Card",
    "Check",
    "ContractFinding",
    "Counts",
    "Covariate",
    "CovariateSpec",
    "Coverage",
    "Digests",
    "EnforcedSpec",
    "EnvReport",
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
    "MatrixReport",
    "MetricBreaker",
    "MetricSettings",
    "Metrics",
    "MetricsReport",
    "Note",
    "OpenApiReport",
    "PerfReport",
    "Permit",
    "Policy",
    "Recorded",
    "Refusal",
    "RegressionReport",
    "Replay",
    "ReviewReport",
    "RunArray",
    "RunContractError",
    "RunLayout",
    "RunReport",
    "RunSource",
    "RunWindows",
    "SecretReport",
    "TokenReport",
    "Transition",
    "UndefinedMetric",
    "Verdict",
    "__version__",
    "audit",
    "canary_health",
    "check_breaker",
    "check_env",
    "check_keys",
    "check_matrix",
    "check_metrics",
    "check_openapi",
    "check_perf",
    "check_promotion",
    "check_readyz",
    "check_recovery",
    "check_rotation",
    "check_run",
    "check_tokens",
    "enforce_covariate_spec",
    "evaluate",
    "explain",
    "hardening_review",
    "metrics",
    "readiness",
    "regression",
    "render",
    "replay",
    "run_id_from_path",
    "scan_secrets",
    "validate_covariate_spec",
    "verify_evidence",
]


def __getattr__(name: str) -> "ModuleType":
    """Import `tsfm_gate.compat` when it is asked for: eagerly, `python -m tsfm_gate.compat` would warn."""
    if name == "compat":
        import importlib

        return importlib.import_module("tsfm_gate.compat")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
