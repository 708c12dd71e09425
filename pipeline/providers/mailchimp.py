"""Mailchimp: drafts a campaign for an audience, puts the text in, sends it.

Excerpts read in November 2026, the rest from memory, not tried against a live account:
mailchimp.com/developer/marketing/api/campaigns (add, list, send) and campaign-content, and
mailchimp.com/help/about-api-keys. The part of the key behind its dash names the data centre. Our mark stands in the
campaign's internal title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from pipeline.clock import Clock
from pipeline.errors import ConfigError
from pipeline.providers.broadcasts import Broadcast, Copy, Found, Stage
from pipeline.providers.fields import reply_to, sender
from pipeline.providers.http import Call, HttpClient, check_secret, json_call

_STAGES = {"save": Stage.DRAFT, "canceled": Stage.ENDED, "canceling": Stage.ENDED, "archived": Stage.ENDED}
_MARK = re.compile(r"\[(avviso-[^\]]+)\]$")


class Mailchimp(Broadcast):
    """A transport over one audience."""

    name = "mailchimp"
    opening = re.compile(r"\*(?=\|)")
    way_out = "*|UNSUB|*"
    code_at, words_at = "title", "detail"

    def __init__(self, client: HttpClient, clock: Clock, list_id: str, *, is_draft: bool) -> None:
        super().__init__(client, clock, is_draft=is_draft)
        self._list = list_id
        wanted = {"list_id": self._list, "count": 100, "sort_field": "create_time", "sort_dir": "DESC",
                  "fields": "campaigns.id,campaigns.status,campaigns.settings.title"}
        self.listing = f"/3.0/campaigns?{urlencode(wanted)}"

    def listed(self, document: Any) -> Iterable[Found]:
        for one in document["campaigns"]:
            mark = _MARK.search(one["settings"].get("title", ""))
            yield Found(one["id"], mark[1] if mark else "", _STAGES.get(one["status"], Stage.GOING), one["status"])

    def create(self, copy: Copy) -> Call:
        who = sender(copy.sender, copy.parts)
        answers = reply_to(copy.parts) or who
        return json_call("/3.0/campaigns", {
            "type": "regular", "recipients": {"list_id": self._list},
            "settings": {"subject_line": copy.subject, "title": f"{copy.sender.mailing} [{copy.mark}]",
                         "from_name": who.name or who.address, "reply_to": answers.address},
            "tracking": {"opens": False, "html_clicks": False, "text_clicks": False},
        })

    def created(self, document: Any) -> str:
        return str(document["id"])

    def put(self, id_: str, copy: Copy) -> Call:
        call = json_call(f"/3.0/campaigns/{id_}/content", {"html": copy.html, "plain_text": copy.text})
        return replace(call, method="PUT")

    def start(self, id_: str, copy: Copy) -> Call:  # noqa: ARG002, the draft has it
        return Call("POST", f"/3.0/campaigns/{id_}/actions/send")


def mailchimp(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Mailchimp]:
    """For the catalogue: `api_key`, and the id of the audience as `list`."""
    key = check_secret("api_key", settings.get("api_key"))
    centre = key.rpartition("-")[2]
    if not settings.get("list"):
        raise ConfigError("transport.list is missing", remedy="add the audience's id, as in `list: a1b2c3d4e5`")
    if not settings.get("url") and not re.fullmatch(r"[a-z]{2,4}[0-9]{1,3}", centre):
        raise ConfigError("transport.api_key does not end in a data centre, such as -us21", remedy="copy it whole")
    url = settings.get("url") or f"https://{centre}.api.mailchimp.com"
    return lambda: Mailchimp(HttpClient("mailchimp", url, {"authorization": f"Bearer {key}"}, secrets=[key]), clock,
                             settings["list"], is_draft=bool(settings.get("draft")))
