"""An issue reaches a service that owns the readers once, whatever is lost on the way, and its words stay words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from pipeline.clock import HandClock
from pipeline.errors import Refused, TransportError
from pipeline.mailings.compose import Stencil
from pipeline.providers.base import LIST_DOMAIN, Message, Transport
from pipeline.providers.broadcasts import inside
from pipeline.providers.catalogue import transport_opener
from tests.mail_samples import edition, envelope, reader
from tests.messages import NOON, message, outcome, send
from tests.standins import Fault, Service
from tests.vendors import PLATFORMS

WAY_OUT = {"buttondown": "{{ unsubscribe_url }}", "listmonk": "{{ UnsubscribeURL }}", "mailchimp": "*|UNSUB|*",
           "kit": "{{ unsubscribe_url }}"}



def issue(body: str = "<p>Words.</p>", **more: Any) -> Message:
    """An issue for everybody."""
    page = (f"<!DOCTYPE html><html><head><style>@media print{{.a{{b:c}}}}</style></head><body>{body}"
            '<a href="AVVISO-HOLE-UNSUBSCRIBE">leave</a></body></html>')
    text = "Words {{ .Campaign }} *|FNAME|*\nAVVISO-HOLE-UNSUBSCRIBE\n"
    words = edition(html=page, text=text, subject="Paper {{ x }}")
    sending = envelope(unsubscribe_url_prefix=f"https://{LIST_DOMAIN}/unsubscribe/", unsubscribe_mailto="",
                       view_url_prefix="", preferences_url_prefix="")
    return Stencil(words, sending).message(reader(address=f"weekly@{LIST_DOMAIN}", name="", key="ab" * 32, **more))


@contextmanager
def at(kind: str, **more: Any) -> Iterator[tuple[Any, Transport]]:
    """A transport of this kind, and the service, which saw nothing odd."""
    api, settings = PLATFORMS[kind]
    with Service(api()) as service:
        transport = transport_opener(kind, {**settings, "url": service.url, **more}, HandClock(NOON))()
        yield service, transport
        transport.close()
        assert service.api.oddities == []


@pytest.mark.parametrize("kind", PLATFORMS)
def test_issue_goes_out_once_however_often_it_is_handed_over(kind: str) -> None:
    with at(kind) as (service, transport):
        receipts = [transport.send(issue()) for _ in range(3)]

        assert [len(service.api.broadcasts), len(service.api.sent)] == [1, 1]
        assert {one.provider_id for one in receipts} == {str(service.api.sent[0]["id"])}
        assert (transport.broadcasts, transport.idempotent, transport.lanes) == (True, True, 1)


@pytest.mark.parametrize("kind", PLATFORMS)
@pytest.mark.parametrize("fault", [Fault.LOST, Fault.TAKEN, Fault.TAKEN_500, Fault.GARBAGE, Fault.BROKEN, Fault.AWAY,
                                   Fault.BUSY, Fault.KEY])
def test_whatever_call_is_lost_the_next_attempt_looks_first_and_sends_once(kind: str, fault: Fault) -> None:
    steps = {"mailchimp": 4}.get(kind, 3)
    for step in range(1, steps + 1):
        with at(kind) as (service, transport):
            service.fail_once(fault, at=step)
            first = send(transport, issue())
            again = [send(transport, issue()) for _ in range(2)]

            assert first in ("InDoubt", "Unavailable", "Refused", "Receipt"), step
            assert again == ["Receipt", "Receipt"], step
            assert len(service.api.sent) == 1, step


@pytest.mark.parametrize("kind", PLATFORMS)
def test_draft_waits_for_a_person(kind: str) -> None:
    with at(kind, draft=True) as (service, transport):
        receipt = transport.send(issue())
        transport.send(issue())

        assert (len(service.api.broadcasts), service.api.sent) == (1, [])
        assert receipt.reply == f"draft {receipt.provider_id} waits at {kind} for a person to send it"
        assert transport.lookup(issue()) is None


@pytest.mark.parametrize("kind", PLATFORMS)
def test_way_out_is_the_services_own_and_the_issues_words_are_no_template(kind: str) -> None:
    with at(kind) as (service, transport):
        transport.send(issue("<p>{{ .Subscriber.Email }} {% now %} {# note #} *|EMAIL|* {{{{ 100%</p>"))
        (one,) = service.api.sent

    subject, html, text = service.api.texts(one)
    opening = r"\*\|" if kind == "mailchimp" else r"\{[{%#]"
    tags = re.findall(rf"{opening}[^>\n]*", html + "\n" + text)
    assert [tag.partition('"')[0] for tag in tags] == [WAY_OUT[kind]] * (2 if text else 1)
    assert LIST_DOMAIN not in html + text
    assert subject == ("Paper {{ x }}" if kind == "mailchimp" else "Paper { { x }}")


@pytest.mark.parametrize("kind", PLATFORMS)
def test_message_to_one_person_is_refused_before_anything_happens(kind: str) -> None:
    with at(kind) as (service, transport):
        with pytest.raises(Refused, match="mails its whole list, not ada@example.org") as caught:
            transport.send(message("ada@example.org"))

        assert (caught.value.session, service.requests) == (True, [])


@pytest.mark.parametrize(("kind", "word"), [
    ("buttondown", "deleted"), ("listmonk", "cancelled"), ("mailchimp", "canceled"), ("kit", "aborted"),
])
def test_broadcast_that_a_person_ended_there_is_not_sent(kind: str, word: str) -> None:
    with at(kind, draft=True) as (service, transport):
        transport.send(issue())
        service.api.broadcasts[0]["status"] = word

        assert (send(transport, issue()), service.api.sent) == ("Rejected", [])


@pytest.mark.parametrize("kind", PLATFORMS)
def test_broadcast_on_its_way_is_found(kind: str) -> None:
    with at(kind) as (_, transport):
        assert transport.lookup(issue()) is None
        transport.send(issue())
        found = transport.lookup(issue())

    assert found is not None
    assert found.reply.startswith("found: ")


def test_issue_at_listmonk_is_found_behind_any_number_of_later_campaigns() -> None:
    with at("listmonk") as (service, transport):
        transport.send(issue())
        service.api.broadcasts += [
            {**service.api.broadcasts[0], "id": 100 + n, "tags": ["other"], "sent": False} for n in range(60)]
        transport.send(issue())

        assert len(service.api.sent) == 1


def test_issue_at_kit_is_found_in_a_list_that_holds_the_whole_text_of_each() -> None:
    with at("kit") as (service, transport):
        transport.send(issue())
        service.api.broadcasts += [{**service.api.broadcasts[0], "id": 100 + n, "description": "other", "sent": False,
                                    "content": "ink " * 24_000} for n in range(99)]
        transport.send(issue())

        assert len(service.api.sent) == 1


def test_issue_goes_out_from_kit_with_its_words_and_the_template_of_the_settings() -> None:
    with at("kit", template=7) as (service, transport):
        transport.send(issue())

        (sent,) = service.api.sent
        assert (sent["subject"], sent["email_template_id"], "<p>Words.</p>" in sent["content"]) == (
            "Paper { { x }}", 7, True)


@pytest.mark.parametrize("kind", PLATFORMS)
def test_list_that_cannot_be_read_stops_everything(kind: str) -> None:
    with at(kind) as (service, transport):
        service.fail_once(Fault.GARBAGE)

        with pytest.raises(TransportError) as caught:
            transport.send(issue())

        assert (outcome(caught.value), service.api.broadcasts) == ("Unavailable", [])


def test_listmonk_with_an_empty_template_gets_the_whole_page_and_without_one_its_inside() -> None:
    with at("listmonk", template=7) as (service, transport):
        transport.send(issue())
        assert service.api.sent[0]["template_id"] == 7
        assert service.api.sent[0]["body"].startswith("<!DOCTYPE html>")
    with at("listmonk") as (service, transport):
        transport.send(issue())
        assert service.api.sent[0]["body"].startswith("<p>Words.</p>")


def test_inside_of_a_page_without_a_body_is_the_page() -> None:
    assert [inside("<p>a</p>"), inside("<html><BODY class=x> <p>a</p></BODY>")] == ["<p>a</p>", "<p>a</p>"]
