"""A protected call: the call breaker of the wheel beside `circuitbreaker` and `pybreaker`, in one run, as ratios.

    python benches/python/breakers.py

Needs `pip install circuitbreaker pybreaker`. All three open at the fifth failure in a row and let one call probe after a
while; that they answer the same is compared before anything is timed. Every figure is a median of thread CPU time per call,
the empty loop taken off; the three are measured in turn, so that a drift of the machine hits all of them.
"""

import statistics
import time
from collections.abc import Callable

import circuitbreaker
import pybreaker

import tsfm_gate

OPEN_S = 0.02
CALLS = 20_000
ROUNDS = 31


def model(fails: bool = False) -> str:
    if fails:
        raise ConnectionError
    return "forecast"


def breakers(open_s: float) -> dict[str, Callable]:
    """The same function, protected by each of them."""
    pybreaker_one = pybreaker.CircuitBreaker(fail_max=5, reset_timeout=open_s, throw_new_error_on_trip=False)
    return {
        "tsfm_gate": tsfm_gate.CallBreaker(open_ms=int(open_s * 1000))(model),
        "circuitbreaker": circuitbreaker.circuit(failure_threshold=5, recovery_timeout=open_s)(model),
        "pybreaker": pybreaker_one(model),
    }


def answers(protected: Callable) -> list[str]:
    """What it does with a success, a row that is broken, a row that opens it, and a probe of either kind."""
    told = []

    def call(fails: bool) -> None:
        try:
            told.append(protected(fails))
        except ConnectionError:
            told.append("failed")
        except (tsfm_gate.BreakerOpen, circuitbreaker.CircuitBreakerError, pybreaker.CircuitBreakerError):
            told.append("refused")

    for fails in (False, True, True, True, True, False, True, True, True, True, True, False, True):
        call(fails)
    for fails in (True, False):
        time.sleep(OPEN_S * 2)
        call(fails)
        call(False)
    return told


def empty(calls: int) -> None:
    for _ in range(calls):
        pass


def loop(protected: Callable) -> Callable[[int], None]:
    def run(calls: int) -> None:
        for _ in range(calls):
            protected()

    return run


def two_steps(breaker: tsfm_gate.CallBreaker | tsfm_gate.Guard) -> Callable[[int], None]:
    allow, record = breaker.allow, breaker.record

    def run(calls: int) -> None:
        for _ in range(calls):
            permit = allow()
            if permit:
                model()
                record(permit, "success")

    return run


def bare(breaker: tsfm_gate.CallBreaker) -> Callable[[int], None]:
    allow, record = breaker.allow, breaker.record

    def run(calls: int) -> None:
        for _ in range(calls):
            record(allow(), "success")

    return run


def refused(protected: Callable) -> Callable[[int], None]:
    """A breaker that is open: its refusal, by exception."""
    errors = (tsfm_gate.BreakerOpen, circuitbreaker.CircuitBreakerError, pybreaker.CircuitBreakerError)
    for _ in range(5):
        try:
            protected(True)
        except ConnectionError:
            pass

    def run(calls: int) -> None:
        for _ in range(calls):
            try:
                protected()
            except errors:
                continue
            raise AssertionError("a call went through")

    return run


def refused_by_value() -> Callable[[int], None]:
    breaker = tsfm_gate.CallBreaker(open_ms=3_600_000)
    breaker.trip()
    allow = breaker.allow

    def run(calls: int) -> None:
        for _ in range(calls):
            if allow():
                raise AssertionError("a call went through")

    return run


def nanoseconds(runs: dict[str, Callable[[int], None]], calls: int) -> dict[str, float]:
    """Median nanoseconds per call of each, measured in turn."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.thread_time_ns()
            run(calls)
            times[name].append((time.thread_time_ns() - start) / calls)
    medians = {name: statistics.median(all_of) for name, all_of in times.items()}
    floor = medians.pop("empty")
    return {name: median - floor for name, median in medians.items()}


def table(title: str, ours: list[str], found: dict[str, float]) -> None:
    print(f"\n### {title}\n")
    print("| | time | circuitbreaker | faster by | pybreaker | faster by |\n| --- | --- | --- | --- | --- | --- |")
    first, second = found["circuitbreaker"], found["pybreaker"]
    for name in ours:
        own = found[name]
        print(f"| {name} | {own:,.0f} ns | {first:,.0f} ns | {first / own:.1f} x | {second:,.0f} ns | {second / own:.1f} x |")


def main() -> None:
    told = {name: answers(protected) for name, protected in breakers(OPEN_S).items()}
    assert told["tsfm_gate"] == told["circuitbreaker"] == told["pybreaker"], told
    assert {"forecast", "failed", "refused"} == set(told["tsfm_gate"])

    peers = breakers(3600.0)
    allowed = {
        "empty": empty,
        "`allow` + `record`": bare(tsfm_gate.CallBreaker()),
        "`allow` + the call + `record`": two_steps(tsfm_gate.CallBreaker()),
        "all four layers: `allow` + the call + `record`": two_steps(tsfm_gate.Guard()),
        "decorator": loop(peers["tsfm_gate"]),
        "circuitbreaker": loop(peers["circuitbreaker"]),
        "pybreaker": loop(peers["pybreaker"]),
        "the call alone": loop(model),
    }
    ours = [name for name in allowed if name not in ("empty", "circuitbreaker", "pybreaker")]
    print("Wanted: `allow` + `record` at least 5 x `circuitbreaker` and 10 x `pybreaker`.")
    table("A call that goes through", ours, nanoseconds(allowed, CALLS))

    peers = breakers(3600.0)
    denied = {
        "empty": empty,
        "`allow`, a value": refused_by_value(),
        "decorator, an exception": refused(peers["tsfm_gate"]),
        "circuitbreaker": refused(peers["circuitbreaker"]),
        "pybreaker": refused(peers["pybreaker"]),
    }
    table("A call that is refused", ["`allow`, a value", "decorator, an exception"], nanoseconds(denied, CALLS // 4))


if __name__ == "__main__":
    main()
