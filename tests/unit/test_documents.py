"""The documents keep step with the program: links, settings, commands, words."""

from __future__ import annotations

import contextlib
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from pipeline.cli import avviso
from pipeline.config import parse
from pipeline.errors import ConfigError
from pipeline.issues.issue import State
from pipeline.mailings.mailing import DeliveryState
from tools import reference

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN = [path for path in DOCUMENTS if path.parent.name != "reference"]

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^\$ |`)avviso ([^`\n#&|]+)", re.MULTILINE)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("page", sorted(reference.PAGES))
def test_reference_is_what_make_docs_would_write(page: str) -> None:
    assert (ROOT / "docs/reference" / page).read_text("utf-8") == reference.PAGES[page]()


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_links_within_the_repository_lead_somewhere(path: Path) -> None:
    inside = [link for link in LINK.findall(_prose(path)) if "://" not in link]

    assert [link for link in inside if not _leads_somewhere(path, link)] == []


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_settings_shown_in_documents_are_understood(path: Path) -> None:
    """A block may leave out what it is not about; nothing else may be wrong with it."""
    blocks = [text for kind, text in BLOCK.findall(path.read_text("utf-8")) if kind == "yaml"]

    assert [line for text in blocks for line in _complaints(text) if ": missing: " not in line] == []


@pytest.mark.parametrize("path", WRITTEN, ids=name)
def test_commands_shown_in_documents_exist_with_their_options(path: Path) -> None:
    shown = COMMAND.findall(path.read_text("utf-8"))

    assert [words for words in shown if not _is_command(words.split())] == []


@pytest.mark.parametrize("page", ["README.md", "start.md"])
def test_chinese_page_has_the_commands_and_promises_of_the_english_one(page: str) -> None:
    """Words may differ; a command, a step or a row of the table of promises may not be missing."""
    pages = [ROOT / "docs/zh" / page, ROOT / ("README.md" if page == "README.md" else "docs/start.md")]

    chinese, english = ((re.findall(r"^\$ (avviso \w+|make \w+)", text, re.MULTILINE),
                         len(re.findall(r"^\| [^\[|]+ \|", text, re.MULTILINE)))
                        for text in (path.read_text("utf-8") for path in pages))

    assert chinese == english


@pytest.mark.parametrize("folder", ["email", "web"])
def test_every_template_that_an_owner_may_replace_is_named(folder: str) -> None:
    guide = (ROOT / "docs/guides/templates.md").read_text("utf-8")
    named = set(re.findall(r"`(?:templates/(?:email|web)/)?([\w.]+)`", guide))

    assert {path.name for path in (ROOT / "templates" / folder).iterdir()} - named == set()


def test_glossary_has_every_state_of_a_delivery_and_of_an_issue_that_waits() -> None:
    words = set(re.findall(r"[*`]+([a-z_]+)[*`]+", (ROOT / "docs/glossary.md").read_text("utf-8")))

    assert {state.value for state in DeliveryState} - words == set()
    assert {State.DRAFT, State.SCHEDULED, State.WAITING, State.HELD, State.ADOPTED} - words == set()


def test_every_event_of_the_log_is_explained_with_its_level() -> None:
    calls = re.compile(r'log\.(info|warning|error|exception|log)\((?:level, )?"([a-z_.%]+)"')
    source = "".join(path.read_text("utf-8") for path in (ROOT / "pipeline").rglob("*.py"))
    levels = {"exception": ("error",), "log": ("info", "warning")}
    logged = {(event.replace("%s", "KIND"), level) for called, event in calls.findall(source)
              for level in levels.get(called, (called,))}
    guide = (ROOT / "docs/guides/watching.md").read_text("utf-8").partition("## Logs")[2]
    rows = re.findall(r"^\| (`.+?`) \| ([a-z, ]+) \|", guide, re.MULTILINE)
    told = {event: set(levels.split(", ")) for events, levels in rows for event in re.findall(r"`(.+?)`", events)}

    assert {event for event, _ in logged} == set(told)
    assert [(event, level) for event, level in sorted(logged) if level not in told[event]] == []


def test_every_option_says_what_it_is_for() -> None:
    assert "`: None" not in reference.PAGES["commands.md"]()


def test_exit_codes_of_the_reference_are_those_of_the_errors() -> None:
    from pipeline import errors

    raised = {error.exit_code for error in vars(errors).values()
              if isinstance(error, type) and issubclass(error, errors.PipelineError)}
    told = set(map(int, re.findall(r"^\| (\d+) \|", reference.COMMANDS_HEAD, re.MULTILINE)))

    assert raised - told == set()


def _prose(path: Path) -> str:
    return BLOCK.sub("", path.read_text("utf-8"))


def _leads_somewhere(path: Path, link: str) -> bool:
    target, _, anchor = link.partition("#")
    found = (path.parent / target).resolve() if target else path
    return found.exists() and (not anchor or anchor in _anchors(found))


def _anchors(path: Path) -> Iterator[str]:
    for heading in re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")


def _complaints(text: str) -> list[str]:
    named = dict.fromkeys(re.findall(r"\$\{([A-Z_]+)\}", text), "0123456789abcdef-us21")
    named["DATABASE_URL"] = "postgresql://avviso@127.0.0.1/avviso"
    try:
        parse(text, Path("config.yaml"), named)
    except ConfigError as error:
        return str(error).splitlines()
    return []


def _is_command(words: list[str]) -> bool:
    """Whether the first words name a command, and the options among the rest are its own."""
    command: click.Command | None = avviso
    words = list(words)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        command = command.get_command(click.Context(command), words.pop(0))
    known = {option for part in (command, avviso) if part for one in part.params for option in one.opts}
    options = {word for word in words if word.startswith("-")}
    return command is not None and options <= known | {"--help"}


SUBSTACK = """\
post_id,post_date,is_published,type,audience,title,subtitle,podcast_url
7.on-paper,2026-03-24T08:00:00.000Z,TRUE,newsletter,everyone,Ink: "on paper",,
8.paid,2026-03-25T08:00:00.000Z,true,newsletter,only_paid,Paid,,
"""
BEEHIIV = '''\
web_title,status,audience,url,web_subtitle,content_html,created_at
"Ink: ""on paper""",confirmed,free,https://ink.example.com/p/on-paper,,<p>Ink</p>,2026-03-24T08:00:00.000Z
Paid,confirmed,premium,https://ink.example.com/p/paid,,<p>Ink</p>,2026-03-25T08:00:00.000Z
'''
GHOST = """\
{"db": [{"data": {"posts": [
{"id": "7", "type": "post", "status": "published", "visibility": "public", "slug": "on-paper",
 "title": "Ink: \\"on paper\\"", "published_at": "2026-03-24T08:00:00.000Z", "custom_excerpt": null,
 "html": "<p>Ink</p>", "feature_image": null},
{"id": "8", "type": "post", "status": "published", "visibility": "paid", "slug": "paid", "title": "Paid",
 "published_at": "2026-03-25T08:00:00.000Z", "custom_excerpt": null, "html": "<p>Ink</p>", "feature_image": null}]}}]}
"""


@pytest.mark.parametrize(("which", "export", "text"), [
    (1, "posts.csv", SUBSTACK), (2, "posts.csv", BEEHIIV), (3, "ghost.json", GHOST)])
def test_posts_of_a_service_become_issues_by_the_programs_of_the_guide(
    tmp_path: Path, which: int, export: str, text: str
) -> None:
    guide = (ROOT / "docs/guides/moving-in.md").read_text("utf-8")
    programs = [program for language, program in BLOCK.findall(guide) if language == "python"]
    (tmp_path / "make.py").write_text(f"{programs[0]}\n{programs[which]}", "utf-8")
    (tmp_path / export).write_text(text, "utf-8")
    (tmp_path / "posts").mkdir()
    for post in ("7.on-paper", "8.paid"):
        (tmp_path / "posts" / f"{post}.html").write_text("<p>Ink</p>", "utf-8")

    with contextlib.chdir(tmp_path):
        runpy.run_path("make.py")

    assert {path.name: path.read_text("utf-8") for path in (tmp_path / "issues").iterdir()} == {
        "on-paper.md": '---\ntitle: "Ink: \\"on paper\\""\ndate: "2026-03-24T08:00:00.000Z"\n---\n\n<p>Ink</p>'}
