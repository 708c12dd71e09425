"""What providers post, read with care: bounded in depth, its shape not trusted, kept without secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from pipeline.errors import Unreadable

DEEPEST = 20    # no provider nests so deep
LONGEST = 2_000  # characters of a single value that we look at

# By which names our delivery key may travel with a message: headers, tags, metadata, variables.
DELIVERY_NAMES = ("avviso", "x-avviso-delivery", "avviso-delivery", "avviso_delivery")

# Not about what happened: other people's mail, or what a reader did and where they were.
_LEFT_OUT = frozenset({
    "signature", "signatures", "headers", "commonheaders", "ip", "ipaddress", "geo", "geolocation", "client-info",
    "client", "useragent", "user-agent", "content", "subject", "envelope", "storage", "url", "link", "originallink",
})


def read_json(body: bytes | str) -> Any:
    """JSON of any shape. Raises Unreadable, also for what is nested deeper than any report."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("a report is not JSON") from None
    if _is_deep(read):
        raise Unreadable("a report is nested too deeply")
    return read


def read_object(body: bytes | str) -> Mapping[str, Any]:
    """One JSON object. Raises Unreadable."""
    read = read_json(body)
    if not isinstance(read, dict):
        raise Unreadable("a report is not one JSON object")
    return read


def read_objects(body: bytes | str) -> Sequence[Mapping[str, Any]]:
    """JSON objects: one, or a list of them. Raises Unreadable."""
    read = read_json(body)
    return some_objects(read if isinstance(read, list) else [read])


def some_objects(listed: Sequence[Any]) -> Sequence[Mapping[str, Any]]:
    """The objects of a list; what else stands in it is passed over. Raises Unreadable where that is all of it."""
    found = objects(listed)
    if listed and not found:
        raise Unreadable("a report is no list of JSON objects")
    return found


def part(value: Any, *names: str) -> Any:
    """What lies behind these names, one inside the other; None where there is no such thing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def text(value: Any, *names: str) -> str:
    """A value as text that every database takes; "" where there is none, or no single one."""
    found = part(value, *names)
    plain = isinstance(found, str | int | float) and not isinstance(found, bool)
    return _sound(str(found)[:LONGEST].replace("\0", "")) if plain else ""


def objects(value: Any, *names: str) -> list[Mapping[str, Any]]:
    """A list of objects; what else stands in it is passed over."""
    found = part(value, *names) if names else value
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def instant(said: str, now: datetime) -> datetime:
    """An instant in ISO 8601, as in a mail header, or in (milli)seconds since 1970; `now` for none of these."""
    for read in (_from_number, datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = read(said)
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
        except (ValueError, OverflowError, OSError):
            continue
    return now


def delivery_key(*places: Any) -> str:
    """Our key out of headers, tags or metadata, however a provider writes them down; "" where there is none."""
    for place in places:
        for name, value in _pairs(place):
            if name.lower() in DELIVERY_NAMES:
                return next((text(one) for one in (value if isinstance(value, list) else [value])), "")
    return ""


def message_id(said: str) -> str:
    """What stands before the @ of a Message-ID, with or without its angle brackets."""
    return said.strip().strip("<>").partition("@")[0]


def kept(value: Any) -> str:
    """What is worth keeping of a report, as JSON."""
    return _sound(json.dumps(_pruned(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True))


def _sound(text: str) -> str:
    """Lone surrogates, which nobody can write down, become question marks."""
    return text.encode("utf-8", "replace").decode()


def _from_number(said: str) -> datetime:
    seconds = float(said)
    return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)


def _pairs(place: Any) -> Iterator[tuple[str, Any]]:
    """Names and values of `{name: value}`, or of `[{"name": …, "value": …}]` as some write it."""
    if isinstance(place, dict):
        yield from ((str(name), value) for name, value in place.items())
    elif isinstance(place, list):
        yield from ((text(one, "name"), one.get("value")) for one in place if isinstance(one, dict))


def _pruned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _pruned(inner) for name, inner in value.items() if name.lower() not in _LEFT_OUT}
    return [_pruned(inner) for inner in value] if isinstance(value, list) else value


def _is_deep(value: Any) -> bool:
    layer = [value]
    for _ in range(DEEPEST):
        layer = [inner for one in layer if isinstance(one, dict | list)
                 for inner in (one.values() if isinstance(one, dict) else one)]
        if not layer:
            return False
    return True
