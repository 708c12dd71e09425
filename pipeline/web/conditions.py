"""What a request for a file makes conditional (RFC 9110 section 13), decided in the order of its section 13.2.2."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime

from starlette.datastructures import Headers

OK, NOT_MODIFIED, PRECONDITION_FAILED = 200, 304, 412
_TAG = re.compile(r'(W/)?("[^"]*")')


def judge(headers: Headers, etag: str, changed_s: float) -> int:
    """The status of an answer to GET or HEAD. `etag` is strong, in quotes, of the very form that would go out."""
    changed = int(changed_s)
    if "if-match" in headers:
        if not _names(headers, "if-match", etag, strong=True):
            return PRECONDITION_FAILED
    elif (until := _date(headers, "if-unmodified-since")) is not None and changed > until:
        return PRECONDITION_FAILED
    if "if-none-match" in headers:
        return NOT_MODIFIED if _names(headers, "if-none-match", etag, strong=False) else OK
    since = _date(headers, "if-modified-since")
    return NOT_MODIFIED if since is not None and changed <= since else OK


def _names(headers: Headers, field: str, etag: str, *, strong: bool) -> bool:
    """Whether a list of tags, perhaps in several lines, names this one (section 8.8.3.2)."""
    given = ", ".join(headers.getlist(field)).strip()
    return given == "*" or any(tag == etag and not (strong and weak) for weak, tag in _TAG.findall(given))


def _date(headers: Headers, field: str) -> int | None:
    """Seconds since 1970, or None where there is no date, several, or none that means anything: these are ignored."""
    given = headers.getlist(field)
    if len(given) != 1:
        return None
    try:
        moment = parsedate_to_datetime(given[0])
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())  # asctime names no zone
    except (ValueError, OverflowError):
        return None
