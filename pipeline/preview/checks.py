"""`check`: the folder, every issue in it, its mail, and the settings, looked over before anybody gets anything."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import count
from pathlib import Path

from pipeline.app import App
from pipeline.checking.examine import Specimen, examine_specimen
from pipeline.checking.mending import Change, mend
from pipeline.checking.neighbours import Neighbour, Neighbourhood
from pipeline.checking.rules import RULES
from pipeline.config import Config
from pipeline.editions.edition import Edition
from pipeline.editions.fitting import LIMIT
from pipeline.editions.preflight import preflight
from pipeline.errors import EditionError, IssueError, Problem
from pipeline.feeds.addresses import UNSAID, UNSAID_SENDER
from pipeline.feeds.writing import write_file
from pipeline.issues.document import Document, words
from pipeline.issues.files import Files
from pipeline.issues.folder import read, scan
from pipeline.issues.issue import SETTLED, Manuscript
from pipeline.issues.reading.filenumbers import number_in_name
from pipeline.issues.reading.frontmatter import read_front
from pipeline.issues.reading.headline import told_apart
from pipeline.issues.reading.manuscript import read_manuscript
from pipeline.issues.reading.names import is_bare
from pipeline.issues.reading.paths import is_called, stem
from pipeline.issues.record import Record
from pipeline.preview.books import look, rehearsal
from pipeline.preview.jekyll import published_by_jekyll
from pipeline.preview.left_out import left_out
from pipeline.preview.template_checks import template_findings
from pipeline.publish.permalinks import address, clash
from pipeline.publish.worker_pool import WorkerPool, cores

CITED = ("link-missing", "image-missing", "obsidian-embed", "placeholder", "placeholder-text",
         "template-text")  # their messages cite
TAIL = 60                    # characters, blanks left out, by which the end of an issue is known again

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Mended:
    """A file that `--fix` wrote, and what it did."""

    path: str
    changes: tuple[Change, ...]


def check(app: App, names: Sequence[str], *, everything: bool, progress: Progress | None = None) -> list[Problem]:
    """Findings in the issues named, in all, or in those not mailed yet; those of the folder and settings come first.

    Raises IssueError when a name is nobody's. `progress(done, all)` is called as mails and texts are looked over.
    """
    watch, done = progress or _silently, count(1)
    with rehearsal(app) as books:
        problems = look(books)
        records, found = _chosen(books, names, problems, everything=everything)
        specimens = [*(specimen(books, record) for record in records), *_undated(books, found)]
        neighbours = neighbourhood(books, problems)
        found += [finding for record in records for finding in neighbours.problems_of(record.path)]
        found += _same_addresses(books, records)
        asked = [record for record in records if names or record.state not in SETTLED]
        total = len(asked) + len(specimens)
        for record in asked:
            found += mail_findings(books, record)
            watch(next(done), total)
        found += template_findings(books)
    found += [*left_out(app.source), *_made_up(app.config), *published_by_jekyll(app.config.folder)]
    for findings in _examined(specimens, app.files):  # after the books are closed: senders must not wait for us
        found += findings
        watch(next(done), total)
    return _in_order(found)


def mend_files(app: App, names: Sequence[str], *, everything: bool) -> list[Mended]:
    """`--fix`: puts right what is safe, in the files of the same issues, each written whole or not at all."""
    with rehearsal(app) as books:
        problems = look(books)
        records, _ = _chosen(books, names, problems, everything=everything)
    source = app.source
    on_disk = {entry.path: entry.name_on_disk for entry in scan(source.root, source.include, source.exclude).entries}
    mended = (_mend(source.root, record.path, on_disk[record.path]) for record in records if record.path in on_disk)
    return [one for one in mended if one.changes]


def _mend(root: Path, path: str, name: str) -> Mended:
    raw = read(root, name)
    text = raw.decode("utf-8-sig")
    newline = "\r\n" if text.count("\r\n") == text.count("\n") > 0 else "\n"
    plain = text.replace(newline, "\n")
    if "\r" in plain:
        return Mended(path, ())  # a mixture of line ends: nobody's lines would be where we say
    after, changes = mend(plain, read_front(raw, path).body_line)
    if changes:
        mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
        write_file(root, name, mark + after.replace("\n", newline).encode())
    return Mended(path, tuple(changes))


def _chosen(
    app: App, names: Sequence[str], problems: Sequence[Problem], *, everything: bool,
) -> tuple[list[Record], list[Problem]]:
    """The issues a person means, and what is wrong with files that are no issue yet."""
    if not names:
        kept = [record for record in app.archive.issues().values()
                if record.missing_at is None and (everything or record.state not in SETTLED)]
        return kept, list(problems)
    records: list[Record] = []
    broken: list[Problem] = []
    for name in names:
        own = [one for one in problems if is_called(one.path, name)]
        try:
            records.append(app.find(name))
        except IssueError:
            if not own:
                raise
        broken += own
    return records, broken


def _examined(specimens: Sequence[Specimen], files: Files) -> Iterator[list[Problem]]:
    """What is wrong with the words of each, in several processes where that pays."""
    workers = WorkerPool(cores())
    try:
        yield from workers.each(_examine, files, specimens, len(specimens))
    finally:
        workers.close()


def _examine(files: Files, one: Specimen) -> list[Problem]:
    return examine_specimen(one, files)


def _silently(_done: int, _all: int) -> None:
    """Nobody watches."""


def _same_addresses(app: App, records: Iterable[Record]) -> Iterator[Problem]:
    """Issues for which the settings want an address that an earlier one has: they get another."""
    pattern = app.config.issues.permalink
    owners: dict[str, Record] = {}
    for record in sorted(app.archive.issues().values(), key=lambda one: one.ordinal or 0):
        wanted = address(pattern, record)
        owner = owners.setdefault(wanted, record)
        if owner is not record and record in records:
            yield clash(record, wanted, owner)


def specimen(app: App, record: Record) -> Specimen:
    """The issue as the rules want it."""
    text = app.archive.texts.of(record.key)
    language = record.language or app.config.publication.language
    return Specimen(record.path, record.title, record.cover, text.body, text.body_line, app.config.issues.breaks,
                    language, app.files.below_static, record.draft, _is_untitled(app, record))


def _is_untitled(app: App, record: Record) -> bool:
    """Whether nobody wrote its title: the file is asked where it may be so, for the books do not know."""
    try:
        return is_bare(record.title, stem(record.path)) and _manuscript(app, record.path, record.path).untitled
    except IssueError:
        return False  # of which more is wrong, and said


def _manuscript(app: App, path: str, name_on_disk: str) -> Manuscript:
    """A file read by itself, without the day that git knows."""
    source = app.source
    return read_manuscript(read(source.root, name_on_disk), path, zone=source.zone, send_at=source.send_at,
                           git_date=lambda _: None)


def _undated(app: App, problems: Sequence[Problem]) -> Iterator[Specimen]:
    """Files that lack only what the folder asks of an issue: their words are looked over all the same."""
    source = app.source
    paths = dict.fromkeys(one.path for one in problems if one.rule in ("date-missing", "list-unknown"))
    listed = scan(source.root, source.include, source.exclude).entries if paths else ()
    for entry in listed:
        if entry.path in paths:
            found = _manuscript(app, entry.path, entry.name_on_disk)
            language = found.language or app.config.publication.language
            yield Specimen(entry.path, found.title, found.cover, found.body, found.body_line, app.config.issues.breaks,
                           language, app.files.below_static, found.draft, found.untitled)


def neighbourhood(app: App, problems: Sequence[Problem]) -> Neighbourhood:
    """Every issue of the folder beside the others, also files that could not be read."""
    known = {record.path: _neighbour(app, record)
             for record in app.archive.issues().values() if record.missing_at is None}
    unread = {one.path: Neighbour(one.path, number_in_name(stem(one.path)), None) for one in problems}
    return Neighbourhood((unread | known).values())


def _neighbour(app: App, record: Record) -> Neighbour:
    """An issue beside others, with the title that readers are shown."""
    source = app.source
    title = told_apart(record.title, stem(record.path), number=record.number, day=record.day,
                       publication=app.config.publication.title)
    return Neighbour(record.path, record.number, record.day, title, record.description,
                     has_hour=record.due_at.astimezone(source.zone).time() != source.send_at)


def _made_up(config: Config) -> Iterator[Problem]:
    """`init` cannot know the addresses of a publication, and writes such as are nobody's."""
    told = {"publication.url": (UNSAID, "every link in feeds and mail leads there", "write where site/ can be read"),
            "mailings.from": (UNSAID_SENDER, "answers go there", "write the address that your mail comes from")}
    said = {"publication.url": config.publication.url, "mailings.from": config.mailings.sender.address}
    for key, (made_up, follows, remedy) in told.items():
        if said[key] == made_up:
            yield Problem("config.yaml", f"{key} is still {made_up}, and {follows}", remedy,
                          rule="config-example", severity=RULES["config-example"].severity)


def mail_findings(app: App, record: Record) -> list[Problem]:
    """What is wrong with the mail that an issue becomes, the owner's templates included."""
    try:
        edition = app.dresser.edition(record)
    except EditionError as error:
        return [error.problem._replace(rule=error.problem.rule or "template")]
    found = [_of_settings(one) for one in preflight(edition, app.frame, path=record.path)]
    if is_shortened(edition, app.renderer.document(record)):
        found.append(Problem(
            record.path, "too long for one mail: it ends at a heading, with a link to the rest on the web",
            "shorten it, if readers should get it whole", rule="mail-shortened",
            severity=RULES["mail-shortened"].severity))
    return found


def _of_settings(finding: Problem) -> Problem:
    """The postal address is one line of the settings, not one of every issue."""
    return finding._replace(path="config.yaml") if finding.rule == "mail-postal" else finding


_TAG = re.compile(r"<[^<>]*>")


def is_shortened(edition: Edition, document: Document) -> bool:
    """Whether the end of an issue is missing from its mail; one that was cut fills at least half of the limit."""
    if len(edition.html.encode()) < LIMIT // 2:
        return False
    said = "".join(words(document).split())
    shown = "".join(unescape(_TAG.sub("", edition.html.partition("<body")[2])).split())
    return said[-TAIL:] not in shown


def _in_order(findings: Iterable[Problem]) -> list[Problem]:
    """Each once, by file and line; what is said of words in their line is not said again of the mail's text."""
    found = list(dict.fromkeys(findings))
    cited = defaultdict(list)
    for one in found:
        if one.rule in CITED:
            cited[one.path].append(one.message)
    kept = [one for one in found if one.rule not in ("mail-address", "mail-placeholder")
            or not any(word in said for said in cited[one.path] for word in _words_of_the_text(one.message))]
    return sorted(kept, key=lambda one: (one.path, one.line or 0, one.column or 0))


def _words_of_the_text(message: str) -> list[str]:
    """What a finding about the mail cites, if not of its subject."""
    return [] if message.startswith("the subject") else re.findall(r'"([^"]+)"', message)
