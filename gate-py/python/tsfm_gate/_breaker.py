"""What surrounds the breakers in Python: documents, the exception, the decorator, the context manager."""

from __future__ import annotations

import asyncio
import concurrent.futures
import functools
import inspect
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeAlias, TypedDict, TypeVar, cast

from tsfm_gate import _tsfm_gate

if TYPE_CHECKING:
    from tsfm_gate._tsfm_gate import CallBreaker, Guard, Permit, Refusal, _Outcome

Exceptions: TypeAlias = type[BaseException] | tuple[type[BaseException], ...]

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Counts(TypedDict):
    """Calls, counted."""

    total: int
    failed: int
    slow: int


class _Transition(TypedDict, total=False):
    counts: Counts
    """The calls that it rests on, where it rests on a window or a reading."""
    streak: int
    """The failures in a row that it rests on, where it rests on those."""


# `from` is a keyword, so this one cannot be written as a class.
_Moved = TypedDict(
    "_Moved",
    {"layer": Literal["latch", "metric", "ladder", "call"], "from": str, "to": str, "cause": str},
)


class Transition(_Moved, _Transition):
    """A transition of one layer."""


class Look(TypedDict):
    """A look of a metric breaker at its window, or at ready-made metrics."""

    verdict: Literal["good", "bad", "gross", "undecided"]
    counts: Counts
    changes: list[Transition]


class LatchReset(TypedDict):
    """What a reset of the panic stop ended."""

    by: str
    reason: str
    held_ns: int | None
    causes: list[dict[str, Any]]
    dropped: int
    still_asserted: bool


class Replay(TypedDict):
    """The answers to the steps of an event script, and where they are not as expected."""

    answers: list[dict[str, Any]]
    mismatches: list[dict[str, Any]]


class CallSettings(TypedDict, total=False):
    """The settings of a call breaker. What is left out has its default."""

    consecutive_failures: int | None
    streak_ttl_ms: int | None
    open_ms: int
    escalation: Mapping[str, int] | None
    half_open: Mapping[str, int]
    window: Mapping[str, Any] | None


class MetricSettings(TypedDict, total=False):
    """The settings of a metric breaker. What is left out has its default."""

    error_rate_threshold: float
    p99_latency_threshold_ms: float
    min_samples: int
    slices: int
    slice_ms: int
    slice_samples: int
    bad_looks: int
    gross_error_rate: float
    recover_error_rate: float
    recover_p99_latency_ms: float
    good_looks: int
    off_min_ms: int
    off_max_ms: int
    relapse_ms: int
    probe_every: int
    max_reading_age_ms: int


class LatchSettings(TypedDict, total=False):
    """The settings of a panic stop. What is left out has its default."""

    min_reading: float
    consecutive: int
    max_gap_ms: int | None


class GuardSettings(TypedDict, total=False):
    """The layers of a guard. A layer that is left out is not there."""

    latch: LatchSettings
    metric: MetricSettings
    ladder: Mapping[str, Any]
    call: CallSettings


class BreakerOpen(Exception):
    """A call was refused, and somebody asked for an exception.

    Each is made anew: none collects the traceback of another.
    """

    by: str
    """The layer that decides: ``latch``, ``hold``, ``auto_off``, ``ladder`` or ``call``."""
    reason: str
    """Why: ``panic_stop``, ``held_off``, ``disabled_auto``, ``baseline_only``, ``open`` or ``probes_out``."""
    retry_after: float | None
    """Seconds until it is worth asking again; ``None`` if time alone changes nothing."""

    def __init__(self, by: str, reason: str, retry_after: float | None) -> None:
        again = "" if retry_after is None else f"; ask again in {retry_after:.3f} s"
        super().__init__(f"refused by {by}: {reason}{again}")
        self.by = by
        self.reason = reason
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[type[BreakerOpen], tuple[str, str, float | None]]:
        return type(self), (self.by, self.reason, self.retry_after)


_CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError)


def outcome_of(error: BaseException, failures: Exceptions = Exception, ignored: Exceptions = ()) -> _Outcome:
    """What an exception says about the model.

    Cancellation, and whatever else ends a program or a generator rather than a call, is ``cancelled``; then
    ``ignored`` and ``failures`` are asked, in this order. An exception that is in neither is ``ignored``.
    """
    if isinstance(error, _CANCELLED):
        return "cancelled"
    if isinstance(error, ignored):
        return "ignored"
    if isinstance(error, failures):
        return "failure"
    return "ignored" if isinstance(error, Exception) else "cancelled"


class Attempt:
    """A context manager around one call. Its block says how the call ended: by an exception, or not."""

    __slots__ = ("_answer", "_breaker", "_failures", "_ignored", "_raising")

    def __init__(
        self,
        breaker: CallBreaker | Guard,
        *,
        raise_if_refused: bool = True,
        failures: Exceptions = Exception,
        ignored: Exceptions = (),
    ) -> None:
        self._answer: Permit | Refusal | None = None
        self._breaker = breaker
        self._failures = failures
        self._ignored = ignored
        self._raising = raise_if_refused

    def __enter__(self) -> Permit | Refusal:
        if self._answer is not None:
            raise RuntimeError("an attempt is for one call: ask for another one")
        self._answer = answer = self._breaker.allow()
        if self._raising:
            answer.raise_if_refused()
        return answer

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        permit = self._answer
        if permit:
            outcome = "success" if error is None else outcome_of(error, self._failures, self._ignored)
            self._breaker.record(permit, outcome)

    async def __aenter__(self) -> Permit | Refusal:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, traceback)


def protect(
    breaker: CallBreaker | Guard,
    function: Callable[_P, _T] | None = None,
    *,
    failures: Exceptions = Exception,
    ignored: Exceptions = (),
) -> Any:
    """A function like this one whose calls ask the breaker first; without one, what makes it."""

    def decorate(function: Callable[_P, _T]) -> Callable[_P, Any]:
        plain = inspect.isroutine(function) or isinstance(function, functools.partial)
        call = function if plain else type(function).__call__
        if inspect.isgeneratorfunction(call) or inspect.isasyncgenfunction(call):
            raise TypeError("a generator is not one call: protect the calls that it makes")
        if inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(call):
            return _asynchronous(breaker, cast("Callable[_P, Awaitable[_T]]", function), failures, ignored)
        # Native: of the calls that go through, it is half of the cost.
        protected = _tsfm_gate.Protected(breaker, function, failures, ignored)
        return functools.update_wrapper(protected, function)

    outcome_of(Exception(), failures, ignored)  # Raises now what would be wrong with every exception.
    return decorate if function is None else decorate(function)


def _asynchronous(
    breaker: CallBreaker | Guard,
    function: Callable[_P, Awaitable[_T]],
    failures: Exceptions,
    ignored: Exceptions,
) -> Callable[_P, Awaitable[_T]]:
    allow, record = breaker.allow, breaker.record

    @functools.wraps(function)
    async def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        permit = allow()
        if not permit:
            raise permit.error()
        try:
            result = await function(*args, **kwargs)
        except BaseException as error:
            record(permit, outcome_of(error, failures, ignored))
            raise
        record(permit, "success")
        return result

    return call


def revive(kind: Any, state: dict[str, Any], config: dict[str, Any], clock: Any) -> Any:
    """The breaker that was pickled. The time in between does not count: what is open stays so as long."""
    return kind.restore(state, config, clock=clock)


BreakerOpen.__module__ = "tsfm_gate"
