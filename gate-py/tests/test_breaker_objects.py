"""The breakers as objects of Python: decorators, contexts, exceptions, clocks, threads, copies, states."""

from __future__ import annotations

import asyncio
import concurrent.futures
import copy
import functools
import gc
import inspect
import json
import math
import pickle
import threading
import time
import traceback
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import numpy as np
import pytest

import tsfm_gate
from tsfm_gate import BreakerOpen, CallBreaker, GateError, Guard, Latch, MetricBreaker, Permit, Refusal


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def permit_of(breaker: CallBreaker | Guard, now: float | None = None) -> Permit:
    answer = breaker.allow(now=now)
    assert answer
    return answer


def refusal_of(breaker: CallBreaker | Guard, now: float | None = None) -> Refusal:
    answer = breaker.allow(now=now)
    assert not answer
    return answer


def fail(breaker: CallBreaker | Guard, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        assert breaker.record(permit_of(breaker, now), "failure", 0.0, now=now)


BOTH = pytest.mark.parametrize("make", [CallBreaker, lambda **more: Guard(call={}, **more)])
Make = Callable[..., CallBreaker | Guard]


# ---- refusals and permits are values ----


@BOTH
def test_a_refusal_is_a_value(make: Make) -> None:
    breaker = make()
    fail(breaker, 5)
    refusal = refusal_of(breaker, 20)
    assert (bool(refusal), refusal.by, refusal.reason, refusal.retry_after) == (False, "call", "open", 100.0)
    assert repr(refusal) == "<Refusal by call: open, again in 100 s>"
    with pytest.raises(BreakerOpen, match=r"^refused by call: open; ask again in 100\.000 s$") as caught:
        refusal.raise_if_refused()
    assert (caught.value.by, caught.value.reason, caught.value.retry_after) == ("call", "open", 100.0)
    assert permit_of(breaker, 120).raise_if_refused().kind == "probe"


def test_exceptions_are_made_anew() -> None:
    breaker = CallBreaker()
    breaker.trip(now=0)
    refusal = refusal_of(breaker, 0)
    first, second = refusal.error(), refusal.error()
    assert first is not second and not isinstance(first, GateError)

    @CallBreaker.restore(breaker.snapshot(now=0), clock=hand)
    def call() -> None:
        raise AssertionError("a call went through")

    depths = []
    for _ in range(50):
        with pytest.raises(BreakerOpen) as caught:
            call()
        depths.append(len(traceback.extract_tb(caught.value.__traceback__)))
        assert caught.value.__context__ is None
    assert set(depths) == {depths[0]}
    again = pickle.loads(pickle.dumps(first))
    assert (type(again), str(again), again.retry_after) == (BreakerOpen, str(first), first.retry_after)


@BOTH
def test_a_permit_counts_once(make: Make) -> None:
    breaker = make()
    permit = permit_of(breaker, 0)
    assert not permit.used
    first, second = (breaker.record(permit, "failure", now=1) for _ in range(2))
    assert (first.verdict, bool(first), second.verdict, bool(second)) == ("counted", True, "stale", False)
    assert permit.used and repr(permit) == "<Permit call, used>"
    assert status_of(breaker)["streak"] == 1


def status_of(breaker: CallBreaker | Guard, now: float = 0.0) -> dict[str, Any]:
    status: dict[str, Any] = breaker.status(now=now)
    return status["call"] if isinstance(breaker, Guard) else status


@BOTH
def test_a_permit_of_another_breaker_is_stale(make: Make) -> None:
    one, other = make(), make()
    permit = permit_of(one, 0)
    assert other.record(permit, "failure", now=0).verdict == "stale"
    assert status_of(other)["streak"] == 0
    # It was not used up by that.
    assert one.record(permit, "failure", now=0).verdict == "counted"
    restored = one.restore(one.snapshot(now=0), one.config, now=0)
    assert restored.record(permit_of(one, 0), "failure", now=0).verdict == "stale"


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_permit_cannot_be_copied(copier: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="a permit is for one call"):
        copier(permit_of(CallBreaker()))


def test_a_result_says_what_it_changed() -> None:
    breaker = CallBreaker()
    fail(breaker, 4)
    opened = breaker.record(permit_of(breaker, 0), "failure", now=0)
    assert opened.changes == [
        {"layer": "call", "from": "closed", "to": "open", "cause": "streak", "streak": 5}
    ]
    probe = permit_of(breaker, 120)
    assert [(change["from"], change["to"]) for change in probe.changes] == [("open_due", "half_open")]
    assert [change["to"] for change in breaker.record(probe, "success", now=121).changes] == ["closed"]


# ---- what cannot be ----


@BOTH
@pytest.mark.parametrize("latency", [-1, -1e-9, math.nan, math.inf, 1e12, "1", None.__class__])
def test_an_impossible_latency_is_refused(make: Make, latency: Any) -> None:
    breaker = make()
    permit = permit_of(breaker, 0)
    with pytest.raises(GateError) as caught:
        breaker.record(permit, "failure", latency, now=0)
    assert caught.value.path == "latency"
    assert status_of(breaker)["streak"] == 0
    # The permit is still good: the call can be recorded as what it was.
    assert breaker.record(permit, "failure", 0.1, now=0).verdict == "counted"


@pytest.mark.parametrize("outcome", ["ok", "", "SUCCESS", "success ", None, True, 1])
def test_an_unknown_outcome_is_refused(outcome: Any) -> None:
    breaker = CallBreaker()
    permit = permit_of(breaker)
    with pytest.raises(GateError, match=r"^outcome: expected `success`, `failure`"):
        breaker.record(permit, outcome)
    assert not permit.used


@pytest.mark.parametrize("now", [-1, math.nan, math.inf, "0"])
def test_an_impossible_instant_is_refused(now: Any) -> None:
    for ask in (CallBreaker().allow, MetricBreaker().admits, Latch().tick, Guard().status):
        with pytest.raises(GateError) as caught:
            ask(now=now)
        assert caught.value.path == "now"


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(GateError) as caught:
        CallBreaker(half_open={"probes": 1, "successes": 2})
    assert caught.value.code == "contradiction"
    with pytest.raises(GateError, match="consecutive_failure"):
        CallBreaker({"consecutive_failure": 5})
    with pytest.raises(GateError, match=r"^metric\.min_samples"):
        Guard(metric={"min_samples": -1})
    with pytest.raises(TypeError, match="not as both"):
        CallBreaker({}, open_ms=1)
    with pytest.raises(TypeError, match="clock"):
        CallBreaker(clock=5)  # type: ignore[arg-type]


@pytest.mark.parametrize("settings", [{"open_ms": 60_000}, '{"open_ms": 60000}', b'{"open_ms": 60000}'])
def test_settings_as_a_document(settings: Any) -> None:
    breaker = CallBreaker(settings)
    assert breaker.config == CallBreaker(open_ms=60_000).config
    assert breaker.config["consecutive_failures"] == 5
    assert CallBreaker(breaker.config).config == breaker.config


def test_a_guard_without_settings_has_all_layers() -> None:
    assert list(Guard().config) == ["latch", "metric", "ladder", "call"]
    assert list(Guard(call={}).config) == ["call"]
    assert Guard({}).config == {}


# ---- clocks ----


@BOTH
def test_the_clock_is_the_one_that_is_given(make: Make) -> None:
    clock = Hand()
    breaker = make(clock=clock)
    fail_by_clock(breaker)
    clock.now = 119.999
    assert refusal_of(breaker).retry_after == pytest.approx(0.001)
    clock.now = 120.0
    probe = permit_of(breaker)
    clock.now = 100.0
    assert breaker.record(probe, "success")
    assert status_of(breaker, 120)["clock_regressions"] > 0


def fail_by_clock(breaker: CallBreaker | Guard) -> None:
    for _ in range(5):
        breaker.record(permit_of(breaker), "failure")


def test_the_default_clock_is_that_of_time_monotonic() -> None:
    breaker = CallBreaker()
    breaker.trip(now=time.monotonic() - 50)
    left = refusal_of(breaker).retry_after
    assert left is not None and left == pytest.approx(70, abs=5)


@pytest.mark.parametrize("reading", [math.nan, -1.0, "now", None])
def test_a_clock_that_cannot_be_read(reading: Any) -> None:
    with pytest.raises(GateError) as caught:
        CallBreaker(clock=lambda: reading).allow()
    assert caught.value.path == "clock"

    def broken() -> float:
        raise OSError("no clock")

    with pytest.raises(OSError, match="no clock"):
        CallBreaker(clock=broken).allow()


def test_the_latency_is_from_the_permit_to_the_result() -> None:
    window = {"calls": 10, "min_calls": 2, "slow_rate": 0.1, "slow_above_ms": 100}
    breaker = CallBreaker(window=window)
    breaker.record(permit_of(breaker, 5), "success", now=5.1)
    assert breaker.status(now=6)["counts"] == {"total": 1, "failed": 0, "slow": 0}
    breaker.record(permit_of(breaker, 5), "success", now=5.100_001)
    assert breaker.status(now=6)["opened_by"]["counts"] == {"total": 2, "failed": 0, "slow": 1}


def test_a_clock_that_holds_its_breaker_is_collected() -> None:
    class Holder:
        def __init__(self) -> None:
            self.breaker = CallBreaker(clock=self.now)

        def now(self) -> float:
            return 0.0

    holder = weakref.ref(Holder())
    gc.collect()
    assert holder() is None


# ---- decorator and context manager ----


@BOTH
def test_the_decorator(make: Make) -> None:
    clock = Hand()
    breaker = make(clock=clock)

    @breaker  # type: ignore[untyped-decorator]
    def predict(value: int, *, twice: bool = False) -> int:
        """Doubles."""
        if value < 0:
            raise ConnectionError(value)
        return value * 2 if twice else value

    assert (predict(2, twice=True), predict.__name__, predict.__doc__) == (4, "predict", "Doubles.")
    for _ in range(5):
        with pytest.raises(ConnectionError):
            predict(-1)
    with pytest.raises(BreakerOpen):
        predict(1)
    clock.now = 120
    assert predict(1) == 1
    assert status_of(breaker, 120)["phase"] == "closed"


def test_the_decorator_on_a_method() -> None:
    breaker = CallBreaker()

    class Model:
        @breaker.protect
        def predict(self) -> Any:
            return self

    model = Model()
    assert model.predict() is model


class Mistake(ValueError):
    pass


@pytest.mark.parametrize(
    ("error", "streak"),
    [
        (ConnectionError(), 1),  # A failure.
        (Mistake(), 0),  # Ignored, though its base is a failure.
        (KeyError(), 0),  # In neither.
        (asyncio.CancelledError(), 0),
        (concurrent.futures.CancelledError(), 0),
        (KeyboardInterrupt(), 0),
        (SystemExit(), 0),
        (GeneratorExit(), 0),
    ],
)
def test_which_exceptions_are_failures(error: BaseException, streak: int) -> None:
    breaker = CallBreaker()
    kinds: dict[str, Any] = {"failures": (OSError, ValueError), "ignored": Mistake}

    @breaker.protect(**kinds)  # type: ignore[untyped-decorator]
    def call() -> None:
        raise error

    with pytest.raises(type(error)) as caught:
        call()
    assert caught.value is error
    assert breaker.status()["streak"] == streak
    with pytest.raises(type(error)), breaker.attempt(**kinds):
        raise error
    assert breaker.status()["streak"] == 2 * streak


def test_by_default_every_error_is_a_failure_and_no_cancellation() -> None:
    breaker = CallBreaker()
    for error in (ValueError(), asyncio.CancelledError()):
        with pytest.raises(type(error)), breaker.attempt():
            raise error
    assert breaker.status()["streak"] == 1


def test_what_cannot_be_protected() -> None:
    breaker = CallBreaker()

    def numbers() -> Iterator[int]:
        yield 1

    async def later() -> AsyncIterator[int]:
        yield 1

    for function in (numbers, later):
        with pytest.raises(TypeError, match="a generator is not one call"):
            breaker(function)
    with pytest.raises(TypeError):
        breaker.protect(failures="ValueError")  # type: ignore[call-overload]


def test_the_decorator_on_coroutines() -> None:
    clock = Hand()
    breaker = CallBreaker(clock=clock)

    class Predictor:
        async def __call__(self) -> None:
            raise ConnectionError

    async def fails(_: int) -> None:
        await asyncio.sleep(0)
        raise ConnectionError

    protected: list[Any] = [breaker(Predictor()), breaker(functools.partial(fails, 1))]
    assert all(inspect.iscoroutinefunction(call) for call in protected)

    async def run() -> None:
        for index in range(5):
            with pytest.raises(ConnectionError):
                await protected[index % 2]()
        with pytest.raises(BreakerOpen):
            await protected[0]()

    asyncio.run(run())
    assert breaker.status()["phase"] == "open"


def test_a_cancelled_coroutine_gives_its_probe_back() -> None:
    clock = Hand()
    breaker = CallBreaker(clock=clock)
    breaker.trip()
    clock.now = 120

    @breaker
    async def forever() -> None:
        await asyncio.Event().wait()

    async def run() -> None:
        task = asyncio.create_task(forever())
        await asyncio.sleep(0)
        assert refusal_of(breaker).reason == "probes_out"
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # What a timeout makes of a cancellation comes after the call.
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.001):
                await forever()

    asyncio.run(run())
    status = breaker.status()
    assert (status["phase"], status["probes"]["returned"]) == ("half_open", 2)


def test_the_context_manager() -> None:
    breaker = CallBreaker()
    with breaker.attempt() as permit:
        assert permit and not permit.used
    assert permit.used
    breaker.trip()
    with pytest.raises(BreakerOpen), breaker.attempt():
        raise AssertionError("a call went through")
    with breaker.attempt(raise_if_refused=False) as refusal:
        assert not refusal and refusal.reason == "open"
    with pytest.raises(ValueError, match="mine"), breaker.attempt(raise_if_refused=False):
        raise ValueError("mine")
    attempt = CallBreaker().attempt()
    with attempt, pytest.raises(RuntimeError, match="one call"), attempt:
        raise AssertionError("two calls by one attempt")


def test_the_context_manager_of_coroutines() -> None:
    guard = Guard(call={})

    async def run() -> None:
        for _ in range(5):
            with pytest.raises(ConnectionError):
                async with guard.attempt():
                    raise ConnectionError
        with pytest.raises(BreakerOpen):
            async with guard.attempt():
                raise AssertionError("a call went through")

    asyncio.run(run())
    assert guard.status()["by"] == "call"


# ---- threads ----


@BOTH
def test_threads_on_one_breaker(make: Make) -> None:
    breaker = make(clock=Hand())
    opened: list[Any] = []
    counted: list[str] = []
    barrier = threading.Barrier(8)

    def work(_: int) -> None:
        barrier.wait()
        for _ in range(2000):
            permit = breaker.allow()
            if permit:
                recorded = breaker.record(permit, "failure")
                opened.extend(recorded.changes)
                counted.append(recorded.verdict)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    # However they interleave, five failures count and it opens once.
    assert counted.count("counted") == 5
    assert [change["to"] for change in opened] == ["open"]
    assert status_of(breaker)["stale"] == counted.count("stale")


def test_one_permit_of_many_threads_counts_once() -> None:
    breaker = CallBreaker(consecutive_failures=10_000, clock=Hand())
    barrier = threading.Barrier(8)
    permits = [permit_of(breaker) for _ in range(500)]

    def work(_: int) -> int:
        barrier.wait()
        return sum(bool(breaker.record(permit, "failure")) for permit in permits)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, range(8))) == 500
    assert breaker.status()["streak"] == 500


def test_threads_read_the_default_clock_in_order() -> None:
    guard = Guard()

    def work(_: int) -> None:
        for _ in range(3000):
            guard.record(permit_of(guard), "success")

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert guard.status()["call"]["clock_regressions"] == 0


# ---- states ----


def broken_down() -> Guard:
    guard = Guard(clock=hand)
    fail(guard, 5)
    guard.hold("kim", "drill", "off", expires_in=60)
    guard.observe(0.5)
    return guard


def hand() -> float:
    return 10.0


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it))])
def test_breakers_are_pickled(copier: Callable[[Any], Any]) -> None:
    call = CallBreaker(clock=hand, window={"calls": 5, "min_calls": 2, "failure_rate": 0.9})
    metric, latch = MetricBreaker(clock=hand), Latch(clock=hand, consecutive=2)
    call.record(permit_of(call), "failure")
    metric.record(True, 0.2)
    latch.observe("no number")
    for breaker in (call, metric, latch, broken_down()):
        again = copier(breaker)
        assert again is not breaker
        assert (again.snapshot(), again.config) == (breaker.snapshot(), breaker.config)
        assert repr(again) == repr(breaker)


def test_a_breaker_goes_on_after_a_restart() -> None:
    guard = broken_down()
    stored = json.dumps(guard.snapshot())
    for state in (stored, stored.encode(), json.loads(stored)):
        later = Guard.restore(state, guard.config, elapsed=70, now=0)
        assert later.lost is None
        # The hold of 60 s is over; of the 120 s open, 60 to 70 are left.
        refusal = refusal_of(later, 0)
        assert refusal.reason == "open" and refusal.retry_after == pytest.approx(40, abs=10)
        assert later.status(now=0)["latch"]["streak"] == guard.status()["latch"]["streak"]


BAD_STATES: list[Any] = [
    None,
    "",
    "{",
    b"\xff",
    {},
    [],
    5,
    {"schema_version": "v9"},
    {"a": math.nan},
    {"a": object()},
]


@pytest.mark.parametrize("state", BAD_STATES, ids=repr)
def test_a_state_that_cannot_be_trusted_is_a_stop(state: Any) -> None:
    guard = Guard.restore(state)
    assert (guard.status()["mode"], guard.status()["by"]) == ("stopped", "latch")
    assert isinstance(guard.lost, GateError)
    held = Guard.restore(state, call={})
    assert refusal_of(held).reason == "held_off"
    latch = Latch.restore(state)
    assert latch.latched and latch.status()["causes"][0]["kind"] == "state_lost"
    # Nobody can have stopped these, so that there is nothing to fail closed to: the host must say what to do.
    for kind in (CallBreaker, MetricBreaker):
        with pytest.raises(GateError):
            kind.restore(state)


def test_a_state_that_was_cut_off_anywhere_is_a_stop() -> None:
    guard = Guard()
    guard.trip("kim", "drill")
    stored = json.dumps(guard.snapshot())
    for end in range(len(stored)):
        assert Guard.restore(stored[:end]).status()["mode"] == "stopped"


# ---- metric breaker and panic stop ----


def test_the_lines_of_the_metric_breaker() -> None:
    breaker = MetricBreaker.naive()
    metrics = {"total_requests": 1000, "failed_requests": 10, "p99_latency_ms": 40}
    assert breaker.check(metrics, now=0)["verdict"] == "good"
    look = breaker.check({**metrics, "failed_requests": 100}, now=1)
    assert (look["verdict"], [change["cause"] for change in look["changes"]]) == (
        "bad",
        ["error_rate=10.00% > 5.00%"],
    )
    assert (breaker.state, breaker.admits(now=1)) == ("disabled_auto", False)
    assert [change["cause"] for change in breaker.check(metrics, now=2)["changes"]] == ["metrics recovered"]


@pytest.mark.parametrize("failed", [math.nan, -1, 1001, "ten", None])
def test_metrics_that_cannot_be_are_told_and_counted(failed: Any) -> None:
    metrics = {"total_requests": 1000, "failed_requests": failed, "p99_latency_ms": 40}
    breaker, guard = MetricBreaker(), Guard()
    for check in (breaker.check, guard.check):
        with pytest.raises(GateError, match=r"^failed_requests"):
            check(metrics, now=0)
    assert breaker.status(now=0)["unusable"] == guard.status(now=0)["metric"]["unusable"] == 1


@pytest.mark.parametrize("latency", [-0.001, math.nan])
def test_a_sample_of_an_impossible_latency(latency: float) -> None:
    breaker = MetricBreaker()
    with pytest.raises(GateError, match=r"^latency"):
        breaker.record(False, latency, now=0)
    assert breaker.status(now=0)["counts"]["total"] == 0


@pytest.mark.parametrize("bad", [0.98, None, math.nan, 1.5, -0.1, "0.999", True, np.True_, object()])
def test_three_bad_readings_latch(bad: Any) -> None:
    latch, guard = Latch(), Guard(latch={})
    for now in range(3):
        assert not latch.latched
        latch.observe(bad, now=now)
        guard.observe(bad, now=now)
    assert latch.latched and refusal_of(guard, 3).by == "latch"
    assert latch.observe(1.0, now=4) == [] and latch.latched
    with pytest.raises(GateError, match=r"^reason"):
        latch.reset("lee", " ")
    ended = latch.reset("lee", "replayed, clean", now=5)
    assert (ended["by"], len(ended["causes"]), ended["held_ns"]) == ("lee", 1, 3_000_000_000)
    assert not latch.latched and repr(latch) == "<Latch clear>"


def test_a_condition_latches_again() -> None:
    latch = Latch()
    assert [change["cause"] for change in latch.trip_for("disk-full", now=0)] == ["condition"]
    assert latch.reset("lee", "cleaned", now=1)["still_asserted"]
    assert [change["to"] for change in latch.tick(now=2)] == ["latched"]
    assert (latch.settle("disk-full", now=3), latch.settle("disk-full", now=3)) == (True, False)
    latch.reset("lee", "cleaned", now=4)
    assert latch.tick(now=5) == []


def test_a_numbered_reading_counts_once() -> None:
    latch = Latch(consecutive=2)
    for _ in range(5):
        latch.observe(0.5, number=7, now=0)
    assert not latch.latched and latch.status(now=0)["refused"] == 4
    assert latch.observe(0.5, number=8, now=0) and latch.latched


def test_shadow_says_what_it_would_have_refused() -> None:
    guard = Guard(call={})
    fail(guard, 5)
    guard.hold("kim", "drill", "shadow", now=0)
    permit = permit_of(guard, 1)
    assert permit.kind == "shadow" and permit.would is not None
    assert (permit.would.by, permit.would.retry_after) == ("call", 119.0)
    assert guard.release("kim", "over", now=2) and not guard.release("kim", "over", now=2)


def test_names_are_exported() -> None:
    for name in (
        "BreakerOpen",
        "CallBreaker",
        "Guard",
        "Latch",
        "MetricBreaker",
        "Permit",
        "Recorded",
        "Refusal",
    ):
        assert getattr(tsfm_gate, name).__module__ == "tsfm_gate"


@pytest.mark.parametrize("wrong", [True, np.False_, "0.1", None, object()])
def test_seconds_are_numbers(wrong: Any) -> None:
    breaker, metric = CallBreaker(), MetricBreaker()
    permit = permit_of(breaker, 0)
    asked: list[Callable[[], Any]] = [
        lambda: metric.record(False, wrong, now=0),
        lambda: CallBreaker(clock=lambda: wrong).status(),
    ]
    if wrong is not None:
        asked += [lambda: breaker.record(permit, "success", wrong, now=0), lambda: breaker.status(now=wrong)]
    for ask in asked:
        with pytest.raises(GateError) as caught:
            ask()
        assert caught.value.code == "wrong-type"
        assert caught.value.expected == "seconds of 0 or more, up to 570 years"
    latency: Any = np.float32(0.25)
    now: Any = np.int64(1)
    assert breaker.record(permit_of(breaker, 0), "success", latency, now=now)
