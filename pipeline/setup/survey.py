"""What lies in a folder: where its issues are, in which language, in which zone."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from pipeline.clock import machine_zone
from pipeline.errors import OutputError
from pipeline.issues.folder import MARKDOWN, printable
from pipeline.issues.knitting import is_source
from pipeline.issues.patterns import matcher
from pipeline.issues.reading.dates import date_in_name
from pipeline.issues.reading.filenumbers import number_in_name
from pipeline.issues.reading.paths import shows_its_folder, stem
from pipeline.issues.reading.periods import says_period
from pipeline.issues.reading.years import begin_anew, year_of
from pipeline.language import language_tag
from pipeline.setup.nameplate import name_of, zone_of
from pipeline.setup.tongue import language_of
from pipeline.setup.translations import ANYWHERE, translations, without_language

DEPTH = 7                      # how far below the folder issues are looked for
SAMPLE = 20                    # files read to tell the language
LIKELY = 10                    # files like issues from which the others of a site tell nothing of where they lie
PICTURED = 400                 # files whose pictures are looked for
SKIPPED = frozenset({  # in small letters
    "node_modules", "bower_components", "vendor", "vendors", "venv", "env", "site-packages", "target", "dist", "build",
    "feeds", "var", "templates", "_site", "_drafts", "_draft", "drafts", "draft", "themes", "archetypes",
    "_includes", "_layouts"})
POSTS = "_posts"               # of Jekyll: what lies beside it are pages
DOCUMENTS = "docs"             # of a program, mostly; of a newsletter where no issues lie elsewhere
HTML_SUFFIXES = (".html", ".htm")
NOT_ISSUES = frozenset(
    {"readme", "changelog", "license", "contributing", "_index", "summary", "code of conduct", "404"})
PAGE = "index"                 # of a folder: an issue where it is alone there, else the list of the others
IN_YEARS = "20*/**/"
IN_FOLDERS = "*/**/"           # of subjects
_DATED = re.compile(
    r"^[ \t{]*[\":]?(?:date|pubDate|publishDate|publishedAt)[\"']?[ \t]*[:=\"]", re.MULTILINE | re.IGNORECASE)
_LANGUAGE = re.compile(r"^lang(?:uage)?[ \t]*[:=][ \t]*[\"']?([A-Za-z_-]{2,12})[\"']?[ \t]*$", re.MULTILINE)
_PAGES = frozenset({          # of a site, undated: no issues wherever they lie
    "about", "about us", "about me", "contact", "impressum", "imprint", "datenschutz", "privacy", "privacy policy",
    "terms", "terms of service", "subscribe", "search", "tags", "关于", "關於", "订阅", "訂閱"})
_ARCHIVES = frozenset({"archive", "archives", "old", "归档", "歸檔", "往期", "历史", "歷史"})
_SHOUTED = re.compile(r"[A-Z][A-Z_-]{3,}")  # `HANDOFF.md`, `CODE_OF_CONDUCT.md`: notes on the work, not for readers
_ISSUES = frozenset({         # what folders of them are called
    "issues", "newsletter", "newsletters", "editions", "weekly", "daily",
    "周刊", "週刊", "周报", "週報", "日报", "日報"})
_COUNTED = re.compile(        # what files of them are called
    r"(?:issue|weekly|newsletter|digest|vol)[-_ #.]*\d.*|.*第.{1,6}[期辑輯].*", re.IGNORECASE | re.DOTALL)
_DIARY = "daily"               # of a newsletter, or a folder of notes that are nobody's business
FEW = 3                        # issues in a folder that is called so
_PART = re.compile(r"_.*|(?:.*[-_. ])?template|.*模板", re.IGNORECASE | re.DOTALL)
_MARKS = re.compile(r"[-_]")
_FREE = ("site", "web", "letters")  # names for the folder of the pages
_SITE = (".", "static", "public", "source", "src", "assets", "docs", "src/public", "docs/public", "src/assets",
         ".vuepress/public", ".vitepress/public", "docs/.vuepress/public", "src/.vuepress/public")
_SHOWN = re.compile(
    r"[\"'(} ]((?:/(?!/)|(?:\.\./)+)[^\s\"'()<>{}|]{1,300}\.(?:png|jpe?g|gif|webp|svg)"
    r"|/(?!/)[^\s\"'()<>{}|]{1,300}\.md)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Survey:
    """`issues` is relative to the folder, "." for itself; `files` is how many Markdown files are there.

    `static` is the folder of the files whose addresses begin with `/`, relative to the folder, "" if none is needed.
    `below`: in which folders there they lie, as a pattern: "**/" is any, "*/**/" any but the top, "" none, because what
    lies below is something else. `suffixes` are theirs; `others` are patterns of Markdown files there that are no
    issues. `anew`: their numbers begin anew each year. `left_out`: files of the folder that may be issues all
    the same; nobody asks for them who said where the issues are. `exported`: pages of HTML, where nothing is Markdown.
    `site`: the folder for the pages, in which nothing of anybody else lies.
    """

    title: str
    issues: str
    static: str
    below: str
    files: int
    suffixes: tuple[str, ...]
    others: tuple[str, ...]
    language: str
    timezone: str
    anew: bool
    left_out: tuple[str, ...]
    exported: tuple[str, ...]
    site: str


def survey(folder: Path, issues: Path | None = None) -> Survey:
    """Looks at a folder. `issues` overrides where its issues are. Raises OutputError if there is no such folder."""
    _refuse_what_is_no_folder(folder, issues)
    where = folder / issues if issues else _busiest(folder)
    place = os.path.relpath(where, folder).replace(os.sep, "/")
    found = sorted(_markdown(where))
    kinds = _told_apart(folder, where, found)
    files = kinds.issues
    paths = [file.relative_to(where).as_posix() for file in files]
    return Survey(
        title=name_of(folder),
        issues=place,
        static=_static(folder, where, files), below=kinds.below, files=len(files),
        suffixes=tuple(sorted({file.suffix for file in files})),
        others=(*_others(sorted(kinds.documents), files, where), *kinds.translated,
                *(_skipped(where) if kinds.below else ())),
        language=_language(files[-SAMPLE:]), timezone=_timezone(folder),
        anew=begin_anew((year_of(path), number_in_name(stem(path))) for path in paths),
        left_out=() if issues else _left_out(folder, kinds.decided),
        exported=() if found else tuple(sorted(
            file.relative_to(folder).as_posix() for file in _files(folder, HTML_SUFFIXES))),
        site=_free(folder, place),
    )


def _refuse_what_is_no_folder(folder: Path, issues: Path | None) -> None:
    for named in (folder, *([folder / issues] if issues else [])):
        if not named.is_dir():
            raise OutputError("is not a folder", path=str(named), remedy="make it, or name another")
    if issues and not _is_text(str(issues)):
        raise OutputError("has a name that is not UTF-8", path=printable(str(issues)), remedy="rename it")


@dataclass(frozen=True, slots=True)
class _Kinds:
    """What the Markdown files of a folder are. `below` is as in Survey, `translated` are patterns; whether those that
    are `decided` are issues nobody need be asked."""

    issues: Sequence[Path]
    documents: Collection[Path]
    below: str
    translated: Sequence[str]
    decided: Collection[Path]


def _told_apart(folder: Path, where: Path, found: Sequence[Path]) -> _Kinds:
    """Issues, documents beside them and translations, among all that lies in `where`."""
    documents = {file for file in found if _is_document(file)} | _inside_others(found)
    files = [file for file in found if file not in documents]
    below = _below(folder, files) if where == folder else _beneath(where, files)
    documents |= {file for file in files if _is_page(file)}
    files = [file for file in files if file not in documents]
    paths = {file: file.relative_to(where).as_posix() for file in found}
    translated = translations({paths[file] for file in files})
    wanted, is_translation = matcher([f"{below}*"], translated), matcher(translated, [])
    issues = [file for file in files if wanted(paths[file])]
    decided = {file for file in found if file in documents or is_translation(paths[file])}.union(issues)
    return _Kinds(issues, documents, below, translated, decided)


def _free(folder: Path, issues: str) -> str:
    """A folder for the pages. What lies in one by their usual name may be somebody's own pages, unless there is a
    ledger already, so that we wrote them."""
    is_ours = (folder / "var").is_dir()
    names = chain(_FREE, (f"{_FREE[0]}-{number}" for number in count(2)))
    return next(name for name in names if name != issues.partition("/")[0] and (
        is_ours or not ((folder / name).is_file() or any((folder / name).glob("*")))))


def _left_out(folder: Path, decided: Collection[Path]) -> tuple[str, ...]:
    """Markdown files below the folder that were not decided on, nor are plainly documents; those first whose names say
    a number or a day."""
    files = (file for file in _markdown(folder) if file not in decided and not _is_document(file))
    in_order = sorted(files, key=lambda file: (not _is_named(file), file))
    return tuple(file.relative_to(folder).as_posix() for file in in_order)


def _below(folder: Path, files: Sequence[Path]) -> str:
    """The folders of the issues of a folder that holds some itself: none, or those of years where more lie there.

    Any folders, but not the top, where what lies below has numbers and days in its names, and nothing at the top has.
    """
    top = [file for file in files if file.parent == folder]
    in_years = matcher([f"{IN_YEARS}*"], [])
    years = [file for file in files if in_years(file.relative_to(folder).as_posix())]
    named = sum(map(_is_named, files))
    if not top:
        return IN_YEARS if 3 * sum(map(_is_named, years)) > 2 * max(named, LIKELY) else ANYWHERE
    if len(years) > len(top):
        return IN_YEARS
    return IN_FOLDERS if _lie_below(top, files) else ""


def _beneath(where: Path, files: Sequence[Path]) -> str:
    """The folders of issues that lie in one folder of several: any, but not its top with nothing but pages."""
    top = [file for file in files if file.parent == where]
    return IN_FOLDERS if top and _lie_below(top, files) else ANYWHERE


def _lie_below(top: Sequence[Path], files: Sequence[Path]) -> bool:
    """Whether what lies below the top is plainly issues, and what lies there is none."""
    named = sum(map(_is_named, files))
    return named >= LIKELY and named * 3 > len(files) * 2 and not any(map(_is_like_an_issue, top))


def _static(folder: Path, where: Path, files: Sequence[Path]) -> str:
    """Where most of the pictures lie that issues show and that are not in the issues folder; "" if there are none.
    Or the folder from which their links to one another begin: `/docs/14.md`."""
    shown = {(file.parent, address) for file in files[-PICTURED:] if file.is_file()
             for address in _SHOWN.findall(file.read_text(encoding="utf-8", errors="replace"))}
    outside = [(place, address) for place, address in shown if not _has(where, place, address)]
    above = [os.path.relpath(place, folder) for place in where.parents if place.is_relative_to(folder)][:-1]
    beside = [os.path.normpath(f"{place}/{name}") for place in above for name in _SITE]
    places = [name for name in (*_SITE, *beside) if (folder / name).is_dir() and folder / name != where]
    best = max(places, key=lambda name: sum(_has(folder / name, *one) for one in outside), default="")
    return best if any(_has(folder / best, *one) for one in outside) else ""


def _has(root: Path, place: Path, address: str) -> bool:
    """Whether `root` has the file that an issue in the folder `place` calls so."""
    file = root / address[1:] if address.startswith("/") else Path(os.path.normpath(place / address))
    return file.is_relative_to(root) and os.path.isfile(file)  # noqa: PTH113, it says no where a name is too long


def _inside_others(files: Collection[Path]) -> set[Path]:
    """Files in the folder of an issue, which is called after it and has its text in `README.md` or `index.md`."""
    bundles = {file.parent for file in files if shows_its_folder(file.stem) and _is_bundle(file)}
    return {file for file in files if any(
        place in bundles and (place != file.parent or not shows_its_folder(file.stem))
        for place in file.parents)}


def _is_bundle(file: Path) -> bool:
    """Whether a README or index is the text of an issue: a number or a day is in its folder's name, and in those of few
    files there (`seed1-8.md` is what a paper is about); or a month, and there is no other file."""
    name = stem(f"{file.parent.name}/{file.name}")
    numbered = date_in_name(name) or (number_in_name(name) is not None and not year_of(f"{name}/"))
    others = [other for other in _markdown(file.parent)
              if other.parent != file.parent or not shows_its_folder(other.stem)]
    return 2 * sum(map(_is_named, others)) <= len(others) if numbered else says_period(name) and not others


def _others(documents: Sequence[Path], issues: Sequence[Path], where: Path) -> list[str]:
    """What keeps documents out: their names in all folders, or their paths where issues have or may have such names."""
    names = {file.name for file in issues}
    parts = not any(name.startswith("_") for name in names)

    def pattern(file: Path) -> str:
        if file.name in names or file.stem == PAGE:
            return file.relative_to(where).as_posix()
        return ANYWHERE + (f"_*{file.suffix}" if parts and file.name.startswith("_") else file.name)

    always = {f"{ANYWHERE}README.md"} if "README.md" not in names else set()
    return sorted({pattern(file) for file in documents} | always, key=lambda one: (one not in always, one))


def _skipped(where: Path) -> list[str]:
    """Patterns of the folders below that were not looked into, of those in which there is any Markdown."""
    found: list[str] = []
    for place, folders, _ in os.walk(where):
        depth = len(Path(place).relative_to(where).parts)
        left_out = [name for name in folders if name.lower() in SKIPPED]
        folders[:] = [name for name in folders if name not in left_out and not name.startswith(".")
                      and _is_text(name)] if depth < DEPTH else []
        found += [f"{Path(place, name).relative_to(where).as_posix()}/**" for name in left_out
                  if any(file.endswith(MARKDOWN) for _, _, files in os.walk(Path(place, name)) for file in files)]
    return sorted(found)


def _busiest(folder: Path) -> Path:
    """The folder of the issues, with all its years; `issues` where there are no Markdown files."""
    files = _candidates(folder)
    if any(file.is_relative_to(folder / POSTS) for file in files):
        return folder / POSTS
    if not files:
        return folder / "issues"
    likely = [file for file in files if _is_like_an_issue(file)]
    called = Counter(place for file in likely for place in file.parents
                     if place.name.lower() in _ISSUES and place.is_relative_to(folder) and place != folder)
    if called and max(called.values()) >= FEW:
        enough = [place for place, count in called.items() if count >= FEW]
        return min(enough, key=lambda place: (
            place.name.lower() == _DIARY, -called[place], len(place.parts), place))  # `en/weekly` is a translation
    return _deepest(folder, likely if len(likely) >= LIKELY or len(likely) * 2 > len(files) else files)


def _deepest(where: Path, files: Sequence[Path]) -> Path:
    """From a folder down to where files lie, always into the one with most of them below it."""
    while True:
        below = [file.relative_to(where).parts for file in files if file.is_relative_to(where)]
        branches = Counter(parts[0] for parts in below if len(parts) > 1)
        name, most = min(branches.items(), key=lambda one: (-one[1], one[0]), default=("", 0))
        here = len(below) - sum(branches.values())
        is_stray = here and LIKELY * here < most and not any(map(str.isdigit, name))  # beside whole folders of them
        if not is_stray and (most * 3 < len(below) * 2 or name.isdecimal()):  # here, or in folders of years and months
            return where
        if name.lower() in _ARCHIVES and any(map(str.isdecimal, branches)):  # the years before this one
            return where
        where /= name


def _candidates(folder: Path) -> list[Path]:
    """The Markdown files among which issues are looked for: those in `docs` only where they are numbered or dated, and
    hardly any others are, or where there are no others."""
    found = [file for file in _markdown(folder) if not _is_document(file)]
    inside = [file for file in found if DOCUMENTS in file.relative_to(folder).parts]
    outside = [file for file in found if DOCUMENTS not in file.relative_to(folder).parts]
    named, others = sum(map(_is_named, inside)), sum(map(_is_named, outside))
    called = sum(_is_named(file) and _is_called_issues(file.relative_to(folder)) for file in inside)
    if called > max(FEW, 2 * others):  # `docs/issues` or `docs/issue-14.md`, beside a few notes with days or numbers
        return inside
    return inside if not others and named * 2 > len(outside) else outside or inside


def _is_called_issues(file: Path) -> bool:
    """Whether a file, or a folder in which it lies, is called as those of issues are."""
    return _COUNTED.fullmatch(file.stem) is not None or any(place.name.lower() in _ISSUES for place in file.parents)


def _is_named(file: Path) -> bool:
    """Does the file's name say a number, a day, a week or a month, as those of issues do?"""
    name = stem(f"{file.parent.name}/{file.name}")
    return bool(date_in_name(name)) or number_in_name(name) is not None or says_period(name)


def _is_page(file: Path) -> bool:
    """Whether a file without a day is called as the pages are that every site has."""
    return _MARKS.sub(" ", without_language(file.stem.lower())) in _PAGES and not _is_like_an_issue(file)


def _is_like_an_issue(file: Path) -> bool:
    """Whether a file has a number or a date, which pages of a site and of a manual mostly do not."""
    if _is_named(file):
        return True
    if not file.is_file():
        return False
    with file.open(encoding="utf-8", errors="replace") as text:
        return _DATED.search(text.read(2_000)) is not None


def _is_text(name: str) -> bool:
    """Whether it is UTF-8: no settings file can name another."""
    return printable(name) == name


def _markdown(folder: Path) -> Iterator[Path]:
    return _files(folder, MARKDOWN)


def _files(folder: Path, suffixes: tuple[str, ...]) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if name.lower() not in SKIPPED and not name.startswith(".")
                            and _is_text(name)) if depth < DEPTH else []
        yield from (Path(place, name) for name in files if name.endswith(suffixes) and not name.startswith(".")
                    and _is_text(name) and not is_source(name, files))


def _is_document(file: Path) -> bool:
    """Of the folder as a project: no issue, whatever it is dated. `issue-14/README.md` is one, if it is alone there.

    What begins with `_` is a part for other pages, and a name that ends in `template` is one to be filled.
    """
    if _PART.fullmatch(file.stem) and not _is_named(file):
        return True
    name = without_language(file.stem.lower())
    if shows_its_folder(file.stem) and _is_bundle(file):
        return False
    if name == PAGE:
        return any(other.parent != file.parent or not shows_its_folder(other.stem) for other in _markdown(file.parent))
    if NOT_ISSUES & {name, _MARKS.sub(" ", name)}:
        return True
    return _SHOUTED.fullmatch(file.stem) is not None and not _is_like_an_issue(file)


def _language(files: Sequence[Path]) -> str:
    """The one that more than half of the texts name, or else the one that they are written in."""
    texts = [file.read_text(encoding="utf-8", errors="replace")[:20_000] for file in files if file.is_file()]
    named = Counter(language_tag(found[1]) for text in texts if (found := _LANGUAGE.search(text[:2_000])))
    tag, times = next(iter(named.most_common(1)), ("", 0))
    return tag if tag and times * 2 > len(texts) else language_of("".join(texts))


def _timezone(folder: Path) -> str:
    """The zone of the site's settings, or else the machine's, by its IANA name; UTC where neither says."""
    for name in (zone_of(folder), machine_zone()):
        with suppress(ValueError, OSError, KeyError):
            from zoneinfo import ZoneInfo  # here, because an odd TZ must not keep `init` from starting

            return ZoneInfo(name).key
    return "UTC"
