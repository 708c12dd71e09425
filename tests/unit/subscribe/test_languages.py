"""Letters speak the reader's language where there are words of it, else the publication's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.address import parse
from pipeline.audience.subscriber import Evidence
from pipeline.audience.tokens import Purpose
from pipeline.cli import avviso
from tests.readers import House, link

ADA = "ada@example.com"
ENGLISH = "Please confirm your subscription to Letters"
SIMPLIFIED, TRADITIONAL = "请确认订阅《Letters》", "請確認訂閱《Letters》"
JAPANESE = "『Letters』の購読をご確認ください"


def house_in(folder: Path, language: str) -> House:
    return House(folder, {"publication": {"title": "Letters", "url": "https://letters.example.com/",
                                          "language": language}})


@pytest.mark.parametrize(("publication", "reader", "subject"), [
    ("en", "", ENGLISH), ("en", "zh-Hans", SIMPLIFIED), ("en", "zh-Hant", TRADITIONAL), ("zh-Hans", "en", ENGLISH),
    ("zh-Hans", "", SIMPLIFIED), ("zh-Hans", "it", SIMPLIFIED), ("zh-Hans", "ja", JAPANESE),
    ("zh-Hans", "x\r\ny", SIMPLIFIED),
])
def test_confirmation_is_in_the_language_of_the_form(
    tmp_path: Path, publication: str, reader: str, subject: str
) -> None:
    house = house_in(tmp_path, publication)

    house.ask(ADA, language=reader)

    assert house.subjects() == [(ADA, subject)]


def test_answer_to_the_form_is_in_its_language_too(tmp_path: Path) -> None:
    house = house_in(tmp_path, "en")

    said = [house.client.post("/subscribe", data={"email": ADA, "language": tag}).text for tag in ("zh-Hans", "")]

    assert ["请查收邮件" in one for one in said] == [True, False]
    assert '<html lang="zh-Hans"' in said[0]


@pytest.mark.parametrize(("publication", "reader", "spoken"), [
    ("en", "zh-Hant", "zh-Hant"), ("zh-Hans", "en", "en"), ("zh-Hans", "", "zh-Hans"), ("zh-Hans", "it", "zh-Hans"),
    ("en", "ko", "ko")])
def test_pages_behind_a_link_speak_as_its_mail_did(
    tmp_path: Path, publication: str, reader: str, spoken: str,
) -> None:
    house = house_in(tmp_path, publication)
    house.app.roster.ask(parse(ADA), ["weekly"], Evidence("import"), house.clock.now(), language=reader)
    house.app.subscriptions.ask_waiting([parse(ADA)])
    begin = link(house.letters()[0], "confirm")

    said = [house.client.get(begin), house.client.post(begin)]
    leave, preferences = (link(house.letters()[1], page) for page in ("unsubscribe", "preferences"))
    said += [house.client.get(preferences), house.client.get(leave), house.client.post(leave)]

    assert [re.findall('<html lang="(.*?)"', page.text) for page in said] == [[spoken]] * 5


def test_page_is_there_in_the_language_of_the_publication_while_the_ledger_is_away(tmp_path: Path) -> None:
    house = house_in(tmp_path, "zh-Hans")
    id_ = house.add(ADA)
    house.app.roster.describe(id_, name="", language="en")
    leave = f"/unsubscribe/{house.app.ring.sign(Purpose.UNSUBSCRIBE, id_, 'weekly')}"
    house.app.database.close()
    (house.folder / "var/avviso.db").rename(house.folder / "var/away.db")
    (house.folder / "var/avviso.db").mkdir()

    assert "退订" in house.client.get(leave).text


def test_welcome_and_change_are_in_the_language_that_the_reader_chose(tmp_path: Path) -> None:
    house = house_in(tmp_path, "en")
    house.ask(ADA, language="zh-Hans")
    house.client.post(link(house.letters()[0], "confirm"))
    welcome = house.letters()[-1]

    preferences = link(welcome, "preferences")
    house.client.post(preferences, data={"action": "save", "list": ["weekly"], "language": "zh-Hant"})
    house.client.post(preferences, data={"action": "move", "email": "countess@example.org"})
    house.spool_worker.work()

    assert welcome["Subject"] == "欢迎订阅《Letters》"
    assert house.subjects()[-1] == ("countess@example.org", "請確認接收《Letters》的新地址")


def test_imported_reader_is_asked_in_the_language_of_the_file(tmp_path: Path) -> None:
    house = house_in(tmp_path, "en")
    house.app.roster.ask(parse(ADA), ["weekly"], Evidence("import"), house.clock.now(), language="zh-TW")

    assert house.app.subscriptions.ask_waiting([parse(ADA)]) == 1
    assert house.subjects() == [(ADA, TRADITIONAL)]


def test_form_in_a_language_says_so_when_it_is_sent(tmp_path: Path) -> None:
    house = house_in(tmp_path, "en")
    house.app.database.close()
    settings = ["--config", str(house.folder / "config.yaml")]

    form = CliRunner().invoke(avviso, [*settings, "form", "--language", "zh-Hans"])
    wrong = CliRunner().invoke(avviso, [*settings, "form", "--language", "it"])

    assert '<input type="hidden" name="language" value="zh-Hans">' in form.stdout
    assert 'lang="zh-Hans"' in form.stdout
    assert (wrong.exit_code, 'language "it" has no words here; use one of: en, zh-Hans, zh-Hant' in wrong.stderr) == (
        2, True)


def test_known_reader_keeps_the_language_they_chose(tmp_path: Path) -> None:
    house = house_in(tmp_path, "en")
    id_ = house.add(ADA, "weekly")
    token = house.app.ring.sign(Purpose.PREFERENCES, id_, "weekly")
    house.client.post(f"/preferences/{token}", data={"action": "save", "list": ["weekly"], "language": "zh-Hans"})

    house.ask(ADA, list="extra", language="en")

    assert house.subjects() == [(ADA, SIMPLIFIED)]
