"""A rehearsal from the command line: the true issue, invented readers, a killed sender, and nothing of ours touched."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest

from tests.street import Publication, wait_until


def test_rehearsal_loses_nobody_and_leaves_no_trace(tmp_path: Path) -> None:
    made = Publication(tmp_path, {"transport": {"kind": "smtp", "host": "mail.example.com"}})
    made.write("01-Paper.md", "Words about paper.", day="2026/01/05")
    before = sorted(tmp_path.rglob("*"))

    answer = made.run("rehearse", "1", "--readers", "12", "--seed", "3", "--json")

    assert (answer.code, answer.json["faults"]) == (0, []), answer
    assert sum(row["readers"] for row in answer.json["rows"]) == answer.json["readers"] == 12
    refused = next(row for row in answer.json["rows"] if row["fate"] == "refused for ever")
    assert refused["never"] == refused["readers"]
    assert answer.json["kills"] == 1
    assert sorted(tmp_path.rglob("*")) == before
    assert made.run("rehearse", "2").code == 2


@pytest.mark.parametrize(("command", "what"), [
    ("rehearse 1 --readers 3", "the sender of the rehearsal failed: its last words stand above; nothing was mailed"),
    ("bench send --readers 100 --rounds 1 --dkim key.pem", "avviso ended with 1: see what it said above")])
def test_sender_that_cannot_work_says_so_in_one_line(tmp_path: Path, command: str, what: str) -> None:
    signing = {"domain": "example.com", "selector": "news", "key_file": "key.pem"}
    made = Publication(tmp_path, {"transport": {"kind": "folder", "dkim": signing}})
    made.write("01-Paper.md", "Words about paper.", day="2026/01/05")
    (tmp_path / "key.pem").write_text("no key\n")

    answer = made.run(*command.split())

    said = [line for line in answer.err.splitlines() if "own sink" not in line and not line.startswith("rehearsing: ")]
    why = "there is no private key in it that can be read: make one with `openssl genrsa 2048`"
    assert [line.removeprefix(f"{tmp_path}/") for line in said] == [f"key.pem: {why}", what]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for helpers in /proc")
@pytest.mark.parametrize(("command", "sign"), [
    ("rehearse 1 --readers 60", "*/journal"), ("bench send --readers 1000 --rounds 9", "*/copy")])
def test_trial_that_is_told_to_end_leaves_no_helper_and_no_folder(tmp_path: Path, command: str, sign: str) -> None:
    """Its helpers have our stderr: that ends with the last of them. `sign` is there once a mail server listens."""
    made = Publication(tmp_path / "letters")
    made.write("01-Paper.md", "Words about paper.", day="2026/01/05")
    (temporary := tmp_path / "tmp").mkdir()
    trial = subprocess.Popen(made.command(*command.split()), cwd=made.folder, stderr=subprocess.PIPE, text=True,
                             env=made.environment({"TMPDIR": str(temporary)}))
    wait_until(lambda: any(path.stat().st_size for path in temporary.glob(sign)), trial)
    helpers = helpers_of(trial)
    try:
        trial.send_signal(signal.SIGTERM)
        said = trial.communicate(timeout=60)[1].splitlines()
    finally:
        for pid in helpers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    assert (trial.returncode, said[-1], list(temporary.iterdir())) == (130, "avviso: stopped", []), said


def helpers_of(trial: subprocess.Popen[str]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{trial.pid}/task/{trial.pid}/children").read_text().split()]
