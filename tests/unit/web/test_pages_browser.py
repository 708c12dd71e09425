"""The readers' pages in a real Chromium: they fit, load nothing, and every field has a name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.audience.tokens import Purpose
from pipeline.web.server import Server
from pipeline.web.spool_thread import SpoolThread
from tests.readers import House


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses of one page of each kind."""
    house = House(tmp_path_factory.mktemp("house"))
    ring, id_ = house.app.ring, house.add("ada@example.com", name="Ada")
    server = Server(house.site, "127.0.0.1", 0, SpoolThread(house.spool_worker.work))
    server.start()
    home = f"http://127.0.0.1:{server.port}/"
    yield {
        "form": f"{home}subscribe", "invalid": f"{home}unsubscribe/x", "missing": f"{home}nowhere",
        "confirm": f"{home}confirm/{ring.sign(Purpose.CONFIRM, id_, 'weekly', issued=house.clock.now())}",
        "leave": f"{home}unsubscribe/{ring.sign(Purpose.UNSUBSCRIBE, id_, 'weekly')}",
        "preferences": f"{home}preferences/{ring.sign(Purpose.PREFERENCES, id_, 'weekly')}",
    }
    server.stop()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", ["form", "invalid", "missing", "confirm", "leave", "preferences"])
def test_page_fits_the_window_asks_nobody_else_and_names_its_fields(
    browser: Any, pages: dict[str, str], name: str, width: int,
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(pages[name])

    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") == 0
    assert [one for one in said if "404" not in one] == []
    assert {url for url in asked if not url.endswith("favicon.ico")} == {pages[name]}
    assert page.evaluate("[...document.querySelectorAll('input:not([type=hidden]), select')]"
                         ".filter(field => !field.labels.length).length") == 0
    assert page.evaluate("[document.documentElement.lang, document.querySelectorAll('h1').length, "
                         "document.querySelectorAll('main').length]") == ["en", 1, 1]


@pytest.mark.parametrize("name", ["form", "confirm", "preferences"])
def test_everything_to_press_is_as_high_as_a_thumb_is_wide(browser: Any, pages: dict[str, str], name: str) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 800})
    page.goto(pages[name])

    low = page.evaluate("[...document.querySelectorAll('a, button, select, label.tick, input:not([type=checkbox])')]"
                        ".filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 44)"
                        ".map(each => each.outerHTML)")

    assert low == []


@pytest.mark.parametrize(("name", "title"), [
    ("form", "Subscribe to Letters"), ("preferences", "Your subscription · Letters")])
def test_a_title_names_the_publication_once(browser: Any, pages: dict[str, str], name: str, title: str) -> None:
    page = browser.new_page()

    page.goto(pages[name])

    assert page.title() == title


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_and_buttons_can_be_read_by_day_and_by_night(
    browser: Any, pages: dict[str, str], scheme: str,
) -> None:
    """Contrast of WCAG 2.2 section 1.4.3, counted in the browser from the colours it paints."""
    page = browser.new_context(color_scheme=scheme).new_page()
    page.goto(pages["preferences"])

    faint = page.evaluate("""() => {
      const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
      const light = (rgb) => rgb.slice(0, 3).map((c) => c / 255)
        .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = (node) => {
        for (; node; node = node.parentElement) {
          const colour = numbers(getComputedStyle(node).backgroundColor);
          if (colour.length < 4 || colour[3]) return colour;
        }
      };
      const contrast = (node) => {
        const both = [light(numbers(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
        return (both[0] + 0.05) / (both[1] + 0.05);
      };
      return [...document.querySelectorAll("p, a, h1, h2, label, legend, small, button, input, select")]
        .filter((node) => contrast(node) < 4.5).map((node) => node.outerHTML);
    }""")

    assert faint == []
