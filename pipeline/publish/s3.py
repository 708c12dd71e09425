"""A bucket as one thread talks to it: listed, filled and emptied in the words of Amazon S3, which many speak.

Read in November 2026: docs.aws.amazon.com/AmazonS3/latest/API (ListObjectsV2, PutObject, DeleteObject) and
docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote_plus, urlsplit

from lxml import etree

from pipeline.clock import Clock
from pipeline.errors import OutputError, TransportError, Unreachable, in_one_line
from pipeline.providers.http import Answer, Call, HttpClient
from pipeline.providers.sigv4 import Credentials, sign

PAGE = 500         # objects of one list; it stays below what a client takes as an answer
PAUSE_S = 1.0      # before a call that met a busy service is made once more: among thousands, some do
TOO_MANY = 429     # as R2 asks for patience; Amazon's own S3 says 503
PATIENCE_S = 300.0  # for one object, of up to 64 MB
GOES_ON = "nothing is lost: the next pass goes on where this one stopped"
_PLAIN = "/-_.~"
_NAMESPACE = "{*}"
_REMEDIES = {"RequestTimeTooSkewed": "set this machine's clock: a signature holds for a quarter of an hour"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where objects lie. `endpoint` is the service's address, "" for Amazon's; `prefix` is "" or ends with a slash."""

    name: str
    region: str
    endpoint: str = ""
    prefix: str = ""

    @property
    def root(self) -> tuple[str, str]:
        """The address of the server, and the path of the bucket on it: "" where the host has its name."""
        url = self.endpoint.rstrip("/") or f"https://s3.{self.region}.amazonaws.com"
        return url, "" if (urlsplit(url).hostname or "").startswith(f"{self.name.lower()}.") else f"/{self.name}"


class Store:
    """The objects below the place's prefix, by their names without it. `find_credentials` is asked at every call.

    Its calls raise Unreachable where the service or the keys are away, OutputError where it refuses them.
    """

    def __init__(self, place: Place, find_credentials: Callable[[], Credentials], clock: Clock) -> None:
        self._place = place
        self._find_credentials = find_credentials
        self._clock = clock
        url, self._path = place.root
        self._client = HttpClient(place.name, url, {"accept": "*/*"}, patience_s=PATIENCE_S)

    def listed(self) -> dict[str, str]:
        """Every object's ETag, without its quotes: the MD5 of its bytes, except where a key of KMS encrypts them."""
        found: dict[str, str] = {}
        token = ""
        while True:
            query = {"encoding-type": "url", "list-type": "2", "max-keys": str(PAGE), "prefix": self._place.prefix}
            page = _list(self._call("GET", query=query | ({"continuation-token": token} if token else {})).body)
            for one in page.iter(f"{_NAMESPACE}Contents"):
                key = unquote_plus(_text(one, "Key"))
                found[key.removeprefix(self._place.prefix)] = _text(one, "ETag").strip('"')
            if _text(page, "IsTruncated") != "true":
                return found
            token = _text(page, "NextContinuationToken")
            if not token:
                raise OutputError(f"{self._place.name} cuts its list and does not say how it goes on",
                                  remedy="use a service that has ListObjectsV2, or see bucket.endpoint")

    def put(self, name: str, content: bytes, headers: Mapping[str, str]) -> None:
        """Puts an object in the place of whatever has its name, whole or not at all."""
        self._call("PUT", name, content, headers)

    def delete(self, name: str) -> None:
        """Takes an object away; one that is not there is no mistake."""
        self._call("DELETE", name)

    def close(self) -> None:
        """Ends the connection."""
        self._client.close()

    def _call(
        self, method: str, name: str = "", content: bytes = b"", headers: Mapping[str, str] | None = None, *,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        path = f"{self._path}/" + (quote(self._place.prefix + name, safe=_PLAIN) if name else "")
        asked = "&".join(f"{key}={quote(value, safe='-_.~')}" for key, value in sorted((query or {}).items()))
        sent = {"host": urlsplit(self._client.url).netloc, "x-amz-content-sha256": hashlib.sha256(content).hexdigest(),
                **(headers or {})}
        call = Call(method, f"{path}?{asked}" if asked else path, content, sent)
        answer = self._signed(call)
        if _is_busy(answer):
            self._clock.wait(threading.Event(), PAUSE_S)
            answer = self._signed(call)
        if 200 <= answer.status < 300:
            return answer
        code, words = _said(answer)
        what = f"{self._place.name} refuses {method} {name or 'its list'}: {words}"
        if _is_busy(answer):
            raise Unreachable(what, remedy=GOES_ON)
        raise OutputError(what, remedy=_REMEDIES.get(code, "see name, region, endpoint and key in `bucket`, and what "
                                                           "the key may do"))

    def _signed(self, call: Call) -> Answer:
        """The answer to a call, which is signed as of now."""
        path, _, asked = call.path.partition("?")
        try:
            signature = sign(self._find_credentials(), self._place.region, "s3", method=call.method, path=path,
                             headers=call.headers, body=call.content, now=self._clock.now(), query=asked)
            return self._client.call(replace(call, headers={**call.headers, **signature}))
        except TransportError as error:
            raise Unreachable(error.problem.message, remedy=GOES_ON) from error


def _is_busy(answer: Answer) -> bool:
    """Whether the service wants to be asked again later."""
    return answer.status >= 500 or answer.status == TOO_MANY


def _list(body: bytes) -> etree._Element:
    """A page of the bucket's list. Raises OutputError: another XML would be a bucket with nothing in it."""
    page = _read(body)
    if (name := etree.QName(page).localname) != "ListBucketResult":
        raise _strange(f"<{name}>")
    return page


def _read(body: bytes) -> etree._Element:
    """An answer's XML; entities and other files are not its business. Raises OutputError."""
    try:
        return etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise _strange(error.msg) from None


def _strange(what: str) -> OutputError:
    return OutputError(f"the bucket answers something else than S3 does ({what})", remedy="see bucket.endpoint")


def _text(node: etree._Element, name: str) -> str:
    return node.findtext(f"{_NAMESPACE}{name}") or ""


def _said(answer: Answer) -> tuple[str, str]:
    """A refusal's code, and status, code and words. Nothing else of it is for people: some repeat what was signed."""
    try:
        refusal = _read(answer.body)
    except OutputError:
        return "", str(answer.status)
    code = _text(refusal, "Code")
    return code, in_one_line(f"{answer.status} {code} {_text(refusal, 'Message')}")[:300]
