"""A bucket on loopback that speaks as much of S3 as avviso uses, and believes only what is signed as Amazon says.

The signature is computed once more from the request as it came, by Amazon's own code.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI+K7MDENG+bPxRfiCYEXAMPLEKEY"
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


@dataclass
class Bucket:
    """What lies in it by key, and what was asked of it, in its order. `page` is how many objects a list names.

    `refuse` may answer in its place, with a status, before anything is done: it is asked with method and key. Where
    `now` is given, what was signed a quarter of an hour before or after it is refused. Unless it `goes_on`, it speaks
    an older S3, which names no token where a list is cut.
    """

    name: str = "weekly"
    region: str = "eu-west-1"
    page: int = 3
    objects: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refuse: Callable[[str, str], int | None] = lambda method, key: None
    now: datetime | None = None
    goes_on: bool = True
    port: int = 0

    @property
    def puts(self) -> list[str]:
        return [key for method, key in self.asked if method == "PUT"]

    def settings(self, **more: str) -> dict[str, str]:
        """As `bucket:` in config.yaml has it."""
        return {"name": self.name, "region": self.region, "endpoint": f"http://127.0.0.1:{self.port}/",
                "access_key_id": KEY_ID, "secret_access_key": SECRET, **more}


@contextmanager
def served(bucket: Bucket) -> Iterator[Bucket]:
    """The bucket, below its name at a free port."""
    class Handler(_Handler):
        book = bucket

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    bucket.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True, slots=True)
class Lender:
    """Where Amazon's own tools find keys: what a program of the owner's prints, which is asked again when they end."""

    keys: Path

    @classmethod
    def known(cls, folder: Path, patch: pytest.MonkeyPatch) -> Self:
        """The only place where they look; it lends keys that have ended already."""
        lender = cls(folder / "keys.json")
        config = folder / "aws-config"
        config.write_text(f"[default]\ncredential_process = cat {lender.keys}\n", "utf-8")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
            patch.delenv(name, raising=False)
        patch.setenv("AWS_CONFIG_FILE", str(config))
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(folder / "none"))
        lender.lend("2001-01-01T00:00:00Z")
        return lender

    def lend(self, until: str, secret: str = SECRET) -> None:
        self.keys.write_text(json.dumps({
            "Version": 1, "AccessKeyId": KEY_ID, "SecretAccessKey": secret, "Expiration": until}), "utf-8")

    def end(self) -> None:
        self.keys.unlink()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    book: Bucket
    lock = threading.Lock()

    def do_GET(self) -> None:
        self._serve(lambda key, body: self._list())

    def do_PUT(self) -> None:
        self._serve(self._put)

    def do_DELETE(self) -> None:
        self._serve(self._delete)

    def _serve(self, act: Callable[[str, bytes], None]) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        top = f"/{self.book.name}/"
        path = unquote(urlsplit(self.path).path)
        key = path.removeprefix(top)
        with self.lock:
            if not path.startswith(top):
                self._refuse(404, "NoSuchBucket", "The specified bucket does not exist")
            elif not self._is_signed(body):
                self._refuse(403, "SignatureDoesNotMatch", "The request signature we calculated does not match",
                             f"<AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId><StringToSign>{SECRET}</StringToSign>")
            elif self._is_skewed():
                self._refuse(403, "RequestTimeTooSkewed",
                             "The difference between the request time and the current time is too large.")
            else:
                self.book.asked.append((self.command, key))
                if status := self.book.refuse(self.command, key):
                    self._refuse(status, "SlowDown", "Please reduce your request rate.")
                else:
                    act(key, body)

    def _is_signed(self, body: bytes) -> bool:
        given = self.headers.get("authorization", "")
        names = given.partition("SignedHeaders=")[2].partition(",")[0].split(";")
        if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(names) or KEY_ID not in given:
            return False
        if self.headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
            return False
        request = AWSRequest(self.command, f"http://{self.headers['host']}{self.path}", data=body,
                             headers={name: self.headers[name] for name in names})
        request.context["timestamp"] = self.headers["x-amz-date"]
        auth = S3SigV4Auth(Credentials(KEY_ID, SECRET), "s3", self.book.region)
        made = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
        return given.endswith(f"Signature={made}")

    def _is_skewed(self) -> bool:
        signed_at = datetime.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%S%z")
        return self.book.now is not None and abs(self.book.now - signed_at) > timedelta(minutes=15)

    def _put(self, key: str, body: bytes) -> None:
        self.book.objects[key] = body
        self.book.headers[key] = {name: self.headers[name] for name in ("content-type", "cache-control")}
        self._answer(200, b"")

    def _delete(self, key: str, _body: bytes) -> None:
        self.book.objects.pop(key, None)
        self._answer(204, b"")

    def _list(self) -> None:
        asked = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        keys = [key for key in sorted(self.book.objects) if key.startswith(asked["prefix"])]
        start = int(asked.get("continuation-token", "0 =").partition(" ")[0])
        shown, end = keys[start:start + self.book.page], start + self.book.page
        contents = "".join(
            f"<Contents><Key>{escape(quote(key, safe='/').replace('%20', '+'))}</Key>"
            f"<ETag>&quot;{hashlib.md5(self.book.objects[key]).hexdigest()}&quot;</ETag></Contents>" for key in shown)
        is_cut = end < len(keys)
        more = f"<NextContinuationToken>{end} =</NextContinuationToken>" if is_cut and self.book.goes_on else ""
        self._answer(200, (f"<ListBucketResult {NAMESPACE}><IsTruncated>{str(is_cut).lower()}</IsTruncated>"
                           f"{contents}{more}</ListBucketResult>").encode())

    def _refuse(self, status: int, code: str, words: str, more: str = "") -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{words}</Message>{more}</Error>".encode())

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""
