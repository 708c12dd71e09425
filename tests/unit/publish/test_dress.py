"""An issue dressed for mail: an edition and an envelope that hold to the last header, or an error with its file."""

from __future__ import annotations

import hashlib
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from pipeline.audience.tokens import Purpose
from pipeline.errors import EditionError
from pipeline.mailings.messages import LINK_KEY
from pipeline.providers.local import Outbox
from pipeline.publish.samples import send_test_message
from tests.publications import Publication, words


def dressed(tmp_path: Path, settings: dict[str, Any], name: str = "02-news.md", front: str = "") -> dict[str, Any]:
    """The envelope of an issue with these settings."""
    letters = publication(tmp_path, settings, name, front)
    record = list(letters.app.archive.issues().values())[-1]
    return letters.app.dresser.dress(record, record.lists[0])[1]


def publication(tmp_path: Path, settings: dict[str, Any], name: str = "02-news.md", front: str = "") -> Publication:
    letters = Publication(tmp_path / "letters", settings)
    letters.begin(write=False)
    letters.write(name, words(2), front=front)
    letters.publish(start=False, write=False)
    return letters


def test_envelope_says_what_the_settings_say(tmp_path: Path) -> None:
    envelope = dressed(tmp_path, {
        "mailings": {"reply_to": "desk@example.com"}, "lists": [{"id": "weekly", "name": "Every week"}]})

    key = envelope.pop(LINK_KEY)
    assert len(key) == 8
    domain = hashlib.sha256(b"example.com").hexdigest()[:10]
    expected = {
        "sender_name": "Letters", "sender_address": "letters@example.com", "date": "2026-03-24T13:00:00+00:00",
        "domain": "example.com", "language": "en", "publication": "Letters", "mailing": "2-weekly",
        "reply_to": "desk@example.com", "list_id": "weekly.example.com", "list_name": "Every week",
        "archive_url": "https://letters.example.com/", "help_url": "mailto:desk@example.com",
        "feedback_id": f"{hashlib.sha256(b'2').hexdigest()[:10]}:weekly:mailing:{domain}",
        "unsubscribe_url_prefix": "https://letters.example.com/unsubscribe/", "unsubscribe_mailto": "",
    }
    assert {name: envelope[name] for name in expected} == expected


@pytest.mark.parametrize(("settings", "name", "front", "expected"), [
    ({}, "news.md", "", {"mailing": "news-weekly"}),
    ({}, "02-news.md", "language: zh-Hans\n", {"language": "zh-Hans"}),
    ({"mailings": {"from": "news?+1@example.com"}}, "02-news.md", "", {"help_url": "mailto:news%3F+1@example.com"}),
    ({"mailings": {"from": "letters@bücher.example"}}, "02-news.md", "",
     {"domain": "xn--bcher-kva.example", "list_id": "weekly.xn--bcher-kva.example", "sender_name": "Letters"}),
    ({"web": {"url": None}}, "02-news.md", "",
     {"unsubscribe_url_prefix": "", "unsubscribe_mailto": "letters@example.com"}),
    ({"web": {"url": None}, "mailings": {"reply_to": "desk@example.com"}}, "02-news.md", "",
     {"unsubscribe_mailto": "desk@example.com"}),
])
def test_envelope_follows(
    tmp_path: Path, settings: dict[str, Any], name: str, front: str, expected: dict[str, str]
) -> None:
    envelope = dressed(tmp_path, settings, name, front)

    assert {field: envelope[field] for field in expected} == expected


@pytest.mark.parametrize(("logo", "shown"), [
    ("img/press.png", "https://letters.example.com/img/press.png"),
    ("/img/press.png", "https://letters.example.com/img/press.png"),
    ("https://pictures.example.org/press.png", "https://pictures.example.org/press.png"),
])
def test_logo_in_a_mail_has_its_whole_address(tmp_path: Path, logo: str, shown: str) -> None:
    url = "https://letters.example.com/"
    letters = publication(tmp_path, {"publication": {"title": "Letters", "url": url, "theme": {"logo": logo}}})
    record = list(letters.app.archive.issues().values())[-1]

    html = letters.app.dresser.dress(record, record.lists[0])[0].html

    assert re.findall(r'<img class="logo" src="([^"]*)"', html) == [shown]


def test_edition_is_the_same_at_every_dressing(tmp_path: Path) -> None:
    letters = publication(tmp_path, {})

    editions = [letters.app.dresser.edition(letters.record("2")) for _ in range(2)]
    letters.restart()
    editions.append(letters.app.dresser.edition(letters.record("2")))

    assert len({edition.digest for edition in editions}) == 1


def test_mail_without_a_way_out_is_refused_with_the_issues_path(tmp_path: Path) -> None:
    letters = publication(tmp_path, {})
    letters.write_template("email/issue.html", "<html><body>{{ body }}</body></html>")

    with pytest.raises(EditionError) as refused:
        letters.app.dresser.dress(letters.record("2"), "weekly")

    assert (refused.value.problem.path, refused.value.problem.rule) == ("02-news.md", "mail-unsubscribe")


def test_test_message_says_what_the_mailing_says_but_its_links_unsubscribe_nobody(tmp_path: Path) -> None:
    letters = publication(tmp_path, {})
    letters.add_readers("me@example.com")
    outbox = Outbox(letters.clock)

    said = send_test_message(
        letters.record("2"), ["me@example.com", "you@example.com"], dresser=letters.app.dresser,
        ring=letters.app.ring, list_id="weekly", open_transport=lambda: outbox)

    first, second = outbox.messages
    assert said == [("me@example.com", "kept"), ("you@example.com", "kept")]
    assert (first.recipient, second.recipient) == ("me@example.com", "you@example.com")
    assert first.message_id != second.message_id
    assert letters.app.ledger.mailings.all()[0].audience == 0
    token = first.parts().headers["List-Unsubscribe"].partition("unsubscribe/")[2].rstrip(">")
    assert letters.app.ring.read(Purpose.UNSUBSCRIBE, token, letters.clock.now()).subscriber_id == 0
    letters.deliver()
    (mailed,) = (letters.folder / "var" / "outbox").rglob("*.eml")
    mail, test = (message_from_bytes(mime, policy=policy.default) for mime in (mailed.read_bytes(), first.mime()))
    assert test["Subject"] == mail["Subject"] == "news"
    for kind in ("plain", "html"):
        assert without_tokens(test, kind) == without_tokens(mail, kind)


def without_tokens(mail: EmailMessage, kind: str) -> str:
    """A part's text, its personal links all alike."""
    part = mail.get_body((kind,))
    assert part
    return re.sub(r"/(unsubscribe|preferences|view)/[\w.~-]+", r"/\1/token", part.get_content())


def test_test_message_of_an_issue_that_is_not_due_yet_is_as_it_will_be(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.begin(write=False)
    letters.write("02-news.md", words(2), day="2026-04-01")
    letters.app.publisher.look_only()
    foreseen = letters.app.namer.foresee(letters.record("2"))
    outbox = Outbox(letters.clock)

    send_test_message(foreseen, ["me@example.com"], dresser=letters.app.dresser, ring=letters.app.ring,
                      list_id="weekly", open_transport=lambda: outbox)
    assert letters.record("2").published_at is None
    letters.turn(days=9)
    letters.publish(start=False, write=False)

    now = letters.record("2")
    assert (foreseen.permalink, foreseen.feed_id, foreseen.published_at) == (
        now.permalink, now.feed_id, now.published_at)
    assert len(outbox.messages) == 1
