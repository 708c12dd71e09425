"""Requests have the shape that each service documents; batches have a result for each; doubts are looked up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as TheirCredentials

from pipeline.clock import HandClock
from pipeline.errors import ConfigError, Refused, TransportError, Unavailable
from pipeline.mailings.compose import Stencil
from pipeline.providers.base import Transport
from pipeline.providers.catalogue import BUILT_IN, transport_opener
from pipeline.providers.generic import NAMES, fill, read_body, values
from pipeline.providers.postmark import Postmark
from pipeline.providers.sigv4 import Credentials, sign
from tests.mail_samples import edition, envelope, reader
from tests.messages import NOON, message, outcome, send
from tests.s3 import Lender
from tests.standins import Fault, Reply, Service
from tests.vendors import APIS, KEY, PLATFORMS, Vendor

LETTER = Stencil(edition(), envelope()).message(reader())


@contextmanager
def at(kind: str, **more: Any) -> Iterator[tuple[Service, Transport]]:
    """A transport of this kind and the service at its other end, which saw nothing odd."""
    api, settings = APIS[kind]
    with Service(api(), elsewhere="http://192.0.2.1") as service:
        given = {**settings, "url": service.url, **more}
        transport = transport_opener(kind.partition("-")[0], given, HandClock(NOON))()
        yield service, transport
        transport.close()
        assert service.api.oddities == []


# Header fields that a service replaces by its own: each is named on its page in docs/guides/providers/.
REPLACED = {"brevo": {"Message-ID", "Date"}}


@pytest.mark.parametrize("kind", APIS)
def test_an_address_that_the_service_cannot_carry_is_rejected_and_the_others_go(kind: str) -> None:
    stencil = Stencil(edition(), envelope())
    letters = [stencil.message(reader(key=f"{place}" * 32, address=address))
               for place, address in enumerate(("a@example.org", "林子@例子.example.org", "b@例子.example.org"))]
    with at(kind) as (service, transport):
        results = [outcome(result) for result in transport.send_batch(letters)]

    assert results == ["Receipt", "Rejected", "Receipt"]
    assert [mail.recipient for mail in service.api.mails] == ["a@example.org", "b@xn--fsqu00a.example.org"]


@pytest.mark.parametrize("kind", APIS)
def test_fields_of_the_header_survive_wherever_the_service_allows_it(kind: str) -> None:
    with at(kind) as (service, transport):
        transport.send(LETTER)

    (mail,) = service.api.mails
    said = dict(LETTER.parts().headers)
    kept = {name: value for name, value in said.items()
            if name not in {"From", "To", "Reply-To", *REPLACED.get(kind, ())}}
    assert {name: mail.headers.get(name) for name in kept} == kept
    assert mail.recipient == "mira@example.org"
    assert {"List-Unsubscribe", "List-Unsubscribe-Post", "X-Avviso-Delivery", "List-Id"} <= kept.keys()


@pytest.mark.parametrize("kind", [kind for kind in APIS if kind != "http"])
def test_text_and_people_arrive_as_they_are(kind: str) -> None:
    with at(kind) as (service, transport):
        transport.send(LETTER)

    (request,), (mail,) = service.requests, service.api.mails
    if mail.mime:
        assert mail.mime == LETTER.mime()
        return
    parts = LETTER.parts()
    assert (mail.subject, mail.html, mail.text) == (parts.subject, parts.html, parts.text)
    document = request.document[0] if isinstance(request.document, list) else request.document
    assert [document.get(name) for name in ("from", "From", "sender") if name in document] == [
        {"email": "weekly@example.com", "name": "铅字周刊"} if kind in ("sendgrid", "brevo")
        else '"铅字周刊" <weekly@example.com>']
    assert "editor@example.com" in json.dumps(document)


@pytest.mark.parametrize("kind", ["postmark", "resend-batch"])
def test_each_message_of_a_batch_has_a_result_of_its_own(kind: str) -> None:
    people = ["ada@example.org", "gone@example.org", "ben@example.org", "no address", "eve@example.org"]
    with at(kind) as (service, transport):
        results = transport.send_batch([message(one) for one in people])

    assert [outcome(one) for one in results] == ["Receipt", "Rejected", "Receipt", "Rejected", "Receipt"]
    assert [one.reply[:4] for one in results if isinstance(one, TransportError)] == ["422 ", "422 "]
    assert len({one.provider_id for one in results if not isinstance(one, TransportError)}) == 3
    assert [mail.recipient for mail in service.api.mails] == ["ada@example.org", "ben@example.org", "eve@example.org"]
    assert len(service.requests) == 1


@pytest.mark.parametrize("kind", ["resend", "resend-batch", "brevo", "ses", "mailgun"])
@pytest.mark.parametrize("name", [None, ""])
def test_success_without_an_id_is_in_doubt(kind: str, name: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A front of the service that answers for it, or a change of its words: nothing says that it has the mail."""
    with at(kind) as (service, transport):
        monkeypatch.setattr(service.api, "respond", lambda _: Reply(200, {
            "id": name, "messageId": name, "MessageId": name, "data": [{"id": name}]}))
        (result,) = transport.send_batch([LETTER])

    assert outcome(result) == "InDoubt"


@pytest.mark.parametrize("place", ["data.id", "id", "data.9.id"])
def test_an_answer_without_an_id_where_the_settings_look_for_it_says_which_setting(place: str) -> None:
    """The service answers {"data": [{"id": …}]}: its owner mistook the place, and the mail is out."""
    with at("http", id=place) as (service, transport):
        (result,) = transport.send_batch([LETTER])

    assert outcome(result) == "InDoubt"
    assert str(result).startswith(f'http: transport.id names {place}, where the answer has nothing (200: {{"data": [')


@pytest.mark.parametrize("kind", APIS)
def test_status_without_the_services_own_words_blames_no_reader(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy or a firewall before the service says 406 with a page of its own."""
    page = b"<html>406 Not Acceptable</html>"
    with at(kind) as (service, transport):
        said = {}
        for status in range(400, 500):
            monkeypatch.setattr(service.api, "respond", lambda _, status=status: Reply(status, page))
            said[status] = send(transport, LETTER)

    assert [status for status, word in said.items() if word in ("Rejected", "Deferred")] == []


@pytest.mark.parametrize(("kind", "answer"), [
    ("mailgun", {"id": "<a@b>", "message": "Queued\0 \ud800 " + "x" * 5000}),
    ("postmark", [{"ErrorCode": 0, "MessageID": "a", "Message": "OK\0 \ud800 " + "x" * 5000}])])
def test_words_of_a_success_are_such_as_a_ledger_takes(
    kind: str, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite writes half a surrogate pair down, and cannot read it; PostgreSQL takes no NUL, nor what is beside it."""
    with at(kind) as (service, transport):
        monkeypatch.setattr(service.api, "respond", lambda _: Reply(200, answer))
        receipt = transport.send(LETTER)

    assert receipt.reply.isprintable()
    assert len(receipt.reply) < 1000


@pytest.mark.parametrize(("address", "words", "expected"), [
    ("ada.b+news@example.org", "Illegal address", "Refused"),
    ("ada@example.org", "Local address contains illegal character", "Refused"),  # a colon in the sender's name
    ("o'hara@example.org", "Illegal address", "Rejected"),
])
def test_ses_blames_no_reader_whose_address_cannot_be_the_illegal_one(
    address: str, words: str, expected: str, monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusal = Reply(400, {"message": words}, {"x-amzn-ErrorType": "BadRequestException"})
    with at("ses") as (service, transport):
        monkeypatch.setattr(service.api, "respond", lambda _: refusal)
        (result,) = transport.send_batch([message(address)])

    assert outcome(result) == expected


@pytest.mark.parametrize(("kind", "size"), [("postmark", 500), ("resend-batch", 100), ("mailgun", 1)])
def test_calls_are_as_large_as_the_service_allows(kind: str, size: int) -> None:
    count = size * 2 + 1
    with at(kind) as (service, transport):
        results = transport.send_batch([message(f"r{n}@example.org", key=f"k{n}") for n in range(count)])

    assert ([outcome(one) for one in results], transport.batch_size) == (["Receipt"] * count, size)
    assert len(service.requests) == 3


def test_batch_is_cut_where_a_call_would_grow_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Postmark, "largest", 1500)
    with at("postmark") as (service, transport):
        results = transport.send_batch([message(f"r{n}@example.org") for n in range(5)])

    assert [outcome(one) for one in results] == ["Receipt"] * 5
    assert 1 < len(service.requests) <= 5


def test_after_a_call_that_did_not_go_through_the_rest_is_not_tried() -> None:
    with at("postmark") as (service, transport):
        service.fail_once(Fault.TAKEN, at=2)
        results = transport.send_batch([message(f"r{n}@example.org") for n in range(1200)])

    words = [outcome(one) for one in results]
    assert words == ["Receipt"] * 500 + ["InDoubt"] * 500 + ["Unavailable"] * 200
    assert len(service.requests) == 2


def test_one_message_that_spoils_a_batch_spoils_no_other() -> None:
    class Strict(APIS["postmark"][0]):  # type: ignore[misc]
        def respond(self, request: Any) -> Any:
            from tests.standins import Reply
            if any("spoilt" in one["To"] for one in request.document):
                return Reply(422, {"ErrorCode": 402, "Message": "Invalid JSON"})
            return super().respond(request)

    with Service(Strict()) as service:
        transport = transport_opener("postmark", {"api_key": KEY, "url": service.url}, HandClock(NOON))()
        results = transport.send_batch([message(f"{one}@example.org") for one in ("ada", "spoilt", "ben")])
        transport.close()

    assert [outcome(one) for one in results] == ["Receipt", "Refused", "Receipt"]
    assert [mail.recipient for mail in service.api.mails] == ["ada@example.org", "ben@example.org"]


@pytest.mark.parametrize("kind", APIS)
@pytest.mark.parametrize("fault", [Fault.TAKEN, Fault.TAKEN_500, Fault.GARBAGE, Fault.TRUNCATED])
def test_lost_answer_is_in_doubt_and_with_a_key_asked_for_again(kind: str, fault: Fault) -> None:
    with at(kind) as (service, transport):
        service.fail_once(fault)
        word = send(transport, LETTER)

    has_key = getattr(transport, "is_keyed", False)
    assert word == ("Receipt" if has_key else "InDoubt")
    assert len(service.api.mails) == 1


@pytest.mark.parametrize("kind", ["brevo", "http", "resend", "resend-batch"])
@pytest.mark.parametrize("second", [Fault.KEY, Fault.MOVED, Fault.BUSY, Fault.BROKEN])
def test_second_call_that_is_turned_away_leaves_the_first_in_doubt(kind: str, second: Fault) -> None:
    with at(kind) as (service, transport):
        faults = iter([Fault.TAKEN, second])
        service.faults = lambda request: next(faults)

        assert send(transport, LETTER) == "InDoubt"
    assert len(service.api.mails) == 1


@pytest.mark.parametrize("kind", APIS)
def test_wish_to_wait_is_passed_on(kind: str) -> None:
    with at(kind) as (service, transport):
        service.fail_once(Fault.BUSY)
        with pytest.raises(Unavailable) as caught:
            transport.send(LETTER)

    assert caught.value.retry_after_s == 2


@pytest.mark.parametrize("kind", APIS)
def test_credentials_do_not_follow_a_redirect_and_show_nowhere(kind: str) -> None:
    api, settings = APIS[kind]
    with Service(api()) as elsewhere, at(kind) as (service, transport):
        service.elsewhere = elsewhere.url
        service.fail_once(Fault.MOVED)
        with pytest.raises(Refused) as moved:
            transport.send(LETTER)
        service.fail_once(Fault.KEY)
        with pytest.raises(Refused) as refused:
            transport.send(LETTER)

        assert elsewhere.requests == []
    assert (moved.value.session, refused.value.session) == (True, True)
    assert f"redirects to {elsewhere.url}" in str(moved.value)
    assert KEY not in f"{moved.value}{refused.value}{refused.value.reply}"


@pytest.mark.parametrize("kind", ["postmark", "mailgun", "sendgrid"])
def test_what_was_taken_is_found_by_our_own_mark(kind: str) -> None:
    with at(kind) as (service, transport):
        assert transport.lookup(LETTER) is None
        service.fail_once(Fault.TAKEN)
        assert send(transport, LETTER) == "InDoubt"

        found = transport.lookup(LETTER)

        assert found is not None
        assert (found.provider, found.at, bool(found.provider_id)) == (kind, NOON, True)


@pytest.mark.parametrize("kind", ["postmark", "mailgun", "sendgrid"])
@pytest.mark.parametrize("fault", [Fault.TAKEN, Fault.GARBAGE, Fault.BROKEN, Fault.BUSY, Fault.KEY])
def test_question_without_an_answer_settles_nothing(kind: str, fault: Fault) -> None:
    with at(kind) as (service, transport):
        service.fail_once(fault)
        with pytest.raises(TransportError) as caught:
            transport.lookup(LETTER)

    assert outcome(caught.value) in ("Unavailable", "Refused")


@pytest.mark.parametrize("kind", ["ses", "resend", "brevo", "http"])
def test_service_without_a_search_says_so(kind: str) -> None:
    with at(kind) as (service, transport):
        with pytest.raises(Unavailable):
            transport.lookup(LETTER)
        assert (transport.settles, service.requests) == (None, [])


@pytest.mark.parametrize(("status", "name"), [(400, "validation_error"), (401, "validation_error"),
                                              (403, "invalid_api_key")])
@pytest.mark.parametrize("kind", ["resend", "resend-batch"])
def test_key_that_resend_does_not_know_is_no_fault_of_a_message(
    kind: str, status: int, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reply = Reply(status, {"statusCode": status, "name": name, "message": "API key is invalid"})
    monkeypatch.setattr(APIS[kind][0], "respond", lambda *_: reply)
    with at(kind) as (service, transport):
        refused = transport.send_batch([message(key="a" * 32), message(key="b" * 32)])[0]

    assert isinstance(refused, Refused)
    assert refused.session
    assert str(refused).endswith("API key is invalid: check the account and the keys below `transport`")
    assert len(service.requests) == (1 if kind == "resend-batch" else 2)


def test_key_with_other_contents_says_that_it_was_taken() -> None:
    with at("resend") as (service, transport):
        transport.send(message("ada@example.org", key="k"))
        receipt = transport.send(message("ada@example.org", key="k", sender="other@example.com"))

    assert (receipt.provider_id, receipt.reply) == (None, "taken at an earlier attempt")
    assert len(service.api.mails) == 1


@pytest.mark.parametrize(("kind", "settings", "line"), [
    ("postmark", {}, "transport.api_key is missing: add `api_key: ${NAME}`, and NAME to the environment"),
    ("mailgun", {"api_key": "x"},
     "transport.domain is missing: name the sending domain, as in `domain: mg.example.com`"),
    ("ses", {}, "transport.region is missing: name the account's region, as in `region: eu-west-1`"),
    ("http", {}, "transport.url is missing: name the address that takes a message"),
    ("http", {"url": "https://a.example", "body": "x"},
     "transport.body is not JSON: write it as '{\"to\": \"{recipient}\", …}'"),
    ("http", {"url": "https://a.example", "body": "[" * 5_000},
     "transport.body is not JSON: write it as '{\"to\": \"{recipient}\", …}'"),
    ("http", {"url": "https://a.example", "body": '{"a": "{who}"}'},
     f"transport.body has an unknown placeholder, {{who}}: use one of {', '.join(f'{{{name}}}' for name in NAMES)}"),
    ("listmonk", {"api_key": "x", "url": "https://a.example"},
     "transport.username is missing: add `username:`, as listmonk shows it"),
    ("mailchimp", {"api_key": "x-us21"}, "transport.list is missing: add the audience's id, as in `list: a1b2c3d4e5`"),
    ("mailchimp", {"api_key": "x", "list": "a"},
     "transport.api_key does not end in a data centre, such as -us21: copy it whole"),
])
def test_settings_that_do_not_suffice_are_named(kind: str, settings: dict[str, Any], line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        transport_opener(kind, settings, HandClock(NOON))()

    assert str(caught.value) == line


def test_signature_is_that_of_amazons_documented_example() -> None:
    """docs.aws.amazon.com, Signature Version 4 test suite: get-vanilla, with a host and a date alone."""
    made = sign(Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), "us-east-1", "service",
                method="GET", path="/", headers={"Host": "example.amazonaws.com"}, body=b"",
                now=datetime(2015, 8, 30, 12, 36, tzinfo=UTC))

    assert made == {"x-amz-date": "20150830T123600Z", "authorization": (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")}


def test_signature_with_a_token_is_that_of_amazons_own_code() -> None:
    headers = {"content-type": "application/json", "host": "email.eu-west-1.amazonaws.com"}
    made = sign(Credentials("AKIDEXAMPLE", "secret", "token"), "eu-west-1", "ses", method="POST", path="/v2/x",
                headers=headers, body=b"{}", now=NOON)
    theirs = AWSRequest("POST", "https://email.eu-west-1.amazonaws.com/v2/x", headers=headers | {
        "x-amz-date": made["x-amz-date"], "x-amz-security-token": "token"}, data=b"{}")
    theirs.context["timestamp"] = made["x-amz-date"]
    auth = SigV4Auth(TheirCredentials("AKIDEXAMPLE", "secret"), "ses", "eu-west-1")

    assert made["authorization"].endswith(
        auth.signature(auth.string_to_sign(theirs, auth.canonical_request(theirs)), theirs))


def test_keys_of_amazon_are_found_where_its_own_tools_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    with at("ses", access_key_id=None, secret_access_key=None) as (service, transport):
        assert send(transport, LETTER) == "Receipt"

    assert len(service.api.mails) == 1


def test_with_keys_that_cannot_be_had_again_nothing_is_handed_over_until_they_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lender = Lender.known(tmp_path, monkeypatch)
    with at("ses", access_key_id=None, secret_access_key=None) as (service, transport):
        said = [send(transport, LETTER)]
        lender.end()
        said += [send(transport, LETTER)]
        with pytest.raises(Unavailable, match="the keys for Amazon cannot be had: "):
            transport.greet("weekly@example.com")
        lender.lend("2126-01-01T00:00:00Z", KEY)
        said += [send(transport, LETTER)]

    assert said == ["Unavailable", "Unavailable", "Receipt"]
    assert len(service.api.mails) == 1


def test_every_placeholder_is_filled_and_what_fills_it_is_not_read_again() -> None:
    tricky = message("ada@example.org")
    known = values(tricky) | {"subject": lambda: "{text} stays"}
    body = read_body('{"s": "Re: {subject}", "h": "{headers}", "l": ["{recipient}", 3, null, true]}')

    filled = fill(body, known)

    assert (filled["s"], filled["l"]) == ("Re: {text} stays", ["ada@example.org", 3, None, True])
    assert filled["h"]["X-Avviso-Delivery"] == tricky.key
    assert {name: type(make()).__name__ for name, make in values(LETTER).items()} == {
        **dict.fromkeys(NAMES, "str"), "headers": "dict", "header_list": "list"}


def test_every_kind_that_avviso_brings_has_a_stand_in() -> None:
    assert {kind.partition("-")[0] for kind in APIS} | PLATFORMS.keys() | {"folder", "smtp"} == BUILT_IN.keys()
    assert all(issubclass(api, Vendor) for api, _ in APIS.values())
