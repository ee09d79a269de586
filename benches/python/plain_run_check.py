"""The checks of `tsfm-gate run check` as a team would write them with numpy: same files, same faults, one exit status.

    python plain_run_check.py RUN_ID PROCESSED_NPZ [SEQUENCE_LENGTH [HORIZON]]

The preprocessor is unpickled as such scripts do, which runs whatever it holds; `tsfm-gate` does not.
"""

import json
import math
import pickle
import re
import sys
from pathlib import Path

import numpy

CODES = {21: "FILE_NOT_FOUND", 22: "ARTIFACT_CONTRACT_ERROR", 23: "INPUT_SHAPE_ERROR", 26: "INSUFFICIENT_DATA_ERROR"}
CODES |= {24: "RUNNER_EXEC_ERROR", 27: "RUN_ID_MISMATCH"}


class Broken(Exception):
    def __init__(self, exit_code: int, message: str) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def expect(condition: object, exit_code: int, message: str) -> None:
    if not condition:
        raise Broken(exit_code, message)


def check_ids(run_id: str, npz: Path) -> None:
    expect(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}", run_id), 24, f"run id {run_id!r}")
    expect(npz.name == "processed.npz" and npz.parts[-3] == "processed", 22, f"layout {npz}")
    expect(npz.parts[-2] == run_id == npz.resolve().parts[-2], 27, f"path {npz}")
    meta = npz.with_name("meta.json")
    if meta.exists():
        expect(json.loads(meta.read_text()).get("run_id", run_id) == run_id, 27, "meta.json")
    preprocessor = npz.parents[2] / "models" / run_id / "preprocessor.pkl"
    if preprocessor.exists():
        payload = pickle.loads(preprocessor.read_bytes())
        expect(isinstance(payload, dict) and payload.get("run_id") == run_id, 27, "preprocessor.pkl")


def check_arrays(run_id: str, npz: Path, lookback: int, horizon: int) -> dict:
    expect(npz.exists(), 21, f"no {npz}")
    with numpy.load(npz, allow_pickle=False) as archive:
        names = archive.files
        expect({"feature_names", "target_indices"} <= set(names), 22, "required keys")
        features, targets = archive["feature_names"].tolist(), archive["target_indices"].tolist()
        expect(features and all(0 <= target < len(features) for target in targets), 22, "features")
        x = archive["X" if "X" in names else "X_mv"]
        y = archive["y" if "y" in names else "y_mv"]
    split = json.loads(npz.with_name("split_contract.json").read_text())
    expect(split.get("schema_version") == "phase1.split_contract.v1", 22, "split contract schema")
    expect(split.get("run_id") == run_id, 27, "split contract run id")
    expect(split["split_index"]["n_windows"] == len(x), 22, "split contract windows")
    expect(x.ndim == 3 and y.ndim == 2 and x.shape[1] == lookback and y.shape[1] == horizon, 23, "shapes")
    expect(len(x) == len(y), 23, "batch")
    expect(numpy.isfinite(x).all() and numpy.isfinite(y).all(), 22, "finite values")
    test = math.floor(len(y) * 0.8)
    train = math.floor(test * 0.8)
    expect(0 < train < test < len(y), 26, "windows")
    return {"run_id": run_id, "x": x.shape, "y": y.shape, "windows": [train, test - train, len(y) - test]}


def main() -> int:
    run_id, npz = sys.argv[1].strip(), Path(sys.argv[2])
    lookback, horizon = (int(value) for value in (sys.argv[3:] + ["24", "1"][len(sys.argv) - 3 :])[:2])
    try:
        check_ids(run_id, npz)
        print(json.dumps(check_arrays(run_id, npz, lookback, horizon)))
    except Broken as error:
        payload = {"code": CODES[error.exit_code], "message": str(error), "type": "Broken"}
        print(json.dumps({"ok": False, "exit_code": error.exit_code, "error": payload}), file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
