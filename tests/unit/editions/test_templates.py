"""Templates: the owner's first, and mistakes in them are one line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pipeline.editions.templates import MailTemplates, style_elements
from pipeline.editions.theme import theme
from pipeline.errors import EditionError


def test_an_owners_file_shadows_the_packaged_one_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "letter.html").write_text("mine", "utf-8")
    templates = MailTemplates(tmp_path)

    assert templates.render("letter.html", {}) == "mine"
    assert templates.css("head.css", {"theme": theme("#b4552d", 640, "en")}).startswith(":root{")


def test_an_owners_file_that_appears_or_goes_is_noticed_by_who_is_running(tmp_path: Path) -> None:
    templates, sheet = MailTemplates(tmp_path), tmp_path / "head.css"

    def shown() -> str:
        return templates.css("head.css", {"theme": theme("#b4552d", 640, "en")})[:6]

    packaged = shown()
    sheet.write_text("a { b: c }", "utf-8")
    mine = shown()
    sheet.unlink()

    assert [packaged, mine, shown()] == [":root{", "a{b: c", ":root{"]


def test_values_are_escaped_in_html_and_not_in_text(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("{{ x }}", "utf-8")
    (tmp_path / "a.txt").write_text("{{ x }}", "utf-8")
    templates = MailTemplates(tmp_path)

    assert [templates.render(name, {"x": "<&{{ y }}"}) for name in ("a.html", "a.txt")] == [
        "&lt;&amp;{{ y }}", "<&{{ y }}"]


def test_a_style_sheet_loses_comments_and_idle_space(tmp_path: Path) -> None:
    sheet = "/* no */\n.a .b ,\n.c { color : red; margin: 0 }\n/* -- */\n.d { x: y; }\n"
    (tmp_path / "a.css").write_text(sheet, "utf-8")

    assert list(style_elements(MailTemplates(tmp_path).css("a.css", {}))) == [
        "<style>.a .b,.c{color : red;margin: 0}</style>", "<style>.d{x: y}</style>"]


@pytest.mark.parametrize(("text", "line", "reason"), [
    ("\n{{ nothing }}", 2, "'nothing' is undefined"),
    ("\n\n{% if %}", 3, "Expected an expression, got 'end of statement block'"),
    ("{{ 1 / 0 }}", 1, "ZeroDivisionError: division by zero"),
    ("{{ x.y.z }}", 1, "'str object' has no attribute 'y'"),
    ("{{ 1 + 'a' }}", 1, "TypeError: unsupported operand type(s) for +: 'int' and 'str'"),
])
def test_a_mistake_names_file_line_and_reason(tmp_path: Path, text: str, line: int, reason: str) -> None:
    (tmp_path / "issue.html").write_text(text, "utf-8")

    with pytest.raises(EditionError) as found:
        MailTemplates(tmp_path).render("issue.html", {"x": "text"})

    assert str(found.value) == (
        f"templates/email/issue.html:{line}: the template cannot be filled: {reason}: "
        "mend it, or delete it to use the packaged one")


def test_a_mistake_in_the_frame_is_named_as_one_of_the_frame(tmp_path: Path) -> None:
    (tmp_path / "base.html").write_text("\n{{ nothing }}", "utf-8")

    with pytest.raises(EditionError, match=r"^templates/email/base.html:2: "):
        MailTemplates(tmp_path).render("notice.html", {})


def test_a_file_in_another_encoding_is_a_mistake_in_its_line(tmp_path: Path) -> None:
    (tmp_path / "issue.html").write_bytes("<p>\n你好".encode("gb18030"))

    with pytest.raises(EditionError, match=r"issue.html:2: .*: saved in another encoding than UTF-8: "):
        MailTemplates(tmp_path).render("issue.html", {})


def test_a_file_that_cannot_be_read_is_named_in_words(tmp_path: Path) -> None:
    """Permissions do not bind everybody who runs tests; the memory of a process has no first page to be read."""
    (tmp_path / "issue.html").symlink_to("/proc/self/mem")

    with pytest.raises(EditionError) as caught:
        MailTemplates(tmp_path).render("issue.html", {})

    assert str(caught.value) == ("templates/email/issue.html: the template cannot be read: Input/output error: "
                                 "let avviso read it and its folder, or delete it to use the packaged one")


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    (tmp_path / "issue.html").write_text("<p>\n{% include 'footer.html' %}", "utf-8")

    with pytest.raises(EditionError) as caught:
        MailTemplates(tmp_path).render("issue.html", {})

    assert str(caught.value) == ("templates/email/issue.html:2: the template cannot be filled: there is no footer.html:"
                                 " mend it, or delete it to use the packaged one")


@pytest.mark.parametrize("text", [
    '{% extends "base.html" %}', "<body>{{ title }}</body>", '{% if false %}{% include "issue.html" %}{% endif %}'])
def test_a_template_that_shows_no_text_is_a_mistake(tmp_path: Path, text: str) -> None:
    (tmp_path / "issue.html").write_text(text, "utf-8")

    with pytest.raises(EditionError, match=r"^templates/email/issue\.html: the template does not show \{\{ body \}\}:"):
        MailTemplates(tmp_path).must_show_issue("issue.html")


@pytest.mark.parametrize("text", [
    "{{ body | replace('a', 'b') }}", "{% block all %}{% for one in [body] %}{{ one }}{% endfor %}{% endblock %}",
    '{% include ["nowhere.html", "own.html"] ignore missing %}', "{% include title %}",
    "<body>{{ title }}: {{ view_url }}</body>"])
def test_a_text_may_be_shown_in_any_way(tmp_path: Path, text: str) -> None:
    (tmp_path / "issue.html").write_text(text, "utf-8")
    (tmp_path / "own.html").write_text("{{ body }}", "utf-8")

    MailTemplates(tmp_path).must_show_issue("issue.html")


def test_a_text_that_was_found_is_looked_for_again_only_when_a_template_changes(tmp_path: Path) -> None:
    """Each mail of a long archive asks, and to parse the templates takes far longer than to look at their folder."""
    template, templates = tmp_path / "issue.html", MailTemplates(tmp_path)
    template.write_text("{{ body }}")
    templates.must_show_issue("issue.html")
    left = template.stat().st_mtime_ns

    template.write_text("no words  ")
    os.utime(template, ns=(left, left))

    templates.must_show_issue("issue.html")
    os.utime(template, ns=(left, left + 1))
    with pytest.raises(EditionError, match="does not show"):
        templates.must_show_issue("issue.html")
