"""Kit (formerly ConvertKit): drafts a broadcast, then gives it an hour that has come.

Excerpts read in November 2026, the rest from memory, not tried against a live account:
developers.kit.com/api-reference/broadcasts (create, list, update): a draft is not `public` and has no `send_at`; what
is to go out is `public`, on the account's own pages as well, and has an hour. Our mark stands in the internal
description. Kit puts its own template around the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.clock import Clock
from pipeline.providers.broadcasts import Broadcast, Copy, Found, Stage, inside
from pipeline.providers.http import Call, HttpClient, check_secret, json_call

URL = "https://api.kit.com"
LONGEST_LIST = 32 * 1024 * 1024  # bytes: the list has the whole text of each of its hundred, and cannot do without

_STAGES = {"draft": Stage.DRAFT, "aborted": Stage.ENDED}


class Kit(Broadcast):
    """A transport over one account."""

    name = "kit"
    way_out = "{{ unsubscribe_url }}"
    listing = "/v4/broadcasts?per_page=100"

    def __init__(self, client: HttpClient, clock: Clock, template_id: int | None, *, is_draft: bool) -> None:
        super().__init__(client, clock, is_draft=is_draft)
        self._template = template_id

    def listed(self, document: Any) -> Iterable[Found]:
        for one in document["broadcasts"]:
            hour = one.get("send_at")
            word = one.get("status") or (f"from {hour}" if hour else "draft")
            yield Found(str(one["id"]), one.get("description") or "", _STAGES.get(word, Stage.GOING), word)

    def create(self, copy: Copy) -> Call:
        return json_call("/v4/broadcasts", {**self._said(copy), "public": False, "send_at": None})

    def created(self, document: Any) -> str:
        return str(document["broadcast"]["id"])

    def start(self, id_: str, copy: Copy) -> Call:
        """With all that the draft has: what a change leaves out, such as the template, goes back to the default."""
        now = self._clock.now().isoformat(timespec="seconds")
        call = json_call(f"/v4/broadcasts/{id_}",
                         {**self._said(copy), "public": True, "published_at": now, "send_at": now})
        return replace(call, method="PUT")

    def _said(self, copy: Copy) -> dict[str, Any]:
        template = {"email_template_id": self._template} if self._template else {}
        return {"subject": copy.subject, "content": inside(copy.html), "description": copy.mark, **template}

    def problem(self, answer: Any) -> tuple[int | str | None, str]:
        document = answer.document
        errors = document.get("errors") if isinstance(document, Mapping) else None
        return None, "; ".join(map(str, errors)) if isinstance(errors, list) else answer.words


def kit(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Kit]:
    """For the catalogue: `api_key` of version 4, and the number of a `template`."""
    key = check_secret("api_key", settings.get("api_key"))
    url, template = settings.get("url") or URL, settings.get("template")
    return lambda: Kit(
        HttpClient("kit", url, {"x-kit-api-key": key}, secrets=[key], longest_reply=LONGEST_LIST), clock,
        int(template) if template else None, is_draft=bool(settings.get("draft")))
