"""One call over HTTP: what was on the wire decides the verdict, at every stage at which a service can fail."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.clock import monotonic
from pipeline.errors import ConfigError, InDoubt, Refused, TransportError, Unavailable
from pipeline.providers.http import Answer, Call, HttpClient, check_secret, json_call, plain_url
from pipeline.providers.http_verdicts import Blame, judge, verdict, wish_s
from tests.messages import outcome, puppet
from tests.standins import Fault, Reply, Request, Service

SECRET = "hunter2-0123456789"
NOON = datetime(2026, 3, 24, 12, tzinfo=UTC)


class Echo:
    """Takes anything."""

    def __init__(self) -> None:
        self.mails: list[Request] = []
        self.oddities: list[str] = []

    def answer(self, request: Request) -> Reply:
        self.mails.append(request)
        return Reply(200, {"ok": True})


@pytest.fixture
def service() -> Iterator[Service]:
    with Service(Echo()) as running:
        yield running


def client_to(url: str, *, patience_s: float = 5) -> HttpClient:
    return HttpClient("example", url, {"authorization": f"Bearer {SECRET}"}, secrets=[SECRET], patience_s=patience_s)


def call(client: HttpClient, content: bytes = b"{}") -> Answer | str:
    """The answer, or the verdict in a word."""
    try:
        return client.call(Call("POST", "/mail", content))
    except TransportError as error:
        return outcome(error)
    finally:
        client.close()


def test_call_brings_what_the_service_needs_and_nothing_of_the_environment(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:1")
    monkeypatch.setenv("http_proxy", "http://192.0.2.1:1")
    client = client_to(service.url)

    answer = client.call(json_call("/mail", {"to": "张"}, **{"x-extra": "1"}))
    client.close()

    (request,) = service.requests
    assert (answer.status, answer.document) == (200, {"ok": True})
    assert (request.method, request.path, request.document) == ("POST", "/mail", {"to": "张"})
    expected = {"authorization": f"Bearer {SECRET}", "content-type": "application/json", "x-extra": "1",
                "accept-encoding": "identity"}
    assert {name: request.headers[name] for name in expected} == expected


def test_calls_share_a_connection(service: Service) -> None:
    client = client_to(service.url)

    ports = {client.call(Call("GET", "/")).status for _ in range(3)}
    client.close()

    assert ports == {200}
    assert len(service.requests) == 3


@pytest.mark.parametrize(("fault", "word", "taken"), [
    (Fault.LOST, "InDoubt", 0), (Fault.TAKEN, "InDoubt", 1), (Fault.TRUNCATED, "InDoubt", 1),
    (Fault.ENDLESS, "InDoubt", 1), (Fault.DRIPPING, "InDoubt", 1),
])
def test_answer_that_is_lost_leaves_the_message_in_doubt(
    service: Service, fault: Fault, word: str, taken: int
) -> None:
    service.fail_once(fault)
    began = monotonic()

    assert call(client_to(service.url, patience_s=0.5)) == word
    assert len(service.api.mails) == taken
    assert monotonic() - began < 4  # the deadline is absolute, however lively the line is


def test_closed_port_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert call(client_to(f"http://127.0.0.1:{port}")) == "Unavailable"


def test_line_cut_in_the_request_is_unavailable(service: Service) -> None:
    service.cuts_requests = True

    assert call(client_to(service.url), b"x" * 50_000_000) == "Unavailable"
    assert service.api.mails == []


def test_silence_is_over_at_the_deadline() -> None:
    def act(guest: socket.socket) -> None:
        while guest.recv(65_536):
            pass

    with puppet(act) as port:
        assert call(client_to(f"http://127.0.0.1:{port}", patience_s=0.3)) == "InDoubt"


def test_deadline_while_a_name_is_looked_up_is_no_error_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is no socket to cut yet."""
    unhandled: list[threading.ExceptHookArgs] = []

    def look_up_until_the_deadline(*_: object, **__: object) -> None:
        for timer in threading.enumerate():
            if isinstance(timer, threading.Timer):
                timer.join(60)
        raise socket.gaierror("no such name")

    monkeypatch.setattr(threading, "excepthook", unhandled.append)
    monkeypatch.setattr(socket, "getaddrinfo", look_up_until_the_deadline)

    assert call(client_to("https://api.example.com", patience_s=0.05)) == "Unavailable"
    assert unhandled == []


def test_headers_that_drip_are_over_at_the_deadline() -> None:
    def act(guest: socket.socket) -> None:
        guest.recv(65_536)
        guest.sendall(b"HTTP/1.1 200 OK\r\n")
        guest.settimeout(0.05)
        for number in range(200):
            try:
                guest.sendall(b"X-%d: y\r\n" % number)
                if not guest.recv(1):
                    return
            except TimeoutError:
                continue
            except OSError:
                return

    began = monotonic()
    with puppet(act) as port:
        assert call(client_to(f"http://127.0.0.1:{port}", patience_s=0.3)) == "InDoubt"
    assert monotonic() - began < 4


def test_certificate_that_nobody_signed_is_unavailable(service: Service) -> None:
    assert call(client_to(service.url.replace("http:", "https:"))) == "Unavailable"


def test_refusal_counts_even_if_its_words_are_lost() -> None:
    def act(guest: socket.socket) -> None:
        guest.recv(65_536)
        guest.sendall(b"HTTP/1.1 401 No\r\nContent-Length: 900\r\n\r\nbad k")

    with puppet(act) as port:
        answer = call(client_to(f"http://127.0.0.1:{port}"))

    assert isinstance(answer, Answer)
    assert (answer.status, answer.body) == (401, b"bad k")


PACKED = gzip.compress(b'{"id": 1}', mtime=0)


@pytest.mark.parametrize(("status", "packed", "said"), [
    ("200 OK", PACKED, (200, b'{"id": 1}')), ("200 OK", zlib.compress(b'{"id": 1}'), (200, b'{"id": 1}')),
    ("401 No", PACKED[:-3], (401, b'{"id": 1}')), ("200 OK", b'{"id": 1}', (200, b'{"id": 1}')),
    ("202 Accepted", b"", (202, b"")),
    ("200 OK", PACKED[:-8] + bytes(8), "InDoubt"), ("200 OK", PACKED[:-3], "InDoubt"),
    ("200 OK", gzip.compress(b" " * 2_000_000, mtime=0), "InDoubt"),
], ids=["gzip", "deflate", "a refusal that was cut", "not packed at all", "nothing", "damaged", "cut", "too long"])
def test_answer_that_is_packed_although_nobody_asked_for_it_is_understood(
    status: str, packed: bytes, said: tuple[int, bytes] | str
) -> None:
    def act(guest: socket.socket) -> None:
        guest.recv(65_536)
        head = f"HTTP/1.1 {status}\r\nContent-Encoding: GZip\r\nContent-Length: {len(packed)}\r\n\r\n"
        guest.sendall(head.encode() + packed)

    with puppet(act) as port:
        answer = call(client_to(f"http://127.0.0.1:{port}"))

    assert ((answer.status, answer.body) if isinstance(answer, Answer) else answer) == said


def test_redirect_is_not_followed(service: Service) -> None:
    with Service(Echo()) as elsewhere:
        service.elsewhere = elsewhere.url
        service.fail_once(Fault.MOVED)

        answer = call(client_to(service.url))

        assert isinstance(answer, Answer)
        assert (answer.status, elsewhere.requests) == (307, [])


def test_secret_shows_in_no_error(service: Service) -> None:
    service.fail_once(Fault.KEY)  # its words repeat our header

    answer = call(client_to(service.url))

    assert isinstance(answer, Answer)
    assert answer.words == '{"message": "bad key in Bearer …"}'


def test_machine_that_starts_no_more_threads_hands_nothing_over(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", start)

    assert call(client_to(service.url)) == "Unavailable"
    assert service.api.mails == []


@pytest.mark.parametrize(("url", "line"), [
    ("http://api.example.com", ("transport.url is http, and the key would cross the network in clear text: "
                                "write https://")),
    ("ftp://api.example.com", "transport.url is not a web address: write it as https://api.example.com/"),
    ("api.example.com", "transport.url is not a web address: write it as https://api.example.com/"),
    ("https://me:pass@api.example.com", "transport.url is not a web address: write it as https://api.example.com/"),
])
def test_address_that_would_leak_is_refused(url: str, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plain_url(url)

    assert str(caught.value) == line


def test_address_on_this_machine_may_be_plain() -> None:
    assert [plain_url(url) for url in ("http://127.0.0.1:80/", "http://localhost/x/", "https://a.example/v1")] == [
        "http://127.0.0.1:80", "http://localhost/x", "https://a.example/v1"]


@pytest.mark.parametrize(("value", "line"), [
    (None, "transport.api_key is missing: add `api_key: ${NAME}`, and NAME to the environment"),
    ("", "transport.api_key is missing: add `api_key: ${NAME}`, and NAME to the environment"),
    ("two words", "transport.api_key has a space or an odd character in it: copy it again"),
    ("käse", "transport.api_key has a space or an odd character in it: copy it again"),
])
def test_key_that_no_header_can_carry_is_refused(value: object, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_secret("api_key", value)

    assert str(caught.value) == line


def answer_of(status: int, *, was_sent: bool = True, **headers: str) -> Answer:
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, b"", "", was_sent)


@pytest.mark.parametrize(("status", "blame"), [
    (301, Blame.ACCOUNT), (307, Blame.ACCOUNT), (400, Blame.MESSAGE), (401, Blame.ACCOUNT), (402, Blame.ACCOUNT),
    (403, Blame.ACCOUNT), (404, Blame.ACCOUNT), (408, Blame.BUSY), (413, Blame.MESSAGE), (418, Blame.MESSAGE),
    (422, Blame.MESSAGE), (429, Blame.BUSY), (500, Blame.UNKNOWN), (502, Blame.UNKNOWN), (503, Blame.BUSY),
    (504, Blame.UNKNOWN), (599, Blame.UNKNOWN),
])
def test_status_says_whose_fault_it_is_where_the_vendor_does_not(status: int, blame: Blame) -> None:
    assert judge(answer_of(status), None, {}) is blame


def test_vendors_code_comes_before_its_status_and_both_before_ours() -> None:
    table = {"gone": Blame.READER, 422: Blame.LATER}

    assert [judge(answer_of(422), code, table) for code in ("gone", "other", None)] == [
        Blame.READER, Blame.LATER, Blame.LATER]


def test_trouble_before_the_request_was_out_is_no_doubt() -> None:
    assert judge(answer_of(500, was_sent=False), None, {}) is Blame.BUSY


@pytest.mark.parametrize(("blame", "word", "session"), [
    (Blame.READER, "Rejected", False), (Blame.LATER, "Deferred", False), (Blame.MESSAGE, "Refused", False),
    (Blame.ACCOUNT, "Refused", True), (Blame.BUSY, "Unavailable", False), (Blame.UNKNOWN, "InDoubt", False),
])
def test_each_fault_has_its_verdict(blame: Blame, word: str, session: bool) -> None:
    error = verdict("example", blame, "429 slow down", 2)

    assert (outcome(error), error.reply, error.retry_after_s) == (word, "429 slow down", 2)
    assert isinstance(error, Refused) is (word == "Refused")
    assert getattr(error, "session", False) is session


@pytest.mark.parametrize(("headers", "seconds"), [
    ({}, None), ({"retry_after": "2"}, 2), ({"retry_after": "1.5"}, 1.5), ({"retry_after": "-5"}, 0),
    ({"retry_after": "99999999"}, 86_400), ({"retry_after": "soon"}, None), ({"retry_after": "nan"}, None),
    ({"retry_after": "inf"}, None), ({"retry_after": "Tue, 24 Mar 2026 12:01:00 GMT"}, 60),
    ({"retry_after": "Tue, 24 Mar 2026 12:01:00 +99999999999999"}, None),
    ({"x_reset": str(int((NOON + timedelta(seconds=30)).timestamp()))}, 30), ({"x_reset": "7"}, 7),
    ({"retry_after": "3", "x_reset": "7"}, 3),
])
def test_wish_of_the_service_is_understood(headers: dict[str, str], seconds: float | None) -> None:
    assert wish_s(answer_of(429, **headers), NOON, "x-reset") == seconds


def test_unavailable_and_doubt_say_what_happened(service: Service) -> None:
    service.fail_once(Fault.TAKEN)
    with pytest.raises(InDoubt) as doubt:
        client_to(service.url).call(Call("POST", "/mail"))
    service.__exit__()
    with pytest.raises(Unavailable) as away:
        client_to(service.url).call(Call("POST", "/mail"))

    assert str(doubt.value).startswith("example: the answer was lost (")
    assert str(away.value) == "example: cannot be reached ([errno 111] connection refused): it is tried again"
