"""What `bench` is asked for: refused at once where it makes no sense, and never measured for nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline import cli


def bench(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["avviso", "bench", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(str(ended.value.code))


@pytest.mark.parametrize(("words", "said"), [
    ("simulate --machines 1 --dies-at 1", "--dies-at needs more than one machine: give --machines 2 or more"),
    ("simulate --rtt 0 --sender-us 0 --ledger-us 0",
     "nothing takes any time: give one of --rtt, --rate, --sender-us, --ledger-us and --server-us"),
    ("send --processes 3 --connections 2", "--processes 3 needs a connection for each: give --connections 3 or more"),
])
def test_what_makes_no_sense_is_refused_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, said: str,
) -> None:
    code = bench(monkeypatch, *words.split())

    assert (code, capsys.readouterr().err) == (
        2, f"avviso: {said}: `avviso bench {words.partition(' ')[0]} --help` shows how\n")


def test_plot_that_cannot_be_written_is_told_before_anything_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path,
) -> None:
    plot = tmp_path / "nowhere" / "plot.svg"

    code = bench(monkeypatch, "send", "--readers", "100", "--rounds", "1", "--rtt", "1", "--svg", str(plot))

    assert (code, capsys.readouterr().err) == (74, f"{plot}: No such file or directory: look at its path\n")
