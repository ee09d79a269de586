"""The native module. Import from ``tsfm_gate``, which re-exports it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from os import PathLike
from typing import Any, Final, Literal, Protocol, TypeAlias, TypedDict, final, type_check_only

from tsfm_gate._contract import CovariateSpec, EnforcedSpec, Metrics, MetricsReport, RunReport
from tsfm_gate._verdict import Verdict

__all__ = [
    "Policy",
    "__version__",
    "check_metrics",
    "check_run",
    "compat_evaluate",
    "compat_evaluate_json",
    "compat_main",
    "enforce_covariate_spec",
    "evaluate",
    "explain",
    "main",
    "metrics",
    "render",
    "run_id_from_path",
    "validate_covariate_spec",
]

__version__: Final[str]

@type_check_only
class _Explanation(TypedDict):
    code: str
    kind: Literal["finding", "note", "warning", "error", "rollback reason", "gate reason", "fault"]
    means: str
    action: str

@type_check_only
class _Warning(TypedDict):
    code: str
    path: str
    message: str

_Text: TypeAlias = str | bytes | bytearray | memoryview
_Snapshot: TypeAlias = _Text | Mapping[str, Any]
_Policy: TypeAlias = Policy | str | Mapping[str, Any]
_Format: TypeAlias = Literal["text", "json", "markdown"]
_Document: TypeAlias = _Text | Mapping[str, Any]
_Path: TypeAlias = str | PathLike[str]

@type_check_only
class _Frame(Protocol):
    @property
    def columns(self) -> Iterable[Any]: ...

@type_check_only
class _Table(Protocol):
    @property
    def column_names(self) -> Iterable[Any]: ...

def evaluate(
    snapshot: _Snapshot,
    stage: str,
    *,
    policy: _Policy | None = None,
    now: str | datetime | None = None,
    digests: bool = False,
) -> Verdict:
    """Judges a snapshot of a stage, and never raises for a "no"."""

def explain(code: str, policy: _Policy | None = None) -> _Explanation:
    """Explains a finding, note, warning or error code, or a reason of the policy."""

def render(verdict: Mapping[str, Any], format: _Format = "text", *, color: bool = False) -> str:
    """Writes a verdict, or a mapping with its fields, as the CLI would."""

@final
class Policy:
    """What a rollout must show. Immutable: to have one is the proof that its rules agree with each other."""

    @staticmethod
    def builtin(name: str = "tsfm-canary") -> Policy:
        """Returns the policy of the given name that is built in."""

    @staticmethod
    def from_file(path: str | PathLike[str]) -> Policy:
        """Reads a YAML or JSON file."""

    @staticmethod
    def from_dict(document: Mapping[str, Any]) -> Policy:
        """Reads a mapping with the fields of a policy document."""

    @staticmethod
    def from_json(text: _Text) -> Policy:
        """Reads JSON text."""

    @property
    def name(self) -> str:
        """The name that verdicts carry."""

    @property
    def window_minutes(self) -> int:
        """The length of the windows that the limits are meant for."""

    @property
    def stages(self) -> tuple[str, ...]:
        """The names of the stages, in the order of the document."""

    def lint(self) -> list[_Warning]:
        """What is legal but suspicious, in the order of the document."""

    def to_dict(self) -> dict[str, Any]:
        """The document with every default filled in."""

    def evaluate(
        self,
        snapshot: _Snapshot,
        stage: str,
        *,
        now: str | datetime | None = None,
        digests: bool = False,
    ) -> Verdict:
        """Judges a snapshot of a stage with this policy."""

    def __eq__(self, other: object, /) -> bool: ...
    def __hash__(self, /) -> int: ...
    def __reduce__(self) -> tuple[Any, tuple[dict[str, Any]]]: ...

def check_run(
    run_id: str,
    *,
    processed_npz: _Path | None = None,
    preprocessor_pkl: _Path | None = None,
    meta: _Path | None = None,
    covariate_spec: _Path | None = None,
    dynamic: Iterable[str] | None = None,
    static: Iterable[str] | None = None,
    sequence_length: int = 24,
    horizon: int = 1,
    strict_run_id: bool = False,
    headers_only: bool = False,
) -> RunReport:
    """Checks that the artifacts of a run belong to it, are whole, and fit what a model is asked for.

    Returns what was compared, and what was not there to compare. Raises `RunContractError` with everything
    that is wrong, and warns of keys of the covariate spec that nobody reads.
    """

def run_id_from_path(path: _Path) -> str | None:
    """The run id that a path states, or `None` if it does not end in `processed/{run_id}/processed.npz`.

    `None` says that the path cannot confirm a run id, not that one was confirmed. Raises `RunContractError`
    for a path that must not be used: one with `..` behind another part, a directory whose name can be no
    run id, or links that lead to another run.
    """

def check_metrics(report: _Document, *, run_id: str | None = None) -> MetricsReport:
    """Checks that a metrics report is whole and, if a run id is given, of that run; returns its figures.

    Raises `RunContractError` with everything that is wrong.
    """

def metrics(y_true: Any, y_pred: Any) -> Metrics:
    """Computes the metrics of predictions, to verify a report by.

    Both arguments are columns, one step ahead each, or have one row for each window and one column for each
    step. A metric without an answer is `None`, and `undefined` says why.
    """

def validate_covariate_spec(payload: _Document) -> CovariateSpec:
    """Checks a covariate spec and returns its normal form.

    Raises `RunContractError` with everything that is wrong, and warns of keys that nobody reads.
    """

def enforce_covariate_spec(
    *,
    declared_dynamic: Iterable[str] | None,
    declared_static: Iterable[str] | None,
    available_columns: _Frame | _Table | Iterable[str] | None = None,
    spec: _Document,
    context: str = "",
) -> EnforcedSpec:
    """Compares declared covariates, and the columns of the data, with a covariate spec.

    Columns are a data frame or any iterable of names; `None` means that they are not known, and they are
    not compared. An empty mapping as the spec means that there is none. Raises `RunContractError` with
    everything that is wrong.
    """

def compat_evaluate(data: Any, stage: str) -> dict[str, Any]:
    """Judges a document as the upstream script does."""

def compat_evaluate_json(text: str, stage: str) -> dict[str, Any]:
    """Judges JSON text as the upstream script does."""

def main(argv: Sequence[str]) -> int:
    """Runs `tsfm-gate` with these arguments, the program's name first, and returns the exit status."""

def compat_main(argv: Sequence[str]) -> int:
    """Runs the upstream script's command line with these arguments, and returns the exit status."""
