"""Every page a reader can meet, in a real browser: no fault for axe-core, no overflow, nobody else asked, no script.

With AVVISO_PICTURES=docs/images the pictures of the documents are taken anew.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.audience.subscriber import Subscriber
from pipeline.audience.tokens import Purpose
from pipeline.subscribe.preferences import Choice, Standing
from pipeline.web.assembly import open_pages, open_server
from tests.books import NOON
from tests.publications import Publication

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-core")

PICTURES = os.environ.get("AVVISO_PICTURES", "")
SHOWN = {("subscribe", "light"), ("preferences", "dark")}
TITLES = {"en": "Letters from the Press", "zh-Hans": "木版周刊"}
BODIES = {"en": "Ink dries slowly in November.\n\n## Paper\n\nAnd [paper](https://example.com/p) waits.",
          "zh-Hans": "十一月的墨干得慢。\n\n## 纸\n\n[纸](https://example.com/p)在等。"}
STATES = {"subscribe": "subscribe", "expired": "confirm/{old}", "invalid": "unsubscribe/x", "missing": "nowhere",
          "confirm": "confirm/{confirm}", "move": "confirm/{move}", "leave": "unsubscribe/{unsubscribe}",
          "preferences": "preferences/{preferences}", "view": "view/{view}", "index": "", "issue": "1/"}


@pytest.fixture(scope="module", params=["en", "zh-Hans"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A served publication with one reader who has an issue; the addresses of its pages, and its language."""
    language = request.param
    folder = tmp_path_factory.mktemp("pages") / "letters"
    letters = Publication(folder)
    letters.begin()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    home = f"http://127.0.0.1:{port}/"
    letters.configure({
        "publication": {"title": TITLES[language], "url": home, "language": language,
                        "postal_address": "1 Printers' Lane, Venice", "author": {"name": "Ada Brook"}},
        "web": {"url": home, "listen": f"127.0.0.1:{port}"},
        "lists": [{"id": "weekly", "name": "每周来信" if language != "en" else "The weekly letter"},
                  {"id": "extra", "name": "号外" if language != "en" else "Extra sheets"}]})
    server = open_server(letters.app)
    server.start()
    letters.add_readers("ada@example.com")
    letters.write("01-Ink.md", BODIES[language], front="tags: [paper]\n")
    letters.turn(hours=1)
    letters.deliver()
    ring, now = letters.app.ring, letters.clock.now()
    tokens = {purpose.value: ring.sign(purpose, 1, "1" if purpose is Purpose.VIEW else "weekly") for purpose in (
        Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.VIEW)}
    tokens |= {"confirm": ring.sign(Purpose.CONFIRM, 1, "weekly", issued=now),
               "move": ring.sign(Purpose.MOVE, 1, "0" * 32, issued=now),
               "old": ring.sign(Purpose.CONFIRM, 1, "weekly", issued=now - timedelta(days=3))}
    (folder / "embed.html").write_text(
        f"<!doctype html><html lang={language}><meta charset=utf-8><title>x</title><main><h1>x</h1>"
        + open_pages(letters.app).form(f"{home}subscribe") + "</main>", encoding="utf-8")
    yield {"language": language, "embed": (folder / "embed.html").as_uri(),
           **{name: home + path.format(**tokens) for name, path in STATES.items()}}
    server.stop()


def look(page: Any, name: str, faults: dict[str, object]) -> None:
    """What axe-core says of the page at hand, and how far it runs out of the window."""
    told = axe.Axe().run(page).response
    assert told["passes"]
    found = told["violations"]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if found or wide > 0:
        faults[name] = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] + [wide]


VIEWS = {"en": [(375, "dark"), (1280, "light")], "zh-Hans": [(1280, "light"), (375, "dark")]}


def test_no_public_page_has_a_fault(house: dict[str, str], browser: Any, trials: Callable[[int, int], int]) -> None:
    for width, scheme in VIEWS[house["language"]][:2 if PICTURES else trials(1, 2)]:
        faults, strangers = walk(house, browser, width, scheme)
        assert (faults, strangers) == ({}, [])


def walk(house: dict[str, str], browser: Any, width: int, scheme: str) -> tuple[dict[str, object], list[str]]:
    """What is wrong with which page in such a window, and who else was asked."""
    context = browser.new_context(viewport={"width": width, "height": 760}, color_scheme=scheme, bypass_csp=True)
    asked: list[str] = []
    faults: dict[str, object] = {}
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    home = house["index"]

    for name in (*STATES, "embed"):
        page.goto(house[name])
        look(page, name, faults)
        if PICTURES and (name, scheme) in SHOWN and house["language"] == "en":
            page.screenshot(path=f"{PICTURES}/{name}-{scheme}.png", full_page=True)
    page.goto(house["subscribe"])
    page.fill("[name=email]", "bo@example.org")
    page.click("button")
    look(page, "asked", faults)
    for action in ("save", "erase"):
        page.goto(house["preferences"])
        if action == "erase":
            page.evaluate("document.querySelector('[name=sure]').required = false")
        page.click(f"button[value={action}]")
        look(page, action, faults)
    page.goto(house["leave"])
    page.click("button")
    look(page, "left", faults)
    context.close()

    return faults, [url for url in asked if not url.startswith((home, "file:", "data:"))]


def test_long_words_in_names_make_no_page_wider_than_a_phone(tmp_path: Path, browser: Any) -> None:
    name = "Veranstaltungsbenachrichtigungen-Sonderausgabe"
    letters = Publication(tmp_path / "letters")
    letters.configure({"publication": {"title": name}, "lists": [{"id": "weekly", "name": name}]})
    pages, reader = open_pages(letters.app), Subscriber(1, "ada@example.com", "", "", {}, NOON)
    shown = [pages.subscribe(""), pages.preferences(Standing(reader, (Choice("weekly", name, chosen=True),)))]
    page = browser.new_context(viewport={"width": 320, "height": 760}).new_page()

    widths = []
    for one in shown:
        page.set_content(one.body.decode())
        widths.append(page.evaluate("document.documentElement.scrollWidth"))

    assert widths == [320, 320]


def test_pages_say_all_they_have_to_say_without_scripts(house: dict[str, str], browser: Any) -> None:
    said = {}
    for scripts in (True, False):
        page = browser.new_context(java_script_enabled=scripts).new_page()
        for name in STATES:
            page.goto(house[name])
            said[name, scripts] = page.inner_text("body")

    assert [name for name in STATES if said[name, True] != said[name, False]] == []
