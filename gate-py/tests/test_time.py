"""Instants: RFC 3339 text or aware datetimes, never naive ones."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tsfm_gate

UTC = datetime.UTC
KST = datetime.timezone(datetime.timedelta(hours=9))
START = datetime.datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
STARTS = [START, START + datetime.timedelta(minutes=5)]
NAIVE = "expected a datetime with an offset, found the naive datetime `2026-11-21T10:00:00`"


def judge(now: Any = None, **fields: Any) -> tsfm_gate.Verdict:
    return tsfm_gate.evaluate({"metrics": {"error_rate": [0.001, 0.001]}, **fields}, "canary_5", now=now)


def refusal(now: Any = None, **fields: Any) -> tuple[str, str]:
    with pytest.raises(tsfm_gate.GateError) as caught:
        judge(now, **fields)
    return caught.value.code, str(caught.value)


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-21T10:00:00Z",
        START,
        START.astimezone(KST),
        START.astimezone(datetime.timezone(datetime.timedelta(seconds=3601))),
        pd.Timestamp(START),
    ],
)
def test_start(start: Any) -> None:
    assert judge(start=start).decided_at == "2026-11-21T10:10:00Z"


@pytest.mark.parametrize(
    "starts",
    [
        STARTS,
        tuple(STARTS),
        ["2026-11-21T10:00:00Z", STARTS[1].astimezone(KST)],
        pd.DatetimeIndex(STARTS),
        pd.Series(STARTS),
        pl.Series(STARTS),
        pa.array(STARTS),
        np.array(STARTS),
    ],
    ids=["list", "tuple", "mixed", "pandas index", "pandas series", "polars", "pyarrow", "numpy objects"],
)
def test_window_starts(starts: Any) -> None:
    assert judge(window_starts=starts).decided_at == "2026-11-21T10:10:00Z"


def test_now() -> None:
    for now in ("2026-11-21T10:10:00Z", START + datetime.timedelta(minutes=10), "2026-11-21T19:10:00+09:00"):
        assert judge(now, start=START).decided_at == "2026-11-21T10:10:00Z"


def test_stage_started_and_drills(clean: dict[str, Any]) -> None:
    drill = {"from": START, "to": STARTS[1], "metrics": ["fallback_rate"], "reason": "drill", "author": "ops"}
    written = {**drill, "from": START.isoformat(), "to": STARTS[1].isoformat()}
    one = clean | {"start": START, "stage_started": START, "drills": [drill]}
    other = clean | {"start": START.isoformat(), "stage_started": START.isoformat(), "drills": [written]}
    verdicts = [tsfm_gate.evaluate(snapshot, "canary_5", digests=True) for snapshot in (one, other)]
    assert verdicts[0] == verdicts[1]


def test_naive() -> None:
    naive = START.replace(tzinfo=None)
    assert refusal(start=naive) == ("time-syntax", f"start: {NAIVE}")
    assert refusal(start=pd.Timestamp(naive)) == ("time-syntax", f"start: {NAIVE}")
    assert refusal(window_starts=[naive, naive]) == ("time-syntax", f"window_starts[0]: {NAIVE}")
    assert refusal(naive, start=START) == ("time-syntax", f"now: {NAIVE}")


def test_other_types() -> None:
    date = datetime.date(2026, 11, 21)
    assert refusal(start=date) == ("wrong-type", "start: expected a string, found a value of type `date`")
    message = "start: expected a datetime with an offset, found a value of type `NaTType`"
    assert refusal(start=pd.NaT) == ("time-syntax", message)
    message = "now: expected an RFC 3339 time or an aware datetime, found a value of type `int`"
    assert refusal(5, start=START) == ("wrong-type", message)
    message = "now: expected an RFC 3339 time like `2026-11-21T10:05:00Z`, found `noon`"
    assert refusal("noon", start=START) == ("time-syntax", message)


def test_a_time_is_no_text() -> None:
    message = "labels.at: expected a string, found a value of type `datetime`"
    assert refusal(labels={"at": START}) == ("wrong-type", message)
