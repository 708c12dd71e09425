"""`check` tries the owner's templates before readers see what came of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.editions.templates import packaged
from pipeline.errors import Problem
from pipeline.feeds.addresses import UNSAID, UNSAID_SENDER
from pipeline.preview.checks import check
from pipeline.publish.worker_pool import ENOUGH
from tests.publications import Publication, words


@pytest.mark.parametrize(("name", "text", "said"), [
    ("web/page.html", "{% if %}", "template: Expected an expression, got 'end of statement block'"),
    ("web/page.html", "<p>{{ titel }}", "template: 'titel' is undefined"),
    ("web/index.html", "{{ entry", "template: unexpected end of template, expected 'end of print statement'."),
    ("email/issue.html", "{{ titel }}", "the template cannot be filled: 'titel' is undefined"),
    ("email/letter.html", "{{ titel }}", "the template cannot be filled: 'titel' is undefined"),
    ("email/letter.txt", "{{ titel }}", "the template cannot be filled: 'titel' is undefined"),
    ("email/notice.html", "{{ titel }}", "the template cannot be filled: 'titel' is undefined"),
    ("email/notice.txt", "{{ titel }}", "the template cannot be filled: 'titel' is undefined"),
    ("web/subscribe.html", "{{ titel }}", "template: 'titel' is undefined"),
    ("web/form.html", "{{ titel }}", "template: 'titel' is undefined"),
    ("web/notice.html", "{{ titel }}", "template: 'titel' is undefined"),
    ("web/preferences.html", "{{ titel }}", "template: 'titel' is undefined"),
    ("web/embed.html", "{{ titel }}", "template: 'titel' is undefined")])
def test_template_that_cannot_be_used_is_found_though_every_issue_is_out(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    letters = Publication(tmp_path / "letters")
    letters.write("01-paper.md", words(1))
    letters.begin()
    letters.write_template(name, text)

    (found,) = check(letters.app, [], everything=False)

    assert (Path(found.path).name, found.line, found.message, found.rule, found.severity) == (
        Path(name).name, 1, said, "template", "error")


@pytest.mark.parametrize(("name", "beside", "said"), [
    ("email/isue.html", "", ["rename it to issue.html, or take it away"]),
    ("web/pages.html", "", ["rename it to page.html, or take it away"]),
    ("web/pages.html", '{% include "pages.html" %}', []), ("email/issue.html~", "", []), ("web/press.html", "", []),
])
def test_template_that_is_called_almost_as_one_of_ours_is_found_unless_another_names_it(
    tmp_path: Path, name: str, beside: str, said: list[str]
) -> None:
    letters = Publication(tmp_path / "letters")
    letters.write("01-paper.md", words(1))
    letters.begin()
    letters.write_template(name, "")
    letters.write_template("web/colophon.html", beside)

    found = check(letters.app, [], everything=False)

    assert [(one.path, one.remedy, one.rule, one.severity) for one in found] == [
        (f"templates/{name}", remedy, "template", "warning") for remedy in said]


@pytest.mark.parametrize(("names", "issues", "said"), [
    (["01-paper.md", "02-ink.md"], {"exclude": ["**"]},
     [('no issue is left: issues.exclude keeps out every file, "01-paper.md" too', "mend issues.exclude")]),
    (["01-paper.md", "02-ink.md"], {"exclude": ["02-*"]}, []),
    (["README.md"], {}, []), (["README.md"], {"exclude": ["**"]}, []), ([], {"exclude": ["**"]}, []),
])
def test_settings_that_keep_out_every_file_are_told(
    tmp_path: Path, names: list[str], issues: dict[str, list[str]], said: list[tuple[str, str]]
) -> None:
    letters = Publication(tmp_path / "letters", {"issues": issues})
    for name in names:
        letters.write(name, words(1))
    letters.begin()

    assert [(one.message, one.remedy) for one in check(letters.app, [], everything=False)] == said


@pytest.mark.parametrize(("name", "issues", "is_told"), [
    ("15-ink.MD", {}, True), ("notes/15-ink.markdown", {}, True), ("15-ink.mdx", {}, True), ("15-ink.txt", {}, False),
    ("README.MD", {}, False), ("14-paper.Rmd", {}, False), ("ink.mdx", {"include": ["[0-9]*.md"]}, False),
    ("15-ink.mdx", {"exclude": ["*.mdx"]}, False), ("15-ink.mdx", {"include": ["*.md", "*.mdx"]}, False),
])
def test_file_that_would_be_an_issue_by_another_ending_is_told(
    tmp_path: Path, name: str, issues: dict[str, list[str]], is_told: bool
) -> None:
    letters = Publication(tmp_path / "letters", {"issues": issues})
    (letters.issues / "notes").mkdir()
    letters.write("14-paper.md", words(14))
    letters.write(name, words(15))

    found = check(letters.app, [], everything=False)

    assert [one.path for one in found if one.rule == "file-ending"] == ([name] if is_told else [])


def test_an_issue_that_has_no_date_yet_is_looked_over_and_leaves_no_gap_in_the_numbers(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters")
    letters.write("01-paper.md", words(1))
    (letters.issues / "02-ink.md").write_text("Ink, [black]() and red.", "utf-8")
    letters.write("03-type.md", words(3))
    letters.begin()

    assert [(one.path, one.line, one.rule) for one in check(letters.app, [], everything=True)] == [
        ("02-ink.md", 1, "date-missing"), ("02-ink.md", 1, "placeholder")]


@pytest.mark.parametrize(("name", "front", "text", "bare"), [
    ("1.md", "", "Ink.", True), ("issue-20261019.md", "", "Ink.", True), ("2026-10-19.md", "", "Ink.", True),
    ("2026-10-19-on-paper.md", "", "Ink.", True),
    ("14-on-paper.md", "", "Ink.", True), ("9-untitled.md", "", "Ink.", True), ("14-1984.md", "", "Ink.", True),
    ("14.md", "", "Ink.\n\n## Presses\n\nOld.", True),
    ("14.md", "title: 1984\n", "Ink.", False), ("14.md", "title: 14\n", "Ink.", False),
    ("1984.md", "", "# 1984", False),
    ("1984.md", "draft: true\n", "Ink.", False),
    ("第14期.md", "", "Ink.", False), ("Paper.md", "", "Ink.", False),
    ("14-GPT4.md", "", "Ink.", False), ("Issue 14.md", "", "Ink.", False),
])
def test_issue_that_nobody_gave_a_title_is_told_and_a_number_that_somebody_wrote_is_a_title(
    tmp_path: Path, name: str, front: str, text: str, bare: bool
) -> None:
    letters = Publication(tmp_path / "letters")
    letters.write(name, text, front=front)
    letters.begin()

    assert [(one.path, one.line, one.rule, one.severity) for one in check(letters.app, [], everything=True)
            if one.rule.startswith("title")] == [(name, 1, "title-bare", "warning")] * bare
    assert [one.rule for one in check(letters.app, [], everything=False) if one.path == name] == []  # out, or a draft


@pytest.mark.parametrize(("name", "without", "findings"), [
    ("issue.html", "{{ body }}", 1), ("issue.txt", "{{ body }}", 1), ("issue.html", "{{ address }}", 0)])
def test_template_that_lost_the_issue_is_told_though_it_still_leads_to_it(
    tmp_path: Path, name: str, without: str, findings: int
) -> None:
    """The packaged ones show a link to the issue as well, so a copy of them without its text is no mistake of form."""
    letters = Publication(tmp_path / "letters")
    letters.fill(1)
    letters.begin()
    letters.write_template(f"email/{name}", packaged()[name][0].replace(without, ""))

    assert check(letters.app, [], everything=False) == findings * [Problem(
        f"templates/email/{name}", "the mail leads to the issue and does not show it",
        "put {{ body }} into it, or leave it so if that is meant", rule="template", severity="warning")]


@pytest.mark.parametrize("name", ["12", "12-press", "12-press.md", "issues/12-press.md"])
def test_file_that_is_no_issue_yet_is_found_by_every_name_that_it_will_have(tmp_path: Path, name: str) -> None:
    letters = Publication(tmp_path / "letters")
    letters.write("01-paper.md", words(1))
    letters.begin()
    letters.write("12-press.md", words(2), day="2026/13/24")
    letters.write("121-ink.md", words(3), day="2026/13/24")

    assert [(one.path, one.rule) for one in check(letters.app, [name], everything=False)] == [
        ("12-press.md", "date-impossible")]


def test_findings_are_the_same_and_in_one_order_whatever_the_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letters = Publication(tmp_path / "letters")
    for number in range(1, ENOUGH + 1):
        letters.write(f"{2 * number:03}-paper {number}.md", f"[paper {number}]()")
    letters.begin()

    alone, together = [], []
    for cores, found in ((1, alone), (2, together)):
        monkeypatch.setattr("pipeline.preview.checks.cores", lambda cores=cores: cores)
        found += check(letters.app, [], everything=True)

    assert together == alone
    assert [one.rule for one in alone if one.path == "100-paper 50.md"] == ["number-gap", "placeholder"]


@pytest.mark.parametrize(("heading", "rules"), [("Letters", []), ("Paper", ["title-twice"] * 3)])
def test_issues_called_as_the_publication_have_titles_of_their_own(
    tmp_path: Path, heading: str, rules: list[str],
) -> None:
    letters = Publication(tmp_path / "letters")
    for number in (1, 2, 3):
        letters.write(f"{number}.md", f"# {heading}\n\n{words(number)}")
    letters.begin()

    assert [one.rule for one in check(letters.app, [], everything=True)] == rules


@pytest.mark.parametrize(("day", "rules"), [("2026-03-09 20:00 -0500", []), ("2026-03-10", ["date-name"])])
def test_day_in_a_name_may_be_that_of_its_author_s_time_zone(tmp_path: Path, day: str, rules: list[str]) -> None:
    letters = Publication(tmp_path / "letters", {"publication": {"timezone": "Asia/Shanghai"}})
    letters.write("2026-03-09-paper.md", f"# Paper\n\n{words(1)}", day=day)
    letters.begin()

    assert [one.rule for one in check(letters.app, [], everything=True)] == rules


@pytest.mark.parametrize(("front", "mark", "rules"), [
    ("", "{{ name }}", ["template-text"]), ("", "LINK_HERE", ["placeholder-text"]),
    ('title: "Dear {{ name }}"\n', "{{ name }}", ["mail-placeholder", "template-text"])])
def test_mark_that_is_told_in_its_line_is_not_told_again_of_the_mail_but_of_its_subject(
    tmp_path: Path, front: str, mark: str, rules: list[str]
) -> None:
    letters = Publication(tmp_path / "letters", {"publication": {"postal_address": "1 Press Lane"}})
    letters.write("14-Ink.md", f"Dear {mark}, {words(1)}", front=front)
    letters.begin()

    assert [one.rule for one in check(letters.app, ["14"], everything=False)] == rules


def test_addresses_that_init_made_up_are_told_until_their_owner_says_them(tmp_path: Path) -> None:
    letters = Publication(tmp_path / "letters", {
        "publication": {"url": UNSAID, "postal_address": "1 Press Lane"},
        "mailings": {"from": f"Letters <{UNSAID_SENDER}>"}})

    found = check(letters.app, [], everything=False)

    assert [(one.message, one.rule) for one in found] == [
        (f"publication.url is still {UNSAID}, and every link in feeds and mail leads there", "config-example"),
        (f"mailings.from is still {UNSAID_SENDER}, and answers go there", "config-example")]


@pytest.mark.parametrize(("beside", "settings", "rules"), [
    ("_posts", "title: Letters\n", ["config-jekyll"]), ("_layouts", "exclude: [vendor]\n", ["config-jekyll"]),
    ("_posts", "a: b: c\n", ["config-jekyll"]),
    ("_posts", "source: ./\n", ["config-jekyll"]), ("_posts", "exclude: [va]\n", ["config-jekyll"]),
    ("_posts", "exclude: [v*]\n", []), ("_posts", "exclude: [./var/**]\n", []),
    ("_posts", "exclude:\n  - /var/\n", []), ("_posts", "source: pages\n", []), ("scaffolds", "title: Hexo\n", []),
])
def test_jekyll_is_to_leave_out_the_ledger(tmp_path: Path, beside: str, settings: str, rules: list[str]) -> None:
    letters = Publication(tmp_path / "letters", {"publication": {"postal_address": "1 Press Lane"}})
    (letters.folder / beside).mkdir()
    (letters.folder / "_config.yml").write_text(settings, "utf-8")

    found = check(letters.app, [], everything=False)

    assert [one.rule for one in found] == rules
