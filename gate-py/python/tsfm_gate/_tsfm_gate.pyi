"""The native module. Import from ``tsfm_gate``, which re-exports it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from os import PathLike
from typing import (
    Any,
    Final,
    Literal,
    NoReturn,
    Protocol,
    Self,
    TypeAlias,
    TypedDict,
    TypeVar,
    Unpack,
    final,
    overload,
    type_check_only,
)

from tsfm_gate._breaker import (
    Attempt,
    BreakerOpen,
    CallSettings,
    Exceptions,
    GuardSettings,
    LatchReset,
    LatchSettings,
    Look,
    MetricSettings,
    Replay,
    Transition,
)
from tsfm_gate._contract import CovariateSpec, EnforcedSpec, Metrics, MetricsReport, RunReport
from tsfm_gate._errors import GateError
from tsfm_gate._gates import (
    Answer,
    AuditAnchor,
    AuditLine,
    AuditReport,
    Card,
    CardFacts,
    Check,
    Content,
    EnvReport,
    EvidenceFiles,
    MatrixReport,
    OpenApiReport,
    PerfReport,
    PromotionFacts,
    RegressionReport,
    ReviewReport,
    SecretReport,
    Time,
    TokenReport,
)
from tsfm_gate._verdict import Verdict

__all__ = [
    "CallBreaker",
    "Guard",
    "Latch",
    "MetricBreaker",
    "Permit",
    "Policy",
    "Protected",
    "Recorded",
    "Refusal",
    "__version__",
    "audit_append",
    "audit_verify",
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
    "compat_evaluate",
    "compat_evaluate_json",
    "compat_main",
    "enforce_covariate_spec",
    "evaluate",
    "explain",
    "hardening_review",
    "main",
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

_Outcome: TypeAlias = Literal["success", "failure", "ignored", "cancelled"]
# Seconds, like `time.monotonic`.
_Clock: TypeAlias = Callable[[], float]
_F = TypeVar("_F", bound=Callable[..., Any])

@final
class Permit:
    """The right to make one call, from the breaker that gave it. True, counts once, cannot be copied."""

    @property
    def kind(self) -> Literal["call", "probe", "share", "forced", "shadow"]:
        """Why the call is let through: `call`, `probe`, `share`, `forced` or `shadow`."""

    @property
    def used(self) -> bool:
        """Whether its outcome was recorded."""

    @property
    def would(self) -> Refusal | None:
        """In shadow: the refusal that there would have been."""

    @property
    def changes(self) -> list[Transition]:
        """Transitions that were due by the time of the request."""

    def raise_if_refused(self) -> Permit:
        """Returns the permit: the call is not refused."""

    def __bool__(self, /) -> Literal[True]: ...
    def __reduce__(self) -> NoReturn: ...

@final
class Refusal:
    """A "no": which layer says it, why, and when it is worth asking again. False."""

    @property
    def by(self) -> Literal["latch", "hold", "auto_off", "ladder", "call"]:
        """The layer that decides: `latch`, `hold`, `auto_off`, `ladder` or `call`."""

    @property
    def reason(
        self,
    ) -> Literal["panic_stop", "held_off", "disabled_auto", "baseline_only", "open", "probes_out"]:
        """Why: `panic_stop`, `held_off`, `disabled_auto`, `baseline_only`, `open` or `probes_out`."""

    @property
    def retry_after(self) -> float | None:
        """Seconds until it is worth asking again; `None` if time alone changes nothing."""

    @property
    def changes(self) -> list[Transition]:
        """Transitions that were due by the time of the request."""

    def error(self) -> BreakerOpen:
        """A new `BreakerOpen` that says the same."""

    def raise_if_refused(self) -> NoReturn:
        """Raises a new `BreakerOpen`."""

    def __bool__(self, /) -> Literal[False]: ...

@final
class Recorded:
    """What became of a result. True if it counts."""

    @property
    def verdict(self) -> Literal["counted", "stale"]:
        """`counted`, or `stale` for a permit that was used before, or of a time that is over."""

    @property
    def changes(self) -> list[Transition]:
        """What it changed."""

    def __bool__(self, /) -> bool: ...

@final
class Protected:
    """A function whose calls ask a breaker first. `protect` makes it."""

    def __new__(
        cls,
        breaker: CallBreaker | Guard,
        function: Callable[..., Any],
        failures: Exceptions,
        ignored: Exceptions,
    ) -> Self: ...
    def __call__(self, /, *args: Any, **kwargs: Any) -> Any: ...
    def __get__(self, instance: Any, owner: Any = None, /) -> Any: ...
    def __reduce__(self) -> str: ...

@final
class CallBreaker:
    """Refuses calls to a model that fails: after failures in a row, or at too high a rate."""

    def __new__(
        cls, config: _Document | None = None, *, clock: _Clock | None = None, **settings: Unpack[CallSettings]
    ) -> Self: ...
    def allow(self, *, now: float | None = None) -> Permit | Refusal:
        """Asks for one call: a `Permit`, or a `Refusal`, which is false."""

    def record(
        self, permit: Permit, outcome: _Outcome, latency: float | None = None, *, now: float | None = None
    ) -> Recorded:
        """Takes the outcome of a call. Without a latency, it took from the permit to now."""

    def tick(self, *, now: float | None = None) -> list[Transition]:
        """Lets time pass: gives up on probes that never came back. Hosts with traffic need not call it."""

    def trip(self, *, now: float | None = None) -> list[Transition]:
        """Opens it for its full open time, as somebody says so."""

    def reset(self, *, now: float | None = None) -> list[Transition]:
        """Closes it and forgets all it counted, as somebody says so."""

    def reconfigure(
        self, config: _Document | None = None, *, now: float | None = None, **settings: Unpack[CallSettings]
    ) -> list[Transition]:
        """Takes other settings. Time left and counts stay; settings that are refused change nothing."""

    def status(self, *, now: float | None = None) -> dict[str, Any]:
        """Where it stands. Changes nothing."""

    @property
    def config(self) -> dict[str, Any]:
        """The settings, with every default filled in."""

    def snapshot(self, *, now: float | None = None) -> dict[str, Any]:
        """What it remembers, to store: ages and remaining times, no instants."""

    @staticmethod
    def restore(
        state: _Document | None,
        config: _Document | None = None,
        *,
        elapsed: float | None = None,
        now: float | None = None,
        clock: _Clock | None = None,
        **settings: Unpack[CallSettings],
    ) -> CallBreaker:
        """A breaker that remembers what `snapshot` returned, `elapsed` seconds later."""

    @overload
    def protect(self, function: _F, *, failures: Exceptions = ..., ignored: Exceptions = ...) -> _F: ...
    @overload
    def protect(
        self, function: None = None, *, failures: Exceptions = ..., ignored: Exceptions = ...
    ) -> Callable[[_F], _F]:
        """A decorator: a function like this one whose calls ask the breaker first."""

    def attempt(
        self, *, raise_if_refused: bool = True, failures: Exceptions = ..., ignored: Exceptions = ...
    ) -> Attempt:
        """A context manager around one call."""

    def __call__(self, function: _F, /) -> _F:
        """The same as `protect`."""

    def __reduce__(self) -> tuple[Any, tuple[type[Self], dict[str, Any], dict[str, Any], _Clock | None]]: ...

@final
class MetricBreaker:
    """Off while the metrics are bad: error rate, 99th percentile, and enough samples to say so."""

    def __new__(
        cls,
        config: _Document | None = None,
        *,
        clock: _Clock | None = None,
        **settings: Unpack[MetricSettings],
    ) -> Self: ...
    @staticmethod
    def naive(*, clock: _Clock | None = None) -> MetricBreaker:
        """The rule where every look decides alone, with the same thresholds both ways."""

    def admits(self, *, now: float | None = None) -> bool:
        """Whether a call may pass: it is on, or off for long enough that a small share probes."""

    def retry_after(self, *, now: float | None = None) -> float | None:
        """Seconds until calls are let through again; `None` if it is on, or time alone does not do it."""

    def record(self, failed: bool, latency: float, *, now: float | None = None) -> Look | None:
        """Counts one call. Returns the last look that was due, if one was."""

    def check(self, metrics: _Document, *, read_at: float | None = None, now: float | None = None) -> Look:
        """Judges ready-made metrics: every reading is a look of its own."""

    def tick(self, *, now: float | None = None) -> Look | None:
        """Looks if a slice has ended. Hosts with traffic need not call it."""

    def reset(self, *, now: float | None = None) -> list[Transition]:
        """Switches on by command: the window is empty and no relapse is remembered."""

    def reconfigure(
        self, config: _Document | None = None, *, now: float | None = None, **settings: Unpack[MetricSettings]
    ) -> None:
        """Takes other settings. State, counts and times stay; settings that are refused change nothing."""

    @property
    def state(self) -> Literal["enabled", "disabled_auto"]:
        """`enabled` or `disabled_auto`."""

    def status(self, *, now: float | None = None) -> dict[str, Any]:
        """Where it stands. Changes nothing."""

    @property
    def config(self) -> dict[str, Any]:
        """The settings, with every default filled in."""

    def snapshot(self, *, now: float | None = None) -> dict[str, Any]:
        """What it remembers, to store: ages and remaining times, no instants."""

    @staticmethod
    def restore(
        state: _Document | None,
        config: _Document | None = None,
        *,
        elapsed: float | None = None,
        now: float | None = None,
        clock: _Clock | None = None,
        **settings: Unpack[MetricSettings],
    ) -> MetricBreaker:
        """A breaker that remembers what `snapshot` returned, `elapsed` seconds later."""

    def __reduce__(self) -> tuple[Any, tuple[type[Self], dict[str, Any], dict[str, Any], _Clock | None]]: ...

@final
class Latch:
    """The panic stop: easy to latch, and only a person with a name and a reason lets go."""

    def __new__(
        cls,
        config: _Document | None = None,
        *,
        clock: _Clock | None = None,
        **settings: Unpack[LatchSettings],
    ) -> Self: ...
    def observe(self, value: Any, *, number: int | None = None, now: float | None = None) -> list[Transition]:
        """Takes a reading: a number; `None` for a missing one; anything else is one that nobody can read."""

    def tick(self, *, now: float | None = None) -> list[Transition]:
        """Lets time pass: counts overdue readings, and latches again while a condition is asserted."""

    def trip(self, actor: str, reason: str, *, now: float | None = None) -> list[Transition]:
        """Latches it, as a person says so."""

    def trip_for(self, condition: str, *, now: float | None = None) -> list[Transition]:
        """Latches it for a condition, which stays asserted until it is settled."""

    def settle(self, condition: str, *, now: float | None = None) -> bool:
        """Says that a condition no longer holds; false if it was not asserted. The latch holds on."""

    def reset(self, actor: str, reason: str, *, now: float | None = None) -> LatchReset:
        """Clears it, and says what that ended."""

    def reconfigure(
        self, config: _Document | None = None, *, now: float | None = None, **settings: Unpack[LatchSettings]
    ) -> list[Transition]:
        """Follows another rule from now on. What holds stays."""

    @property
    def latched(self) -> bool:
        """Whether it holds."""

    @property
    def lost(self) -> GateError | None:
        """Why the state that it was restored from could not be trusted; `None` if it could."""

    def status(self, *, now: float | None = None) -> dict[str, Any]:
        """Where it stands. Changes nothing."""

    @property
    def config(self) -> dict[str, Any]:
        """The settings, with every default filled in."""

    def snapshot(self, *, now: float | None = None) -> dict[str, Any]:
        """What it remembers, to store: ages and remaining times, no instants."""

    @staticmethod
    def restore(
        state: _Document | None,
        config: _Document | None = None,
        *,
        elapsed: float | None = None,
        now: float | None = None,
        clock: _Clock | None = None,
        **settings: Unpack[LatchSettings],
    ) -> Latch:
        """A latch that remembers what `snapshot` returned; one that holds if that cannot be trusted."""

    def __reduce__(self) -> tuple[Any, tuple[type[Self], dict[str, Any], dict[str, Any], _Clock | None]]: ...

@final
class Guard:
    """All layers of one service: one question before every call, one answer, and which layer gives it."""

    def __new__(
        cls, config: _Document | None = None, *, clock: _Clock | None = None, **layers: Unpack[GuardSettings]
    ) -> Self: ...
    def allow(self, *, now: float | None = None) -> Permit | Refusal:
        """Asks for one call: a `Permit`, or a `Refusal`, which is false."""

    def record(
        self, permit: Permit, outcome: _Outcome, latency: float | None = None, *, now: float | None = None
    ) -> Recorded:
        """Takes the outcome of a call to every layer. Without a latency, it took from the permit to now."""

    def sample(self, failed: bool, latency: float, *, now: float | None = None) -> list[Transition]:
        """Takes a call that was not asked for here, such as one of another process, to the metric breaker."""

    def check(
        self, metrics: _Document, *, read_at: float | None = None, now: float | None = None
    ) -> list[Transition]:
        """Takes ready-made metrics. Those that cannot be used count too, and raise with their `changes`."""

    def level(
        self, failed: int | None = None, total: int | None = None, *, now: float | None = None
    ) -> list[Transition]:
        """Takes a reading of the ladder's own, where no metric breaker feeds it; `None` is missing."""

    def observe(self, value: Any, *, now: float | None = None) -> list[Transition]:
        """Takes a reading of the panic stop: a number, `None` if missing; all else is unreadable."""

    def tick(self, *, now: float | None = None) -> list[Transition]:
        """Lets time pass in every layer. Hosts with traffic need not call it."""

    def trip(self, actor: str, reason: str, *, now: float | None = None) -> list[Transition]:
        """Latches the panic stop, as a person says so."""

    def trip_for(self, condition: str, *, now: float | None = None) -> list[Transition]:
        """Latches the panic stop for a condition, which stays asserted until it is settled."""

    def settle(self, condition: str, *, now: float | None = None) -> bool:
        """Says that a condition no longer holds; false if it was not asserted. The stop holds on."""

    def reset(self, actor: str, reason: str, *, now: float | None = None) -> LatchReset | None:
        """Clears the panic stop, and says what that ended; `None` without one."""

    def hold(
        self,
        actor: str,
        reason: str,
        kind: Literal["off", "on", "shadow"] | None = None,
        *,
        expires_in: float | None = None,
        now: float | None = None,
    ) -> None:
        """Holds it `off` or `on`, or in `shadow`, until the same actor releases it or the time is over."""

    def release(self, actor: str, reason: str, *, now: float | None = None) -> bool:
        """Lifts the hold of the one who signs, and a pinned ladder; false if there was nothing."""

    def reconfigure(
        self, config: _Document | None = None, *, now: float | None = None, **layers: Unpack[GuardSettings]
    ) -> list[Transition]:
        """Takes other settings of the layers that there are. Settings that are refused change nothing."""

    def status(self, *, now: float | None = None) -> dict[str, Any]:
        """Where it stands, which layer decides, and on which counts. Changes nothing."""

    @property
    def config(self) -> dict[str, Any]:
        """The settings, with every default filled in."""

    @property
    def lost(self) -> GateError | None:
        """Why the state that it was restored from could not be trusted; `None` if it could."""

    def snapshot(self, *, now: float | None = None) -> dict[str, Any]:
        """What it remembers, to store: ages and remaining times, no instants."""

    @staticmethod
    def restore(
        state: _Document | None,
        config: _Document | None = None,
        *,
        elapsed: float | None = None,
        now: float | None = None,
        clock: _Clock | None = None,
        **layers: Unpack[GuardSettings],
    ) -> Guard:
        """A guard that remembers what `snapshot` returned; a stopped one if that cannot be trusted."""

    @overload
    def protect(self, function: _F, *, failures: Exceptions = ..., ignored: Exceptions = ...) -> _F: ...
    @overload
    def protect(
        self, function: None = None, *, failures: Exceptions = ..., ignored: Exceptions = ...
    ) -> Callable[[_F], _F]:
        """A decorator: a function like this one whose calls ask the guard first."""

    def attempt(
        self, *, raise_if_refused: bool = True, failures: Exceptions = ..., ignored: Exceptions = ...
    ) -> Attempt:
        """A context manager around one call."""

    def __call__(self, function: _F, /) -> _F:
        """The same as `protect`."""

    def __reduce__(self) -> tuple[Any, tuple[type[Self], dict[str, Any], dict[str, Any], _Clock | None]]: ...

def replay(script: _Document) -> Replay:
    """Plays an event script: the answer after each step, and where it is not what the step expects."""

def compat_evaluate(data: Any, stage: str) -> dict[str, Any]:
    """Judges a document as the upstream script does."""

def compat_evaluate_json(text: str, stage: str) -> dict[str, Any]:
    """Judges JSON text as the upstream script does."""

def main(argv: Sequence[str]) -> int:
    """Runs `tsfm-gate` with these arguments, the program's name first, and returns the exit status."""

def compat_main(argv: Sequence[str]) -> int:
    """Runs the upstream script's command line with these arguments, and returns the exit status."""

# Seconds.
_Length: TypeAlias = float | timedelta
_Artifact: TypeAlias = str | bytes | bytearray | PathLike[str]

def readiness(facts: CardFacts, *, max_age: _Length | None = None, now: Time | None = None) -> Card:
    """Folds six checks into the card: go, pending or no-go.

    Each part has the facts of its check, or `check`: what its function returned. A part that is not there
    was not run, which is pending; facts that cannot be used are unhealthy, and the other checks are
    reported all the same.
    """

def check_readyz(answer: Answer, *, max_age: _Length | None = None, now: Time | None = None) -> Check:
    """Judges what a service answered when it was asked whether it is ready.

    `answer` has `status`, `body` and `at`, or `failed` (why there was none) and `at`.
    """

def check_keys(
    keys: Content | None,
    *,
    warn_days: int | None = None,
    critical_days: int | None = None,
    now: Time | None = None,
) -> Check:
    """Judges how long keys still last. `None` is a list that is not there. No secret is looked at."""

def check_rotation(plan: _Document, keys: Content | None = None, *, now: Time | None = None) -> Check:
    """Judges the plan of a rotation of keys: has it a gap, do the keys follow it, and what is next.

    Without `keys` they are taken to be as planned.
    """

def check_promotion(facts: PromotionFacts, *, now: Time | None = None) -> Check:
    """Judges who may promote: a person, or the machine. `facts` has `environment`, `marker` and `file`."""

def check_breaker(state: Content | None, *, holds: Content | None = None, at: Time | None = None) -> Check:
    """Judges the stored state of a `Guard` or a `MetricBreaker`; `at` says when it was stored."""

def canary_health(
    snapshot: _Snapshot,
    stage: str,
    *,
    policy: _Policy | None = None,
    rule: Mapping[str, Any] | None = None,
    now: Time | None = None,
) -> Check:
    """Judges the last windows of a canary. Without dates in the snapshot nobody can say when it was
    measured.
    """

def check_recovery(
    facts: Mapping[str, Any],
    *,
    limits: Mapping[str, Any] | None = None,
    now: Time | None = None,
) -> Check:
    """Judges a restore that was measured: how long it took, what is lost, what is different."""

def verify_evidence(
    evidence: _Path | EvidenceFiles,
    *,
    keys: Sequence[Mapping[str, Any]] | None = None,
    anchor: Mapping[str, Any] | None = None,
    max_age: _Length | None = None,
    now: Time | None = None,
) -> Check:
    """Verifies a folder of evidence: a path, or its files as facts (`index` and `files`).

    With `keys` the index must be signed by one of them; without, whoever can write to the folder is
    trusted.
    """

def check_tokens(tokens: Mapping[str, str | None], *, policy: Mapping[str, int] | None = None) -> TokenReport:
    """Judges tokens by name. No token is in the answer or in an error."""

def check_perf(
    output: Content,
    *,
    exit_code: int | None,
    thresholds: Mapping[str, float] | None = None,
) -> PerfReport:
    """Judges what a benchmark printed (lines of `key=value`, or JSON) and how it ended."""

def check_openapi(
    document: Content,
    *,
    required: Sequence[str] | None = None,
    url: str = "openapi.json",
) -> OpenApiReport:
    """Judges the `OpenAPI` document of a service against the operations that others call.

    `required` has lines like `/markets/{market_id}:GET`; without it, those of the documents.
    """

def hardening_review(
    *,
    summary: Content | None = None,
    openapi: OpenApiReport | Mapping[str, Any] | None = None,
    security: Sequence[Mapping[str, Any]] | None = None,
    token: str | None = None,
    perf: PerfReport | Mapping[str, Any] | None = None,
    openapi_at: Time | None = None,
    security_at: Time | None = None,
    perf_at: Time | None = None,
    max_age: _Length | None = None,
    summary_path: str = "rollout_hardening_gate_summary.json",
    openapi_path: str = "openapi_smoke_report.json",
    now: Time | None = None,
) -> ReviewReport:
    """Writes the review of a hardening gate as the runbook has it appended.

    `summary` is the summary document, `openapi` and `perf` are what `check_openapi` and `check_perf`
    returned, and `security` is the list of probes with their answers, and `token` the one that they were
    made with: no answer may hold it. `openapi_at`, `security_at` and `perf_at` say when each was written:
    it must be during the run, which must have ended at most `max_age` ago (24 hours). What is not there,
    and what nobody knows the time of, speaks against the gate.
    """

def scan_secrets(
    data: _Artifact | Mapping[str, _Artifact],
    *,
    manifest: Sequence[str] | None = None,
    allowed: Sequence[Mapping[str, Any]] | None = None,
    key: str | bytes | None = None,
    now: Time | None = None,
) -> SecretReport:
    """Scans for secrets: bytes, a path of a file or a folder, or a mapping of these by name.

    A `str` is a path. What lies packed in a zip, a tar or a gzip is scanned as well, and called
    `{archive}!{place}`. A file in a folder is called by the path or the name of the folder, and by its
    place in it: `{name}/{place}`. A finding shows where and of what kind, a length, and a digest under
    `key`, which is random without one. The names in `manifest` must all be scanned; without it, those that
    are there.
    """

def regression(
    baseline: Mapping[str, Any],
    candidate: Mapping[str, Any],
    *,
    policy: Mapping[str, Any] | None = None,
) -> RegressionReport:
    """Compares a candidate with a baseline: is it slower or larger than what runs now?"""

def check_env(requirements: Mapping[str, Any], stage: str, variables: Mapping[str, str]) -> EnvReport:
    """Judges variables by a table of requirements. No value is in the answer or in an error."""

def check_matrix(
    required: Sequence[Mapping[str, Any]],
    candidate: Mapping[str, str],
    records: Sequence[Mapping[str, Any]],
    waivers: Sequence[Mapping[str, Any]] | None = None,
    *,
    now: Time | None = None,
) -> MatrixReport:
    """Judges the verdicts of all gates: each required one exactly once, fresh, and about this candidate."""

def audit_append(entry: Mapping[str, Any], after: AuditAnchor | None = None) -> AuditLine:
    """Returns the line of an entry behind the end of a log, and the new end.

    Secrets in its texts are masked. The line ends with a line feed. `after` is where the log ended: the
    `end` of the line or the report before; none for an empty log.
    """

def audit_verify(log: _Text | PathLike[str], *, anchor: AuditAnchor | None = None) -> AuditReport:
    """Verifies a log: text, bytes, or a path-like object for a file of any size.

    `anchor` is where the log ended at some earlier time; without it, lines that are missing at the end do
    not show.
    """
