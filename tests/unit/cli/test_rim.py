"""The outermost rim of the command line: what nothing else caught is one line too."""

from __future__ import annotations

import json
import sys

import pytest

from pipeline import cli

SAID = ("ZeroDivisionError: division by zero: this is a mistake in avviso: "
        "please report it with its traceback (-v, or the log)")


@pytest.fixture(autouse=True)
def _wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of code that is wrong, where every command comes past."""
    def fail(*_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("pipeline.config.load", fail)


def avviso(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["avviso", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(str(ended.value.code))


def test_mistake_of_ours_is_one_line_and_seventy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert avviso(monkeypatch, "status") == 70

    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{SAID}\n")


def test_mistake_of_ours_shows_its_traceback_to_who_asks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert avviso(monkeypatch, "subscribers", "list", "-v", "--json") == 70

    said = capsys.readouterr()
    assert json.loads(said.out)["problems"][0]["message"] == SAID
    assert "Traceback (most recent call last)" in said.err
