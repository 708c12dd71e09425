"""What `--json` gives has the shape that the reference tells programs."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import cli
from tests.street import Publication
from tools.reference import SHAPES

TOLD = {name: shape for names, shape in SHAPES.items() for name in names.split(", ")}
ASKED = [
    "init", "new Paper", "subscribers add ada@example.com bo@example.com", "subscribers import {folder}/fair.csv",
    "subscribers add --ask di@example.com",
    "subscribers list", "check --all", "plan", "approve 2", "publish", "build", "status", "explain 2",
    "resolve 2 --resend", "hold 3", "resume 3", "cancel 3", "adopt 3", "preview 2 --html {folder}/2.html",
    "send 2 --to editor@example.com", "adopt-feed {folder}/feeds/atom.xml", "subscribers show ada@example.com",
    "subscribers remove bo@example.com", "subscribers forget bo@example.com", "suppressions add cy@example.com",
    "suppressions list", "suppressions remove cy@example.com", "form", "subscribers export {folder}/readers.csv",
    "export {folder}/moving", "migrate", "rehearse 2 --readers 3", "demo {folder}/demo",
]
REFUSED = {"resolve 2 --resend"}  # nothing is in doubt here


Ask = Callable[[str], Any]


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    return Publication(tmp_path)


@pytest.fixture
def ask(letters: Publication, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ask:
    """One command with `--json`, in this process, and its document."""
    def run(words: str) -> Any:
        monkeypatch.setattr(sys, "argv", ["avviso", "--config", str(letters.folder / "config.yaml"), "--json",
                                          *words.format(folder=letters.folder).split()])
        with pytest.raises(SystemExit):
            cli.main()
        return json.loads(capsys.readouterr().out)

    return run


def shape_of(document: Any) -> str:
    """`[{a, b}]` for a list of such objects."""
    if isinstance(document, list):
        return f"[{shape_of(document[0])}]"
    return f"{{{', '.join(document)}}}"


def test_every_document_for_programs_is_as_the_reference_tells(letters: Publication, ask: Ask) -> None:
    letters.write("01-Ink.md", "The first is about ink, and how it dries on cold mornings.", day="2026/01/05")
    (letters.folder / "fair.csv").write_text("email\ncy@example.com\n", "utf-8")
    shapes = {}
    for words in ASKED:
        if words.startswith("new"):
            letters.write("02-Presses.md", "The second is about presses, and who built them.", day=datetime.now(UTC))
            letters.write("03-Mills.md", "The third is about mills and their rivers.", day="2099/01/05")
        shapes[words] = shape_of(ask(words))

    names = {words: next(name for name in sorted(TOLD, key=len, reverse=True) if f"{words} ".startswith(f"{name} "))
             for words in ASKED}
    assert shapes == {words: "{problems}" if words in REFUSED else TOLD[name] for words, name in names.items()}
    assert set(TOLD) - set(names.values()) == {"restore", "doctor"}  # an empty ledger; the network


@pytest.mark.parametrize("words", ["explain 99", "plan --nonsense", "nonsense"])
def test_what_is_refused_is_a_list_of_problems(ask: Ask, words: str) -> None:
    document = ask(words)

    assert shape_of(document) == "{problems}"
    assert shape_of(document["problems"]) == TOLD["check"]


def test_every_command_but_those_that_run_for_long_has_a_shape() -> None:
    page = (Path(__file__).parents[3] / "docs/reference/commands.md").read_text("utf-8")
    commands = set(re.findall(r"^## avviso (.+)$", page, re.MULTILINE))

    assert {name for name in commands if not name.startswith("bench ")} - set(TOLD) == {"run"}
