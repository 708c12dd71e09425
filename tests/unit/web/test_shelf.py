"""The archive and the feeds as caches and feed readers ask for them; nothing else is ever opened."""

from __future__ import annotations

import gzip
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from starlette.requests import Request
from starlette.responses import Response

from pipeline.web.server import Server
from pipeline.web.spool_thread import SpoolThread
from pipeline.web.static_files import StaticFiles
from tests.readers import House

MANY = 41  # one more than anyio has threads for whoever asks for none of their own
PAGE = b"<!DOCTYPE html><title>14</title>" + b"<p>words and words</p>" * 200
FEED = b"<?xml version='1.0'?><feed/>"
CHANGED_S = 1_700_000_000


@pytest.fixture
def house(tmp_path: Path) -> House:
    house = House(tmp_path)
    for name, content in {
        "site/index.html": PAGE, "site/14/index.html": PAGE, "site/assets/a b.png": b"\x89PNG",
        "site/style.css": b"a{}",
        "site/.hidden": b"secret", "feeds/atom.xml": FEED, "feeds/rss.xml": FEED, "feeds/feed.json": b"{}",
        "feeds/archive/atom-1.xml": FEED, "site/big.mp3": b"x" * (1024 * 1024 + 1),
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (CHANGED_S, CHANGED_S))
    return house


@pytest.mark.parametrize(("path", "kind", "age"), [
    ("/", "text/html; charset=utf-8", 300),
    ("/14/", "text/html; charset=utf-8", 300),
    ("/14/index.html", "text/html; charset=utf-8", 300),
    ("/style.css", "text/css; charset=utf-8", 300),
    ("/assets/a%20b.png", "image/png", 86_400),
    ("/feeds/atom.xml", "application/atom+xml; charset=utf-8", 300),
    ("/feeds/rss.xml", "application/rss+xml; charset=utf-8", 300),
    ("/feeds/feed.json", "application/feed+json", 300),
    ("/feeds/archive/atom-1.xml", "application/xml", 300),
    ("/big.mp3", "audio/mpeg", 300),
])
def test_file_has_its_type_validators_and_age(house: House, path: str, kind: str, age: int) -> None:
    answer = house.client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["cache-control"] == f"public, max-age={age}"
    assert answer.headers["last-modified"] == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert answer.headers["etag"].startswith('"')


@pytest.mark.parametrize(("path", "accept", "kind", "vary"), [
    ("/feeds/atom.xml", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/xml", "Accept"),
    ("/feeds/rss.xml", "text/html", "application/xml", "Accept"),
    ("/feeds/rss.xml", "application/rss+xml, text/html", "application/rss+xml; charset=utf-8", "Accept"),
    ("/feeds/feed.json", "text/html", "application/feed+json", None),
])
def test_a_browser_gets_a_feed_as_what_it_shows_with_its_style(
    house: House, path: str, accept: str, kind: str, vary: str | None,
) -> None:
    answer = house.client.get(path, headers={"accept": accept})

    assert (answer.headers["content-type"], (answer.headers.get("vary") or "").removesuffix(", Accept-Encoding")) == (
        kind, vary or "")


def test_what_a_browser_shows_and_what_a_program_reads_are_two_answers(house: House) -> None:
    """RFC 9110 section 8.8.1: a strong validator tells all representations of a resource apart."""
    shown, read = (house.client.get("/feeds/atom.xml", headers={"accept": accept}) for accept in ("text/html", "*/*"))

    assert shown.content == read.content
    assert shown.headers["etag"] != read.headers["etag"]


@pytest.mark.parametrize("path", ["/14/", "/feeds/atom.xml", "/big.mp3"])
def test_who_has_it_already_gets_304_and_no_body(house: House, path: str) -> None:
    first = house.client.get(path)

    by_tag = house.client.get(path, headers={"if-none-match": f'W/"other", {first.headers["etag"]}'})
    by_date = house.client.get(path, headers={"if-modified-since": first.headers["last-modified"]})
    tag_counts_before_date = house.client.get(path, headers={
        "if-none-match": '"other"', "if-modified-since": first.headers["last-modified"]})
    older = house.client.get(path, headers={"if-modified-since": "Tue, 14 Nov 2023 22:13:19 GMT"})
    nonsense = house.client.get(path, headers={"if-modified-since": "yesterday"})

    assert [one.status_code for one in (by_tag, by_date, tag_counts_before_date, older, nonsense)] == [
        304, 304, 200, 200, 200]
    assert (by_tag.content, by_tag.headers["etag"]) == (b"", first.headers["etag"])


def test_changed_file_has_another_tag_at_once(house: House) -> None:
    before = house.client.get("/feeds/atom.xml").headers["etag"]
    (house.folder / "feeds" / "atom.xml").write_bytes(FEED + b"\n")

    after = house.client.get("/feeds/atom.xml", headers={"if-none-match": before})

    assert (after.status_code, after.content) == (200, FEED + b"\n")


def test_head_says_what_get_says_without_the_body(house: House) -> None:
    for path in ("/", "/feeds/atom.xml", "/big.mp3"):
        got, asked = house.client.get(path), house.client.head(path)

        assert (asked.status_code, asked.content, dict(asked.headers)) == (200, b"", dict(got.headers))


@pytest.mark.parametrize(("accepts", "encoding"), [
    ("gzip", "gzip"), ("br, GZIP;q=0.5", "gzip"), ("gzip;q=0", None), ("gzip; q=0.000", None), ("identity", None),
    ("", None), ("xgzip", None),
])
def test_text_is_packed_for_who_takes_it_under_a_tag_of_its_own(
    house: House, accepts: str, encoding: str | None,
) -> None:
    plain = house.client.get("/", headers={"accept-encoding": "identity"})

    answer = house.client.get("/", headers={"accept-encoding": accepts})

    assert (answer.content, answer.headers.get("content-encoding")) == (PAGE, encoding)
    assert (answer.headers["etag"] == plain.headers["etag"]) is (encoding is None)
    assert answer.headers["vary"] == "Accept-Encoding"


def test_brotli_twin_is_sent_unless_it_is_out_of_date(house: House) -> None:
    for name, shift in {"site/index.html": 0, "site/14/index.html": 1}.items():
        twin = house.folder / f"{name}.br"
        twin.write_bytes(b"brotli")
        os.utime(twin, (CHANGED_S + shift, CHANGED_S + shift))
    got = []
    for path in ("/", "/14/"):
        with house.client.stream("GET", path, headers={"accept-encoding": "gzip, br"}) as answer:
            raw = b"".join(answer.iter_raw())
            got.append((answer.headers["content-encoding"], raw == b"brotli", answer.headers["etag"][-6:]))

    assert got == [("br", True, got[0][2]), ("gzip", False, "-gzip\"")]
    assert got[0][2].endswith('-br"')


@pytest.mark.parametrize(("accepts", "encoding", "sent"), [
    ("gzip, br", "br", b"brotli"), ("gzip", "gzip", b"packed"), ("identity", None, None)])
def test_twin_of_a_text_that_is_too_large_to_keep_is_sent_from_the_disk(
    house: House, accepts: str, encoding: str | None, sent: bytes | None,
) -> None:
    large = FEED * 50_000
    for name, content in {"atom-1.xml": large, "atom-1.xml.br": b"brotli", "atom-1.xml.gz": b"packed",
                          "atom-2.xml": large, "atom-2.xml.gz": b"older"}.items():
        path = house.folder / "feeds/archive" / name
        path.write_bytes(content)
        changed_s = CHANGED_S - (content == b"older")
        os.utime(path, (changed_s, changed_s))

    with house.client.stream("GET", "/feeds/archive/atom-1.xml", headers={"accept-encoding": accepts}) as answer:
        raw = b"".join(answer.iter_raw())
    again = house.client.get("/feeds/archive/atom-1.xml", headers={
        "accept-encoding": accepts, "if-none-match": answer.headers["etag"]})
    beside = house.client.get("/feeds/archive/atom-2.xml", headers={"accept-encoding": accepts})

    assert (raw, answer.headers.get("content-encoding")) == (sent or large, encoding)
    assert (answer.headers["vary"], again.status_code) == ("Accept-Encoding", 304)
    assert (beside.content, beside.headers.get("content-encoding")) == (large, None)


def test_packed_bytes_are_gzip_and_fewer(house: House) -> None:
    with house.client.stream("GET", "/", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())

    assert gzip.decompress(raw) == PAGE
    assert len(raw) < len(PAGE) / 5


def test_encodings_on_several_lines_are_one_list(house: House) -> None:
    answer = house.client.get("/", headers=[("accept-encoding", "deflate"), ("accept-encoding", "gzip")])

    assert answer.headers["content-encoding"] == "gzip"


def test_folder_without_its_slash_leads_there_by_a_relative_address(house: House) -> None:
    answer = house.client.get("/14")

    assert (answer.status_code, answer.headers["location"]) == (308, "./14/")


@pytest.mark.parametrize("path", [
    "/../config.yaml", "/..%2fconfig.yaml", "/%2e%2e/config.yaml", "/%252e%252e/config.yaml", "/..%5cconfig.yaml",
    "/feeds/../../config.yaml", "/feeds/..%2f..%2fvar/secret", "//etc/passwd", "/%2fetc/passwd", "/14//index.html",
    "/14/index.html/", "/style.css/", "/feeds/atom.xml/", "/.hidden", "/%00", "/14/%00index.html", "/a%0ab",
    "/" + "a" * 5000, "/con", "/%ff", "/link.txt", "/pipe",
    "/way/config.yaml",
])
def test_nothing_outside_the_two_folders_is_opened(house: House, path: str) -> None:
    (house.folder / "site" / "link.txt").symlink_to(house.folder / "config.yaml")
    (house.folder / "site" / "way").symlink_to(house.folder)
    os.mkfifo(house.folder / "site" / "pipe")

    answer = house.client.get(path)

    assert answer.status_code == 404
    assert b"letters@example.com" not in answer.content
    assert answer.headers["cache-control"] == "no-store"


def test_answer_is_the_same_whatever_a_cache_could_be_poisoned_with(house: House) -> None:
    plain = house.client.get("/")

    for poison in ({"x-forwarded-host": "evil.example"}, {"host": "evil.example"}, {"x-original-url": "/other"},
                   {"x-http-method-override": "POST"}):
        answer = house.client.get("/?x=evil", headers=poison)
        assert (answer.status_code, answer.content, dict(answer.headers)) == (200, PAGE, dict(plain.headers))


DAY = "Tue, 14 Nov 2023 22:13:"  # when every file was changed, at second 20
MINE, WEAK = "{etag}", "W/{etag}"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", ["/14/", "/feeds/atom.xml", "/big.mp3"])
@pytest.mark.parametrize(("asked", "status"), [
    # 13.1.1 If-Match: strong comparison; 13.1.2 If-None-Match: weak comparison; both: lists, lines, "*"
    ([("if-match", MINE)], 200), ([("if-match", "*")], 200), ([("if-match", WEAK)], 412), ([("if-match", '"x"')], 412),
    ([("if-match", '"x"'), ("if-match", MINE)], 200), ([("if-none-match", MINE)], 304),
    ([("if-none-match", WEAK)], 304),
    ([("if-none-match", "*")], 304), ([("if-none-match", '"x"')], 200), ([("if-none-match", '"x", "*"')], 200),
    ([("if-none-match", '"x"'), ("if-none-match", MINE)], 304), ([("if-none-match", '"a,b" , ' + MINE)], 304),
    # 13.1.3 If-Modified-Since, 13.1.4 If-Unmodified-Since: second by second
    ([("if-modified-since", DAY + "20 GMT")], 304), ([("if-modified-since", DAY + "19 GMT")], 200),
    ([("if-modified-since", DAY + "21 GMT")], 304), ([("if-unmodified-since", DAY + "20 GMT")], 200),
    ([("if-unmodified-since", DAY + "19 GMT")], 412),
    # what is no date, or more than one, is ignored
    ([("if-modified-since", "yesterday")], 200), ([("if-unmodified-since", "yesterday")], 200),
    ([("if-modified-since", DAY + "20 GMT"), ("if-modified-since", DAY + "20 GMT")], 200),
    # 5.6.7: all three forms of a date
    ([("if-modified-since", "Tuesday, 14-Nov-23 22:13:20 GMT")], 304),
    ([("if-modified-since", "Tue Nov 14 22:13:20 2023")], 304),
    ([("if-modified-since", "Tue Nov 14 22:13:19 2023")], 200),
    # 13.2.2: the order in which they count
    ([("if-match", MINE), ("if-unmodified-since", DAY + "19 GMT")], 200),
    ([("if-match", '"x"'), ("if-none-match", MINE)], 412), ([("if-match", MINE), ("if-none-match", MINE)], 304),
    ([("if-unmodified-since", DAY + "19 GMT"), ("if-modified-since", DAY + "20 GMT")], 412),
    ([("if-none-match", '"x"'), ("if-modified-since", DAY + "20 GMT")], 200),
])
def test_conditions_are_decided_as_rfc_9110_says(
    house: House, method: str, path: str, asked: list[tuple[str, str]], status: int,
) -> None:
    first = house.client.get(path)
    headers = [(name, value.replace("{etag}", first.headers["etag"])) for name, value in asked]

    answer = house.client.request(method, path, headers=headers)

    assert answer.status_code == status
    assert [answer.headers.get(name) for name in ("etag", "last-modified", "cache-control", "vary")] == [
        first.headers.get(name) for name in ("etag", "last-modified", "cache-control", "vary")]
    assert answer.content == (first.content if (method, status) == ("GET", 200) else b"")


def test_date_without_a_zone_is_utc_wherever_we_run(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Pacific/Apia")
        time.tzset()
        answers = [house.client.get("/", headers={"if-modified-since": f"Tue Nov 14 22:13:{second} 2023"}).status_code
                   for second in (19, 20)]
    time.tzset()

    assert answers == [200, 304]


def test_a_tag_stands_for_one_form_of_a_file_only(house: House) -> None:
    packed = house.client.get("/", headers={"accept-encoding": "gzip"}).headers["etag"]

    answer = house.client.get("/", headers={"accept-encoding": "identity", "if-none-match": packed})

    assert (answer.status_code, answer.content) == (200, PAGE)


@pytest.mark.parametrize(("more", "status", "size"), [
    ({}, 206, 10), ({"if-range": MINE}, 206, 10), ({"if-range": '"x"'}, 200, 1024 * 1024 + 1),
    ({"if-range": DAY + "20 GMT"}, 206, 10), ({"if-range": DAY + "19 GMT"}, 200, 1024 * 1024 + 1),
    ({"if-none-match": MINE}, 304, 0), ({"if-match": '"x"'}, 412, 0),
])
def test_part_of_a_film_is_sent_only_of_the_file_that_is_meant(
    house: House, more: dict[str, str], status: int, size: int,
) -> None:
    etag = house.client.head("/big.mp3").headers["etag"]
    more = {name: value.replace("{etag}", etag) for name, value in more.items()}

    answer = house.client.get("/big.mp3", headers={"range": "bytes=5-14", **more})

    assert (answer.status_code, len(answer.content)) == (status, size)


@pytest.mark.parametrize(("path", "status"), [("/14", 308), ("/nowhere", 404)])
def test_conditions_on_what_is_no_file_are_ignored(house: House, path: str, status: int) -> None:
    assert house.client.get(path, headers={"if-match": '"x"', "if-none-match": "*"}).status_code == status


def test_file_on_a_disk_that_hangs_holds_up_nobody_else(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    opened, others_are_served = threading.Event(), threading.Event()
    answer = StaticFiles.answer

    def late(files: StaticFiles, request: Request, path: str) -> Response | None:
        opened.set()
        return answer(files, request, path) if others_are_served.wait(50) else None

    monkeypatch.setattr(StaticFiles, "answer", late)

    server = Server(house.site, "127.0.0.1", 0, SpoolThread(lambda: 0))
    server.start()
    with ThreadPoolExecutor(MANY) as beside:
        pages = [beside.submit(_status, server.port, "/14/") for _ in range(MANY)]
        assert opened.wait(20)
        assert [_status(server.port, path) for path in ("/health", "/preferences/forged")] == [200, 404]
        assert not any(page.done() for page in pages)
        others_are_served.set()
        assert {page.result() for page in pages} == {200}
    server.stop()


def test_large_file_on_a_disk_that_hangs_holds_up_nobody_either(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, others_are_served = threading.Semaphore(0), threading.Event()

    def late(file: str, *rest: Any, **how: Any) -> IO[Any]:
        opened.release()
        assert others_are_served.wait(50)
        return open(file, *rest, **how)  # noqa: PTH123, SIM115, as it is called there

    monkeypatch.setattr("anyio._core._fileio.open", late, raising=False)
    server = Server(house.site, "127.0.0.1", 0, SpoolThread(lambda: 0))
    server.start()
    with ThreadPoolExecutor(MANY + 3) as beside:
        files = [beside.submit(_status, server.port, "/big.mp3") for _ in range(MANY)]
        assert all(opened.acquire(timeout=20) for _ in range(MANY - 1))
        asked = [beside.submit(_status, server.port, path)
                 for path in ("/preferences/forged", "/view/forged", "/metrics")]
        done, _ = wait(asked, 20)
        others_are_served.set()
        assert [one.result() for one in asked if one in done] == [404, 404, 200]
        assert {file.result() for file in files} == {200}
    server.stop()


def _status(port: int, path: str) -> int:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code
