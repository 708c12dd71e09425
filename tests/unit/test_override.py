"""The look of a publication is its own, or there is an error; never the packaged one in silence."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.feeds.templating import web_templates
from pipeline.preview.template_checks import template_findings
from tests.limits import permissions_count
from tests.publications import Publication, lines, words

OWN = {"web/page.html": "{{ title }}, our own look", "web/style.css": "h1 { color: #123 }",
       "email/issue.txt": "Our own look. {{ title }} {{ body }}"}


def close_it(path: Path) -> None:
    path.chmod(0)


def close_its_folder(path: Path) -> None:
    path.parent.chmod(0)


def close_all_folders(path: Path) -> None:
    path.parents[1].chmod(0)


def put_a_folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


def let_it_lead_nowhere(path: Path) -> None:
    path.unlink()
    path.symlink_to("gone")


HIDE = (close_it, close_its_folder, close_all_folders, put_a_folder_in_its_place, let_it_lead_nowhere)


@pytest.fixture
def letters(tmp_path: Path) -> Publication:
    made = Publication(tmp_path / "letters")
    made.begin(write=False)
    made.add_readers("ada@example.org")
    for name, text in OWN.items():
        made.write_template(name, text)
    return made


@pytest.mark.parametrize("hide", HIDE, ids=lambda hide: hide.__name__)
@pytest.mark.parametrize(("name", "made"), [("web/page.html", "1/index.html"), ("web/style.css", "style.css")])
def test_archive_is_not_written_while_a_template_of_the_owner_cannot_be_read(
    letters: Publication, name: str, made: str, hide: Callable[[Path], None],
) -> None:
    letters.write("01-Paper.md", words(1))
    with permissions_count():
        hide(letters.folder / "templates" / name)
        letters.restart()

        with pytest.raises(ConfigError) as refused:
            letters.app.publisher.build()
        found = [str(one) for one in template_findings(letters.app)]

    assert len(str(refused.value).splitlines()) == 1
    assert "the template cannot be read: " in str(refused.value)
    assert "let avviso read it and its folder, or delete it" in str(refused.value)
    assert not (letters.folder / "site" / made).exists()
    assert str(refused.value) in found


@pytest.mark.parametrize("hide", HIDE, ids=lambda hide: hide.__name__)
def test_issue_is_held_while_a_mail_template_of_the_owner_cannot_be_read(
    letters: Publication, hide: Callable[[Path], None],
) -> None:
    letters.write("01-Paper.md", words(1))
    (letters.folder / "templates" / "web" / "style.css").unlink()
    (letters.folder / "templates" / "web" / "page.html").unlink()
    (letters.folder / "templates" / "web").rmdir()
    with permissions_count():
        hide(letters.folder / "templates" / "email" / "issue.txt")
        letters.restart()
        made = letters.app.publisher.make_pass(write=False)
    letters.deliver()

    said, = lines(made.problems)
    assert re.fullmatch(r"templates/email/[a-z.]+: the template cannot be read: [A-Za-z ]+: "
                        "let avviso read it and its folder, or delete it to use the packaged one", said)
    assert (letters.mailings, letters.mails) == ({"1/weekly": "held"}, [])


def test_template_of_the_archive_that_appears_or_goes_is_noticed_by_who_is_running(tmp_path: Path) -> None:
    mine, ours = tmp_path / "mine", tmp_path / "ours"
    for folder in (mine, ours):
        folder.mkdir()
    (ours / "a.html").write_text("ours")
    templates = web_templates([mine, ours])

    shown = [templates.render("a.html", {})]
    (mine / "a.html").write_text("mine")
    shown.append(templates.render("a.html", {}))
    (mine / "a.html").unlink()
    shown.append(templates.render("a.html", {}))

    assert shown == [b"ours", b"mine", b"ours"]
