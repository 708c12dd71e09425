"""A rehearsal from the command line: the true issue, invented readers, a killed sender, and nothing of ours touched."""

from __future__ import annotations

from pathlib import Path

from tests.street import Publication


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
