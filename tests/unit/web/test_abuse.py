"""What strangers send to a web: injections, tricks with hosts and methods, broken HTTP. Nothing gives."""

from __future__ import annotations

import io
import logging
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from pipeline import telemetry
from pipeline.address import parse
from pipeline.audience.subscriber import Evidence
from pipeline.audience.tokens import Purpose
from pipeline.web.server import Server
from pipeline.web.spool_thread import SpoolThread
from tests.readers import House, link
from tests.unit.web.test_keeping import dump, mail

ADA = "ada@example.com"
SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}"


# ---- nobody is led elsewhere -------------------------------------------------------------


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)",
                                    "%0d%0aLocation:%20https://evil.example"])
def test_no_address_leads_elsewhere(house: House, target: str) -> None:
    id_ = house.add(ADA)
    site = house.folder / "site" / "14"
    site.mkdir(parents=True)
    (site / "index.html").write_text("<p>14", encoding="utf-8")
    pages = ["/subscribe", "/14", "/health", f"/unsubscribe/{house.app.ring.sign(Purpose.UNSUBSCRIBE, id_, 'weekly')}"]

    answers = [house.client.get(f"{page}?url={target}&next={target}&redirect={target}") for page in pages]
    answers += [house.client.get(f"/{target}"), house.client.get(f"/14/{target}"), house.client.get(f"/..;/{target}")]

    assert {answer.headers.get("location") for answer in answers} <= {None, "./14/"}
    assert not any("evil" in str(answer.headers) for answer in answers)


# ---- no text is a statement --------------------------------------------------------------


@pytest.mark.parametrize("poison", [
    "'; DROP TABLE subscriber; --", "\" OR \"\"=\"", "1) UNION SELECT key FROM ledger --", "\\'; SELECT 1 --",
    "%' OR 1=1 --"])
def test_poison_in_any_parameter_is_only_text(house: House, poison: str) -> None:
    id_ = house.add(ADA, name="Ada")
    token = house.app.ring.sign(Purpose.PREFERENCES, id_, "weekly")
    odd = [house.app.ring.sign(purpose, id_, poison[:64]) for purpose in (
        Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.VIEW)]
    tables = {line.split("(")[0] for line in dump(house) if line.startswith("CREATE")}

    house.ask(f"bo{poison}@example.com", list=poison, name=poison, since=poison)
    house.ask("bo@example.org", list="weekly", name=poison)
    house.client.post(f"/preferences/{token}", data={
        "action": "save", "name": poison, "language": poison, "list": ["weekly", poison], poison: poison})
    answers = [house.client.get(f"/{page}/{one}?{quote(poison)}={quote(poison)}").status_code
               for one in odd for page in ("unsubscribe", "preferences", "view")]

    assert {line.split("(")[0] for line in dump(house) if line.startswith("CREATE")} == tables
    assert set(answers) <= {200, 404}
    assert house.standing(ADA) == {"weekly": "confirmed"}
    assert house.app.roster.find(parse("bo@example.org")).name == poison  # type: ignore[union-attr]


# ---- no text is a page -------------------------------------------------------------------


def test_scripts_in_names_titles_lists_and_headers_are_shown_as_text(tmp_path: Path) -> None:
    house = House(tmp_path, {
        "publication": {"title": SCRIPT, "url": "https://letters.example.com/", "description": SCRIPT},
        "lists": [{"id": "weekly", "name": SCRIPT}, {"id": "extra", "name": "Extra"}]})
    id_ = house.add(ADA, name=SCRIPT)
    mail(house)
    ring = house.app.ring
    house.client.headers["user-agent"] = house.client.headers["referer"] = SCRIPT.encode().decode("latin-1")
    pages = ["/subscribe", f"/{SCRIPT}", "/unsubscribe/x", "/confirm/" + ring.sign(
        Purpose.CONFIRM, id_, "weekly", issued=house.clock.now())]
    pages += [f"/{purpose}/{ring.sign(purpose, id_, about)}" for purpose, about in (
        (Purpose.UNSUBSCRIBE, "weekly"), (Purpose.PREFERENCES, "weekly"), (Purpose.VIEW, "1"))]

    shown = "".join(house.client.get(page).text for page in pages)

    assert re.findall(r"<script|<img|onerror=alert\(1\)>|\b49\b", shown) == []
    assert "&lt;script&gt;alert(1)" in shown


# ---- no form is a fault ------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/subscribe", "/preferences/{token}"])
def test_form_in_a_character_set_that_cannot_be_read_is_refused(house: House, page: str) -> None:
    token = house.app.ring.sign(Purpose.PREFERENCES, house.add(ADA), "weekly")
    form = b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\nbo\xff@example.com\r\n--b--\r\n'

    answer = house.client.post(page.format(token=token), content=form, headers={
        "content-type": "multipart/form-data; boundary=b; charset=undefined"})

    assert answer.status_code == 400
    assert answer.text == "this is not a form in a character set that can be read\n"


def test_form_that_is_not_escaped_is_read_as_utf8(house: House) -> None:
    house.client.post("/subscribe", content="email=bo@example.com&name=王小明+Bo&since=0".encode(), headers={
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8"})
    house.spool_worker.work()

    assert [one.subscriber.name for one in house.app.roster.list_subscribers()] == ["王小明 Bo"]


def test_form_of_more_fields_than_there_are_is_refused(house: House) -> None:
    answer = house.client.post("/subscribe", content="&".join(["email=bo@example.com"] * 21), headers={
        "content-type": "application/x-www-form-urlencoded"})

    assert (answer.status_code, answer.text) == (400, "this form has more than 20 fields\n")


@pytest.mark.parametrize(("since", "letters"), [("9" * 320, 0), ("0" * 320, 1), ("²", 1), ("١٢", 1)])
def test_any_number_for_when_the_form_was_fetched_gets_the_one_answer(house: House, since: str, letters: int) -> None:
    usual = house.client.post("/subscribe", data={"email": "nobody"})

    answer = house.client.post("/subscribe", data={"email": ADA, "since": since})
    house.spool_worker.work()

    assert (answer.status_code, answer.content) == (usual.status_code, usual.content)
    assert len(house.letters()) == letters


# ---- nothing of one request is in another's answer ---------------------------------------


@pytest.mark.parametrize("headers", [
    {"x-forwarded-host": "evil.example"}, {"x-forwarded-proto": "http", "x-forwarded-prefix": "/evil"},
    {"host": "evil.example"}, {"x-http-method-override": "DELETE"}, {"x-original-url": "/admin"},
    {"forwarded": "host=evil.example"}, {"accept-language": "zh", "x-preview": "1"}])
def test_headers_and_queries_change_no_byte(house: House, headers: dict[str, str]) -> None:
    (house.folder / "site").mkdir(exist_ok=True)
    (house.folder / "site" / "index.html").write_text("<p>all", encoding="utf-8")
    leave = f"/unsubscribe/{house.app.ring.sign(Purpose.UNSUBSCRIBE, house.add(ADA), 'weekly')}"

    for page in ("/", leave):
        plain = house.client.get(page)
        odd = house.client.get(f"{page}?x=%3Cb%3E&_method=DELETE", headers=headers)
        assert (odd.status_code, odd.content, odd.headers) == (plain.status_code, plain.content, plain.headers)
    assert house.client.get(leave).headers["cache-control"] == "no-store"
    assert house.client.get("/").headers["cache-control"] == "public, max-age=300"


# ---- the log ------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["pipeline.test", "python_multipart.multipart"])
@pytest.mark.parametrize("as_json", [True, False])
def test_event_is_one_line_whatever_its_fields_hold(name: str, as_json: bool) -> None:
    out, loggers = io.StringIO(), [logging.getLogger("pipeline"), logging.getLogger()]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    try:
        telemetry.configure(as_json=as_json, stream=out)
        logging.getLogger(name).warning("delivery.failed", extra={
            "reply": "550 no\r\n2026-01-01 [info] forged\x1b[2J\x1b]0;title\x07\u2028\u202e", "list": "a\nb"})
    finally:
        for logger, settings in zip(loggers, before, strict=True):
            logger.handlers[:], logger.level, logger.propagate = settings

    (line,) = out.getvalue().splitlines()
    assert [c for c in ("\x1b[2J", "\x07", "\r", "\u202e") if c in re.sub(r"\x1b\[\d*m", "", line)] == []


def test_neither_tokens_nor_addresses_are_in_any_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    id_ = house.add(ADA)
    tokens = [house.app.ring.sign(purpose, id_, "weekly") for purpose in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES)]
    with caplog.at_level(logging.DEBUG):
        server = Server(house.site, "127.0.0.1", 0, SpoolThread(house.spool_worker.work))
        server.start()
        for method in ("GET", "POST"):
            raw(server.port, f"{method} /unsubscribe/{tokens[0]} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
                             "Connection: close\r\n\r\n".encode())
        server.stop()
        house.client.post(f"/preferences/{tokens[1]}", data={"action": "move", "email": "new@example.com"})
        house.ask("bo@example.com")
        house.client.post(link(house.letters()[-1], "confirm"))

    said = "\n".join(f"{one.getMessage()} {one.__dict__}" for one in caplog.records if not one.name.startswith("httpx"))
    assert caplog.records
    assert [word for word in (*tokens, ADA, "new@example.com", "bo@example.com") if word in said] == []


# ---- what is no request -----------------------------------------------------------------


@pytest.fixture
def port(house: House) -> Iterator[int]:
    (house.folder / "site").mkdir(exist_ok=True)
    (house.folder / "site" / "index.html").write_text("<p>all", encoding="utf-8")
    server = Server(house.site, "127.0.0.1", 0, SpoolThread(lambda: 0))
    server.start()
    yield server.port
    server.stop()


def raw(port: int, request: bytes) -> bytes:
    """The first bytes of the answer; b"" when there is none."""
    with socket.create_connection(("127.0.0.1", port), 20) as line:
        try:
            line.sendall(request)
            return line.recv(200)
        except ConnectionError:
            return b""


BAD_PATHS = ["/../config.yaml", "/..%2fconfig.yaml", "/%2e%2e/config.yaml", "/%252e%252e/config.yaml",
             "/..%5cconfig.yaml",
             "/feeds/../../config.yaml", "/feeds/..%2f..%2fconfig.yaml", "//etc/passwd", "/%00", "/index.html%00.png",
             "/%ff%fe", "/.%2e/var/secret", "/var/secret", "/~root", "/C:/config.yaml", "/" + "a" * 9000]


@pytest.mark.parametrize("path", BAD_PATHS, ids=range(len(BAD_PATHS)))
def test_paths_out_of_the_house_lead_nowhere(port: int, path: str) -> None:
    answer = raw(port, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())

    assert re.match(rb"HTTP/1\.1 4\d\d ", answer), answer


BAD_REQUESTS = [
    b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\nX\r\n\r\n", b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /subscribe HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\nContent-Length: 5\r\n\r\nhello",
    b"POST /subscribe HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nA: b\x00c\r\n\r\n",
]


@pytest.mark.parametrize("request_", BAD_REQUESTS, ids=range(len(BAD_REQUESTS)))
def test_what_is_no_request_is_refused_and_the_next_one_answered(port: int, request_: bytes) -> None:
    answer = raw(port, request_)

    assert re.match(rb"HTTP/1\.1 4\d\d ", answer) or answer == b"", answer
    assert raw(port, b"GET / HTTP/1.0\r\n\r\n").startswith(b"HTTP/1.1 200 ")


# ---- HTTP/1.0 ---------------------------------------------------------------------------------


def test_one_click_speaks_http_1_0_as_well(house: House, port: int) -> None:
    token = house.app.ring.sign(Purpose.UNSUBSCRIBE, house.add(ADA), "weekly")

    answer = raw(port, f"POST /unsubscribe/{token} HTTP/1.0\r\nContent-Length: 26\r\nContent-Type: "
                       "application/x-www-form-urlencoded\r\n\r\nList-Unsubscribe=One-Click".encode())

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert house.standing(ADA) == {"weekly": "left"}


@pytest.mark.parametrize("name", [
    SCRIPT, "\u202egro.live", "A" * 10_000, "Ada\r\nBcc: eve@example.com", "{% raw %}", "Ada\x00\x1b[31m",
    "=?utf-8?q?x?=", '"Ada" <eve@example.com>,'])
def test_hostile_name_is_one_safe_header_and_text_in_the_mail(house: House, name: str) -> None:
    house.app.roster.add(parse(ADA), ["weekly"], Evidence("test"), house.clock.now(), name=name)
    mail(house)
    claim = house.app.ledger.deliveries.delivered(1, 1)
    assert claim
    message = house.app.composer(claim)
    raw_mail = message.mime()
    html = message.parts().html

    head = raw_mail.partition(b"\r\n\r\n")[0].decode()
    assert [re.findall(rf"(?im)^{field}:", head) for field in ("to", "bcc", "from")] == [["To:"], [], ["From:"]]
    assert message.recipient == ADA
    assert max(map(len, raw_mail.split(b"\r\n"))) <= 998
    assert re.findall("<script|<img|\u202e|\x1b|\x00|\r\nBcc", html) == []
    assert len(html) < 3_000
