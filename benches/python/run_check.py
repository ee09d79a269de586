"""`tsfm-gate run check` beside numpy on a small run, and on a large one: time and memory over the size of the arrays.

    python benches/python/run_check.py [--cli target/release/tsfm-gate] [--gigabytes 1]

Every figure is a median; what is compared is measured in turn, and the answers are compared before anything is timed. Needs
numpy, and twice the gigabytes on the disk of the temporary folder.
"""

import argparse
import io
import json
import pickle
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy
from bench import PAIRS, PEAK

RUN = "run-good"
WARM = 1
FIXTURES = Path(__file__).parents[2] / "tests" / "fixtures" / "run_contract.tar.gz"
CHUNK_BYTES = 1 << 17  # what tsfm-gate reads at once


def write_run(folder: Path, windows: int, lookback: int, width: int, save: Callable = numpy.savez) -> Path:
    """A whole run with so many windows, as the preprocessing writes it."""
    processed = folder / "artifacts" / "processed" / RUN
    models = folder / "artifacts" / "models" / RUN
    processed.mkdir(parents=True)
    models.mkdir(parents=True)
    rng = numpy.random.default_rng(7)
    # Few distinct values, so that deflate has something to do; the same block over and over keeps this quick.
    block = rng.integers(0, 4096, (min(windows, 4096), lookback, width)).astype("f4") / 4096
    x = numpy.resize(block, (windows, lookback, width))
    names = numpy.array([f"feature_{i}" for i in range(width)])
    save(
        processed / "processed.npz",
        X=x,
        y=numpy.ones((windows, 1), "f4"),
        feature_names=names,
        target_indices=[0],
    )
    (processed / "meta.json").write_text(json.dumps({"run_id": RUN}))
    test = windows - int(windows * 0.2)
    train = test - int(test * 0.2)
    cuts = {"train": (0, train), "val": (train, test), "test": (test, windows)}
    index = {name: {"start": start, "end": end} for name, (start, end) in cuts.items()}
    outputs = {
        f"{array}_{name}": {"source": array, "slice": list(cut)}
        for array in ("X", "y", "time_index")
        for name, cut in cuts.items()
    }
    split = {
        "schema_version": "phase1.split_contract.v1",
        "run_id": RUN,
        "window_keys": {"X": "X", "y": "y", "time_index": "timestamps"},
        "canonical_outputs": outputs,
        "split_index": {"n_windows": windows, **index, "ratios": {"test_size": 0.2, "val_size": 0.2}},
    }
    (processed / "split_contract.json").write_text(json.dumps(split))
    (models / "preprocessor.pkl").write_bytes(pickle.dumps({"run_id": RUN, "schema_version": "phase1.v2"}))
    return processed / "processed.npz"


def check(cli: str, npz: Path, lookback: int, *flags: str) -> list[str]:
    numbers = ["--sequence-length", str(lookback), "--horizon", "1"]
    return [cli, "run", "check", "--run-id", RUN, "--processed-npz", str(npz), *numbers, *flags]


def wall(command: list[str], rounds: int) -> float:
    """Median seconds of a process."""
    times = []
    for _ in range(rounds + WARM):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, check=False)
        times.append(time.perf_counter() - start)
        assert done.returncode == 0, done.stderr.decode()
    return statistics.median(times[WARM:])


def peak(command: list[str]) -> float:
    """Peak resident megabytes of a process."""
    return int(subprocess.check_output([sys.executable, "-S", "-c", PEAK, *command])) / 1e6


def read_members(npz: Path) -> tuple[float, int]:
    """Seconds and bytes of reading every decompressed byte with Python's zipfile, whose loops are C."""
    total, start = 0, time.perf_counter()
    with zipfile.ZipFile(npz) as archive:
        for name in ("X.npy", "y.npy"):
            with archive.open(name) as member:
                while chunk := member.read(1 << 20):
                    total += len(chunk)
    return time.perf_counter() - start, total


def read_file(npz: Path) -> float:
    """Seconds of copying a file into one buffer, over and over: nobody can read stored arrays faster."""
    buffer = bytearray(CHUNK_BYTES)
    start = time.perf_counter()
    with npz.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    return time.perf_counter() - start


def good_fixture(folder: Path) -> Path:
    """The good run of the tests."""
    with tarfile.open(FIXTURES) as fixtures:
        good = [member for member in fixtures if member.name.startswith("run_contract/good/")]
        fixtures.extractall(folder, good, filter="data")
    return folder / "run_contract" / "good" / "artifacts" / "processed" / RUN / "processed.npz"


def same_answers(ours: list[str], theirs: list[str], npz: Path) -> None:
    """Both pass the run with the same facts; both refuse it with one NaN, and with a preprocessor of another run."""
    a, b = (json.loads(subprocess.check_output(command)) for command in (ours, theirs))
    shapes = {array["name"]: array["shape"] for array in a["arrays"]}
    assert a["data_checked"] and (shapes["X"], shapes["y"]) == (b["x"], b["y"]), (a, b)
    assert a["run_id"] == b["run_id"] and list(a["windows"].values()) == b["windows"], (a, b)

    def refused(path: Path, spoiled: bytes, exit_code: int) -> None:
        whole = path.read_bytes()
        path.write_bytes(spoiled)
        codes = [
            subprocess.run(command, capture_output=True, check=False).returncode for command in (ours, theirs)
        ]
        path.write_bytes(whole)
        assert codes == [exit_code, exit_code], (path, codes)

    with numpy.load(npz) as archive:
        arrays = {name: archive[name].copy() for name in ("X", "y", "feature_names", "target_indices")}
    arrays["X"][-1, -1, -1] = numpy.nan
    spoiled = io.BytesIO()
    numpy.savez(spoiled, **arrays)
    refused(npz, spoiled.getvalue(), 22)
    other = pickle.dumps({"run_id": "run-other", "schema_version": "phase1.v2"})
    refused(npz.parents[2] / "models" / RUN / "preprocessor.pkl", other, 27)


def process_beside_numpy(cli: str, folder: Path) -> None:
    npz = good_fixture(folder)
    ours = check(cli, npz, 8, "--format", "json")
    theirs = [sys.executable, str(Path(__file__).with_name("plain_run_check.py")), RUN, str(npz), "8", "1"]
    same_answers(ours, theirs, npz)
    pairs = json.loads(
        subprocess.check_output([sys.executable, "-S", "-c", PAIRS, json.dumps([ours, theirs])])
    )
    fast, slow = (statistics.median(side) for side in zip(*pairs, strict=True))
    print("| whole process, the good run of the tests | tsfm-gate | python3 + numpy | faster by | wanted |")
    print("| --- | --- | --- | --- | --- |")
    print(f"| `run check` | {fast * 1e3:.2f} ms | {slow * 1e3:.0f} ms | {slow / fast:.0f} x | 20 x |\n")


def headers_only(cli: str, npz: Path, lookback: int) -> None:
    command = check(cli, npz, lookback, "--headers-only")
    size = npz.stat().st_size / 1e6
    print(f"| {size:,.0f} MB | {wall(command, 15) * 1e3:.2f} ms | {peak(command):.0f} MB | 10 ms, 20 MB |")


def finite_values(cli: str, name: str, npz: Path, lookback: int, reading: Callable[[Path], float]) -> None:
    command = check(cli, npz, lookback)
    size = read_members(npz)[1] / 1e6
    rounds = [(wall(command, 1), reading(npz)) for _ in range(7)]
    ours, theirs = (statistics.median(side) for side in zip(*rounds, strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in rounds)
    speeds = " | ".join(f"{seconds:.3f} s ({size / seconds:,.0f} MB/s)" for seconds in (ours, theirs))
    print(f"| {name} | {size:,.0f} MB | {speeds} | {ratio:.2f} | 0.5 | {peak(command):.0f} MB |")


def refuses_the_last_value(cli: str, npz: Path, lookback: int) -> None:
    """What was timed has read everything: a change in the last value of X is seen, but not by who reads headers."""
    with zipfile.ZipFile(npz) as archive:
        last = archive.getinfo("y.npy").header_offset - 1
    with npz.open("r+b") as file:
        file.seek(last)
        byte = file.read(1)[0]
        file.seek(last)
        file.write(bytes([byte ^ 1]))
    codes = [
        subprocess.run(check(cli, npz, lookback, *flag), capture_output=True, check=False).returncode
        for flag in ((), ("--headers-only",))
    ]
    assert codes == [22, 0], codes


def growth(cli: str, folder: Path, gigabytes: float) -> None:
    lookback, width = 24, 64
    windows = int(gigabytes * 1e9 / (lookback * width * 4))
    large = write_run(folder / "large", windows, lookback, width)
    small = write_run(folder / "small", 400, lookback, width)
    packed = write_run(folder / "packed", windows // 4, lookback, width, numpy.savez_compressed)
    print("| `--headers-only`, file | time | peak memory | wanted |\n| --- | --- | --- | --- |")
    for npz in (small, large):
        headers_only(cli, npz, lookback)
    print("\n| every value | decompressed | tsfm-gate | reading alone | speed of reading | wanted | peak |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    through_zipfile = lambda npz: read_members(npz)[0]  # noqa: E731
    finite_values(cli, "stored, beside a bare copy", large, lookback, read_file)
    finite_values(cli, "stored, beside zipfile", large, lookback, through_zipfile)
    finite_values(cli, "deflated, beside zipfile", packed, lookback, through_zipfile)
    refuses_the_last_value(cli, large, lookback)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--cli", default="target/release/tsfm-gate")
    arguments.add_argument("--gigabytes", type=float, default=1.0)
    given = arguments.parse_args()
    cli = str(Path(given.cli).resolve())
    with tempfile.TemporaryDirectory() as folder:
        process_beside_numpy(cli, Path(folder) / "one")
        growth(cli, Path(folder), given.gigabytes)


if __name__ == "__main__":
    main()
