"""The run contract: every fixture tree, the report, the errors, metrics, and a pickle that would run code."""

from __future__ import annotations

import copy
import json
import os
import pickle
import shutil
import tarfile
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from test_cases import check as expect

import tsfm_gate

TESTS = Path(__file__).resolve().parents[2] / "tests"
ARCHIVE = TESTS / "fixtures" / "run_contract.tar.gz"
# Trees whose answer is ours, with the reason.
DEPARTURES = TESTS / "fixtures_departures.json"
# The runbook's table.
CODES = {
    21: "FILE_NOT_FOUND",
    22: "ARTIFACT_CONTRACT_ERROR",
    23: "INPUT_SHAPE_ERROR",
    24: "RUNNER_EXEC_ERROR",
    26: "INSUFFICIENT_DATA_ERROR",
    27: "RUN_ID_MISMATCH",
}


def index() -> list[dict[str, Any]]:
    with tarfile.open(ARCHIVE) as archive:
        file = archive.extractfile("run_contract/index.json")
        assert file is not None
        cases: list[dict[str, Any]] = json.load(file)["cases"]
    return cases


@pytest.fixture(scope="session")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("trees")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder / "run_contract"


@pytest.fixture
def good(trees: Path, tmp_path: Path) -> Path:
    """A copy of the good run's artifacts, to be broken."""
    shutil.copytree(trees / "good" / "artifacts", tmp_path / "artifacts")
    return tmp_path / "artifacts"


def npz(artifacts: Path, run_id: str = "run-good") -> Path:
    return artifacts / "processed" / run_id / "processed.npz"


def check(artifacts: Path, run_id: str = "run-good", **options: Any) -> tsfm_gate.RunReport:
    return tsfm_gate.check_run(run_id, processed_npz=npz(artifacts), sequence_length=8, **options)


def refusal(ask: Callable[[], Any]) -> tsfm_gate.RunContractError:
    with pytest.raises(tsfm_gate.RunContractError) as caught:
        ask()
    return caught.value


def rewrite(path: Path, **fields: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | fields), encoding="utf-8")


# ---- fixture trees ----


def demanded(case: dict[str, Any]) -> int:
    """The exit code that the tree asks for, or ours where we know better."""
    departures = json.loads(DEPARTURES.read_text(encoding="utf-8"))
    ours = departures.get(case["case"], {"ours": case["must"]["exit_code"]})
    return int(ours["ours"])


@pytest.mark.parametrize("case", [pytest.param(case, id=case["case"]) for case in index()])
@pytest.mark.parametrize("headers_only", [False, True], ids=["", "headers"])
def test_fixture_trees(case: dict[str, Any], headers_only: bool, trees: Path) -> None:
    args = case["args"]
    root = trees / case["case"]

    def path(argument: str) -> Path | None:
        # Joined as text: a `..` has to stay.
        named = args.get(argument)
        return Path(f"{root}/{named}") if named else None

    dynamic = args.get("dynamic_covariates")
    try:
        report = tsfm_gate.check_run(
            args["run_id"],
            processed_npz=path("processed_npz"),
            preprocessor_pkl=path("preprocessor_pkl"),
            covariate_spec=path("covariate_spec"),
            dynamic=dynamic.split(",") if dynamic else (),
            sequence_length=args["sequence_length"],
            horizon=args["horizon"],
            headers_only=headers_only,
        )
        found = 0
        assert report["run_id"] == args["run_id"].strip()
        assert report["data_checked"] is not headers_only
    except tsfm_gate.RunContractError as error:
        found = error.exit_code
        assert error.code == CODES[found]
    # Damage to the data itself is not seen from the headers.
    if headers_only and case["case"] in ("corrupt_npz_crc", "corrupt_npz_deflate", "nan_windows"):
        assert found in (0, 22)
    else:
        assert found == demanded(case), case["why"]


# ---- shared cases ----


def cases() -> list[Any]:
    text = (TESTS / "cases" / "run_contract.json").read_text(encoding="utf-8")
    read = [case for case in json.loads(text) if case["input"].get("op", "check") in ("check", "metrics")]
    return [pytest.param(case, id=case["name"]) for case in read]


def write(path: Path, content: Any) -> None:
    """As the Rust tests do: text, JSON, a link, a folder, or null for a file to remove."""
    if content is None:
        path.unlink()
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    elif isinstance(content, dict) and "link" in content:
        path.symlink_to(content["link"])
    elif isinstance(content, dict) and "folder" in content:
        path.mkdir(parents=True, exist_ok=True)
    else:
        path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize("case", cases())
def test_cases(case: dict[str, Any], trees: Path, tmp_path: Path) -> None:
    given = case["input"]
    if os.name == "nt" and any(
        isinstance(it, dict) and "link" in it for it in given.get("files", {}).values()
    ):
        pytest.skip("links need a privilege")
    tree = given.get("tree", "good")
    root = tmp_path.resolve() / tree
    shutil.copytree(trees / tree, root, symlinks=True)
    for path, content in given.get("files", {}).items():
        write(root / path, content)
    args = next(it["args"] for it in index() if it["case"] == tree) | given.get("args", {})
    found = answer(lambda: ask(given.get("op", "check"), args, root))
    expect(case["expect"], json.loads(json.dumps(found, ensure_ascii=False).replace(f"{root}/", "")))


def ask(op: str, args: dict[str, Any], root: Path) -> Any:
    if op == "metrics":
        return tsfm_gate.check_metrics(args["report"], run_id=args.get("of_run"))

    def path(argument: str) -> str | None:
        named = args.get(argument)
        return None if named is None else f"{root}/{named}"

    def names(argument: str) -> list[str]:
        return str(args.get(argument) or "").split(",")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return tsfm_gate.check_run(
            args["run_id"],
            processed_npz=path("processed_npz"),
            preprocessor_pkl=path("preprocessor_pkl"),
            meta=path("meta"),
            covariate_spec=path("covariate_spec"),
            dynamic=names("dynamic_covariates"),
            static=names("static_covariates"),
            sequence_length=args.get("sequence_length", 24),
            horizon=args.get("horizon", 1),
            strict_run_id=args.get("strict_run_id", False),
            headers_only=args.get("headers_only", False),
        )


def answer(asked: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"exit_code": 0, "report": asked()}
    except tsfm_gate.RunContractError as error:
        return {"exit_code": error.exit_code, "code": error.code, "findings": error.findings}


# ---- the report ----


def test_the_report(good: Path) -> None:
    report = check(good)
    assert type(report) is dict and json.dumps(report)
    assert report["layout"] == {"state": "canonical", "run_id": "run-good"}
    assert [(source["source"], source["state"], source["run_id"]) for source in report["sources"]] == [
        ("argument", "agrees", "run-good"),
        ("path", "agrees", "run-good"),
        ("meta", "agrees", "run-good"),
        ("preprocessor", "agrees", "run-good"),
        ("split_contract", "agrees", "run-good"),
    ]
    assert report["arrays"] == [{"name": "X", "shape": [40, 8, 1]}, {"name": "y", "shape": [40, 1]}]
    assert report["windows"] == {"train": 25, "validation": 7, "test": 8}
    assert (report["mode"], report["features"], report["targets"]) == ("windowed", ["target"], [0])
    assert report["data_checked"] and report["spec"] is None
    assert set(report) == set(tsfm_gate.RunReport.__annotations__)
    assert set(report["sources"][0]) == set(tsfm_gate.RunSource.__annotations__)


def test_paths_are_strings_or_path_like(good: Path) -> None:
    class Somewhere:
        def __fspath__(self) -> str:
            return str(npz(good))

    expected = check(good)
    for path in (str(npz(good)), npz(good), Somewhere()):
        assert tsfm_gate.check_run("run-good", processed_npz=path, sequence_length=8) == expected
    with pytest.raises(TypeError):
        tsfm_gate.check_run("run-good", processed_npz=5)  # type: ignore[arg-type]


def test_an_unrecognised_layout_is_no_silent_pass(good: Path, tmp_path: Path) -> None:
    shutil.copy(npz(good), tmp_path / "data.npz")
    report = tsfm_gate.check_run("zzz", processed_npz=tmp_path / "data.npz", sequence_length=8)
    assert report["layout"] is not None and report["layout"]["state"] == "unrecognised"
    assert "no artifact states a run id: nothing confirms that they belong to this run" in report["notes"]


def test_a_covariate_spec(good: Path, tmp_path: Path) -> None:
    spec = {"schema_version": "covariate_spec.v1", "owner": "me", "static_covariates": []}
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(spec), encoding="utf-8")
    with pytest.warns(UserWarning, match="nobody reads: `owner`"):
        report = check(good, covariate_spec=path)
    assert report["spec"] is not None and report["spec"]["enabled"]
    assert report["spec"]["spec"]["schema_version"] == "covariate_spec.v1"
    assert refusal(lambda: check(good, covariate_spec=path, dynamic=["ghost"])).exit_code == 24


# ---- what is wrong ----


def test_each_source_made_wrong_in_turn(good: Path) -> None:
    meta = npz(good).with_name("meta.json")
    split = npz(good).with_name("split_contract.json")
    preprocessor = good / "models" / "run-good" / "preprocessor.pkl"
    for path, fault in [
        (meta, "meta-mismatch"),
        (split, "split-mismatch"),
        (preprocessor, "preprocessor-mismatch"),
    ]:
        before = path.read_bytes()
        if path.suffix == ".json":
            rewrite(path, run_id="run-b")
        else:
            path.write_bytes(pickle.dumps({"run_id": "run-b"}))
        error = refusal(lambda: check(good))
        assert (error.exit_code, error.code) == (27, "RUN_ID_MISMATCH")
        assert [finding["fault"] for finding in error.findings] == [fault]
        # Both ids and the file.
        for part in ("`run-good`", "`run-b`", str(path)):
            assert part in str(error)
        path.write_bytes(before)
    shutil.move(good / "processed" / "run-good", good / "processed" / "run-b")
    error = refusal(
        lambda: tsfm_gate.check_run("run-good", processed_npz=npz(good, "run-b"), sequence_length=8)
    )
    assert (error.exit_code, error.findings[0]["fault"]) == (27, "path-mismatch")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_a_linked_directory_is_seen_through(good: Path) -> None:
    (good / "processed" / "run-a").symlink_to(good / "processed" / "run-good")
    npz(good).with_name("meta.json").unlink()
    error = refusal(lambda: tsfm_gate.check_run("run-a", processed_npz=npz(good, "run-a"), sequence_length=8))
    assert error.exit_code == 27 and error.findings[0]["fault"] == "path-mismatch"
    error = refusal(lambda: tsfm_gate.run_id_from_path(npz(good, "run-a")))
    assert error.exit_code == 27 and "`run-a` with links followed" in str(error)


def test_a_pickle_is_never_executed(good: Path, tmp_path: Path) -> None:
    witness = tmp_path / "executed"

    class Payload:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return os.mkdir, (str(witness),)

    path = tmp_path / "preprocessor.pkl"
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        path.write_bytes(pickle.dumps({"run_id": "run-good", "scaler": Payload()}, protocol))
        error = refusal(lambda: check(good, preprocessor_pkl=path))
        assert (error.exit_code, error.findings[0]["fault"]) == (22, "preprocessor-invalid")
        assert not witness.exists()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_is_read(good: Path, tmp_path: Path, protocol: int) -> None:
    payload = {
        "schema_version": "phase1.v2",
        "run_id": "run-good",
        "target_indices": [0],
        "scaler": {"type": "standard", "mean": 1.5, "std": -2, "big": 1 << 80, "none": None, "yes": True},
        "config": {"covariate_cols": ("a", "온도"), "empty": [(), {}, ""]},
        "many": list(range(3000)),
    }
    path = tmp_path / "preprocessor.pkl"
    path.write_bytes(pickle.dumps(payload, protocol))
    states = {it["source"]: it["state"] for it in check(good, preprocessor_pkl=path)["sources"]}
    assert states["preprocessor"] == "agrees"


def test_numpy_writes_what_is_read(good: Path) -> None:
    rng = np.random.default_rng(0)
    arrays: dict[str, Any] = {
        "X": rng.normal(size=(40, 8, 1)).astype("f4"),
        "y": rng.normal(size=(40, 1)).astype("f4"),
        "timestamps": np.array(["2026-02-20", None], dtype=object),
        "feature_names": np.array(["target"]),
        "target_indices": np.array([0]),
    }
    for write in (np.savez, np.savez_compressed):
        write(npz(good), **arrays)
        assert check(good)["data_checked"]
    arrays["X"][3, 2, 0] = np.nan
    np.savez(npz(good), **arrays)
    error = refusal(lambda: check(good))
    assert (error.exit_code, error.findings[0]["fault"]) == (22, "not-finite-values")
    assert check(good, headers_only=True)["data_checked"] is False


def test_everything_wrong_is_said_at_once(good: Path) -> None:
    rewrite(npz(good).with_name("meta.json"), run_id="run-b")
    npz(good).with_name("split_contract.json").unlink()
    error = refusal(lambda: tsfm_gate.check_run("run-good", processed_npz=npz(good), sequence_length=9))
    assert [finding["fault"] for finding in error.findings] == [
        "meta-mismatch",
        "split-missing",
        "shape-mismatch",
    ]
    assert error.exit_code == 27 and str(error).endswith("(and 2 more)")


NUMBERS: list[Any] = [1]


def test_arguments() -> None:
    error = refusal(lambda: tsfm_gate.check_run("run-a"))
    assert (error.exit_code, error.code) == (24, "RUNNER_EXEC_ERROR")
    said = "processed_npz: expected an artifact or a covariate spec to check, found none"
    assert str(error) == said
    assert refusal(lambda: tsfm_gate.check_run("\ud800")).findings[0]["fault"] == "run-id-syntax"
    error = refusal(
        lambda: tsfm_gate.check_run("a", dynamic="temp", static=NUMBERS, sequence_length=-1, horizon=-2)
    )
    assert [finding["path"] for finding in error.findings] == [
        "dynamic",
        "static[0]",
        "sequence_length",
        "horizon",
    ]
    assert error.found == "the string `temp`"
    with pytest.raises(TypeError):
        tsfm_gate.check_run(5)  # type: ignore[arg-type]


def test_strict_run_ids(good: Path) -> None:
    assert refusal(lambda: check(good, strict_run_id=True)).findings[0]["fault"] == "run-id-syntax"


# ---- the error ----


def test_the_error_is_a_gate_error() -> None:
    error = refusal(lambda: tsfm_gate.check_run("..", processed_npz="nowhere/processed.npz"))
    assert isinstance(error, tsfm_gate.GateError) and isinstance(error, ValueError)
    first = error.findings[0]
    assert (error.path, error.expected, error.found) == (first["path"], first["expected"], first["found"])
    assert error.code == first["code"] == "RUNNER_EXEC_ERROR"
    assert [finding["fault"] for finding in error.findings] == ["run-id-syntax", "file-missing"]
    assert set(first) == set(tsfm_gate.ContractFinding.__annotations__)
    shown = f"{error.path}: expected {error.expected}, found {error.found} (and 1 more)"
    assert str(error) == shown
    assert error.payload() == {
        "ok": False,
        "exit_code": 24,
        "error": {"code": "RUNNER_EXEC_ERROR", "message": shown, "type": "RunContractError"},
        "findings": error.findings,
    }
    assert json.loads(json.dumps(error.payload())) == error.payload()


def test_the_error_travels() -> None:
    error = refusal(lambda: tsfm_gate.check_run("..", processed_npz="nowhere/processed.npz"))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))
        assert type(again) is tsfm_gate.RunContractError
        assert (str(again), again.payload(), vars(again)) == (str(error), error.payload(), vars(error))
    assert copy.deepcopy(error).payload() == error.payload()
    assert repr(error).startswith("RunContractError(")


# ---- paths ----


@pytest.mark.parametrize(
    ("path", "stated"),
    [
        ("artifacts/processed/run-a/processed.npz", "run-a"),
        (Path("artifacts/processed/run-a/processed.npz"), "run-a"),
        ("data/processed/proj/art/processed/run-a/processed.npz", "run-a"),
        ("processed/processed/run-a/processed.npz", "run-a"),
        ("processed/run-a/sub/processed.npz", None),
        ("artifacts/processed/processed.npz", None),
        ("processed/run-a/data.npz", None),
        ("", None),
    ],
)
def test_run_id_from_path(path: Any, stated: str | None) -> None:
    assert tsfm_gate.run_id_from_path(path) == stated


@pytest.mark.parametrize("path", ["processed/run-a/../run-b/processed.npz", "processed/-rf/processed.npz"])
def test_paths_that_must_not_be_used(path: str) -> None:
    error = refusal(lambda: tsfm_gate.run_id_from_path(path))
    assert (error.exit_code, error.path) == (27, path)
    assert error.expected == "`…/processed/{run_id}/processed.npz`"


# ---- metrics ----

REPORT: dict[str, Any] = {
    "run_id": "run-a",
    "metrics": {"mae": 1, "mse": 1.5, "rmse": 1.25, "mape": 20.0, "r2": 0.5, "mase": None},
}


def test_check_metrics() -> None:
    figures = {"run_id": "run-a", "mae": 1.0, "mse": 1.5, "rmse": 1.25, "mape": 20.0, "r2": 0.5}
    for report in (REPORT, json.dumps(REPORT), json.dumps(REPORT).encode()):
        assert tsfm_gate.check_metrics(report) == figures
        assert tsfm_gate.check_metrics(report, run_id=" run-a ") == figures
        error = refusal(lambda report=report: tsfm_gate.check_metrics(report, run_id="run-b"))  # type: ignore[misc]
        assert (error.exit_code, error.findings[0]["fault"]) == (27, "metrics-mismatch")
    assert refusal(lambda: tsfm_gate.check_metrics(REPORT, run_id="..")).exit_code == 24


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"rmse": float("inf")}, "metrics.rmse: expected a finite number of 0 or more, found Infinity"),
        ({"rmse": float("nan")}, "metrics.rmse: expected a finite number of 0 or more, found NaN"),
        ({"rmse": True}, "metrics.rmse: expected a finite number of 0 or more, found the boolean true"),
        ({"mae": None}, "metrics.mae: expected a finite number of 0 or more, found null"),
        ({"mse": np.float32(-1)}, "metrics.mse: expected a finite number of 0 or more, found -1.0"),
        ({"mse": {1}}, "metrics.mse: expected a value, found a value of type `set`"),
    ],
)
def test_figures_that_decide_nothing(figures: dict[str, Any], said: str) -> None:
    report = {**REPORT, "metrics": REPORT["metrics"] | figures}
    error = refusal(lambda: tsfm_gate.check_metrics(report))
    assert (error.exit_code, error.code, str(error)) == (22, "ARTIFACT_CONTRACT_ERROR", said)


def test_infinity_in_text_is_no_json() -> None:
    error = refusal(lambda: tsfm_gate.check_metrics('{"run_id": "a", "metrics": {"mase": Infinity}}'))
    assert (error.exit_code, error.findings[0]["fault"]) == (22, "metrics-invalid")
    assert "found Infinity at line 1" in str(error)


ROWS: dict[str, Callable[[Any], Any]] = {
    "lists": list,
    "tuples": lambda rows: tuple(map(tuple, rows)),
    "numpy": np.array,
    "numpy f4": lambda rows: np.array(rows, "f4"),
    "numpy Fortran": lambda rows: np.array(rows, order="F"),
    "numpy strided": lambda rows: np.repeat(np.array(rows), 2, axis=1)[:, ::2],
    "pandas": pd.DataFrame,
    "polars": lambda rows: pl.DataFrame(rows, orient="row"),
}


@pytest.mark.parametrize("form", ROWS.values(), ids=ROWS)
def test_metrics_of_rows(form: Callable[[Any], Any]) -> None:
    y, p = np.array([[1.0, 2.0], [3.0, 4.0], [6.0, 5.0]]), np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 5.5]])
    found = tsfm_gate.metrics(form(y.tolist()), form(p.tolist()))
    e = y - p
    expected = {
        "mae": np.abs(e).mean(),
        "mse": (e**2).mean(),
        "rmse": np.sqrt((e**2).mean()),
        "mape": 100 * np.abs(e / y).mean(),
        "mape_zero_safe": 100 * np.abs(e / y).mean(),
        "r2": 1 - (e**2).sum() / (((y - y.mean()) ** 2).sum() + 1e-8),
        "mase": np.abs(e).mean() / np.abs(np.diff(y[:, 0])).mean(),
    }
    assert found.pop("undefined") == []  # type: ignore[misc]
    assert found == pytest.approx(expected, rel=1e-12)
    assert list(found) == list(expected)


@pytest.mark.parametrize("form", [list, tuple, np.array, pd.Series, pl.Series, pd.Index])
def test_metrics_of_columns(form: Callable[[Any], Any]) -> None:
    found = tsfm_gate.metrics(form([1.0, 2.0, 4.0]), form([1.0, 2.0, 3.0]))
    assert found == tsfm_gate.metrics([[1.0], [2.0], [4.0]], [1, 2, 3])
    assert found["mase"] == pytest.approx(1 / 3 / 1.5)


def test_metrics_without_an_answer() -> None:
    found = tsfm_gate.metrics([0, 0], [1, 1])
    assert (found["mape"], found["r2"], found["mase"]) == (None, None, None)
    assert found["undefined"][0] == {"metric": "mape", "reason": "every target is 0"}


@pytest.mark.parametrize(
    ("y_true", "y_pred", "exit_code", "said"),
    [
        ([], [], 26, "y_true: expected at least one window, found none"),
        ([1.0, 2.0], [[1.0, 2.0]], 23, "y_pred: expected 1 steps for each window, as in `y_true`, found 2"),
        (
            [[1.0], [2.0, 3.0]],
            [],
            23,
            "y_true[1]: expected 1 steps for each window, as in the first row, found 2",
        ),
        ([1.0], [float("nan")], 22, "y_pred[0]: expected a finite number, found NaN"),
        ([1.0], ["1"], 24, "y_pred[0]: expected a number, found the string `1`"),
        ([[True]], [1], 24, "y_true[0][0]: expected a number, found the boolean true"),
        ([None], [1], 24, "y_true[0]: expected a number, found null"),
        (5, [1], 24, "y_true: expected an array, found 5"),
        (np.zeros((2, 2, 2)), [1], 24, "y_true: expected an array, found an array of shape (2, 2, 2)"),
    ],
)
def test_metrics_of_what_is_none(y_true: Any, y_pred: Any, exit_code: int, said: str) -> None:
    error = refusal(lambda: tsfm_gate.metrics(y_true, y_pred))
    assert (error.exit_code, str(error)) == (exit_code, said)


# ---- threads ----


def test_others_run_while_files_are_read(good: Path) -> None:
    # The interpreter is free as long as artifacts are read and judged.
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(100_000, 8, 1)), rng.normal(size=(100_000, 1))
    np.savez(npz(good), X=x, y=y, feature_names=np.array(["target"]), target_indices=np.array([0]))
    npz(good).with_name("split_contract.json").unlink()
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1

    thread = threading.Thread(target=count)
    thread.start()
    before = counted
    error = refusal(lambda: check(good))
    during = counted - before
    done.set()
    thread.join()
    assert error.findings[0]["fault"] == "split-missing"
    assert during > 1000


def test_threads_share_nothing(good: Path) -> None:
    expected = check(good)
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(check(good))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
