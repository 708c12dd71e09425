"""One issue under the glass: every rule, in the order of its lines.

Pure: what lies in the folder is asked through `exists`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.checking.characters import find_characters
from pipeline.checking.fences import find_fences
from pipeline.checking.links import Exists, find_link_problems
from pipeline.checking.literals import find_literals
from pipeline.checking.pictures import find_picture_problems
from pipeline.checking.source import Source
from pipeline.checking.targets import named, shown_besides
from pipeline.checking.undefined import find_undefined
from pipeline.checking.unfilled import find_unfilled
from pipeline.checking.vaults import find_vault_marks
from pipeline.errors import Problem, shorten
from pipeline.issues.document import Breaks, Document, parse, words
from pipeline.issues.issue import Image
from pipeline.issues.markdown.anchors import Anchors

MOST = 200  # findings of one rule in one issue: more tell nobody anything
_SHOWN = re.compile(r"<(?:img|video|audio|iframe)\b")
_TYPED = re.compile(r"</?[^\s<>]+[^<>]*>?")


@dataclass(frozen=True, slots=True)
class Specimen:
    """An issue to be examined, as plain values that may be handed to another process. `line` is where `body` begins.

    `breaks` and `language` are for who has not parsed it yet. `untitled`: its title is but the file's name, and says
    nothing. `below_static` is explained at feeds.addresses.source_path.
    """

    path: str
    title: str
    cover: Image | None
    body: str
    line: int
    breaks: Breaks = "auto"
    language: str = "en"
    below_static: str | None = None
    draft: bool = False
    untitled: bool = False

    def parsed(self) -> Document:
        """Its Markdown, parsed as it is for readers."""
        return parse(self.body, breaks=self.breaks, language=self.language, path=self.path, line=self.line,
                     title=self.title, cover=self.cover)


def examine(issue: Specimen, document: Document, exists: Exists) -> list[Problem]:
    """What is wrong with the text of an issue, in the order of its lines.

    `exists` says whether there is a file that feeds.addresses.source_path names.
    `document` is the parsed text; what was noticed while parsing is among the findings, with its place.
    """
    source = Source(issue.path, issue.body, issue.line, document.tokens, issue.below_static)
    addresses = named(source)
    addresses += shown_besides(source, document.clean, addresses)
    anchors = Anchors(document.clean, document.headings, issue.title)
    cover = issue.cover.src if issue.cover and issue.cover.src not in issue.body else ""  # else its place is known
    found = [
        *_nothing(issue, document),
        *(_placed(source, finding) for finding in document.findings),
        *find_fences(source, document.tokens),
        *find_literals(source, document.tokens),
        *find_vault_marks(source),
        *find_unfilled(source),
        *find_undefined(source, document.tokens),
        *find_link_problems(source, addresses, anchors, exists),
        *find_picture_problems(source, addresses, cover, exists),
        *find_characters(source, issue.title),
    ]
    return list(_fewer(sorted(found, key=lambda one: (one.line or 0, one.column or 0, one.rule))))


def examine_specimen(specimen: Specimen, exists: Exists) -> list[Problem]:
    """The same of one that nobody has parsed, and whether it has a title. A draft may lack title and text: its author
    has said that it is not finished."""
    found = examine(specimen, specimen.parsed(), exists)
    return [one for one in (*_untitled(specimen), *found)
            if not (specimen.draft and one.rule in ("text-empty", "title-bare"))]


def errors_of(issue: Specimen, document: Document, exists: Exists) -> list[Problem]:
    """What holds the mailing of an issue: its findings of severity `error`, in the order of its lines."""
    return [one for one in examine(issue, document, exists) if one.severity == "error"]


def _untitled(specimen: Specimen) -> Iterator[Problem]:
    """An issue that nobody gave a title: its subject would be no more than `Ink Weekly #1` or `issue-20200806`."""
    if specimen.untitled:
        yield Problem(specimen.path, f'nobody wrote its title: "{shorten(specimen.title)}" is but the file\'s name',
                      "write a title: of its own at its top, or a `# heading` above its text", 1, rule="title-bare",
                      severity="warning")


def _nothing(issue: Specimen, document: Document) -> Iterator[Problem]:
    """An issue that would be an empty mail: only comments perhaps, or what its author has not written yet."""
    if issue.cover is None and not _SHOWN.search(document.clean) and not words(document):
        yield Problem(issue.path, "there is nothing to read in it", "write its text, or add `draft: true` at its top",
                      issue.line, rule="text-empty", severity="error")


def _placed(source: Source, finding: Problem) -> Problem:
    """A finding of the parser, which knows the block, with the very place of the tag that it cites."""
    cited = _TYPED.match(finding.message)
    if cited is None or finding.line is None or finding.column is not None:
        return finding
    at = source.prose.find(cited[0].rstrip("…")[:30], source.offset(finding.line))
    if at < 0:
        return finding
    line, column = source.place(at)
    return finding._replace(line=line, column=column)


def _fewer(findings: Sequence[Problem]) -> Iterator[Problem]:
    seen: Counter[str] = Counter()
    for one in findings:
        seen[one.rule] += 1
        if seen[one.rule] <= MOST:
            yield one
