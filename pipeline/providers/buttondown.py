"""Buttondown: drafts an email, then sends it to everybody who subscribed there.

Excerpts read in November 2026, the rest from memory, not tried against a live account:
docs.buttondown.com/api-emails-introduction with github.com/buttondown/openapi (emails: create, list, update), and
buttondown.com/blog/2026-03-07-safer-email-api-defaults. Our mark stands in `metadata`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from pipeline.clock import Clock
from pipeline.providers.broadcasts import Broadcast, Copy, Found, Stage
from pipeline.providers.http import Call, HttpClient, check_secret, json_call
from pipeline.providers.http_verdicts import Blame, Table

URL = "https://api.buttondown.com"
_ENDED = frozenset({"deleted", "errored", "suppressed"})


class Buttondown(Broadcast):
    """A transport over one newsletter."""

    name = "buttondown"
    way_out = "{{ unsubscribe_url }}"
    words_at = "detail"
    listing = "/v1/emails?ordering=-creation_date&excluded_fields=body"
    table: ClassVar[Table] = {"sending_requires_confirmation": Blame.ACCOUNT, "email_not_confirmed": Blame.ACCOUNT}

    def listed(self, document: Any) -> Iterable[Found]:
        for one in document["results"]:
            word = one["status"]
            stage = Stage.DRAFT if word == "draft" else Stage.ENDED if word in _ENDED else Stage.GOING
            yield Found(one["id"], (one.get("metadata") or {}).get("avviso", ""), stage, word)

    def create(self, copy: Copy) -> Call:
        """Our page as it is: `naked` puts nothing around it, and the comment keeps it from being read as Markdown."""
        return json_call("/v1/emails", {
            "subject": copy.subject, "body": f"<!-- buttondown-editor-mode: fancy -->{copy.html}", "status": "draft",
            "template": "naked", "metadata": {"avviso": copy.mark},
        })

    def created(self, document: Any) -> str:
        return str(document["id"])

    def start(self, id_: str, copy: Copy) -> Call:  # noqa: ARG002, the draft has it
        call = json_call(f"/v1/emails/{id_}", {"status": "about_to_send"})
        return replace(call, method="PATCH")


def buttondown(settings: Mapping[str, Any], clock: Clock) -> Callable[[], Buttondown]:
    """For the catalogue: `api_key`; with `draft` nothing is sent before a person does it there."""
    key = check_secret("api_key", settings.get("api_key"))
    url = settings.get("url") or URL
    return lambda: Buttondown(HttpClient("buttondown", url, {"authorization": f"Token {key}"}, secrets=[key]), clock,
                              is_draft=bool(settings.get("draft")))
