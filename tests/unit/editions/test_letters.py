"""Letters: one heading, one button, the publication's own language."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lxml import html

from pipeline.editions.edition import Hole
from pipeline.editions.holes import fill, split
from pipeline.editions.letters import Letter, render_letter
from tests.mail_samples import FRAME, TEMPLATES

FILLED = {hole: f"https://news.example.com/{hole.name.lower()}" for hole in Hole}


@pytest.mark.parametrize(("letter", "button", "address"), [
    (Letter.CONFIRM, "确认订阅", FILLED[Hole.ACTION]),
    (Letter.WELCOME, "阅读往期", "https://type.example.com/"),
])
def test_a_letter_has_one_heading_and_one_button(letter: Letter, button: str, address: str) -> None:
    made = render_letter(letter, FRAME, TEMPLATES)
    shown: Any = html.document_fromstring(fill(made.html, FILLED))

    assert [h.text_content() for h in shown.iter("h1")] == [made.subject]
    assert [(a.text, a.get("href")) for a in shown.xpath("//td[@class='button']/a")] == [(button, address)]
    assert f"{button}：\n<{address}>\n" in fill(made.text, FILLED)


@pytest.mark.parametrize(("letter", "holes"), [
    (Letter.CONFIRM, {Hole.ACTION}), (Letter.CHANGE, {Hole.ACTION}),
    (Letter.WELCOME, {Hole.UNSUBSCRIBE, Hole.PREFERENCES})])
def test_only_a_confirmation_asks_for_an_action_and_only_a_welcome_can_be_left(
    letter: Letter, holes: set[Hole],
) -> None:
    made = render_letter(letter, FRAME, TEMPLATES)

    assert {piece for piece in split(made.html) if isinstance(piece, Hole)} == holes
    assert {piece for piece in split(made.text) if isinstance(piece, Hole)} == holes


def test_a_confirmation_in_english_says_what_it_is_and_how_to_ignore_it() -> None:
    frame = replace(FRAME, title="Type & Paper", language="en", author="", postal_address="")

    assert fill(render_letter(Letter.CONFIRM, frame, TEMPLATES).text, FILLED) == (
        "Please confirm your subscription to Type & Paper\n"
        "================================================\n\n"
        "Would you like Type & Paper by mail? One click below, and the next issue\nis yours.\n\n"
        "Confirm subscription:\n<https://news.example.com/action>\n\n"
        "If you did not ask for this or do not want it, do nothing: you will not\nhear from us again.\n\n"
        + "-" * 74 + "\n"
        "You get this letter because this address was given to Type & Paper.\n\n"
        "Type & Paper\n")


def test_a_title_with_marks_of_ours_stays_a_title() -> None:
    made = render_letter(Letter.WELCOME, replace(FRAME, title="{x} AVVISO-HOLE-VIEW <b>"), TEMPLATES)

    assert made.subject == "欢迎订阅《{x} AVVISO-HOLE-VIEW <b>》"
    assert html.document_fromstring(fill(made.html, FILLED)).xpath("//h1/text()") == [made.subject]


@pytest.mark.parametrize(("language", "voice"), [("ar", "en"), ("he-IL", "en"), ("en-GB", "en-GB"), ("zh-TW", "zh-TW")])
def test_a_letter_is_in_the_language_of_its_words_and_runs_as_they_do(language: str, voice: str) -> None:
    made = render_letter(Letter.CONFIRM, replace(FRAME, language=language), TEMPLATES)
    shown: Any = html.document_fromstring(made.html)

    assert made.language == voice
    assert {(each.get("lang"), each.get("dir")) for each in shown.xpath("//*[@role='article'] | /html")} == {
        (voice, "ltr")}
