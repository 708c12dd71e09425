"""The folder while it is away; a mail in the light and in the dark, whatever the browser that looks at it prefers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pipeline.errors import OutputError
from pipeline.preview.server import PreviewThread, in_scheme
from tests.publications import Publication, words

MAIL = ('<html><head><meta name="color-scheme" content="light dark"><style>:root{color-scheme:light dark}'
        "@media (prefers-color-scheme: dark) {a{}}</style></head><body>prefers-color-scheme: dark</body></html>")


@pytest.mark.parametrize(("scheme", "condition"), [("dark", "min-width: 0px"), ("light", "max-width: 0px")])
def test_scheme_is_decided_in_the_head_and_the_text_stays(scheme: str, condition: str) -> None:
    assert in_scheme(MAIL, scheme) == (
        f'<html><head><meta name="color-scheme" content="{scheme}"><style>:root{{color-scheme:{scheme}}}'
        f'@media ({condition}) {{a{{}}}}</style><base target="_blank"></head>'
        "<body>prefers-color-scheme: dark</body></html>")


def test_folder_that_is_away_for_a_while_is_told_of_and_shown_again(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.write("01-first.md", words(1))
    preview = PreviewThread(letters.restart)

    def titles() -> list[str]:
        shown = asyncio.run(preview.ask(lambda one: one.overview()))
        return [one["path"] for one in shown["issues"]]

    assert titles() == ["01-first.md"]
    letters.issues.rename(tmp_path / "away")
    preview.refresh(anew=False)
    with pytest.raises(OutputError, match="the issues folder cannot be listed: No such file"):
        titles()
    (tmp_path / "away").rename(letters.issues)
    letters.write("02-second.md", words(2))
    preview.refresh(anew=False)

    assert titles() == ["02-second.md", "01-first.md"]
    preview.close()
