"""From a folder to mailboxes and feeds, through the command line."""

from __future__ import annotations

import email
import email.policy
import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from tests.sink import MailServer
from tests.street import Publication, unmeasured

OLD = "2026/01/05"


def today() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    """Three issues that were due long ago, adopted."""
    made = Publication(tmp_path)
    made.write("01-纸.md", "第一期说的是纸张，从竹浆到棉浆。", day=OLD)
    made.write("02-Ink.md", "The second one is about ink and how it dries on cold mornings.", day=OLD)
    made.write("03-Type.md", "The third one tells of type, of punches and of matrices.", day="2026/01/12")
    assert made.run("init").code == 0
    return made


def test_init_adopts_everything_and_mails_nobody(tmp_path: Path) -> None:
    made = Publication(tmp_path)
    made.write("01-纸.md", "纸", day=OLD)
    (tmp_path / "config.yaml").unlink()

    answer = made.run("init")

    assert (answer.code, answer.err) == (0, "")
    assert answer.out.splitlines()[-2:] == ["adopted 1 issue: published, never mailed", "0 issues will be mailed"]
    assert made.run("publish", "--json").json["mailings"] == []


def test_new_issue_reaches_each_reader_once_whatever_its_file_goes_through(publication: Publication) -> None:
    with MailServer() as post:
        publication.over_smtp(post.port, approve="first")
        for reader in "abcde":
            publication.run("subscribers", "add", f"{reader}@example.com")
        path = publication.write("04-Presses.md", "The fourth is about presses. " * 20, day=today())

        planned = publication.run("plan", "--json").json
        assert [(one["issue"], one["list"], one["action"], one["readers"]) for one in planned] == [
            ("4", "weekly", "hold", 5)]
        assert publication.run("publish", "--json").json["held"][0]["reason"].startswith("approval:")
        assert publication.run("approve", "4").code == 0
        done = publication.run("publish", "--json")

        assert done.code == 0
        assert [(one["issue"], one["state"], one["audience"], one["counts"]["sent"])
                for one in done.json["mailings"]] == [("4", "sent", 5, 5)]
        entry = feed_entry(publication, 0)
        for change in (
            lambda: path.rename(publication.issues / "05-Renamed.md"),
            lambda: (publication.issues / "05-Renamed.md").rename(publication.issues / "without a number.md"),
            lambda: publication.write("without a number.md", "The fourth is about presses. " * 19, day="2026/02/02"),
            lambda: (publication.issues / "moved").mkdir(),
            lambda: shutil.move(publication.issues / "without a number.md", publication.issues / "moved"),
            lambda: [reformat(file) for file in publication.issues.rglob("*.md")],
        ):
            change()
            publication.age()
            assert publication.run("publish").code == 0

        assert sorted(letter.recipient for letter in post.accepted) == [f"{reader}@example.com" for reader in "abcde"]
        after = feed_entry(publication, 0)
        assert (after["id"], after["date_published"]) == (entry["id"], entry["date_published"])


def reformat(path: Path) -> None:
    """What an editor's formatter does: line ends, blank lines, no change a reader could see."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.rstrip("\n") + "\n\n\n", encoding="utf-8")


def feed_entry(publication: Publication, place: int) -> dict[str, str]:
    feed = json.loads((publication.folder / "feeds" / "feed.json").read_text(encoding="utf-8"))
    return feed["items"][place]


def test_messages_have_both_parts_and_each_header_once(publication: Publication) -> None:
    publication.run("subscribers", "add", "ada@example.com")
    publication.write("04-Presses.md", "The fourth is about presses and 压力.", day=today())

    publication.run("publish")

    (path,) = (publication.folder / "var" / "outbox").rglob("*.eml")
    raw = path.read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "text/html"]
    assert [part.defects for part in message.walk()] == [[], [], []]
    for name in ("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post",
                 "List-Archive", "List-Help", "Feedback-ID", "MIME-Version", "X-Avviso-Delivery"):
        assert len(message.get_all(name, [])) == 1, name
    assert b"List-Unsubscribe: <https://letters.example.com/unsubscribe/" in raw.replace(b"\r\n ", b" ")
    assert max(map(len, raw.split(b"\r\n"))) < 998


def test_first_pass_without_init_adopts_what_is_due(tmp_path: Path) -> None:
    made = Publication(tmp_path)
    made.write("01-One.md", "One", day=OLD)
    made.run("subscribers", "add", "ada@example.com")

    first = made.run("publish", "--json").json
    made.write("02-Two.md", "Two, and quite another text.", day=today())
    second = made.run("publish", "--json").json

    assert first["mailings"] == []
    assert [(one["issue"], one["audience"]) for one in second["mailings"]] == [("2", 1)]


def test_ledger_that_is_gone_mails_nobody_until_init(publication: Publication) -> None:
    publication.run("publish")
    shutil.rmtree(publication.folder / "var")

    answer = publication.run("publish")

    assert answer.code == 4
    assert "avviso init" in answer.err
    assert publication.run("init").code == 0
    assert publication.run("publish").code == 0


def test_publish_without_a_way_out_is_refused(publication: Publication) -> None:
    with MailServer() as post:
        publication.over_smtp(post.port)
        path = publication.folder / "config.yaml"
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
        del settings["web"]["url"]
        path.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")

        answer = publication.run("publish")

    assert answer.code == 4
    assert answer.err.count("\n") == 1
    assert "web.url" in answer.err


def test_build_is_the_same_in_any_zone_locale_and_hash_seed(publication: Publication) -> None:
    publication.run("build")
    first = tree(publication.folder)

    for number, zone in enumerate(("Asia/Shanghai", "America/St_Johns")):
        shutil.rmtree(publication.folder / "feeds")
        shutil.rmtree(publication.folder / "site")
        shutil.rmtree(publication.folder / "var")
        publication.run("build", env={"TZ": zone, "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": str(number)})
        assert tree(publication.folder) == first


def test_second_build_writes_nothing(publication: Publication) -> None:
    publication.run("build")
    before = {path: path.stat().st_mtime_ns for path in publication.folder.rglob("*.xml")}

    answer = publication.run("build", "--json")

    assert answer.json == {"feeds_written": [], "problems": []}
    assert {path: path.stat().st_mtime_ns for path in publication.folder.rglob("*.xml")} == before


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes()
            for name in ("feeds", "site") for path in sorted((folder / name).rglob("*")) if path.is_file()}


def test_each_bad_file_is_one_line_and_the_rest_is_published(publication: Publication) -> None:
    bad = publication.issues
    (bad / "10-no-date.md").write_text("No date at all\n", encoding="utf-8")
    (bad / "11-impossible.md").write_text("---\ndate: 2026/02/30\n---\nx\n", encoding="utf-8")
    (bad / "12-words.md").write_text("---\ndate: last Monday\n---\nx\n", encoding="utf-8")
    (bad / "13-twice.md").write_text("---\ndate: 2026/01/06\n---\nx\n", encoding="utf-8")
    (bad / "13-again.md").write_text("---\ndate: 2026/01/06\n---\ny\n", encoding="utf-8")
    (bad / "14-gbk.md").write_bytes("---\ndate: 2026/01/06\n---\n中文编码".encode("gbk"))
    (bad / "15-link.md").symlink_to("nowhere.md")
    os.mkfifo(bad / "16-pipe.md")
    publication.write("17-Good.md", "A good one among bad ones, with words of its own.", day=OLD)
    publication.age(*(path for path in bad.glob("*.md") if path.is_file()))

    answer = publication.run("publish", "--json")

    assert answer.code == 1
    assert {problem["path"] for problem in answer.json["problems"]} == {
        "10-no-date.md", "11-impossible.md", "12-words.md", "13-again.md", "13-twice.md", "14-gbk.md", "15-link.md",
        "16-pipe.md"}
    assert answer.err.count("\n") == 8
    assert "Traceback" not in answer.err
    assert {entry["title"] for entry in feed_items(publication)} == {"纸", "Ink", "Type", "Good"}


def feed_items(publication: Publication) -> list[dict[str, str]]:
    feed = json.loads((publication.folder / "feeds" / "feed.json").read_text(encoding="utf-8"))
    return feed["items"]


def test_folder_that_lost_its_issues_keeps_its_feeds(publication: Publication) -> None:
    publication.run("build")
    before = tree(publication.folder)
    for path in publication.issues.glob("*.md"):
        path.rename(publication.folder / path.name)

    answer = publication.run("build")

    assert answer.code == 1
    assert "--accept-missing" in answer.err
    assert tree(publication.folder) == before
    assert publication.run("build", "--accept-missing").code == 0
    assert feed_items(publication) == []


@pytest.mark.parametrize(("text", "said"), [
    ("publication:\n  titel: x\n", "title"),
    ("publication: {title: a, url: 'https://example.com/'}\nmailings: {from: '${AVVISO_MISSING}'}\n", "AVVISO_MISSING"),
    ("- a\n- b\n", "config.yaml"),
])
def test_bad_settings_are_named_and_end_with_two(tmp_path: Path, text: str, said: str) -> None:
    made = Publication(tmp_path)
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")

    answer = made.run("publish")

    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err


def test_import_names_bad_rows_and_takes_the_good_ones(publication: Publication) -> None:
    rows = "email,name\nada@example.com,Ada\nnot an address,Bob\nbo@example.org,Bo\n"
    (publication.folder / "readers.csv").write_text(rows, encoding="utf-8")

    answer = publication.run("subscribers", "import", "readers.csv", "--json")

    assert answer.code == 1
    assert {name: answer.json[name] for name in ("added", "known", "invalid", "kept_out")} == {
        "added": 2, "known": 0, "invalid": 1, "kept_out": 0}
    assert [problem["line"] for problem in answer.json["problems"]] == [3]


def test_every_command_has_help_with_an_example() -> None:
    import click

    from pipeline.cli import avviso

    def commands(group: click.Group) -> list[click.Command]:
        return [one for command in group.commands.values()
                for one in ([command, *commands(command)] if isinstance(command, click.Group) else [command])]

    assert [one.name for one in commands(avviso) if "Example:" not in (one.help or "")] == []


def test_corpus_is_adopted_with_titles_from_file_names(tmp_path: Path) -> None:
    corpus = os.environ.get("AVVISO_CORPUS")
    folder = Path(corpus, "ml-weekly") if corpus else None
    if folder is None or not folder.is_dir():
        pytest.skip("AVVISO_CORPUS names no folder with ml-weekly")
    made = Publication(tmp_path)
    for path in folder.glob("*.md"):
        shutil.copy(path, made.issues)
    made.age()

    assert "0 issues will be mailed" in made.run("init").out
    published = made.run("publish", "--json").json

    assert (published["mailings"], published["problems"]) == ([], [])
    assert len(made.run("status", "--json").json["issues"]) == 25
    titles = [entry["title"] for entry in feed_items(made)]
    assert len(titles) == 20
    assert "苹果谷歌大声密谋" in titles
    assert {"Google v OpenAI", "Sora生成视频合集"} <= set(titles)


def loaded_by_publish(publication: Publication, slow: set[str]) -> list[str]:
    """What of the slow to load a pass loads that mails an issue to two readers."""
    script = (
        "import sys; sys.argv = ['avviso', 'publish', '--json']\n"
        "from pipeline.cli import avviso\n"
        "avviso.main(standalone_mode=False)\n"
        f"print(*sorted({slow} & set(sys.modules)), file=sys.stderr)\n")
    done = subprocess.run([sys.executable, "-c", script], cwd=publication.folder, capture_output=True, text=True,
                          env=unmeasured(), check=True, timeout=60)
    assert json.loads(done.stdout)["mailings"][0]["counts"]["sent"] == 2
    return done.stderr.splitlines()[-1].split()


def test_publish_that_only_continues_a_send_imports_no_renderer(publication: Publication) -> None:
    publication.run("subscribers", "add", "ada@example.com", "bo@example.com")
    publication.write("04-Presses.md", "The fourth is about presses.", day=today())
    publication.run("publish", "--no-send")

    assert loaded_by_publish(publication, {
        "markdown_it", "premailer", "feedgen", "jinja2", "nh3", "lxml", "pygments", "starlette", "alembic"}) == []


def test_publish_of_an_issue_like_the_one_before_imports_only_what_it_needs(publication: Publication) -> None:
    publication.run("subscribers", "add", "ada@example.com", "bo@example.com")
    publication.write("04-Presses.md", "The fourth is about presses, and the men who turned them.", day=today())
    publication.run("publish")
    publication.write("05-Glue.md", "Book five: what holds leaves together, from flour to bones.", day=today())

    assert loaded_by_publish(publication, {
        "alembic", "cssselect", "cssutils", "email_validator", "http.client", "mako", "markdown_it", "multiprocessing",
        "pipeline.audience.roster", "pipeline.feedback.feedback", "pipeline.subscribe.subscriptions", "premailer",
        "requests", "rich", "starlette", "statistics", "structlog", "tomllib"}) == ["markdown_it"]
