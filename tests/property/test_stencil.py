"""The stencil against the standard library: whatever reader and edition, the message is the one a full build gives."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from html import escape
from typing import Any

import pytest
from dkim.canonicalization import CanonicalizationPolicy
from hypothesis import given
from hypothesis import strategies as st

from pipeline.editions.edition import Edition, Hole
from pipeline.editions.holes import fill, quote
from pipeline.errors import InvalidAddress
from pipeline.mailings.compose import Stencil
from pipeline.mailings.envelope import Envelope, Reader
from pipeline.providers.smtp_capabilities import Capabilities
from pipeline.providers.smtp_message import WireMessage, encode
from tests.keys import KINDS, dkim_signer, verifies
from tests.mail_samples import envelope, reader

ONCE = [
    "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post",
    "X-Avviso-Delivery", "List-Id", "List-Archive", "List-Help", "Feedback-ID", "Precedence", "Auto-Submitted",
    "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type",
]

tokens = st.text("abcXYZ019_-", min_size=1, max_size=120)
words = st.text(max_size=60)
# What an author may write: any text, our own marks among it.
marks = st.sampled_from([*Hole, "AVVISO-HOLE-", "\r\n", "=20", ".\n"])
prose = st.lists(st.one_of(st.text(max_size=200), marks)).map("".join)
seen = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
lines = st.text(seen, max_size=120).map(lambda text: " ".join(text.split()))


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """Any text with any holes in it, in any order."""
    def body() -> str:
        pieces = draw(st.lists(st.one_of(prose.map(quote), st.sampled_from([hole.value for hole in Hole])), max_size=8))
        return "".join(pieces) + "\n"

    return Edition("7", "zh-Hans", draw(lines), "", html=body(), text=body())


@st.composite
def readers(draw: st.DrawFn) -> Reader:
    return reader(
        name=draw(words), unsubscribe=draw(tokens), view=draw(tokens), preferences=draw(tokens), key=draw(tokens),
        message_id=draw(tokens), address=f"{draw(st.text('abc019+_-', min_size=1, max_size=60))}@example.org",
    )


@st.composite
def envelopes(draw: st.DrawFn) -> Envelope:
    def prefix() -> str:
        return "https://news.example.com/" + draw(st.text("abc/", max_size=360))

    return envelope(
        sender_name=draw(words), unsubscribe_url_prefix=prefix(), view_url_prefix=prefix(),
        preferences_url_prefix=prefix(), list_name=draw(words),
    )


def full_build(edition: Edition, envelope: Envelope, reader: Reader) -> EmailMessage:
    """The same message by the standard library, from the definitions and not from our code."""
    filled = {
        Hole.UNSUBSCRIBE: envelope.unsubscribe_url_prefix + reader.unsubscribe,
        Hole.PREFERENCES: envelope.preferences_url_prefix + reader.preferences,
        Hole.VIEW: envelope.view_url_prefix + reader.view,
        Hole.ADDRESS: reader.address, Hole.NAME: shown(reader.name), Hole.ACTION: reader.action,
    }
    made = EmailMessage(policy=policy.SMTP.clone(max_line_length=998))
    made["From"] = Address(shown(envelope.sender_name), addr_spec=envelope.sender_address)
    made["To"] = Address(shown(reader.name), addr_spec=reader.address)
    made["Subject"] = edition.subject
    made["Date"] = envelope.date
    made.set_content(fill(edition.text, filled), cte="base64")
    escaped = {hole: escape(value) for hole, value in filled.items()}
    made.add_alternative(fill(edition.html, escaped), subtype="html", cte="base64")
    return made


def shown(name: str) -> str:
    """A name as a header can carry it: one line of what can be seen, joined emoji kept."""
    return " ".join("".join(c if c.isprintable() or c == "\u200d" else " " for c in name).split())


def canonical(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def said(wire: WireMessage) -> tuple[bytes, ...]:
    """All that a server may hear of it."""
    return wire.mail, wire.rcpt, b"".join(wire.as_chunk()), b"".join(wire.as_data())


def contents(message: Any) -> list[tuple[str, str]]:
    """Each leaf's type and words, line ends made equal."""
    return [(part.get_content_type(), canonical(part.get_payload(decode=True).decode()))
            for part in message.walk() if not part.is_multipart()]


@given(editions(), envelopes(), readers())
def test_a_stencil_gives_what_a_full_build_gives(edition: Edition, envelope: Envelope, reader: Reader) -> None:
    made = message_from_bytes(Stencil(edition, envelope).message(reader).mime(), policy=policy.default)
    expected = full_build(edition, envelope, reader)

    assert contents(made) == contents(expected)
    assert made["Date"] == expected["Date"]
    assert [part.defects for part in made.walk()] == [[], [], []]
    assert made.keys() == ONCE


@given(editions(), envelopes(), readers())
def test_every_line_is_short_ends_in_crlf_and_is_ascii(edition: Edition, envelope: Envelope, reader: Reader) -> None:
    wire = Stencil(edition, envelope).message(reader).mime()
    top, _, body = wire.partition(b"\r\n\r\n")

    assert Stencil(edition, envelope).message(reader).pieces
    assert wire.isascii()
    assert b"\0" not in wire
    assert b"\r\n." not in wire  # and none begins as the end of a message does
    assert wire.replace(b"\r\n", b"").translate(None, b"\r\n") == wire.replace(b"\r\n", b"")
    assert max(map(len, top.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 76


@given(editions(), envelopes(), readers(), st.emails())
def test_what_is_vouched_for_is_packed_as_if_every_byte_and_address_had_been_looked_at(
    edition: Edition, envelope: Envelope, reader: Reader, address: str
) -> None:
    try:
        made = Stencil(edition, envelope).message(reader._replace(address=address))
    except InvalidAddress:
        return
    looked_at = made._replace(pieces=None)

    for offer in (Capabilities(), Capabilities(frozenset({"SIZE", "8BITMIME", "SMTPUTF8", "CHUNKING", "PIPELINING"}))):
        assert made.pieces
        assert said(encode(made, offer, "post")) == said(encode(looked_at, offer, "post"))


@given(editions(), envelopes(), readers())
def test_no_white_space_is_there_that_a_relay_or_a_signature_would_fold(
    edition: Edition, envelope: Envelope, reader: Reader
) -> None:
    body = Stencil(edition, envelope).message(reader).mime().partition(b"\r\n\r\n")[2]

    assert body == CanonicalizationPolicy.from_c_value(b"relaxed/relaxed").canonicalize_body(body)


@pytest.mark.parametrize("kind", KINDS)
@given(editions(), envelopes(), readers())
def test_a_signed_message_is_believed_and_is_the_same_below_its_signature(
    kind: str, edition: Edition, envelope: Envelope, reader: Reader
) -> None:
    made = Stencil(edition, envelope, dkim_signer(kind)).message(reader).mime()

    assert verifies(made, kind)
    assert made.endswith(b"\r\n" + Stencil(edition, envelope).message(reader).mime())


@given(envelopes(), tokens)
def test_the_way_out_is_never_encoded(envelope: Envelope, token: str) -> None:
    plain = Edition("7", "en", "Type", "", html="x\n", text="x\n")
    wire = Stencil(plain, envelope).message(reader(unsubscribe=token)).mime().decode()

    assert (
        f"\r\nList-Unsubscribe: <{envelope.unsubscribe_url_prefix}{token}>,\r\n"
        f" <mailto:leave@example.com?subject=unsubscribe%20{token}>\r\n"
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") in wire


@given(lines, words)
def test_subject_and_names_come_back(subject: str, name: str) -> None:
    plain = Edition("7", "en", subject, "", html="x\n", text="x\n")
    made = message_from_bytes(Stencil(plain, envelope(sender_name=name)).message(reader(name=name)).mime())
    people = [parseaddr(made[field].replace("\r\n", "")) for field in ("From", "To")]

    assert read(made["Subject"].replace("\r\n", "")) == subject
    assert [(read(who), where) for who, where in people] == [
        (shown(name), "weekly@example.com"), (shown(name), "mira@example.org")]


def read(text: str) -> str:
    """What encoded words say, if there are any."""
    return str(make_header(decode_header(text)))
