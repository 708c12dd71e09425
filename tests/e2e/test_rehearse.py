"""A rehearsal from the command line: the true issue, invented readers, a killed sender, and nothing of ours touched."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


# Only Linux says there which processes another one has started; CI runs on it and skips nothing.
looks_into_proc = pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks for helpers in /proc")


@looks_into_proc
@pytest.mark.parametrize(("command", "sign"), [
    ("rehearse 1 --readers 60", "*/journal"), ("bench send --readers 1000 --rounds 9", "*/copy")])
def test_trial_that_is_told_to_end_leaves_no_helper_and_no_folder(tmp_path: Path, command: str, sign: str) -> None:
    with under_way(tmp_path, command, sign) as trial:
        trial.send_signal(signal.SIGTERM)
        said = trial.communicate(timeout=60)[1].splitlines()

    left = list((tmp_path / "tmp").iterdir())
    assert (trial.returncode, said[-1], left) == (130, "avviso: stopped", []), said


@looks_into_proc
def test_rehearsal_that_is_killed_takes_its_helpers_with_it(tmp_path: Path) -> None:
    with under_way(tmp_path, "rehearse 1 --readers 60", "*/journal") as trial:
        trial.kill()
        trial.communicate(timeout=60)


@contextmanager
def under_way(folder: Path, command: str, sign: str) -> Iterator[subprocess.Popen[str]]:
    """A trial whose mail server listens: then there is a `sign` of it. Its helpers have its stderr, which ends with the
    last of them; what is left of them is ended here."""
    made = Publication(folder / "letters")
    made.write("01-Paper.md", "Words about paper.", day="2026/01/05")
    (temporary := folder / "tmp").mkdir()
    trial = subprocess.Popen(made.command(*command.split()), cwd=made.folder, stderr=subprocess.PIPE, text=True,
                             env=made.environment({"TMPDIR": str(temporary)}))
    wait_until(lambda: any(path.stat().st_size for path in temporary.glob(sign)), trial)
    helpers = Path(f"/proc/{trial.pid}/task/{trial.pid}/children").read_text().split()
    try:
        yield trial
    finally:
        for pid in map(int, helpers):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
