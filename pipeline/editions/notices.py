"""A notice to the maintainer: what happened, one paragraph a matter, each with the very command to type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipeline.editions.dressing import dress
from pipeline.editions.edition import Edition
from pipeline.editions.frame import Frame, letterhead, one_line
from pipeline.editions.holes import quote
from pipeline.editions.notice_wording import notice_language, notice_wording
from pipeline.editions.templates import MailTemplates
from pipeline.editions.text import RULE, underlined
from pipeline.editions.wording import Wording

NAME = "notice"


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to tell. `key` names it for ever; `kind` is a word of the catalogue, `values` fill its sentence.

    `number` and `title` are the issue's. `counts` are a mailing's by state, for its report. `ended_at` is set for what
    is over, as a mailing that has finished.
    """

    key: str
    kind: str
    number: int | None
    title: str
    commands: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    ended_at: datetime | None = None


def render_notice(matters: Sequence[Matter], frame: Frame, templates: MailTemplates) -> Edition:
    """The Edition of a notice about at least one matter, in the publication's language or else in English."""
    language = notice_language(frame.language)
    words = notice_wording(language)
    told = [_told(matter, words) for matter in matters]
    subject = told[0]["subject"] if len(told) == 1 else words["subject_several"].format(
        count=len(told), title=frame.title)
    context = {
        **letterhead(frame, language, why=words["why"]),
        "title": quote(one_line(subject)),
        "subject": quote(one_line(subject)),
        "preheader": quote(one_line(told[0]["text"])),
        "matters": [{"text": quote(one["text"]), "commands": [quote(line) for line in matter.commands]}
                    for one, matter in zip(told, matters, strict=True)],
        "heading": underlined(quote(one_line(subject))),
        "rule": RULE,
        "links": [],
    }
    return Edition(
        name=NAME, language=language, subject=one_line(subject), preheader=one_line(told[0]["text"]),
        html=dress(templates, "notice.html", context), text=templates.render("notice.txt", context).strip() + "\n",
    )


def _told(matter: Matter, words: Wording) -> dict[str, str]:
    """The matter's subject and its sentence."""
    name = words["issue" if matter.number is not None else "issue_without_number"].format(
        number=matter.number, title=matter.title)
    counts = words["comma"].join(words[state].format(n=n) for state, n in matter.counts.items() if n)
    values = {**matter.values, "issue": name, "counts": counts}
    if "cause" in values:
        values["reason"] = words.get(f"cause_{values['cause']}", "{reason}").format(**values)
    if "way" in values:
        values["way"] = words[f"way_{values['way']}"]
    if "expires" in values:
        values["otherwise"] = words["otherwise_closed" if values["expires"] else "otherwise_open"].format(**values)
    return {"subject": words[f"subject_{matter.kind}"].format(**values), "text": words[matter.kind].format(**values)}
