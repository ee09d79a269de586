"""The cutover, the hardening gate and the release gates: cases, good and bad input, no secret anywhere."""

from __future__ import annotations

import gzip
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from test_cases import CASES
from test_cases import check as expect

import tsfm_gate
from tsfm_gate import audit

Case = dict[str, Any]
NOON = datetime(2025, 11, 18, 10, 30, tzinfo=UTC)
RELEASE = "2026-11-21T12:00:00Z"
# Joined, so that no scan of this repository finds it.
SECRET = "FAKETEST5" + "DUMMYDEMO"
NAMES = (
    "Readyz Endpoint",
    "Evidence Integrity",
    "Key Rotation",
    "PII Circuit Breaker",
    "Canary Health",
    "Promotion Mode",
)


def cases(topic: str, *ops: str) -> list[Any]:
    read: list[Case] = json.loads((CASES / f"{topic}.json").read_text(encoding="utf-8"))
    found = [pytest.param(case, id=case["name"]) for case in read if case["op"] in ops]
    assert found, f"no case of {topic} asks {ops}"
    return found


def holds(expected: Case, found: Case) -> None:
    """As the reader in Rust: `says` are parts of the message, the other fields are as they are."""
    for part in expected.get("says", []):
        assert part in found["message"]
    for key in ("state", "message", "level", "go_no_go", "overall_state"):
        if key in expected:
            assert found.get(key, found.get("details", {}).get(key)) == expected[key]


def any_of(value: Any) -> Any:
    """What the types would not let through."""
    return value


def refused(ask: Callable[[], Any]) -> tsfm_gate.GateError:
    with pytest.raises(tsfm_gate.GateError) as caught:
        ask()
    return caught.value


@pytest.mark.parametrize("case", cases("cutover", "readyz"))
def test_readyz(case: Case) -> None:
    given = case["input"]
    facts: Any = {"at": NOON - timedelta(seconds=given["age_s"])}
    facts |= {"failed": given["failed"]} if "failed" in given else {"status": given["http"]}
    if "body" in given:
        facts["body"] = given["body"]
    found = tsfm_gate.check_readyz(facts, now=NOON)
    holds(case["expect"], dict(found))
    assert found["exit_code"] == {"healthy": 0, "degraded": 2, "unknown": 2, "unhealthy": 3}[found["state"]]
    if "body" in given:
        assert found == tsfm_gate.check_readyz(facts | {"body": given["body"].encode()}, now=NOON)
    # The card has the same check.
    card = tsfm_gate.readiness({"readyz": facts}, now=NOON)
    assert card["checks"][0]["message"] == found["message"]


@pytest.mark.parametrize("case", cases("cutover", "keys"))
def test_keys(case: Case) -> None:
    given = case["input"]
    found = tsfm_gate.check_keys(given["list"], now=given["now"])
    holds(case["expect"], dict(found))
    assert "c2VjcmV0" not in json.dumps(found)
    if given["list"] is not None and not given.get("text"):
        assert found == tsfm_gate.check_keys(json.dumps(given["list"]), now=given["now"])


@pytest.mark.parametrize("case", cases("cutover", "rotation_plan"))
def test_rotation(case: Case) -> None:
    given = case["input"]
    found = tsfm_gate.check_rotation(given["plan"], given.get("keys"), now=given["now"])
    holds(case["expect"], dict(found))
    assert found["report"]["next"] == found["details"]["next"]


@pytest.mark.parametrize("case", cases("cutover", "promotion"))
def test_promotion(case: Case) -> None:
    given = case["input"]
    keys = ("environment", "marker", "file")
    facts: Any = {key: given[key] for key in keys if given.get(key) is not None}
    holds(case["expect"], dict(tsfm_gate.check_promotion(facts, now=NOON)))


@pytest.mark.parametrize("case", cases("cutover", "snapshot"))
def test_canary(case: Case) -> None:
    given = case["input"]
    # Where the case needs no clock, just after its last window.
    now = given["now"] or NOON + timedelta(minutes=5)
    found = tsfm_gate.canary_health(given["snapshot"], given["stage"], now=now)
    holds(case["expect"], dict(found))
    # What the core decides about these windows is not the verdict of the stage.
    assert "decision" not in found["details"]
    assert found == tsfm_gate.canary_health(json.dumps(given["snapshot"]), given["stage"], now=now)


@pytest.mark.parametrize("case", cases("cutover", "card"))
def test_card(case: Case) -> None:
    given = case["input"]
    at = (NOON - timedelta(seconds=given.get("age_s", 0))).isoformat()
    message = given.get("message", "as the case has it")
    parts = ("readyz", "evidence", "keys", "breaker", "canary", "promotion")
    facts: Any = {
        part: {
            "check": {"name": given.get("named", name), "state": state, "message": message, "observed_at": at}
        }
        for part, name, state in zip(parts, NAMES, given["states"], strict=True)
        if state is not None
    }
    found = tsfm_gate.readiness(facts, max_age=60, now=NOON)
    holds(case["expect"], dict(found))
    assert len(found["checks"]) == 6
    assert found["exit_code"] == {"GO": 0, "PENDING": 2, "NO-GO": 3}[found["go_no_go"]]


def test_a_check_stands_for_itself_and_for_nothing_else(tmp_path: Path) -> None:
    facts = good_card(tmp_path)
    keys = tsfm_gate.check_keys(facts["keys"]["list"], now=NOON)
    for claimed in ({"check": keys}, {"check": keys, "failed": "timed out", "at": NOON}):
        card = tsfm_gate.readiness(facts | {"readyz": claimed}, now=NOON)
        assert [check["state"] for check in card["checks"]] == ["unhealthy"] + ["healthy"] * 5
        assert card["go_no_go"] == "NO-GO"
    readyz = tsfm_gate.check_readyz(facts["readyz"], now=NOON)
    beside = tsfm_gate.readiness(facts | {"readyz": facts["readyz"] | {"check": readyz}}, now=NOON)
    assert beside["checks"][0]["message"].startswith("status: expected one of check, ")


def good_card(tmp_path: Path) -> Any:
    file = {"judges": [1], "perf": {"p95_ms": 1}, "perf_judge": {"a": 1}, "canary": {"a": 1}}
    (tmp_path / "a.json").write_text(json.dumps(file), encoding="utf-8")
    index_of(tmp_path)
    starts = [(NOON - timedelta(minutes=5 * n)).isoformat() for n in range(6, 0, -1)]
    metrics = {"p95_latency_ms": [100] * 6} | {
        name: [0] * 6 for name in ("error_rate", "fallback_rate", "breaker_open_rate", "invalid_output_rate")
    }
    snapshot = {"window_starts": starts, "metrics": metrics, "samples": [1000] * 6}
    keys = [{"key_id": "k1", "state": "active", "secret": SECRET, "expires_at": NOON + timedelta(days=90)}]
    return {
        "readyz": {"status": 200, "body": {"status": "ready"}, "at": NOON},
        "evidence": {"folder": tmp_path},
        "keys": {"list": keys},
        "breaker": {"state": tsfm_gate.Guard(latch={}, metric={}).snapshot(), "at": NOON},
        "canary": {"snapshot": snapshot, "stage": "canary_5"},
        "promotion": {"environment": {}, "marker": "manual"},
    }


def index_of(folder: Path) -> None:
    """Writes the index as the documentation of the schema has it, by other means than ours."""
    import hashlib

    def digest(data: bytes) -> str:
        return hashlib.sha256(data).hexdigest()

    names = sorted(p.name for p in folder.iterdir() if p.name != "index.json")
    entries = []
    for sequence, name in enumerate(names, 1):
        data = (folder / name).read_bytes()
        entries.append({"name": name, "sequence": sequence, "sha256": digest(data), "size": len(data)})
    body = {
        "entries": entries,
        "generated_at": "2025-11-18T10:00:00Z",
        "previous": None,
        "schema_version": "tsfm_gate.evidence.v1",
        "sequence": 1,
        "tampered": False,
    }
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    (folder / "index.json").write_text(json.dumps(body | {"digest": digest(text.encode())}), encoding="utf-8")


def test_six_good_checks_are_a_go(tmp_path: Path) -> None:
    card = tsfm_gate.readiness(good_card(tmp_path), now=NOON)
    assert [check["state"] for check in card["checks"]] == ["healthy"] * 6, card
    assert (card["go_no_go"], card["exit_code"]) == ("GO", 0)
    assert SECRET not in json.dumps(card)


@pytest.mark.parametrize(
    ("part", "bad"),
    [
        ("readyz", {"failed": "timed out", "at": NOON}),
        ("readyz", {"stauts": 200, "at": NOON}),
        ("evidence", {"folder": "/nowhere/at/all"}),
        ("keys", {"list": SECRET}),
        ("keys", SECRET),
        ("breaker", {"state": None}),
        ("canary", {"snapshot": {}, "stage": "canary_5"}),
        ("promotion", {"environment": {"DECISIONOS_AUTOPROMOTE": "1"}, "marker": "manual"}),
    ],
)
def test_one_bad_check_is_a_no_go_and_the_others_are_reported(tmp_path: Path, part: str, bad: Any) -> None:
    facts = good_card(tmp_path)
    card = tsfm_gate.readiness(facts | {part: bad}, now=NOON)
    index = list(facts).index(part)
    states = ["healthy"] * 6
    states[index] = "unhealthy"
    assert [check["state"] for check in card["checks"]] == states
    assert (card["go_no_go"], card["exit_code"]) == ("NO-GO", 3)
    assert SECRET not in json.dumps(card)


def test_what_was_not_run_is_pending_and_what_nobody_knows_is_refused(tmp_path: Path) -> None:
    facts = good_card(tmp_path)
    del facts["keys"]
    assert tsfm_gate.readiness(facts, now=NOON)["go_no_go"] == "PENDING"
    error = refused(lambda: tsfm_gate.readiness(facts | {"key": {}}, now=NOON))
    assert (error.code, error.path) == ("unknown-field", "key")


def test_a_check_that_was_made_before_is_taken_as_it_is(tmp_path: Path) -> None:
    facts = good_card(tmp_path)
    keys = tsfm_gate.check_keys(facts["keys"]["list"], now=NOON)
    evidence = tsfm_gate.verify_evidence(tmp_path, now=NOON)
    made = facts | {"keys": {"check": keys}, "evidence": {"check": evidence}}
    assert tsfm_gate.readiness(made, now=NOON)["checks"] == tsfm_gate.readiness(facts, now=NOON)["checks"]


def test_a_folder_and_its_files_as_facts_are_judged_alike(tmp_path: Path) -> None:
    good_card(tmp_path)
    facts: Any = {
        "index": (tmp_path / "index.json").read_bytes(),
        "files": {"a.json": (tmp_path / "a.json").read_bytes()},
    }
    found = tsfm_gate.verify_evidence(tmp_path, now=NOON)
    assert found == tsfm_gate.verify_evidence(str(tmp_path), now=NOON)
    assert found == tsfm_gate.verify_evidence(facts, now=NOON)
    assert (found["state"], found["exit_code"]) == ("healthy", 0)
    for name, what in [("a.json", "digest-mismatch"), ("b.json", "unlisted")]:
        with_file: Any = facts | {"files": facts["files"] | {name: "{}"}}
        changed = tsfm_gate.verify_evidence(with_file, now=NOON)
        assert what in [fault["code"] for fault in changed["report"]["faults"]]
        assert changed["exit_code"] == 3
    (tmp_path / "link.json").symlink_to(tmp_path / "a.json")
    assert tsfm_gate.verify_evidence(tmp_path, now=NOON)["state"] == "unhealthy"
    assert refused(lambda: tsfm_gate.verify_evidence(tmp_path / "none", now=NOON)).code == "file-not-found"


def test_a_file_of_any_size_has_its_own_size_and_digest(tmp_path: Path) -> None:
    good_card(tmp_path)
    with (tmp_path / "large.bin").open("wb") as large:
        large.truncate((64 << 20) + 1)
    index_of(tmp_path)
    faults = tsfm_gate.verify_evidence(tmp_path, now=NOON)["report"]["faults"]
    # It is as the index says, and nobody looked at what is in it.
    assert [(fault["code"], fault["file"]) for fault in faults] == [("file-malformed", "large.bin")]


def test_keys_of_signatures_are_never_repeated(tmp_path: Path) -> None:
    good_card(tmp_path)
    key = {"key_id": "ops", "secret": SECRET, "state": "active"}
    unsigned = tsfm_gate.verify_evidence(tmp_path, keys=[key], now=NOON)
    assert [fault["code"] for fault in unsigned["report"]["faults"]] == ["unsigned"]
    for wrong in ({"state": SECRET}, {"secret": SECRET.encode()}, {"until": SECRET}, {"secret": 4242424242}):
        error = refused(partial(tsfm_gate.verify_evidence, tmp_path, keys=[key | wrong], now=NOON))
        assert SECRET not in str(error) and "4242424242" not in str(error)


# The index of the others is made by their reader in Rust.
GIVEN = [case for case in cases("evidence", "verify") if "index_text" in case.values[0]["input"]]


@pytest.mark.parametrize("case", GIVEN)
def test_evidence_as_given(case: Case) -> None:
    given = case["input"]
    files = {
        name: file if isinstance(file, str) else json.dumps(file) for name, file in given["files"].items()
    }
    found = tsfm_gate.verify_evidence({"index": given["index_text"], "files": files}, now=RELEASE)
    assert found["state"] == case["expect"].get("state", found["state"])
    assert found["exit_code"] != 0


@pytest.mark.parametrize("case", cases("evidence", "recovery"))
def test_recovery(case: Case) -> None:
    found = tsfm_gate.check_recovery(case["input"]["facts"], now="2026-11-21T10:05:00Z")
    expect(case["expect"], found["report"])
    assert found["state"] == found["report"]["state"]


def test_a_limit_that_is_not_given_is_the_default() -> None:
    facts: Any = {"source": {"a": "a" * 64, "b": "b" * 64}, "restored": {"a": "a" * 64}, "measured_at": NOON}
    for seconds, state in ((5, "healthy"), (6, "unhealthy")):
        found = tsfm_gate.check_recovery(facts | {"seconds": seconds}, limits={"rto_seconds": 5}, now=NOON)
        assert (found["state"], found["name"]) == (state, "DR Recovery")


@pytest.mark.parametrize("case", cases("hardening", "token"))
def test_tokens(case: Case) -> None:
    tokens = {f"T{index:02}": token for index, token in enumerate(case["given"]["tokens"])}
    found = tsfm_gate.check_tokens(tokens)
    assert [row["fault"] for row in found["tokens"]] == case["expect"]["faults"]
    assert found["exit_code"] == 3
    assert tsfm_gate.check_tokens({"API": "kq3-V7mz_Tt90wLr5aXe"})["exit_code"] == 0
    assert "touch f" not in str(found) and "kq3" not in str(found)


@pytest.mark.parametrize("tokens", [{}, [SECRET], SECRET, {"T": SECRET.encode()}, {"T": 4242424242}])
def test_tokens_that_are_none_are_refused_and_not_repeated(tokens: Any) -> None:
    error = refused(lambda: tsfm_gate.check_tokens(tokens))
    assert SECRET not in str(error) and "4242424242" not in str(error)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


@pytest.mark.parametrize("case", cases("hardening", "perf"))
def test_perf(case: Case) -> None:
    given = case["given"]

    def ask() -> Any:
        return dict(tsfm_gate.check_perf(given.get("output", ""), exit_code=given.get("exit_code")))

    if "error" in case["expect"]:
        assert str(refused(ask)) == case["expect"]["error"]
    else:
        expect(case["expect"], ask())
        assert ask()["exit_code"] == (0 if ask()["ok"] else 3)


# Where there is no answer, whoever asked knows why.
ANSWERED = [case for case in cases("hardening", "openapi") if "unreachable" not in case.values[0]["given"]]


@pytest.mark.parametrize("case", ANSWERED)
def test_openapi(case: Case) -> None:
    given = case["given"]
    found = tsfm_gate.check_openapi(given["body"], required=given.get("required"))
    assert found["status"] == case["expect"]["status"]
    assert found["exit_code"] == (0 if found["status"] == "PASS" else 3)
    shown = [f"{it['path']}: expected {it['expected']}, found {it['found']}" for it in found["failures"]]
    assert shown == case["expect"].get("failures", shown)


def test_the_review_is_the_block_to_append() -> None:
    step = {"step": 1, "name": "smoke", "status": "success", "exit_code": 0, "elapsed_s": 1.5}
    summary = {
        "run_started_at_utc": "2026-11-21T11:00:00Z",
        "run_finished_at_utc": "2026-11-21T11:01:30Z",
        "total_elapsed_s": 90.0,
        "overall_status": "success",
        "dry_run": False,
        "api_base": "http://127.0.0.1:8100",
        "steps": [step | {"command": "run smoke", "log_path": "logs/smoke.log"}],
    }
    openapi = tsfm_gate.check_openapi({"openapi": "3.1.0", "paths": {"/a": {"get": {}}}}, required=["/a"])
    perf = tsfm_gate.check_perf("requests=60\nelapsed_s=5\nlatency_p95_ms=20\n", exit_code=0)
    during = {"openapi_at": "2026-11-21T11:01:00Z", "perf_at": datetime(2026, 11, 21, 11, 1, tzinfo=UTC)}

    def review(**more: Any) -> tsfm_gate.ReviewReport:
        given: dict[str, Any] = {"summary": summary, "openapi": openapi, "perf": perf, "now": RELEASE}
        return tsfm_gate.hardening_review(**given | during | more)

    found = review()
    assert found["text"].startswith("### Hardening gate (2026-11-21)\n") and found["text"].endswith("\n")
    # Nobody looked at the security of it.
    assert paths(found) == ["security"] and found["exit_code"] == 3
    assert "exit_code" in openapi, "what was given is as it was"
    # A report of another run, or of a time that nobody knows, is none of this one.
    assert paths(review(openapi_at="2026-11-18T11:01:00Z")) == ["openapi", "security"]
    assert paths(review(perf_at=None)) == ["security", "perf"]
    # And a run of long ago says nothing about today.
    assert paths(review(max_age=60)) == ["run_finished_at_utc", "security"]
    with pytest.raises(tsfm_gate.GateError, match="perf_at: expected an RFC 3339 time"):
        review(perf_at="yesterday")


def paths(review: tsfm_gate.ReviewReport) -> list[str]:
    """What speaks against the gate."""
    return [problem["path"] for problem in review["problems"]]


def bytes_of(content: Any) -> bytes:
    return (
        "".join(content["utf16"]).encode("utf-16-be")
        if isinstance(content, dict)
        else "".join(content).encode()
    )


# A file without permission is one that the user root may read all the same.
READABLE = [
    case for case in cases("release", "secrets") if None not in case.values[0]["given"]["artifacts"].values()
]


@pytest.mark.parametrize("case", READABLE)
def test_secrets(case: Case, tmp_path: Path) -> None:
    given = case["given"]
    artifacts = {name: bytes_of(content) for name, content in given["artifacts"].items()}
    options = {"allowed": given.get("allowed"), "key": "cases", "now": RELEASE}
    found = tsfm_gate.scan_secrets(artifacts, manifest=given.get("manifest"), **options)

    def line(it: Any) -> str:
        name = f" {it['name']}" if it["name"] else ""
        return f"{it['artifact']}: {it['rule']}{name} {it['start']}..{it['end']}"

    wanted = case["expect"]
    assert found["verdict"] == wanted["verdict"]
    assert found["exit_code"] == {"pass": 0, "inconclusive": 2, "fail": 3}[found["verdict"]]
    for key in ("findings", "allowed"):
        shown: list[Any] = list(found["findings"] if key == "findings" else found["allowed"])
        assert [line(it) for it in shown] == wanted.get(key, [line(it) for it in shown])
    assert SECRET not in json.dumps(found)
    # The same from files, read in Rust.
    for name, content in artifacts.items():
        (tmp_path / name).write_bytes(content)
    files: Any = {name: tmp_path / name for name in artifacts}
    assert tsfm_gate.scan_secrets(files, manifest=given.get("manifest"), **options) == found


def test_a_folder_is_scanned_as_the_command_line_does(tmp_path: Path) -> None:
    line = "api" + f"_key={SECRET}\n"
    (tmp_path / "run" / "deep").mkdir(parents=True)
    for name in ("run/a.log", "run/deep/b.log"):
        (tmp_path / name).write_text(line, encoding="utf-8")
    (tmp_path / "run" / "again").symlink_to("deep/b.log")
    words = [sys.executable, "-m", "tsfm_gate", "release", "secrets", "run", "--format", "json"]
    said = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False)
    found: Any = tsfm_gate.scan_secrets({"run": tmp_path / "run"}, now=NOON)
    wanted = json.loads(said.stdout)
    for report in (found, wanted):
        for row in report["findings"]:
            del row["fingerprint"]
    assert found == wanted | {"exit_code": said.returncode}
    assert [row["artifact"] for row in found["findings"]] == ["run/a.log", "run/deep/b.log"]
    names = [row["artifact"] for row in tsfm_gate.scan_secrets(tmp_path / "run")["findings"]]
    assert names == [f"{tmp_path}/run/a.log", f"{tmp_path}/run/deep/b.log"]
    both: Any = {"one": tmp_path / "run", "two": tmp_path / "run"}
    assert tsfm_gate.scan_secrets(both, manifest=["one/a.log", "two/a.log"])["scanned"] == 4


def test_a_scan_of_nothing_is_no_pass(tmp_path: Path) -> None:
    assert tsfm_gate.scan_secrets(tmp_path)["verdict"] == "inconclusive"
    assert tsfm_gate.scan_secrets({})["exit_code"] == 2
    for nothing in (b"", {"a.log": b""}):
        assert tsfm_gate.scan_secrets(any_of(nothing))["verdict"] == "inconclusive"
    (tmp_path / "link").symlink_to("/etc/hostname")
    assert "whole scan" in tsfm_gate.scan_secrets(tmp_path)["problems"][0]["expected"]
    assert refused(lambda: tsfm_gate.scan_secrets(tmp_path / "none")).code == "file-not-found"
    error = refused(lambda: tsfm_gate.scan_secrets(42))  # type: ignore[arg-type]
    assert (error.code, error.path) == ("wrong-type", "data")
    line = "api" + f"_key={SECRET}"
    one, other = (tsfm_gate.scan_secrets(line.encode())["findings"][0]["fingerprint"] for _ in range(2))
    assert one != other, "a key of every run"


def test_a_text_is_a_path_and_what_lies_packed_is_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = ("api" + f"_key={SECRET}\n").encode()
    (tmp_path / "a.log").write_bytes(line)
    packed = gzip.compress(line)
    (tmp_path / "a.gz").write_bytes(packed)
    for data in ("a.log", {"a.log": "a.log"}, {"a.log": line}):
        assert [row["artifact"] for row in tsfm_gate.scan_secrets(any_of(data))["findings"]] == ["a.log"]
    for data in ("a.gz", {"a.gz": packed}):
        assert [row["artifact"] for row in tsfm_gate.scan_secrets(any_of(data))["findings"]] == ["a.gz!a"]
    for missing in ("", "b.log", "api" + f"_key={SECRET}", {"a.log": "b.log"}):
        error = refused(partial(tsfm_gate.scan_secrets, any_of(missing)))
        assert (error.code, error.path) == ("file-not-found", "data")


def test_a_large_file_is_scanned_piece_by_piece(tmp_path: Path) -> None:
    line = ("api" + f"_key={SECRET}\n").encode()
    piece = 8 * 1024 * 1024
    with (tmp_path / "large.log").open("wb") as file:
        for place in (0, piece - 5, piece + 32 * 1024 - 5, 2 * piece - 40_000):
            file.seek(place)
            file.write(line)
    found = tsfm_gate.scan_secrets(tmp_path / "large.log")
    starts = [it["start"] for it in found["findings"]]
    assert starts == [8, piece + 3, piece + 32 * 1024 + 3, 2 * piece - 40_000 + 8]
    assert found["bytes"] == 2 * piece - 40_000 + len(line)


def spelled(value: Any) -> Any:
    """Digests are one letter in the cases."""
    if isinstance(value, str):
        return value * 64 if len(value) == 1 and value in "0123456789abcdef" else value
    if isinstance(value, list):
        return [spelled(item) for item in value]
    return {key: spelled(item) for key, item in value.items()} if isinstance(value, dict) else value


def problems_of(report: Any, rows: str) -> list[str]:
    every = [problem for row in report[rows] for problem in row["problems"]] + report["problems"]
    return [f"{it['path']}: expected {it['expected']}, found {it['found']}" for it in every]


@pytest.mark.parametrize("case", cases("release", "matrix"))
def test_matrix(case: Case) -> None:
    given = spelled(case["given"])
    parts = (given["required"], given["candidate"], given["records"], given.get("waivers"))
    if "error" in case["expect"]:
        # Python has all records at once, so the path says which one it is.
        error = str(refused(lambda: tsfm_gate.check_matrix(*parts, now=RELEASE)))
        assert error.removeprefix("records[0].") == case["expect"]["error"]
        return
    found = tsfm_gate.check_matrix(*parts, now=RELEASE)
    assert found["verdict"] == case["expect"]["verdict"]
    shown = [line.replace("a" * 50, "") for line in problems_of(found, "gates")]
    assert shown == case["expect"].get("problems", shown)


@pytest.mark.parametrize("case", cases("release", "regression"))
def test_regression(case: Case) -> None:
    def side(name: str) -> Any:
        given = json.loads(json.dumps(case["given"][name]))
        for series in given["metrics"].values():
            if isinstance(series["samples"], dict):
                value, count = series["samples"]["repeat"]
                series["samples"] = [value] * count
        return given

    policy = case["given"].get("policy")

    def ask() -> Any:
        return tsfm_gate.regression(side("baseline"), side("candidate"), policy=policy)

    if "error" in case["expect"]:
        assert str(refused(ask)) == case["expect"]["error"]
        return
    found = ask()
    assert found["verdict"] == case["expect"]["verdict"]
    assert problems_of(found, "comparisons") == case["expect"]["problems"]


@pytest.mark.parametrize("case", cases("release", "env"))
def test_env(case: Case) -> None:
    given = case["given"]

    def ask() -> Any:
        return tsfm_gate.check_env(given["table"], given["stage"], given["variables"])

    if "error" in case["expect"]:
        assert str(refused(ask)) == case["expect"]["error"]
        return
    found = ask()
    assert [f"{it['name']}: {it['fault']}" for it in found["problems"]] == case["expect"]["problems"]
    assert found["exit_code"] == (0 if found["verdict"] == "pass" else 3)
    long = [value for value in given["variables"].values() if len(value) > 6]
    assert not any(value in json.dumps(found["problems"]) for value in long)


def test_variables_are_never_repeated() -> None:
    table = {"stages": ["dev"], "variables": {"A": {}}}
    error = refused(lambda: tsfm_gate.check_env(table, "dev", {"A": [SECRET]}))  # type: ignore[dict-item]
    assert (error.code, error.path) == ("wrong-type", "A")
    assert SECRET not in str(error)


def log_of(records: int) -> tuple[str, Any]:
    text, end = "", None
    for number in range(records):
        entry = {
            "at": NOON + timedelta(minutes=number),
            "actor": "kim",
            "action": "cutover readiness",
            "digests": {"policy": "a" * 64},
            "criteria": [{"name": "readyz", "met": True}],
            "result": "pass",
        }
        appended = audit.append(entry, end)
        text, end = text + appended["line"], appended["end"]
    return text, end


def test_a_log_shows_every_change(tmp_path: Path) -> None:
    text, end = log_of(4)
    file = tmp_path / "audit.jsonl"
    file.write_text(text, encoding="utf-8")
    good = audit.verify(text, anchor=end)
    assert (good["verified"], good["exit_code"], good["end"]) == (True, 0, end)
    assert good == audit.verify(text.encode(), anchor=end) == audit.verify(file, anchor=end)
    lines = text.splitlines(keepends=True)
    swapped = "".join([lines[1], lines[0], *lines[2:]])
    cut, edited = "".join(lines[:3]), text.replace("kim", "lee", 1)
    torn, long = text[:-1], text + "x" * (3 << 20) + "\n"
    for changed in (swapped, cut, edited, torn, long, "", lines[3]):
        file.write_text(changed, encoding="utf-8")
        found = audit.verify(file, anchor=end)
        assert found == audit.verify(changed, anchor=end)
        assert (found["verified"], found["exit_code"]) == (False, 3)


def test_what_cannot_be_recorded_is_refused(tmp_path: Path) -> None:
    entry = {
        "at": NOON,
        "actor": "kim",
        "action": "promote",
        "digests": {"policy": "a" * 64},
        "result": "pass",
    }
    unmet = entry | {"criteria": [{"name": "readyz", "met": False}]}
    assert refused(lambda: audit.append(unmet)).code == "contradiction"
    assert refused(lambda: audit.append(entry)).path == "criteria"
    assert refused(lambda: audit.verify(tmp_path / "none")).code == "file-not-found"
    assert refused(lambda: audit.verify(tmp_path)).code == "file-unreadable"


@pytest.mark.parametrize(
    ("ask", "code", "path"),
    [
        (lambda: tsfm_gate.check_readyz({"at": NOON}, now=NOON), "missing-field", "status"),
        (lambda: tsfm_gate.check_readyz(any_of({"status": 200}), now=NOON), "missing-field", "at"),
        (
            lambda: tsfm_gate.check_readyz({"status": 200, "failed": "no", "at": NOON}, now=NOON),
            "conflicting-fields",
            "failed",
        ),
        (lambda: tsfm_gate.check_readyz({"status": 70000, "at": NOON}), "number-out-of-range", "status"),
        (lambda: tsfm_gate.check_readyz({"status": 200, "at": NOON}, max_age=-1), "out-of-range", "max_age"),
        (lambda: tsfm_gate.check_keys([], warn_days=1, critical_days=2), "contradiction", "warn_days"),
        (lambda: tsfm_gate.check_keys([], warn_days=-1), "number-out-of-range", "warn_days"),
        (lambda: tsfm_gate.check_keys([], critical_days=2**40), "number-out-of-range", "critical_days"),
        (lambda: tsfm_gate.check_keys([], warn_days=any_of(True)), "wrong-type", "warn_days"),
        (lambda: tsfm_gate.check_perf(any_of(PurePosixPath("x")), exit_code=0), "wrong-type", ""),
        (lambda: tsfm_gate.readiness(any_of([])), "wrong-type", ""),
    ],
)
def test_what_cannot_be_used_raises(ask: Callable[[], Any], code: str, path: str) -> None:
    error = refused(ask)
    assert (error.code, error.path) == (code, path)


# One that only the environment knows, and one that a rule finds.
KNOWN = "c0rrect-horse-" + "battery"
BEARER = "Bearer " + "abcdefghijklmnop1234567890"


def test_no_secret_is_in_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_TOKEN", KNOWN)
    key = "api" + "_key"
    output = f"requests=60\nelapsed_s=5\nlatency_p95_ms=20\nby={KNOWN}\nsent={BEARER}\n{key}={SECRET}\n"
    perf = tsfm_gate.check_perf(output, exit_code=0)
    shown = {"by": "***", "sent": "Bearer ***", key: "***"}
    assert {name: perf["metrics"][name] for name in shown} == shown
    document: Any = {"openapi": "3.1.0", "info": {"title": KNOWN}, "paths": {"/a": {"get": {}}}}
    openapi = tsfm_gate.check_openapi(
        document, required=["/a"], url=f"https://kim:{SECRET}@host/openapi.json"
    )
    assert (openapi["title"], openapi["openapi_url"]) == ("***", "https://***@host/openapi.json")
    facts: Any = {"source": {KNOWN: "a" * 64}, "restored": {}, "seconds": 1.0, "measured_at": NOON}
    recovery = tsfm_gate.check_recovery(facts, now=NOON)
    assert (recovery["report"]["lost"], recovery["details"]["lost"]) == (["***"], ["***"])


def test_the_words_of_an_answer_are_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_TOKEN", "exit_code")
    monkeypatch.setenv("MORE_TOKEN", "unhealthy")
    found = tsfm_gate.check_readyz({"failed": "it is unhealthy", "at": NOON}, now=NOON)
    assert (found["state"], found["exit_code"]) == ("unhealthy", 3)
    assert "it is ***" in found["message"]


def test_no_secret_is_in_a_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_TOKEN", KNOWN)
    entry: Any = {
        "at": NOON,
        "actor": f"job of {KNOWN}",
        "action": "promote",
        "reason": BEARER,
        "digests": {"policy": "a" * 64},
        "criteria": [{"name": f"readyz of {KNOWN}", "met": True}],
        "result": "pass",
    }
    appended = audit.append(entry)
    assert KNOWN not in appended["line"] and BEARER not in appended["line"]
    assert "job of ***" in appended["line"]
    assert audit.verify(appended["line"], anchor=appended["end"])["verified"]


@pytest.mark.parametrize(
    ("ask", "path"),
    [
        (lambda: tsfm_gate.hardening_review(security=any_of([{SECRET: 1}])), "[0].***"),
        (lambda: tsfm_gate.hardening_review(security=any_of([{f"{SECRET}.b": 1}])), "[0]***"),
        (lambda: tsfm_gate.check_promotion(any_of({SECRET: "manual"})), "***"),
        (lambda: tsfm_gate.check_tokens(any_of({KNOWN: 1})), "***"),
        (lambda: tsfm_gate.check_perf(any_of({KNOWN: {1}}), exit_code=0), "***"),
    ],
)
def test_no_secret_is_the_place_of_an_error(
    monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Any], path: str
) -> None:
    monkeypatch.setenv("DEMO_TOKEN", KNOWN)
    error = refused(ask)
    assert error.path == path
    assert SECRET not in str(error) and KNOWN not in str(error)
