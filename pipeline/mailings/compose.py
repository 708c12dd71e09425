"""The stencil: an edition and an envelope encoded once, and spliced for each reader in microseconds.

Building a message object for every reader costs some two hundred times as much. Equal inputs give
equal bytes, at every attempt and on every machine: the boundary is the edition's digest, the date the
mailing's hour, and nothing is left to chance.
"""

from __future__ import annotations

import re
from email.utils import format_datetime
from functools import partial

from pipeline.editions.edition import Edition, Hole
from pipeline.editions.holes import fill, split
from pipeline.errors import AudienceError
from pipeline.mailings.dkim import DkimSigner
from pipeline.mailings.envelope import Envelope, Reader
from pipeline.mailings.headers import Header, mailbox, plain_address, structured, unfolded, unstructured
from pipeline.mailings.links import LONGEST, Fillings, way_out
from pipeline.mailings.mime import text_part
from pipeline.providers.base import Message, Parts

# Whole in an address, in angle brackets and in a header, and short enough for a line.
_TOKENS = re.compile(rf"(?:[A-Za-z0-9._~-]{{0,{LONGEST}}}\n){{5}}(?:https?://[!#-;=?-~]+)?")


class Stencil:
    """One edition ready for any number of readers; never changed, shared by threads.

    Raises EditionError for what no header can carry and for a hole that the envelope leaves open.
    """

    def __init__(self, edition: Edition, envelope: Envelope, dkim: DkimSigner | None = None) -> None:
        self._envelope = envelope
        self._fillings = Fillings(_holes(edition), envelope)
        self._edition = self._fillings.led_in(edition)
        self._way_out = way_out(envelope)
        structured("Message-ID", f"<x@{envelope.domain}>")           # refuses a domain that no header can carry
        self._sender = plain_address(envelope.sender_address)
        bounces = envelope.bounce_address and plain_address(envelope.bounce_address)
        self._bounces_to, _, self._bounce_domain = bounces.rpartition("@")
        self._from = mailbox("From", envelope.sender_name, envelope.sender_address)
        self._heading = _heading(edition, envelope)
        self._common = _common(edition, envelope)
        self._wire = _joined([self._from]), _joined(self._heading), _joined(self._common)
        self._is_ascii = f"{self._sender}{''.join(self._wire)}".isascii()  # addresses may not be; all else is encoded
        self._text, self._html = text_part(self._edition.text), text_part(self._edition.html)
        self._seams = _seams(edition.digest, self._text.encoding, self._html.encoding)
        self._dkim = dkim

    def message(self, reader: Reader) -> Message:
        """The message to one reader. Raises AudienceError when it cannot be addressed; the others go on."""
        _refuse_odd_tokens(reader)
        self._fillings.refuse_dead_links(reader)
        recipient = plain_address(reader.address)  # its local part may be outside ASCII: who carries it says no
        return Message(
            key=reader.key,
            message_id=f"{reader.message_id}@{self._envelope.domain}",
            sender=self._sender_of(reader),
            recipient=recipient,
            mime=partial(self._mime, reader),
            parts=partial(self._parts, reader),
            mailing=self._envelope.mailing,
            sequence=reader.sequence,
            pieces=partial(self._pieces, reader) if self._is_ascii and recipient.isascii() else None,
        )

    def _sender_of(self, reader: Reader) -> str:
        """The envelope's sender, which bounces go to: nobody else's, where the mailbox takes plus addresses."""
        return f"{self._bounces_to}+{reader.message_id}@{self._bounce_domain}" if self._bounces_to else self._sender

    def _mime(self, reader: Reader) -> bytes:
        return b"".join(self._pieces(reader))

    def _pieces(self, reader: Reader) -> list[bytes]:
        """RFC 5322 bytes, CRLF ends: the fields in the order of its section 3.6, then text, then HTML; signed."""
        sender, heading, common = self._wire
        fields = f"{sender}{self._to(reader).wire}{heading}{self._personal(reader)}{common}"
        text, html = self._fillings.values(reader)
        opening, middle, closing = self._seams
        pieces = [fields.encode(), opening, *self._text.fill(text), middle, *self._html.fill(html), closing]
        return [self._dkim(b"".join(pieces))] if self._dkim else pieces

    def _parts(self, reader: Reader) -> Parts:
        """The same, taken apart."""
        text, html = ({hole: value.decode() for hole, value in side.items()} for side in self._fillings.values(reader))
        personal = unfolded(self._personal(reader))
        fields = (self._from, self._to(reader), *self._heading, *personal, *self._common)
        return Parts(
            headers={field.name: field.plain for field in fields if field.name not in ("Subject", "MIME-Version")},
            subject=self._edition.subject,
            html=fill(self._edition.html, html),
            text=fill(self._edition.text, text),
        )

    def _to(self, reader: Reader) -> Header:
        return mailbox("To", reader.name, reader.address)

    def _personal(self, reader: Reader) -> str:
        """The other fields that differ from reader to reader, made of tokens that need no folding."""
        return (
            f"Message-ID: <{reader.message_id}@{self._envelope.domain}>\r\n"
            f"{self._way_out(reader.unsubscribe)}X-Avviso-Delivery: {reader.key}\r\n"
        )


def _holes(edition: Edition) -> frozenset[Hole]:
    return frozenset(piece for piece in split(edition.html) + split(edition.text) if isinstance(piece, Hole))


def _heading(edition: Edition, envelope: Envelope) -> list[Header]:
    reply_to = [mailbox("Reply-To", "", envelope.reply_to)] if envelope.reply_to else []
    return [
        *reply_to,
        unstructured("Subject", edition.subject),
        structured("Date", format_datetime(envelope.date)),
    ]


def _common(edition: Edition, envelope: Envelope) -> list[Header]:
    """Fields that are equal for all readers and that no reader looks at."""
    return [
        *(_of_a_list(envelope) if envelope.list_id else []),
        structured("Auto-Submitted", "auto-generated"),              # RFC 3834 section 5
        structured("X-Auto-Response-Suppress", "All"),               # Exchange: no "out of office" to us
        structured("Content-Language", edition.language),
        structured("MIME-Version", "1.0"),
    ]


def _of_a_list(envelope: Envelope) -> list[Header]:
    """RFC 2919, RFC 2369, and Gmail's Feedback-ID. A list's name that would need encoding stays away."""
    named = f'"{envelope.list_name}" ' if re.fullmatch(r"[\w ,.:()&'-]+", envelope.list_name, re.ASCII) else ""
    fields = (
        ("List-Id", f"{named}<{envelope.list_id}>"),
        ("List-Archive", envelope.archive_url and f"<{envelope.archive_url}>"),
        ("List-Help", envelope.help_url and f"<{envelope.help_url}>"),
        ("Feedback-ID", envelope.feedback_id),
        ("Precedence", "bulk"),
    )
    return [structured(name, value) for name, value in fields if value]


def _seams(digest: str, *encodings: str) -> tuple[bytes, bytes, bytes]:
    """What stands before the text, between both parts and behind the HTML. "=_" occurs in no encoded part."""
    boundary = f"=_avviso_{digest[:32]}"
    top = f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'
    text, html = (
        f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
        for kind, encoding in zip(("plain", "html"), encodings, strict=True)
    )
    return (top + text).encode(), f"\r\n{html}".encode(), f"\r\n--{boundary}--\r\n".encode()


def _joined(fields: list[Header]) -> str:
    return "".join([field.wire for field in fields])


def _refuse_odd_tokens(reader: Reader) -> None:
    key, message_id, _, _, unsubscribe, view, preferences, action, _ = reader
    if not _TOKENS.fullmatch(f"{key}\n{message_id}\n{unsubscribe}\n{view}\n{preferences}\n{action}"):
        raise AudienceError(f"delivery {key[:80]!r} has a token that no header can carry")
