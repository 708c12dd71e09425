"""One message to one reader: every field once, every link whole, and the same bytes each time."""

from __future__ import annotations

import json
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest

from pipeline.editions.edition import Edition, Hole
from pipeline.errors import AudienceError, EditionError
from pipeline.mailings.compose import Stencil
from pipeline.mailings.envelope import Envelope
from pipeline.providers.base import Message
from tests.mail_samples import edition, envelope, reader

EDITION, ENVELOPE = edition(), envelope()


def message(*, edition: Edition = EDITION, envelope: Envelope = ENVELOPE, **changes: Any) -> Message:
    return Stencil(edition, envelope).message(reader(**changes))


def read(made: Message) -> EmailMessage:
    return message_from_bytes(made.mime(), policy=policy.default)


def body(made: Message, kind: str) -> str:
    part = read(made).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_a_message_has_these_fields_in_this_order() -> None:
    page = f"https://news.example.com/unsubscribe/{'u' * 43}"
    mail = f"mailto:leave@example.com?subject=unsubscribe%20{'u' * 43}"
    top = message().mime().split(b"\r\n\r\n")[0].decode().replace("\r\n ", " ")

    assert top.split("\r\n") == [
        "From: =?utf-8?b?6ZOF5a2X5ZGo5YiK?= <weekly@example.com>",
        "To: Mira <mira@example.org>",
        "Reply-To: editor@example.com",
        "Subject: =?utf-8?b?5a2X5LiO57q4?=",
        "Date: Mon, 02 Mar 2026 08:00:00 +0800",
        "Message-ID: <m7.1@example.com>",
        f"List-Unsubscribe: <{page}>, <{mail}>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "X-Avviso-Delivery: d41d8cd98f",
        'List-Id: "Weekly" <weekly.example.com>',
        "List-Archive: <https://type.example.com/>",
        "List-Help: <https://type.example.com/help>",
        "Feedback-ID: 7:weekly:mailing:type",
        "Precedence: bulk",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "Content-Language: zh-Hans",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="=_avviso_{edition().digest[:32]}"',
    ]


def test_a_message_names_its_envelope_and_place() -> None:
    made = message(sequence=3, address="mira@例子.example.com")

    assert (made.key, made.message_id, made.sender, made.recipient, made.mailing, made.sequence) == (
        "d41d8cd98f", "m7.1@example.com", "weekly@example.com", "mira@xn--fsqu00a.example.com", "7-weekly", 3)


def test_text_comes_before_html_and_both_are_filled() -> None:
    made = message(name="Mira & Co")

    assert [part.get_content_type() for part in read(made).walk()] == [
        "multipart/alternative", "text/plain", "text/html"]
    assert body(made, "plain") == (
        f"纸\nhttps://news.example.com/unsubscribe/{'u' * 43}\nhttps://news.example.com/preferences/{'p' * 43}\n"
        f"https://news.example.com/view/{'v' * 43}\nmira@example.org\nMira & Co\n"
        "https://news.example.com/confirm/c1?a=1&b=2\n")
    assert body(made, "html") == (
        f'<p>纸</p>\n<a href="https://news.example.com/unsubscribe/{"u" * 43}">UNSUBSCRIBE</a>\n'
        f'<a href="https://news.example.com/preferences/{"p" * 43}">PREFERENCES</a>\n'
        f'<a href="https://news.example.com/view/{"v" * 43}">VIEW</a>\n<a href="mira@example.org">ADDRESS</a>\n'
        '<a href="Mira &amp; Co">NAME</a>\n'
        '<a href="https://news.example.com/confirm/c1?a=1&amp;b=2">ACTION</a>\n')


def test_parts_say_what_the_bytes_say() -> None:
    made = message(name="林子")
    parts, whole = made.parts(), read(made)

    assert (parts.subject, parts.html, parts.text) == ("字与纸", body(made, "html"), body(made, "plain"))
    assert list(parts.headers) == [name for name in whole if name not in ("Subject", "MIME-Version", "Content-Type")]
    assert {name: str(whole[name]) for name in parts.headers} == dict(parts.headers)


def test_equal_inputs_give_equal_bytes() -> None:
    assert message().mime() == message().mime()


@pytest.mark.parametrize("name", ['<b>"&\'', "\ud800", "Mira\r\nBcc: x@example.com", "AVVISO-HOLE-VIEW", "", "🖨️ 铅字"])
def test_a_hostile_name_changes_nothing_but_itself(name: str) -> None:
    made = read(message(name=name))

    assert made.keys() == read(message()).keys()
    assert [one.addr_spec for one in made["To"].addresses] == ["mira@example.org"]
    assert [part.defects for part in made.walk()] == [[], [], []]


def test_words_that_look_like_a_hole_reach_the_reader_as_they_were_written() -> None:
    made = message(edition=edition(text="AVVISO-HOLE-QUOTED-VIEW\n", html="<p>AVVISO-HOLE-QUOTED-NAME</p>\n"))

    assert (body(made, "plain"), body(made, "html")) == ("AVVISO-HOLE-VIEW\n", "<p>AVVISO-HOLE-NAME</p>\n")


@pytest.mark.parametrize(("changes", "unsubscribe", "one_click"), [
    ({"unsubscribe_mailto": ""}, f"<https://news.example.com/unsubscribe/{'u' * 43}>", "List-Unsubscribe=One-Click"),
    ({"unsubscribe_url_prefix": ""}, f"<mailto:leave@example.com?subject=unsubscribe%20{'u' * 43}>", None),
    ({"unsubscribe_url_prefix": "", "unsubscribe_mailto": "a&b%c?d@example.com"},
     f"<mailto:a%26b%25c%3Fd@example.com?subject=unsubscribe%20{'u' * 43}>", None),
    ({"unsubscribe_url_prefix": "http://news.example.com/u/", "unsubscribe_mailto": ""},
     f"<http://news.example.com/u/{'u' * 43}>", None),
    ({"unsubscribe_url_prefix": "http://127.0.0.1:8080/u/", "unsubscribe_mailto": ""},
     f"<http://127.0.0.1:8080/u/{'u' * 43}>", "List-Unsubscribe=One-Click"),
])
def test_one_click_is_promised_only_beside_https_and_in_a_trial_on_this_machine(
    changes: dict[str, str], unsubscribe: str, one_click: str | None,
) -> None:
    made = read(message(envelope=envelope(**changes)))

    assert (made["List-Unsubscribe"], made["List-Unsubscribe-Post"]) == (unsubscribe, one_click)


@pytest.mark.parametrize("length", [40, 77, 78, 200, 400])
def test_a_long_unsubscribe_address_is_neither_encoded_nor_broken(length: int) -> None:
    prefix = "https://news.example.com/".ljust(length - 43, "a")
    lines = message(envelope=envelope(unsubscribe_url_prefix=prefix)).mime().split(b"\r\n")

    assert [line for line in lines if line.startswith(b"List-Unsubscribe:")] == [
        f"List-Unsubscribe: <{prefix}{'u' * 43}>,".encode()]


def test_without_a_way_by_web_the_footer_leads_to_mail() -> None:
    made = message(envelope=envelope(unsubscribe_url_prefix=""), edition=edition(text=f"{Hole.UNSUBSCRIBE}\n"))

    assert body(made, "plain") == f"mailto:leave@example.com?subject=unsubscribe%20{'u' * 43}\n"


def test_a_letter_has_no_list_fields_and_no_way_out_of_a_list() -> None:
    letter = edition(text=f"{Hole.ACTION}\n", html=f'<a href="{Hole.ACTION}">x</a>\n')
    bare = envelope(list_id="", reply_to="", mailing="")

    assert read(message(edition=letter, envelope=bare, unsubscribe="", view="", preferences="")).keys() == [
        "From", "To", "Subject", "Date", "Message-ID", "X-Avviso-Delivery", "Auto-Submitted",
        "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type"]


def test_a_list_name_that_would_need_encoding_stays_away() -> None:
    assert read(message(envelope=envelope(list_name="周刊")))["List-Id"] == "<weekly.example.com>"


def test_a_local_part_outside_ascii_goes_out_raw() -> None:
    made = message(address="林子@例子.example.com")

    assert made.recipient == "林子@xn--fsqu00a.example.com"
    assert "\r\nTo: Mira <林子@xn--fsqu00a.example.com>\r\n".encode() in made.mime()


@pytest.mark.parametrize("changes", [
    {"key": "a\r\nBcc: x"}, {"message_id": "a b"}, {"unsubscribe": "a>b"}, {"view": "a\n"}, {"preferences": '"'},
    {"action": "javascript:alert(1)"}, {"action": "https://example.com/ x"}, {"unsubscribe": "u" * 513},
    {"key": "\n", "message_id": ""},
])
def test_an_odd_token_is_refused_before_it_reaches_a_header(changes: dict[str, str]) -> None:
    with pytest.raises(AudienceError, match="has a token that no header can carry"):
        message(**changes)


@pytest.mark.parametrize("token", ["unsubscribe", "view", "preferences", "action"])
def test_a_reader_without_a_token_gets_no_dead_link(token: str) -> None:
    with pytest.raises(AudienceError, match=f"has no {token} link of its own"):
        message(**{token: ""})


@pytest.mark.parametrize(("changes", "hole"), [
    ({"unsubscribe_url_prefix": "", "unsubscribe_mailto": ""}, "unsubscribe"), ({"view_url_prefix": ""}, "view"),
    ({"preferences_url_prefix": ""}, "preferences"),
])
def test_a_hole_that_nobody_can_fill_stops_the_mailing(changes: dict[str, str], hole: str) -> None:
    with pytest.raises(EditionError) as refused:
        message(envelope=envelope(**changes))

    assert str(refused.value) == (
        f"config.yaml: the mail has a link for each reader ({hole}) that leads nowhere: "
        "set web.url, or a mailbox for mailto: unsubscribes")


@pytest.mark.parametrize("changes", [
    {"list_id": "a\r\nBcc: x"}, {"archive_url": "https://例子.example.com/"}, {"feedback_id": "a\nb"},
    {"domain": "a b\n"}, {"unsubscribe_url_prefix": "https://example.com/\r\nX: y/"}, {"help_url": "x" * 999},
    {"unsubscribe_url_prefix": "https://example.com/" + "x" * 900},
])
def test_an_envelope_that_no_header_can_carry_stops_the_mailing(changes: dict[str, str]) -> None:
    with pytest.raises(EditionError, match="cannot carry"):
        message(envelope=envelope(**changes))


def test_a_subject_with_a_line_break_stops_the_mailing() -> None:
    with pytest.raises(EditionError, match="Subject has a line break in it"):
        message(edition=replace(edition(), subject="a\r\nBcc: x@example.com"))


def test_an_envelope_survives_the_ledger() -> None:
    frozen = json.loads(json.dumps(envelope().as_json()))

    assert Envelope.from_json(frozen) == envelope()
