"""Every kind of column says the same as a list of floats, or is refused with its path."""

from __future__ import annotations

import array
import collections
import decimal
import fractions
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import tsfm_gate

VALUES = [0.5, 0.25, 0.125, 0.0]
GAPPY = [0.5, None, 0.125, 0.0]
WHOLE = [0, 1, 1, 0]

ELEMENT = "expected a finite number, or null for a missing value"
COLUMN = "expected an array of numbers, one per window"


def digest(column: Any) -> str:
    """The digest of the values as the engine sees them: names, times and bits."""
    verdict = tsfm_gate.evaluate({"metrics": {"error_rate": column}}, "canary_5", digests=True)
    assert verdict.digests is not None
    return verdict.digests["input"]


def refusal(column: Any) -> tuple[str, str]:
    with pytest.raises(tsfm_gate.GateError) as caught:
        tsfm_gate.evaluate({"metrics": {"error_rate": column}}, "canary_5")
    return caught.value.code, str(caught.value)


FULL = {
    "tuple": tuple(VALUES),
    "deque": collections.deque(VALUES),
    "UserList": collections.UserList(VALUES),
    "array d": array.array("d", VALUES),
    "array f": array.array("f", VALUES),
    "memoryview": memoryview(array.array("d", VALUES)),
    "memoryview strided": memoryview(array.array("d", [value for value in VALUES for _ in range(2)]))[::2],
    "numpy f8": np.array(VALUES),
    "numpy f4": np.array(VALUES, "f4"),
    "numpy f2": np.array(VALUES, "f2"),
    "numpy longdouble": np.array(VALUES, "g"),
    "numpy big-endian": np.array(VALUES, ">f8"),
    "numpy little-endian": np.array(VALUES, "<f8"),
    "numpy strided": np.repeat(VALUES, 3)[::3],
    "numpy reversed": np.array(VALUES[::-1])[::-1],
    "numpy column of a matrix": np.array([VALUES, VALUES]).T[:, 1],
    "numpy read-only": np.frombuffer(np.array(VALUES).tobytes()),
    "numpy objects": np.array(VALUES, dtype=object),
    "numpy scalars": [np.float64(0.5), np.float32(0.25), np.float16(0.125), np.int64(0)],
    "pandas": pd.Series(VALUES),
    "pandas f4": pd.Series(VALUES, dtype="float32"),
    "pandas Float64": pd.Series(VALUES, dtype="Float64"),
    "pandas arrow": pd.Series(VALUES, dtype="float64[pyarrow]"),
    "pandas objects": pd.Series(VALUES, dtype=object),
    "pandas index": pd.Index(VALUES),
    "pandas with another index": pd.Series(VALUES[::-1], index=[3, 2, 1, 0])[::-1],
    "polars": pl.Series(VALUES),
    "polars f4": pl.Series(VALUES, dtype=pl.Float32),
    "polars chunked": pl.concat([pl.Series(VALUES[:1]), pl.Series(VALUES[1:])], rechunk=False),
    "pyarrow": pa.array(VALUES),
    "pyarrow f4": pa.array(VALUES, pa.float32()),
    "pyarrow f2": pa.array(np.array(VALUES, "f2")),
    "pyarrow slice": pa.array([9.0, *VALUES, 9.0])[1:5],
    "pyarrow chunked": pa.chunked_array([VALUES[:1], [], VALUES[1:]]),
}

WITH_GAPS = {
    "numpy objects": np.array(GAPPY, dtype=object),
    "numpy masked": np.ma.array(VALUES, mask=[False, True, False, False]),
    "pandas Float64": pd.Series(GAPPY, dtype="Float64"),
    "pandas extension array": pd.array(GAPPY, dtype="Float64"),
    "pandas arrow": pd.Series(GAPPY, dtype="float64[pyarrow]"),
    "pandas objects": pd.Series([0.5, pd.NA, 0.125, 0.0], dtype=object),
    "NA in a list": [0.5, pd.NA, 0.125, 0.0],
    "polars": pl.Series(GAPPY),
    "pyarrow": pa.array(GAPPY),
    "pyarrow slice": pa.array([None, *GAPPY])[1:],
    "pyarrow chunked": pa.chunked_array([GAPPY[:1], GAPPY[1:2], GAPPY[2:]]),
    "pyarrow gap in the first chunk": pa.chunked_array([GAPPY[:2], GAPPY[2:]]),
}

INTEGERS = {
    **{
        f"numpy {code}": np.array(WHOLE, code)
        for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i4")
    },
    **{f"array {code}": array.array(code, WHOLE) for code in "bBhHiIlLqQ"},
    **{f"polars {kind}": pl.Series(WHOLE, dtype=kind) for kind in (pl.Int8, pl.Int64, pl.UInt16, pl.UInt64)},
    **{f"pyarrow {kind}": pa.array(WHOLE, kind) for kind in ("int8", "int16", "int32", "int64")},
    **{f"pyarrow {kind}": pa.array(WHOLE, kind) for kind in ("uint8", "uint16", "uint32", "uint64")},
    "pandas": pd.Series(WHOLE),
    "pandas Int64": pd.Series(WHOLE, dtype="Int64"),
    "float": [float(value) for value in WHOLE],
    "numpy scalars": [np.int8(0), np.uint64(1), np.int64(1), np.float32(0)],
}


@pytest.mark.parametrize("column", FULL.values(), ids=FULL)
def test_full(column: Any) -> None:
    assert digest(column) == digest(VALUES)


@pytest.mark.parametrize("column", WITH_GAPS.values(), ids=WITH_GAPS)
def test_a_missing_value_is_a_missing_window(column: Any) -> None:
    assert digest(column) == digest(GAPPY) != digest(VALUES)


@pytest.mark.parametrize("column", INTEGERS.values(), ids=INTEGERS)
def test_integers(column: Any) -> None:
    assert digest(column) == digest(WHOLE)


@pytest.mark.parametrize(
    "column", [pa.array([None, None]), pl.Series([None, None])], ids=["pyarrow", "polars"]
)
def test_arrow_of_nulls_only(column: Any) -> None:
    assert digest(column) == digest([None, None])


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, pl.Series, pa.array])
def test_counts(clean: dict[str, Any], kind: Any) -> None:
    counted = clean | {"samples": [800] * 6, "events": {"error_rate": [0, 1, 2, 3, 0, 2**5]}}
    arrays = clean | {"samples": kind([800] * 6), "events": {"error_rate": kind([0, 1, 2, 3, 0, 2**5])}}
    assert tsfm_gate.evaluate(counted, "canary_5") == tsfm_gate.evaluate(arrays, "canary_5")


def test_large_integers_become_the_nearest_float() -> None:
    def one(value: Any) -> str:
        verdict = tsfm_gate.evaluate({"metrics": {"p95_latency_ms": value}}, "canary_5", digests=True)
        assert verdict.digests is not None
        return verdict.digests["input"]

    for number in (2**53 + 1, 2**63, 2**64 - 1, 2**64, 10**30):
        assert one([number]) == one([float(number)])
    assert one(np.array([2**64 - 1], "u8")) == one([float(2**64 - 1)])
    assert one(pa.array([2**63 - 1])) == one([float(2**63 - 1)])


NOT_NUMBERS = {
    "bool": ([0.1, True], "[1]", "the boolean true"),
    "numpy bool": (np.array([False, True]), "[0]", "the boolean false"),
    "numpy bool in a list": ([np.bool_(True)], "[0]", "the boolean true"),
    "pandas bool": (pd.Series([True]), "[0]", "the boolean true"),
    "str": ([0.1, "0.1"], "[1]", "the string `0.1`"),
    "numpy str": (np.array(["0.1"]), "[0]", "the string `0.1`"),
    "array of characters": (array.array("u", "ab"), "[0]", "the string `a`"),
    "bytes in a list": ([b"1"], "[0]", "a value of type `bytes`"),
    "Decimal": ([decimal.Decimal("0.1")], "[0]", "a value of type `Decimal`"),
    "Fraction": ([fractions.Fraction(1, 2)], "[0]", "a value of type `Fraction`"),
    "complex": ([1j], "[0]", "a value of type `complex`"),
    "numpy complex": (np.array([1j]), "[0]", "a value of type `complex`"),
    "numpy complex in a list": ([np.complex128(1)], "[0]", "a value of type `complex128`"),
    "numpy time in a list": ([np.datetime64("2026-01-01")], "[0]", "a value of type `datetime64`"),
    "numpy records": (np.zeros(2, "i4,f4"), "[0]", "an array"),
    "0-d array in a list": ([np.array(0.1)], "[0]", "an array of shape ()"),
    "NaT": ([pd.NaT], "[0]", "a value of type `NaTType`"),
    "nested": ([[0.1]], "[0]", "an array"),
    "nested object": ([{"a": 1}], "[0]", "an object"),
}


@pytest.mark.parametrize(("column", "where", "found"), NOT_NUMBERS.values(), ids=NOT_NUMBERS)
def test_elements_that_are_no_numbers(column: Any, where: str, found: str) -> None:
    assert refusal(column) == ("wrong-type", f"metrics.error_rate{where}: {ELEMENT}, found {found}")


NOT_COLUMNS = {
    "None": (None, "null"),
    "int": (5, "5"),
    "float": (0.5, "0.5"),
    "numpy float": (np.float64(0.5), "0.5"),
    "numpy int": (np.int64(5), "5"),
    "bool": (False, "the boolean false"),
    "str": ("abc", "the string `abc`"),
    "bytes": (b"abc", "a value of type `bytes`"),
    "bytearray": (bytearray(b"abc"), "a value of type `bytearray`"),
    "dict": ({"a": 0.1}, "an object"),
    "set": ({0.1}, "a value of type `set`"),
    "generator": ((value for value in VALUES), "a value of type `generator`"),
    "object": (object(), "a value of type `object`"),
    "0-d": (np.array(0.1), "an array of shape ()"),
    "2-d": (np.zeros((2, 3)), "an array of shape (2, 3)"),
    "3-d of integers": (np.zeros((1, 2, 3), "i4"), "an array of shape (1, 2, 3)"),
    "numpy times": (np.array(["2026-01-01"], "M8[ns]"), "an array of dtype `datetime64[ns]`"),
    "numpy durations": (np.array([5], "m8[ns]"), "an array of dtype `timedelta64[ns]`"),
    "pandas times": (
        pd.Series(pd.to_datetime(["2026-01-01"])).dt.as_unit("ns"),
        "an array of dtype `datetime64[ns]`",
    ),
    "pandas boolean": (pd.Series([True, None], dtype="boolean"), "an Arrow array of type Boolean"),
    "pandas DataFrame": (pd.DataFrame({"a": VALUES}), 'an Arrow array of type Struct("a": Float64)'),
    "polars bool": (pl.Series([True]), "an Arrow array of type Boolean"),
    "polars str": (pl.Series(["a"]), "an Arrow array of type Utf8View"),
    "polars Decimal": (pl.Series([decimal.Decimal("0.1")]), "an Arrow array of type Decimal128(38, 1)"),
    "polars DataFrame": (pl.DataFrame({"a": VALUES}), 'an Arrow array of type Struct("a": Float64)'),
    "pyarrow bool": (pa.array([True]), "an Arrow array of type Boolean"),
    "pyarrow str": (pa.array(["a"]), "an Arrow array of type Utf8"),
    "pyarrow lists": (pa.array([[0.1]]), "an Arrow array of type List(Float64)"),
    "pyarrow dictionary": (
        pa.array(["a"]).dictionary_encode(),
        "an Arrow array of type Dictionary(Int32, Utf8)",
    ),
}


@pytest.mark.parametrize(("column", "found"), NOT_COLUMNS.values(), ids=NOT_COLUMNS)
def test_columns_that_are_none(column: Any, found: str) -> None:
    assert refusal(column) == ("wrong-type", f"metrics.error_rate: {COLUMN}, found {found}")


NAN = [0.1, 0.1, 0.1, float("nan")]


@pytest.mark.parametrize(
    "column",
    [
        NAN,
        np.array(NAN),
        np.array(NAN, "f4"),
        pd.Series(NAN),
        pl.Series(NAN),
        pa.array(NAN),
        array.array("d", NAN),
    ],
    ids=["list", "numpy", "numpy f4", "pandas", "polars", "pyarrow", "array"],
)
def test_nan_is_not_a_missing_value(column: Any) -> None:
    assert refusal(column) == ("not-finite", f"metrics.error_rate[3]: {ELEMENT}, found NaN")


def test_infinities() -> None:
    assert refusal([float("inf")]) == ("not-finite", f"metrics.error_rate[0]: {ELEMENT}, found Infinity")
    column = np.array([0.1, -np.inf])
    assert refusal(column) == ("not-finite", f"metrics.error_rate[1]: {ELEMENT}, found -Infinity")


def test_integers_beyond_floats() -> None:
    expected = (
        "metrics.error_rate[0]: expected a number that a 64-bit float can hold, found an integer of 1329 bits"
    )
    assert refusal([10**400]) == ("number-out-of-range", expected)


@pytest.mark.parametrize(
    "column", [[], (), np.array([]), pl.Series([], dtype=pl.Float64), pa.array([], pa.float64())]
)
def test_no_windows(column: Any) -> None:
    expected = "metrics.error_rate: expected at least one window, found an empty array"
    assert refusal(column) == ("no-windows", expected)


@pytest.mark.parametrize(
    "column",
    [
        [0.0] * 1_051_201,
        np.zeros(1_051_201),
        np.zeros(1_051_201, ">f8"),
        pa.nulls(1_051_201, pa.float64()),
        pa.chunked_array([pa.nulls(1_000_000, pa.int8())] * 2),
        range(sys.maxsize),
    ],
    ids=["list", "numpy", "big-endian", "pyarrow", "pyarrow chunked", "range"],
)
def test_too_many_windows(column: Any) -> None:
    expected = "metrics.error_rate: expected at most 1051200 windows, found more"
    assert refusal(column) == ("input-too-large", expected)


@pytest.mark.parametrize("method", ["__arrow_c_array__", "__arrow_c_stream__"])
def test_foreign_exceptions_come_through(method: str) -> None:
    def broken(self: object, requested_schema: object = None) -> None:
        raise KeyboardInterrupt

    column = type("Broken", (), {method: broken})()
    with pytest.raises(KeyboardInterrupt):
        tsfm_gate.evaluate({"metrics": {"error_rate": column}}, "canary_5")


def test_an_export_that_was_consumed_before() -> None:
    class Once:
        def __init__(self, capsules: Any) -> None:
            self.capsules = capsules

        def __arrow_c_array__(self, requested_schema: object = None) -> Any:
            return self.capsules

    column = Once(pa.array(VALUES).__arrow_c_array__())
    assert digest(column) == digest(VALUES)
    with pytest.raises(ValueError, match=r"^the Arrow export was consumed before$"):
        digest(column)


def test_lists_that_change_while_they_are_read() -> None:
    values: list[Any] = [0.1] * 100

    class Greedy(collections.UserList[float]):
        def __len__(self) -> int:
            values.clear()
            return super().__len__()

    snapshot = {"metrics": {"a": Greedy([0.1]), "error_rate": values}}
    with pytest.raises(tsfm_gate.GateError, match=r"expected 1 values like `metrics.a`, found 0$"):
        tsfm_gate.evaluate(snapshot, "canary_5")


def test_objects_that_lead_nowhere() -> None:
    class Itself:
        dtype = np.dtype("f8")

        def to_numpy(self) -> Itself:
            return self

        def tolist(self) -> Itself:
            return self

        def __len__(self) -> int:
            return 1

    assert refusal(Itself()) == (
        "wrong-type",
        f"metrics.error_rate: {COLUMN}, found a value of type `Itself`",
    )


def test_arrow_exports_that_break_the_rules() -> None:
    capsules = pa.array(VALUES).__arrow_c_array__()

    def exporting(method: str, exported: object) -> object:
        return type("Odd", (), {method: lambda self, requested_schema=None: exported})()

    for column in (
        exporting("__arrow_c_array__", capsules[::-1]),
        exporting("__arrow_c_array__", (1, 2)),
        exporting("__arrow_c_array__", 5),
        exporting("__arrow_c_stream__", capsules[0]),
        exporting("__arrow_c_stream__", None),
    ):
        with pytest.raises((TypeError, ValueError)):
            digest(column)
