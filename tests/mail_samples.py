"""A small publication with invented issues and readers, for the tests of mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from pipeline.editions.edition import Edition, Hole
from pipeline.editions.email import render_edition
from pipeline.editions.frame import Frame
from pipeline.editions.templates import MailTemplates
from pipeline.issues.document import parse
from pipeline.issues.issue import Image, Issue
from pipeline.mailings.envelope import Envelope, Reader

FRAME = Frame(
    title="铅字周刊", url="https://type.example.com/", language="zh-Hans", author="林子",
    postal_address="上海市某路 1 号",
    page_url="https://type.example.com/7/", view=True, preferences=True,
)
TEMPLATES = MailTemplates()


def issue(**changes: Any) -> Issue:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    fields: dict[str, Any] = {
        "key": "7", "number": 7, "title": "字与纸", "day": date(2026, 3, 2), "published_at": at,
        "updated_at": at, "feed_id": "tag:type.example.com,2026:7", "permalink": "7/",
        "description": "一期关于纸的周刊", "language": "zh-Hans", "tags": (), "author": "林子", "path": "07-字与纸.md",
    }
    return Issue(**fields | changes)


def render(
    body: str = "正文。", *, frame: Frame = FRAME, templates: MailTemplates = TEMPLATES, cover: Image | None = None,
    **changes: Any,
) -> Edition:
    """The edition of an issue with this body."""
    made = issue(**changes)
    document = parse(body, language=made.language, title=made.title, cover=cover)
    return render_edition(made, document, frame, templates)


def edition(**changes: Any) -> Edition:
    """An edition made by hand: each hole once in each part."""
    marks = "\n".join(f"<a href=\"{hole}\">{hole.name}</a>" for hole in Hole)
    text = "纸\n" + "\n".join(Hole) + "\n"
    plain = Edition("7", "zh-Hans", "字与纸", "一期关于纸的周刊", f"<p>纸</p>\n{marks}\n", text)
    return replace(plain, **changes)


def envelope(**changes: Any) -> Envelope:
    plain = Envelope(
        sender_name="铅字周刊", sender_address="weekly@example.com",
        date=datetime(2026, 3, 2, 8, tzinfo=timezone(timedelta(hours=8))), domain="example.com", language="zh-Hans",
        publication="铅字周刊", mailing="7-weekly", reply_to="editor@example.com", list_id="weekly.example.com",
        list_name="Weekly", archive_url="https://type.example.com/", help_url="https://type.example.com/help",
        feedback_id="7:weekly:mailing:type", unsubscribe_url_prefix="https://news.example.com/unsubscribe/",
        unsubscribe_mailto="leave@example.com", view_url_prefix="https://news.example.com/view/",
        preferences_url_prefix="https://news.example.com/preferences/",
    )
    return replace(plain, **changes)


def reader(**changes: Any) -> Reader:
    plain = Reader(
        key="d41d8cd98f", message_id="m7.1", address="mira@example.org", name="Mira", unsubscribe="u" * 43,
        view="v" * 43, preferences="p" * 43, action="https://news.example.com/confirm/c1?a=1&b=2", sequence=1,
    )
    return plain._replace(**changes)
