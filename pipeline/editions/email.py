"""An issue dressed for mail: subject, preheader, HTML with inlined CSS, text part: an Edition.

Rendered once per issue. What differs from reader to reader stays a hole; what an author wrote can't be one.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from itertools import accumulate
from urllib.parse import urljoin

from markupsafe import Markup

from pipeline.editions.columns import columns
from pipeline.editions.dressing import dress
from pipeline.editions.edition import Edition, Hole
from pipeline.editions.fitting import MOST_HEADINGS, Excerpt, fit
from pipeline.editions.frame import Frame, letterhead, one_line, subject_line
from pipeline.editions.holes import quote
from pipeline.editions.prose import Voice
from pipeline.editions.templates import MailTemplates
from pipeline.editions.text import RULE, render_text, underlined
from pipeline.editions.theme import PADDING
from pipeline.editions.wording import wording
from pipeline.errors import EditionError
from pipeline.issues.document import Document, Target, html
from pipeline.issues.html.targets import Place
from pipeline.issues.html.vocabulary import vocabulary
from pipeline.issues.issue import Image, Issue
from pipeline.issues.reading.headline import unsaid_number
from pipeline.language import long_date

PREHEADER = 90           # columns: inboxes show 80 to 100 letters, or half as many Chinese characters

Resolve = Callable[[str], str]


def render_edition(
    issue: Issue, document: Document, frame: Frame, templates: MailTemplates, resolve: Resolve | None = None,
) -> Edition:
    """The Edition of an issue.

    `resolve` makes a reference in the issue absolute; without it the issue's page is the base.
    Raises EditionError when a template, the accent or the subject's pattern is at fault, and for an issue that no mail
    can hold where it has no page for the rest.
    """
    resolve = resolve or (lambda reference: urljoin(frame.page_url or frame.url, reference))
    place = Place(Target.MAIL, frame.page_url, resolve, frame.width - 2 * PADDING)
    subject = _subject(issue, frame)
    preheader = shortened(one_line(issue.description), PREHEADER)
    context = _context(issue, frame, subject, preheader)
    edition = Edition(
        name=issue.key,
        language=issue.language,
        subject=subject,
        preheader=preheader,
        html=_mail(issue, document, place, templates, context),
        text=_text(document, place, templates, context),
    )
    for name in ("issue.html", "issue.txt"):
        templates.must_show_issue(name)
    return edition


def shortened(text: str, width: int) -> str:
    """At most `width` columns of a line; what is cut ends in an ellipsis, at a space if one is near."""
    if columns(text) <= width:
        return text
    kept = text[:bisect_right(list(accumulate(map(columns, text))), width - 1)]
    space = kept.rfind(" ")
    return (kept[:space] if space > len(kept) - 16 and space > 0 else kept).rstrip(" ,;:，、；：") + "…"


def _subject(issue: Issue, frame: Frame) -> str:
    return subject_line(
        frame.subject, number=issue.number, title=issue.title, publication=frame.title,
        day=long_date(issue.day, issue.language),
    )


def _context(issue: Issue, frame: Frame, subject: str, preheader: str) -> dict[str, object]:
    """What both templates know of the issue; the author's words are quoted."""
    words = wording(issue.language)
    number = unsaid_number(issue.number, issue.title)
    common = letterhead(frame, issue.language, why=words["why"].format(title=frame.title))
    links = (
        (words["unsubscribe"], Hole.UNSUBSCRIBE.value),
        (words["preferences"], Hole.PREFERENCES.value if frame.preferences else ""),
        (words["archive"], common["archive_url"]),
    )
    return {
        **common,
        "title": quote(one_line(issue.title) or subject),
        "preface": quote(frame.preface),
        "description": quote(issue.description),
        "subject": quote(subject),
        "preheader": quote(preheader),
        "number": words["number"].format(number=number) if number is not None else "",
        "date": long_date(issue.day, issue.language),
        "unsubscribe_url": Hole.UNSUBSCRIBE.value,
        "preferences_url": Hole.PREFERENCES.value if frame.preferences else "",
        "links": [(label, url) for label, url in links if url],
    }


def _mail(
    issue: Issue, document: Document, place: Place, templates: MailTemplates, context: Mapping[str, object],
) -> str:
    """The HTML part, no larger than clients show whole."""
    fragment = html(
        document, Target.MAIL, page_url=place.page_url, resolve=place.resolve, width=place.width,
    )
    anchors = {heading.text: heading.id for heading in document.headings}

    def dressed(excerpt: Excerpt) -> str:
        if excerpt.rest is not None and not place.page_url:
            raise EditionError("is longer than a mail can hold, and no page on the web has the rest", path=issue.path,
                               remedy="shorten it, or mail it to a list that is public", rule="mail-size")
        own = {
            "body": Markup(quote(excerpt.html)),  # noqa: S704 (cleaned by issues.markdown)
            "cover": _cover(document.cover, issue.title, place),
            "heavy": excerpt.compact,
            "continuation": _continuation(excerpt.rest, place.page_url, anchors, context),
        }
        return dress(templates, "issue.html", {**context, **own}, compact=excerpt.compact)

    return fit(fragment, dressed)


def _cover(cover: Image | None, title: str, place: Place) -> dict[str, str] | None:
    """The cover, when the issue names one that its own text does not begin with."""
    src = place.link(cover.src) if cover else ""
    return {"src": quote(src), "alt": quote(cover.alt or title)} if cover and src else None


def _continuation(
    rest: tuple[str, ...] | None, page_url: str, anchors: Mapping[str, str], context: Mapping[str, object],
) -> dict[str, object] | None:
    """What stands at the end of a mail that was cut."""
    if rest is None:
        return None
    words = wording(str(context["language"]))
    listed = [
        {"text": quote(shortened(text, 80)), "url": quote(page_url + (f"#{anchors[text]}" if text in anchors else ""))}
        for text in rest[:MOST_HEADINGS]
    ]
    more = len(rest) - len(listed)
    return {
        "url": quote(page_url),
        "headings": listed,
        "more": words["more"].format(count=more) if more else "",
    }


def _text(document: Document, place: Place, templates: MailTemplates, context: Mapping[str, object]) -> str:
    """The text part: always the whole issue, no client cuts it."""
    language = str(context["language"])
    voice = Voice(wording(language)["image"], vocabulary(language), place.link)
    own = {
        "heading": underlined(str(context["title"])),
        "rule": RULE,
        "body": quote(render_text(document.tokens, voice)),
    }
    return templates.render("issue.txt", {**context, **own}).strip() + "\n"
