"""`preview` and `check` through the command line and a browser: what is shown is what is sent."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.street import Publication

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SHORT = "Paper, and all it was made of before trees were."
LONG = "Type was cast by hand, one letter at a time, for four hundred years."


@pytest.fixture
def publication(tmp_path: Path) -> Publication:
    """One old issue, adopted, and one that is due now; two readers."""
    made = Publication(tmp_path)
    made.write("01-Paper.md", SHORT, day="2026/01/05")
    assert made.run("init").code == 0
    made.run("subscribers", "add", "ada@example.com", "bo.li@example.org")
    made.write("02-Type.md", f"{LONG}\n\n## 铅字\n\n![](images/type.png) 一个字一个字地铸。", day=datetime.now(UTC))
    made.write("03-Ahead.md", "The third one waits for its day, which is far.", day="2099/01/05")
    (made.issues / "images").mkdir()
    (made.issues / "images" / "type.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return made


def without(raw: bytes, *names: bytes) -> bytes:
    """A message without some of its header lines."""
    head, _, body = raw.partition(b"\r\n\r\n")
    kept = [line for line in head.split(b"\r\n") if not line.startswith(names)]
    return b"\r\n".join(kept) + b"\r\n\r\n" + body


def test_preview_of_a_reader_has_the_bytes_that_publish_wrote(publication: Publication) -> None:
    ahead = publication.run("preview", "2", "--eml", "ahead.eml", "--as", "ada@example.com")
    published = publication.run("publish", "--json")
    for name, reader in (("ada.eml", "ada@example.com"), ("bo.eml", "BO.LI@example.org")):
        assert publication.run("preview", "2", "--eml", name, "--as", reader).code == 0

    assert (ahead.code, ahead.err, published.json["mailings"][0]["counts"]["sent"]) == (0, "", 2)
    sent = {path.name.partition("-")[2]: path.read_bytes()
            for path in (publication.folder / "var" / "outbox").rglob("*.eml")}
    assert (publication.folder / "ada.eml").read_bytes() == sent["ada@example.com.eml"]
    assert (publication.folder / "bo.eml").read_bytes() == sent["bo.li@example.org.eml"]
    # Before it began, all but the hour at which it would: that is frozen with the audience.
    assert without((publication.folder / "ahead.eml").read_bytes(), b"Date:") == without(
        sent["ada@example.com.eml"], b"Date:")


def test_preview_changes_nothing_and_later_edits_do_not_change_what_was_sent(publication: Publication) -> None:
    publication.run("publish")
    before = publication.run("status", "--json").json
    publication.run("preview", "2", "--eml", "first.eml", "--as", "ada@example.com")
    publication.write("02-Type.md", "Quite another text, long after it was mailed.", day=datetime.now(UTC))

    publication.run("preview", "2", "--eml", "second.eml", "--as", "ada@example.com")
    publication.run("preview", "3", "--html", "ahead.html")

    assert publication.run("status", "--json").json == before
    assert (publication.folder / "second.eml").read_bytes() == (publication.folder / "first.eml").read_bytes()
    assert "waits for its day" in (publication.folder / "ahead.html").read_text("utf-8")


def test_preview_in_a_clone_without_a_ledger_makes_none(tmp_path: Path) -> None:
    made = Publication(tmp_path)
    made.write("01-Paper.md", SHORT, day="2026/01/05")

    shown = made.run("preview", "1", "--text", "-")
    checked = made.run("check", "--json")

    assert (shown.code, SHORT in shown.out, checked.code) == (0, True, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "issues"]


@pytest.mark.parametrize(("words", "said"), [
    (["preview", "9", "--text", "-"], "9: no issue is called so"),
    (["preview", "9", "--port", "0"], "9: no issue is called so"),
    (["preview", "2", "--text", "-", "--as", "nobody@example.com"], "nobody@example.com is not a reader"),
    (["preview", "1", "--eml", "no/such/folder.eml"], "no/such/folder.eml: No such file or directory"),
])
def test_preview_says_in_one_line_what_it_cannot_show(publication: Publication, words: list[str], said: str) -> None:
    answer = publication.run(*words)

    assert (answer.code != 0, answer.out, answer.err.count("\n"), said in answer.err) == (True, "", 1, True), answer


@pytest.mark.parametrize(("text", "said"), [
    ("Undated.", "has no date"),
    ("---\ndraft: true\n---\nUndated.", "is a draft without a date, and no issue before it has one"),
])
@pytest.mark.parametrize("name", [[], ["4"]])
def test_preview_says_what_the_only_file_lacks(tmp_path: Path, text: str, said: str, name: list[str]) -> None:
    made = Publication(tmp_path / "publication")
    (made.issues / "04-Undated.md").write_text(text, "utf-8")
    made.age()

    answer = made.run("preview", *name, "--text", "-")

    assert (answer.code != 0, answer.out, answer.err) == (
        True, "", f"04-Undated.md:1: {said}: add `date: 2026/03/24` between two `---` lines at its top\n")


def test_check_names_file_line_column_and_rule_and_mends_what_is_safe(publication: Publication) -> None:
    path = publication.write("04-Links.md", "See [it](ttps://example.com/?id=1&utm_source=x).\r\n\r\nA zero\u200bwidth."
                             "\r\n\r\n![[embed.png]]", day="2099/02/05")
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    publication.age()

    before = publication.run("check", "4", "--json")
    mended = publication.run("check", "4", "--fix", "--json")

    own = [(one["line"], one["column"], one["rule"]) for one in before.json if one["path"] == "04-Links.md"]
    assert (before.code, own) == (1, [(5, 10, "link-scheme"), (5, 10, "link-tracking"), (7, 7, "invisible"),
                                      (9, 1, "obsidian-embed")])
    assert [one["rule"] for one in mended.json if one["path"] == "04-Links.md"] == ["obsidian-embed"]
    assert path.read_bytes().endswith(
        b"See [it](https://example.com/?id=1).\r\n\r\nA zerowidth.\r\n\r\n![[embed.png]]\r\n")
    assert mended.err.splitlines() == [
        "04-Links.md:7: removed U+200B, which nobody sees", "04-Links.md:5: ttps:// is https:// now",
        "04-Links.md:5: removed utm_source from an address"]


def test_check_of_broken_settings_is_a_finding_too(publication: Publication) -> None:
    (publication.folder / "config.yaml").write_text("publication: {titel: x}\n", "utf-8")

    answer = publication.run("check", "--json")

    assert answer.code == 2
    assert {one["path"] for one in answer.json} == {"config.yaml"}


# ---- in the browser ---------------------------------------------------------------------------

@contextmanager
def previewing(publication: Publication, *issue: str) -> Iterator[str]:
    """The preview at work on a free port; gives its address."""
    process = subprocess.Popen(publication.command("preview", *issue, "--port", "0", "--json"), cwd=publication.folder,
                               env=publication.environment({"PYTHONUNBUFFERED": "1"}), stdout=subprocess.PIPE,
                               stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(3)]
        yield json.loads(b"".join(lines))["url"]
    finally:
        process.terminate()
    assert process.wait(20) == 0


@pytest.fixture
def address(publication: Publication) -> Iterator[str]:
    """The preview at work."""
    with previewing(publication) as address:
        yield address


def test_preview_opens_with_the_issue_at_a_path_and_with_the_newest_while_a_file_is_broken(
    publication: Publication,
) -> None:
    with previewing(publication, "issues/01-Paper.md") as address:
        assert address.partition("#")[2] == "1"

    (publication.issues / "09-Broken.md").write_text("---\ndate: 2024/13/24\n---\n\nSoon.\n", "utf-8")
    with previewing(publication, "9") as address:
        assert address.partition("#")[2] == ""


def fetch(address: str, **headers: str) -> Any:
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=20) as answer:
        return answer.read()


def test_preview_answers_only_to_its_own_name_and_only_with_files_that_an_issue_shows(
    address: str, publication: Publication,
) -> None:
    root = address.partition("#")[0]
    sheet = json.loads(fetch(f"{root}api/issue?name=2"))

    assert (sheet["issue"]["state"], sheet["subject"], sheet["refused"]) == ("due", "Type", "")
    assert fetch(f"{root}assets/images/type.png") == b"\x89PNG\r\n\x1a\n"
    for path, headers in (("api/issues", {"Host": "evil.example.com"}), ("assets/images/../../config.yaml", {}),
                          ("assets/config.yaml", {})):
        with pytest.raises(urllib.error.HTTPError):
            fetch(root + path, **headers)
    assert not list(publication.folder.glob("site"))


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_preview_shows_a_save_by_itself(address: str, publication: Publication) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    violations = pytest.importorskip("tests.axe").violations
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address.partition('#')[0]}#2")
        page.wait_for_selector("#saved:text-is('watching')")
        assert violations(page) == []
        page.emulate_media(color_scheme="dark")
        page.keyboard.press("2")
        page.wait_for_selector("pre.letter")
        assert violations(page) == []
        assert LONG in page.inner_text("pre.letter").replace("\n", " ")

        (publication.issues / "02-Type.md").write_text(
            f"---\ndate: {datetime.now(UTC):%Y/%m/%d}\n---\n\nSaved this very second.\n", "utf-8")
        page.wait_for_selector("pre.letter:has-text('Saved this very second')")

        page.keyboard.press("k")
        page.wait_for_selector("#subject:text-is('Ahead')")
        page.keyboard.press("1")
        frame = page.frame_locator("figure.phone iframe")
        assert "waits for its day" in frame.locator("body").inner_text()
        assert page.locator("figure.phone iframe").bounding_box()["width"] == 375
        browser.close()
    assert complaints == []
