"""`avviso form`, and asking by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import avviso
from tests.readers import House


def run(house: House, *words: str) -> Result:
    house.app.database.close()
    return CliRunner().invoke(avviso, ["--config", str(house.folder / "config.yaml"), *words])


def said(result: Result) -> Any:
    return json.loads(result.stdout)


def test_form_posts_to_us_from_anywhere(house: House) -> None:
    html = run(house, "form").stdout

    assert html.startswith("<style>")
    assert '<form class="avviso-form" method="post" action="https://mail.example.com/subscribe" lang="en">' in html
    assert [f'name="{name}"' in html for name in ("email", "name", "list", "website", "since")] == [
        True, True, True, True, False]


def test_bare_form_for_one_list_has_no_style_and_asks_for_no_list(house: House) -> None:
    html = said(run(house, "form", "--bare", "--list", "extra", "--json"))["html"]

    assert html.startswith("<form")
    assert ("<style" in html, "<select" in html, '<input type="hidden" name="list" value="extra">' in html) == (
        False, False, True)


def test_form_for_an_unknown_list_is_refused(house: House) -> None:
    result = run(house, "form", "--list", "nowhere")

    assert result.exit_code == 2
    assert 'list "nowhere" is not a public one of config.yaml; use one of: weekly, extra' in result.stderr


@pytest.mark.parametrize(("settings", "line"), [
    ({"transport": {"kind": "kit", "api_key": "x"}},
     "readers are kit's own: who subscribed here would get nothing: take the form that kit gives you\n"),
    ({"lists": [{"id": "team", "name": "Team", "public": False}]},
     ("no list is public, so there is nothing to choose: "
      "take `public: false` from the list that readers may choose\n")),
])
def test_form_that_would_lead_to_nothing_is_refused_and_not_served(
    tmp_path: Path, settings: dict[str, Any], line: str
) -> None:
    house = House(tmp_path, settings)

    assert house.client.get("/subscribe").status_code == 404
    assert house.client.post("/subscribe", data={"email": "ada@example.com"}).status_code == 405
    assert list(house.app.spool.submissions()) == []
    result = run(house, "form")
    assert (result.exit_code, result.stderr) == (2, f"{house.folder}/config.yaml: {line}")


def test_form_without_web_url_says_what_to_set(tmp_path: Path) -> None:
    house = House(tmp_path, {"web": {}})

    result = run(house, "form")

    assert (result.exit_code, result.stderr) == (
        2, (f"{house.folder}/config.yaml: there is no address that a form could post to: "
            "set web.url to where readers reach `avviso run`\n"))


def test_add_with_ask_sends_a_letter_and_confirms_nobody(house: House) -> None:
    house.add("known@example.com")

    first = run(house, "subscribers", "add", "ada@example.com", "known@example.com", "nobody", "--ask", "--json")
    again = run(house, "subscribers", "add", "ada@example.com", "--ask", "--json")

    counts = {name: said(first)[name] for name in ("asked", "not_asked", "invalid")}
    assert counts == {"asked": 1, "not_asked": 1, "invalid": 1}
    assert said(again) == {"asked": 0, "not_asked": 1, "invalid": 0, "problems": []}
    assert house.standing("ada@example.com") == {"weekly": "pending"}
    assert house.subjects() == [("ada@example.com", "Please confirm your subscription to Letters")]
