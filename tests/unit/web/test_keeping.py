"""Leaving, preferences and the mail in the browser: what a link allows, and to whom."""

from __future__ import annotations

import json
import re
import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random

import anyio
import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from pipeline.address import parse
from pipeline.app import App
from pipeline.audience.subscriber import Evidence
from pipeline.audience.tokens import KeyRing, Purpose
from pipeline.cli import avviso
from pipeline.config import load
from pipeline.editions.edition import Edition, Hole
from pipeline.errors import DatabaseError, Unreachable
from pipeline.mailings.envelope import Envelope
from pipeline.mailings.mailing import MailingState
from pipeline.providers.event import Bounce, Event, Kind
from pipeline.subscribe.preferences import Preferences
from pipeline.subscribe.spool_worker import SpoolWorker
from pipeline.subscribe.subscriptions import Subscriptions
from pipeline.web.assembly import open_site
from pipeline.web.desk import PEOPLE_AT_ONCE, Desk
from pipeline.web.holder import AT_ONCE
from pipeline.web.spool_thread import SpoolThread
from tests.books import EXPIRE, add_issue, statements
from tests.readers import WEB, House

ADA = "ada@example.com"


def token(house: House, purpose: Purpose, id_: int, about: str = "weekly") -> str:
    return house.app.ring.sign(purpose, id_, about)


def dump(house: House) -> list[str]:
    """The whole ledger as SQL."""
    with house.app.database.read() as connection:
        return list(connection.connection.dbapi_connection.iterdump())  # type: ignore[union-attr]


def lose_the_ledger(house: House) -> App:
    """The same publication, whose ledger somebody moved to `lost.db`, beside traces of its runs."""
    house.app.database.close()
    (house.folder / "var/avviso.db").rename(house.folder / "lost.db")
    (house.folder / "var/workers").mkdir()
    return App(load(house.folder / "config.yaml", {}), house.clock)


def client_of(app: App) -> TestClient:
    """A reader's browser, where nobody sees to the spool."""
    return TestClient(open_site(app, SpoolThread(lambda: None)), base_url=WEB)


# ---- looking changes nothing -------------------------------------------------------------


def test_looking_at_every_link_a_hundred_times_changes_nothing(
    house: House, trials: Callable[[int, int], int],
) -> None:
    id_ = house.add(ADA)
    mail(house)
    house.ask("bo@example.com")
    pages = ["/subscribe", "/", "/feeds/atom.xml", "/health"]
    pages += [f"/{purpose}/{token(house, purpose, id_, about)}" for purpose, about in (
        (Purpose.UNSUBSCRIBE, "weekly"), (Purpose.PREFERENCES, "weekly"), (Purpose.VIEW, "1"))]
    pages.append("/confirm/" + house.app.ring.sign(Purpose.CONFIRM, 2, "weekly", issued=house.clock.now()))
    before = dump(house)

    for _ in range(trials(3, 100)):
        for page in pages:
            for method in ("GET", "HEAD", "OPTIONS"):
                house.client.request(method, page, headers={"purpose": "prefetch"})

    assert dump(house) == before
    assert list(house.app.spool.submissions()) == []


# ---- leaving ------------------------------------------------------------------------


@pytest.mark.parametrize("content", [
    {"data": {"List-Unsubscribe": "One-Click"}},
    {"files": {"List-Unsubscribe": (None, "One-Click")}},
    {"content": b"anything at all"},
    {},
])
def test_one_click_leaves_with_any_body_no_cookie_and_no_redirect(house: House, content: dict[str, object]) -> None:
    path = f"/unsubscribe/{token(house, Purpose.UNSUBSCRIBE, house.add(ADA))}"

    answers = [house.client.post(path, **content) for _ in range(2)]  # type: ignore[arg-type]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.headers.get("set-cookie") for answer in answers] == [None, None]
    assert house.standing(ADA) == {"weekly": "left"}


def test_one_click_after_an_erasure_is_200(house: House) -> None:
    path = f"/unsubscribe/{token(house, Purpose.UNSUBSCRIBE, house.add(ADA))}"
    house.app.subscriptions.forget(parse(ADA))

    assert house.client.post(path).status_code == 200


def test_unsubscribe_link_works_years_later_and_after_the_key_was_rotated(house: House) -> None:
    old = KeyRing((b"an older secret!", )).sign(Purpose.UNSUBSCRIBE, house.add(ADA), "weekly")
    rotated = House(house.folder / "later", {"web": {
        "url": WEB, "secret": ["a newer secret!!", "an older secret!"]}})
    rotated.add(ADA)
    rotated.clock.turn(timedelta(days=900))

    assert rotated.client.post(f"/unsubscribe/{old}").status_code == 200
    assert rotated.standing(ADA) == {"weekly": "left"}


def test_one_click_is_taken_while_the_database_is_away_and_done_when_it_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = f"/unsubscribe/{token(house, Purpose.UNSUBSCRIBE, house.add(ADA))}"

    def away(*_: object) -> None:
        raise Unreachable("the database does not answer")

    with monkeypatch.context() as outage:
        outage.setattr(type(house.app.roster), "leave", away)
        answer = house.client.post(path)
        with pytest.raises(Unreachable):
            house.spool_worker.work()
    (submission,) = house.app.spool.submissions()
    mode = submission.path.stat().st_mode & 0o777
    done = house.spool_worker.work()

    assert (answer.status_code, mode, done, submission.goes_first) == (200, 0o600, 1, True)
    assert house.standing(ADA) == {"weekly": "left"}
    assert list(house.app.spool.submissions()) == []


def test_who_leaves_while_the_ledger_is_lost_has_left_when_it_is_found(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = f"/unsubscribe/{token(house, Purpose.UNSUBSCRIBE, house.add(ADA))}"
    new = lose_the_ledger(house)

    said = client_of(new).post(path)
    with pytest.raises(Unreachable):
        SpoolWorker(new.spool, new.subscriptions).work()
    new.database.close()
    (tmp_path / "lost.db").replace(tmp_path / "var/avviso.db")
    house.spool_worker.work()

    assert said.status_code == 200
    assert house.standing(ADA) == {"weekly": "left"}


@pytest.mark.parametrize(("method", "purpose"), [
    ("get", Purpose.PREFERENCES), ("post", Purpose.PREFERENCES), ("get", Purpose.VIEW), ("post", Purpose.CONFIRM)])
def test_who_asks_a_ledger_that_hangs_is_told_to_come_again(
    house: House, monkeypatch: pytest.MonkeyPatch, method: str, purpose: Purpose,
) -> None:
    issued = house.clock.now() if purpose is Purpose.CONFIRM else None
    path = f"/{purpose}/{house.app.ring.sign(purpose, house.add(ADA), 'weekly', issued=issued)}"
    found = threading.Event()

    def hanging(*_: object) -> None:
        assert found.wait(50)

    monkeypatch.setattr("pipeline.web.assembly.Desk", partial(Desk, patience_s=0.1))
    for asks, question in ((Preferences, "standing"), (Preferences, "export"), (Subscriptions, "view"),
                           (Subscriptions, "confirm")):
        monkeypatch.setattr(asks, question, hanging)
    said = client_of(house.app).request(method, path, data={"action": "export"})
    found.set()

    assert (said.status_code, "try again in a few minutes" in said.text) == (503, True)


def test_threads_that_hang_on_a_ledger_stay_as_few_however_many_come_again() -> None:
    desk, found, hanging = Desk(patience_s=0.1), threading.Event(), list[int]()

    def hang() -> None:
        hanging.append(1)
        assert found.wait(50)

    async def ask() -> None:
        with pytest.raises(DatabaseError):
            await desk.ask(hang)

    async def come_again() -> str:
        for _ in range(3):
            async with anyio.create_task_group() as group:
                for _ in range(PEOPLE_AT_ONCE):
                    group.start_soon(ask)
        found.set()
        while True:
            with suppress(DatabaseError):  # until those that hung are through
                return await desk.ask(str, "it answers")

    assert anyio.run(come_again) == "it answers"
    assert 0 < len(hanging) <= PEOPLE_AT_ONCE  # who was told to come again before a thread began hangs nowhere


def test_who_leaves_a_ledger_that_hangs_leaves_no_more_threads_behind_than_have_a_place(
    house: House, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.web.keeping.PATIENCE_S", 0.05)
    path = f"/unsubscribe/{token(house, Purpose.UNSUBSCRIBE, house.add(ADA))}"
    hanging = watch(monkeypatch, "leave")

    browser, other = client_of(house.app), sqlite3.connect(house.folder / "var/avviso.db")
    other.execute("BEGIN IMMEDIATE")
    said = [browser.post(path).status_code for _ in range(AT_ONCE + 4)]
    hung = len(hanging)
    other.close()
    house.spool_worker.work()

    assert (said, hung) == ([200] * (AT_ONCE + 4), AT_ONCE)
    assert house.standing(ADA) == {"weekly": "left"}


def test_page_that_asks_a_ledger_that_hangs_for_its_language_leaves_no_more_threads_behind_than_have_a_place(
    house: House, monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.web.holder.PATIENCE_S", 0.05)
    path = f"/unsubscribe/{token(house, Purpose.UNSUBSCRIBE, house.add(ADA))}"
    found = threading.Event()
    hanging = watch(monkeypatch, "language", found)

    browser = client_of(house.app)
    said = [browser.get(path).status_code for _ in range(AT_ONCE + 4)]
    found.set()

    assert (said, len(hanging)) == ([200] * (AT_ONCE + 4), AT_ONCE)


def watch(monkeypatch: pytest.MonkeyPatch, question: str, until: threading.Event | None = None) -> list[int]:
    """Grows by one whenever this is asked of the subscriptions, which answer `until` then."""
    asked, ask = list[int](), getattr(Subscriptions, question)

    def counted(*about: object) -> object:
        asked.append(1)
        assert until is None or until.wait(50)
        return ask(*about)

    monkeypatch.setattr(Subscriptions, question, counted)
    return asked


# ---- tokens ------------------------------------------------------------------------------


def test_no_altered_token_is_accepted_and_all_get_the_same_answer(
    house: House, trials: Callable[[int, int], int],
) -> None:
    id_ = house.add(ADA)
    good = token(house, Purpose.UNSUBSCRIBE, id_)
    chance = Random(14)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    def altered() -> str:
        place = chance.randrange(len(good))
        return good[:place] + chance.choice(alphabet.replace(good[place], "")) + good[place + 1:]

    wrong = [altered() for _ in range(trials(100, 2_000))]
    wrong += [good[:-1], good + "A", token(house, Purpose.PREFERENCES, id_), "x",
              KeyRing((b"somebody's else!",)).sign(Purpose.UNSUBSCRIBE, id_, "weekly")]

    answers = [house.client.post(f"/unsubscribe/{one}") for one in wrong]

    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}
    assert house.standing(ADA) == {"weekly": "confirmed"}


# ---- preferences ------------------------------------------------------------------------------


def test_link_of_a_lost_ledger_is_nobody_elses_in_the_next(tmp_path: Path) -> None:
    house = House(tmp_path)
    path = f"/preferences/{token(house, Purpose.PREFERENCES, house.add(ADA))}"
    new = lose_the_ledger(house)
    new.roster.add(parse("bo@example.com"), ["weekly"], Evidence("test"), house.clock.now())

    assert client_of(new).get(path).status_code == 404


def test_preferences_change_name_language_and_lists(house: House) -> None:
    id_ = house.add(ADA, name="Ada")
    path = f"/preferences/{token(house, Purpose.PREFERENCES, id_)}"

    shown = house.client.get(path).text
    saved = house.client.post(path, data={
        "action": "save", "name": " Ada  Lovelace ", "language": "zh-Hans", "list": ["extra"]})

    assert ('value="Ada"' in shown, "a…\u2060@example.com" in shown, ADA in shown) == (True, True, False)
    assert (saved.status_code, "已保存" in saved.text) == (200, True)
    assert house.standing(ADA) == {"extra": "confirmed", "weekly": "left"}
    person = house.app.roster.get(id_)
    assert person
    assert (person.name, person.language) == ("Ada Lovelace", "zh-Hans")


def test_preferences_bring_back_a_list_that_was_left(house: House) -> None:
    id_ = house.add(ADA)
    path = f"/preferences/{token(house, Purpose.PREFERENCES, id_)}"
    house.client.post(path, data={"action": "save"})
    left = house.standing(ADA)

    house.client.post(path, data={"action": "save", "list": "weekly"})

    assert (left, house.standing(ADA)) == ({"weekly": "left"}, {"weekly": "confirmed"})


def test_old_preferences_page_changes_only_what_was_touched_on_it(house: House) -> None:
    id_ = house.add(ADA, "weekly")
    path = f"/preferences/{token(house, Purpose.PREFERENCES, id_)}"
    page = house.client.get(path).text
    shown = re.findall('name="shown" value="(.*?)"', page)
    house.client.post(f"/unsubscribe/{token(house, Purpose.UNSUBSCRIBE, id_)}")
    house.add(ADA, "extra")

    house.client.post(path, data={"action": "save", "name": "Ada", "list": ["weekly"], "shown": shown})
    untouched = house.standing(ADA)
    house.client.post(path, data={"action": "save", "name": "Ada", "list": ["weekly"], "shown": ["", "extra"]})

    assert shown == ["", "weekly"]
    assert untouched == {"weekly": "left", "extra": "confirmed"}
    assert house.standing(ADA) == {"weekly": "confirmed", "extra": "left"}


def test_preferences_show_the_language_by_the_name_that_we_know_it_by(house: House) -> None:
    id_ = house.add(ADA)
    house.app.roster.describe(id_, name="", language="zh-TW")

    page = house.client.get(f"/preferences/{token(house, Purpose.PREFERENCES, id_)}").text

    assert re.findall('<option value="(.*?)"[^>]* selected', page) == ["zh-Hant"]


def test_preferences_of_a_suppressed_reader_say_so_and_do_not_lift_the_suppression(house: House) -> None:
    id_ = house.add(ADA)
    house.app.roster.leave(id_, "weekly", "unsubscribed", house.clock.now())
    path, told = f"/preferences/{token(house, Purpose.PREFERENCES, id_)}", "No mail goes to this address"
    before = house.client.get(path)
    house.app.roster.suppress(parse(ADA), "complained", "test", house.clock.now())

    answer = house.client.post(path, data={"action": "save", "list": "weekly"})

    assert house.standing(ADA) == {"weekly": "left"}
    assert (told in before.text, told in answer.text) == (False, True)


@pytest.mark.parametrize("data", [{}, {"action": "promote"}, {"action": "erase"}, {"action": "erase", "sure": "no"}])
def test_preferences_do_nothing_unless_they_are_told_clearly(house: House, data: dict[str, str]) -> None:
    id_ = house.add(ADA)
    before = dump(house)

    answer = house.client.post(f"/preferences/{token(house, Purpose.PREFERENCES, id_)}", data=data)

    assert answer.status_code in (200, 400)
    assert dump(house) == before


def test_export_gives_all_that_is_known_and_only_with_the_link(house: House) -> None:
    id_ = house.add(ADA, name="Ada")
    mail(house)

    answer = house.client.post(f"/preferences/{token(house, Purpose.PREFERENCES, id_)}", data={"action": "export"})
    refused = house.client.post(f"/preferences/{token(house, Purpose.UNSUBSCRIBE, id_)}", data={"action": "export"})

    data = json.loads(answer.content)
    assert (data["email"], data["name"]) == (ADA, "Ada")
    assert [(one["list"], one["status"], one["evidence"]) for one in data["subscriptions"]] == [
        ("weekly", "confirmed", {"source": "test"})]
    assert [(one["issue_key"], one["state"]) for one in data["deliveries"]] == [("14", "pending")]
    assert answer.headers["content-disposition"] == 'attachment; filename="my-data.json"'
    assert (refused.status_code, ADA in refused.text) == (404, False)


def test_owner_is_shown_what_the_reader_downloads_with_every_instant_in_one_form(house: House) -> None:
    """The GDPR's articles 15 and 20 are answered by either."""
    id_ = house.add(ADA, name="Ada")
    mail(house)
    now = house.clock.now()
    (claim,) = house.app.ledger.deliveries.claim("w", 1, limit=1, now=now, lease=timedelta(minutes=5))
    house.app.feedback.take([Event("1", Kind.BOUNCED, now, "http", bounce=Bounce.HARD, delivery_key=claim.key)])

    answer = house.client.post(f"/preferences/{token(house, Purpose.PREFERENCES, id_)}", data={"action": "export"})
    shown = CliRunner().invoke(
        avviso, ["--config", str(house.folder / "config.yaml"), "subscribers", "show", ADA, "--json"])

    data = answer.json()
    assert json.loads(shown.stdout) == data
    assert {data["created_at"], data["deliveries"][0]["attempted_at"], data["events"][0]["at"]} == {now.isoformat()}


def test_erased_reader_stays_out_and_is_nowhere_in_var(house: House) -> None:
    address = "very.rare.name@example.com"
    id_ = house.add(address, name="Rarissima")
    mail(house)
    house.ask(address, list="extra")
    path = f"/preferences/{token(house, Purpose.PREFERENCES, id_)}"

    answer = house.client.post(path, data={"action": "erase", "sure": "yes"})
    house.app.roster.add(parse(address), ["weekly"], Evidence("import:csv"), house.clock.now())
    house.ask(address)

    assert (answer.status_code, house.client.get(path).status_code) == (200, 404)
    assert house.standing(address) == {}
    held = b"".join(file.read_bytes() for file in (house.folder / "var").rglob("*") if file.is_file())
    assert (b"very.rare.name" in held, b"Rarissima" in held) == (False, False)


@pytest.mark.parametrize("name", [
    '"><script>alert(1)</script>', "{{ 7 * 7 }}", "a\r\nBcc: x@example.com", "\u202eevil"])
def test_hostile_names_are_shown_as_text(house: House, name: str) -> None:
    path = f"/preferences/{token(house, Purpose.PREFERENCES, house.add(ADA))}"

    page = house.client.post(path, data={"action": "save", "name": name, "list": "weekly"}).text

    assert ("<script" in page, "49" in page, "\u202e" in page, "\r" in page) == (False, False, False, False)


# ---- the mail in the browser ------------------------------------------------------------------


def mail(house: House) -> None:
    """Issue 14 is mailed to the list; each mail has all the links."""
    ledger, now = house.app.ledger, house.clock.now()
    add_issue(house.app.database, "14")
    ledger.mailings.propose("14", "weekly", state=MailingState.SCHEDULED, reason="due", send_at=now, now=now)
    edition = Edition("14", "en", "Subject", "", f'<p>Dear {Hole.NAME}</p><a href="{Hole.VIEW}">v</a>'
                      f'<a href="{Hole.PREFERENCES}">p</a><a href="{Hole.UNSUBSCRIBE}">u</a>', "Dear")
    envelope = Envelope(
        sender_name="", sender_address="letters@example.com", date=now, domain="example.com", language="en",
        unsubscribe_url_prefix=f"{WEB}unsubscribe/", view_url_prefix=f"{WEB}view/",
        preferences_url_prefix=f"{WEB}preferences/")
    ledger.mailings.start(1, edition, envelope.as_json(), now=now, expire=EXPIRE)


def test_view_is_the_very_mail_its_reader_got(house: House) -> None:
    id_ = house.add(ADA, name="Ada <b>")
    house.add("bo@example.com", name="Bo")
    mail(house)
    claim = house.app.ledger.deliveries.delivered(1, id_)
    assert claim

    answer = house.client.get(f"/view/{token(house, Purpose.VIEW, id_, '1')}")

    assert answer.text == house.app.composer(claim).parts().html
    assert "Dear Ada &lt;b&gt;" in answer.text
    for page in ("view", "preferences", "unsubscribe"):
        path = answer.text.partition(f'href="{WEB.rstrip("/")}/{page}/')[2].partition('"')[0]
        assert house.client.get(f"/{page}/{path}").status_code == 200


def test_view_is_fenced_in_and_cached_nowhere(house: House) -> None:
    id_ = house.add(ADA)
    mail(house)

    headers = house.client.get(f"/view/{token(house, Purpose.VIEW, id_, '1')}").headers

    assert headers["content-security-policy"] == (
        "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox")
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")


@pytest.mark.parametrize("about", ["2", "weekly", "1e0", "²", "99999999999999999999"])
def test_view_of_a_mail_that_never_was_is_404(house: House, about: str) -> None:
    id_ = house.add(ADA)
    mail(house)

    assert house.client.get(f"/view/{token(house, Purpose.VIEW, id_, about)}").status_code == 404


def test_links_are_checked_by_the_same_statements_whoever_they_are_for(house: House) -> None:
    """Nothing is looked up before a token is known to be ours."""
    with statements() as asked:
        for page in ("confirm", "unsubscribe", "preferences", "view"):
            for method in ("GET", "POST"):
                house.client.request(method, f"/{page}/forged")

    assert asked == []
