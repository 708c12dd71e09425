"""listmonk: drafts a campaign for one of its lists, then runs it.

Excerpts read in November 2026, the rest from memory, not tried against a live account: listmonk.app/docs/apis/apis,
listmonk.app/docs/apis/campaigns and listmonk.app/docs/templating, and its source of July 2026. Our mark is a tag of
the campaign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pipeline.clock import Clock
from pipeline.errors import ConfigError
from pipeline.providers.broadcasts import Broadcast, Copy, Found, Stage, inside
from pipeline.providers.fields import sender
from pipeline.providers.http import Call, HttpClient, check_secret, json_call

_STAGES = {"draft": Stage.DRAFT, "cancelled": Stage.ENDED}


class Listmonk(Broadcast):
    """A transport over one list of one installation."""

    name = "listmonk"
    way_out = "{{ UnsubscribeURL }}"
    listing = "/api/campaigns?tag={mark}&no_body=true&per_page=50"  # "tags" in its pages, "tag" in its source

    def __init__(
        self, client: HttpClient, clock: Clock, list_id: int, template_id: int | None, *, is_draft: bool,
    ) -> None:
        super().__init__(client, clock, is_draft=is_draft)
        self._list = list_id
        self._template = template_id

    def listed(self, document: Any) -> Iterable[Found]:
        for one in document["data"]["results"]:
            mark = next((tag for tag in one["tags"] if tag.startswith("avviso-")), "")
            yield Found(str(one["id"]), mark, _STAGES.get(one["status"], Stage.GOING), one["status"])

    def create(self, copy: Copy) -> Call:
        """A template of the owner's holds nothing but the content and gets our whole page; listmonk's, its inside."""
        template = {"template_id": self._template} if self._template else {}
        return json_call("/api/campaigns", {
            "name": copy.sender.mailing or copy.subject, "subject": copy.subject, "lists": [self._list],
            "from_email": str(sender(copy.sender, copy.parts)), "type": "regular", "content_type": "html",
            "body": copy.html if self._template else inside(copy.html), "altbody": copy.text, "messenger": "email",
            "tags": [copy.mark],
        } | template)

    def created(self, document: Any) -> str:
        return str(int(document["data"]["id"]))

    def start(self, id_: str, copy: Copy) -> Call:  # noqa: ARG002, the draft has it
        call = json_call(f"/api/campaigns/{id_}/status", {"status": "running"})
        return replace(call, method="PUT")


def listmonk(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Listmonk]:
    """For the catalogue: `url`, `username` and `api_key` of an API user, `list` and `template` by their numbers."""
    key = check_secret("api_key", settings.get("api_key"))
    for name in ("url", "username", "list"):
        if not settings.get(name):
            raise ConfigError(f"transport.{name} is missing", remedy=f"add `{name}:`, as listmonk shows it")
    token = f"token {check_secret('username', settings['username'])}:{key}"
    return lambda: Listmonk(HttpClient("listmonk", settings["url"], {"authorization": token}, secrets=[key]), clock,
                            _number("list", settings["list"]),
                            _number("template", settings["template"]) if settings.get("template") else None,
                            is_draft=bool(settings.get("draft")))


def _number(name: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ConfigError(f"transport.{name} is not a number",
                          remedy="see the number in listmonk's own pages") from None
