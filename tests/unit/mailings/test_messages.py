"""From a claim to a message: the same bytes at every attempt, and links that are the reader's own."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from pipeline.audience.tokens import Claim as LinkClaim
from pipeline.audience.tokens import KeyRing, Purpose
from pipeline.database import Database
from pipeline.editions.edition import Edition, Hole
from pipeline.errors import ConfigError, EditionError
from pipeline.mailings import messages
from pipeline.mailings.dkim import DkimSigner
from pipeline.mailings.envelope import Envelope
from pipeline.mailings.ledger import Ledger
from pipeline.mailings.ledger.letters import Sealed
from pipeline.mailings.mailing import Claim, MailingState
from pipeline.mailings.messages import LINK_KEY
from pipeline.mailings.messages import Composer as AnyComposer
from pipeline.providers.base import Message
from pipeline.schema import edition
from tests.books import EXPIRE, LEASE, NOON, add_issue, add_readers, copied_database
from tests.keys import dkim_signer, verifies

OLD, NEW = KeyRing((b"a secret of last year",)), KeyRing((b"a secret of this year", b"a secret of last year"))
ENVELOPE = Envelope(
    sender_name="Weekly", sender_address="weekly@example.com", date=NOON, domain="example.com", language="en",
    mailing="14-weekly", list_id="weekly.example.com", unsubscribe_url_prefix="https://weekly.example.com/unsubscribe/")
WORDS = Edition("14", "en", "Number 14", "In short", f'<p>Hello.</p><a href="{Hole.UNSUBSCRIBE}">Leave</a>', "Hello.")

Composer = partial(AnyComposer, now=lambda: NOON)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    database = copied_database(tmp_path / "avviso.db")
    add_issue(database, "14")
    add_readers(database, "weekly", 2)
    return Ledger(database)


def claims(ledger: Ledger, words: Edition = WORDS, envelope: Envelope = ENVELOPE) -> list[Claim]:
    """The deliveries of a mailing that began when the old secret signed."""
    ledger.mailings.propose("14", "weekly", state=MailingState.SCHEDULED, reason="", send_at=NOON, now=NOON)
    ledger.mailings.start(ledger.mailings.all()[0].id, words, envelope.as_json() | {LINK_KEY: OLD.key_id}, now=NOON,
                          expire=EXPIRE)
    return ledger.deliveries.claim("w", 1, limit=9, now=NOON, lease=LEASE)


def link_of(message: Message) -> str:
    """The token in List-Unsubscribe."""
    header = message_from_bytes(message.mime(), policy=policy.default)["List-Unsubscribe"]
    found = re.search(r"/unsubscribe/([^>]+)>", header)
    assert found
    return found[1]


def test_message_has_the_same_bytes_at_every_attempt_whatever_secret_signs_now(ledger: Ledger) -> None:
    claim, _ = claims(ledger)
    first = Composer(ledger, OLD)(claim)

    again = Composer(ledger, NEW)(claim._replace(fence=7, attempts=3, worker="another"))

    assert again.mime() == first.mime()
    assert (again.key, again.message_id) == (claim.key, f"{claim.message_id}@example.com")


def test_text_that_somebody_has_changed_in_the_ledger_goes_to_nobody(ledger: Ledger, tmp_path: Path) -> None:
    claim, _ = claims(ledger)
    with Database(f"sqlite:///{tmp_path}/avviso.db").write() as connection:
        connection.execute(update(edition).values(html=WORDS.html.replace("Hello", "Hallo")))

    with pytest.raises(EditionError, match="was changed in the ledger"):
        Composer(ledger, NEW)(claim)


def test_each_reader_has_a_link_of_their_own_in_header_and_text(ledger: Ledger) -> None:
    first, second = claims(ledger)
    composer = Composer(ledger, NEW)

    links = [link_of(composer(claim)) for claim in (first, second)]

    assert [NEW.read(Purpose.UNSUBSCRIBE, link, NOON) for link in links] == [
        LinkClaim(Purpose.UNSUBSCRIBE, "weekly", claim.subscriber_id) for claim in (first, second)]
    assert [f"/unsubscribe/{link}" in composer(claim).parts().html
            for link, claim in zip(links, (first, second), strict=True)] == [True, True]


def test_reader_who_gets_it_through_another_list_can_leave_that_one(ledger: Ledger) -> None:
    first, second = claims(ledger)
    composer = Composer(ledger, NEW)

    links = [link_of(composer(claim)) for claim in (first, second._replace(list="daily"))]

    assert [NEW.read(Purpose.UNSUBSCRIBE, link, NOON).list for link in links] == ["weekly", "daily"]


def test_reader_who_left_a_list_after_the_message_was_signed_ahead_can_leave_the_other(ledger: Ledger) -> None:
    claim, _ = claims(ledger)
    composer = Composer(ledger, NEW, dkim_signer("rsa"))
    composer.prepare([claim])

    link = link_of(composer(claim._replace(list="daily", fence=2)))

    assert NEW.read(Purpose.UNSUBSCRIBE, link, NOON).list == "daily"


def test_reader_who_moved_after_the_message_was_signed_ahead_is_written_to_at_the_new_address(ledger: Ledger) -> None:
    claim, _ = claims(ledger)
    composer = Composer(ledger, NEW, dkim_signer("rsa"))
    composer.prepare([claim])

    message = composer(claim._replace(address="ann@example.org", fence=2))

    assert message.recipient == "ann@example.org"
    assert b"\r\nTo: ann@example.org\r\n" in b"\r\n" + message.mime()


def test_message_carries_address_and_place_of_its_delivery(ledger: Ledger) -> None:
    claim = claims(ledger)[1]

    message = Composer(ledger, OLD)(claim)

    assert (message.recipient, message.sequence, message.mailing, message.sender) == (
        "reader1@example.com", 2, "14-weekly", "weekly@example.com")


def test_a_secret_that_is_gone_is_an_error_of_the_settings(ledger: Ledger) -> None:
    claim, _ = claims(ledger)

    with pytest.raises(ConfigError, match="is gone from web.secret"):
        Composer(ledger, KeyRing((b"a secret of nobody's",)))(claim)


def test_a_link_that_leads_nowhere_is_an_error_of_the_mailing(ledger: Ledger) -> None:
    claim, _ = claims(ledger, envelope=replace(ENVELOPE, unsubscribe_url_prefix=""))

    with pytest.raises(EditionError, match="leads nowhere"):
        Composer(ledger, OLD)(claim)


def test_letter_leads_where_its_button_says_and_offers_no_way_out(ledger: Ledger) -> None:
    words = Edition("confirm", "en", "Confirm", "", f'<a href="{Hole.ACTION}">Yes</a>', f"Yes: {Hole.ACTION}")
    envelope = replace(ENVELOPE, list_id="", unsubscribe_url_prefix="")
    letter = Sealed(words, envelope.as_json(), "https://weekly.example.com/confirm/x", "weekly", 1,
                    "reader0@example.com", "", "today")
    written = [ledger.letters.write_all([letter], NOON) for _ in range(2)]
    claim, = ledger.deliveries.claim("w", 1, limit=9, now=NOON, lease=LEASE)

    message = Composer(ledger, OLD)(claim)

    assert written == [1, 0]  # asked for twice, written once
    assert message.parts().text == "Yes: https://weekly.example.com/confirm/x"
    assert "List-Unsubscribe" not in message.parts().headers


def test_what_comes_next_is_signed_ahead_with_the_same_bytes(ledger: Ledger) -> None:
    first, second = claims(ledger)
    composer, plain = Composer(ledger, OLD, dkim_signer("rsa")), Composer(ledger, OLD, dkim_signer("rsa"))

    composer.prepare([first, second])
    composer.prepare([second])

    assert [composer(one).mime() for one in (first, second)] == [plain(one).mime() for one in (first, second)]
    assert verifies(composer(first).mime(), "rsa")


@pytest.mark.parametrize("signed", [None, dkim_signer("rsa")])
def test_the_pieces_of_a_message_are_the_message(ledger: Ledger, signed: DkimSigner | None) -> None:
    composer = Composer(ledger, OLD, signed)
    ahead, alone = claims(ledger)

    composer.prepare([ahead])

    for made in (composer(ahead), composer(alone)):
        assert made.pieces
        assert b"".join(made.pieces()) == made.mime()


def test_what_was_prepared_and_never_asked_for_does_not_pile_up(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_AHEAD", 1)
    first, second = claims(ledger)
    composer = Composer(ledger, OLD, dkim_signer("rsa"))

    composer.prepare([first, second])
    composer.prepare([second])

    assert list(composer._ahead) == [(second.key, second.list, second.address)]


def test_only_the_last_few_mailings_are_kept_to_be_composed_from(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messages, "MOST_PLATES", 4)
    claim, _ = claims(ledger)
    composer = Composer(ledger, OLD)
    before = composer(claim).mime()

    for name in ("daily", "monthly", "yearly"):
        composer(claim._replace(list=name))

    assert [name for _, name in composer._plates] == [claim.list, "daily", "monthly", "yearly"]
    composer(claim._replace(list="extra"))
    assert composer(claim).mime() == before
    assert [name for _, name in composer._plates] == ["monthly", "yearly", "extra", claim.list]


def test_a_claim_that_cannot_be_composed_says_so_in_its_own_turn(ledger: Ledger) -> None:
    claim, _ = claims(ledger, envelope=replace(ENVELOPE, unsubscribe_url_prefix=""))
    composer = Composer(ledger, OLD, dkim_signer("rsa"))

    composer.prepare([claim])

    with pytest.raises(EditionError, match="leads nowhere"):
        composer(claim)


def test_without_a_seal_nothing_is_prepared(ledger: Ledger) -> None:
    composer = Composer(ledger, OLD)
    composer.prepare(claims(ledger))

    assert composer._ahead == {}
