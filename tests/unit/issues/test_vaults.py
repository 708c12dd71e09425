"""Links within a vault show their words, its pictures are shown; lines of remarks and names of blocks are hidden."""

from __future__ import annotations

import pytest

from pipeline.checking.examine import Specimen, examine_specimen
from pipeline.issues.html.targets import Target
from tests.unit.issues.rendered import line, shown


@pytest.mark.parametrize(("text", "html"), [
    ("a [[01 - Notes/ink|Ink]] b", "a Ink b"),
    ("[[ink#made|*Ink* & soot]]", "*Ink* &amp; soot"),
    ("**[[ink|Ink]]**", "<strong>Ink</strong>"),
    ("[[ink]]", "[[ink]]"),
    ("[[ -f a | b ]]", "[[ -f a | b ]]"),
    ("[[a||b]]", "[[a||b]]"),
    ("[[1|2]](https://a.example/)", '<a href="https://a.example/">[1|2]</a>'),
    ("`[[ink|Ink]]`", "<code>[[ink|Ink]]</code>"),
    (r"\[[ink|Ink]]", "[[ink|Ink]]"),
])
def test_a_link_within_a_vault_shows_its_words(text: str, html: str) -> None:
    assert line(text) == html


def test_in_a_table_its_stroke_is_escaped() -> None:
    assert "<td>Ink</td>" in shown("|a|\n|-|\n|[[ink\\|Ink]]|").replace(' style=""', "")


@pytest.mark.parametrize(("text", "html"), [
    ("a\n%% b %%\nc", "<p>a</p>\n<p>c</p>"),
    ("a\n\n%%\nb\n\n# c\n%%\n\nd", "<p>a</p>\n<p>d</p>"),
    ("- a\n  %% 5% of b %%\n- c", "<ul>\n<li>a</li>\n<li>c</li>\n</ul>"),
])
def test_lines_of_remarks_are_hidden(text: str, html: str) -> None:
    assert shown(text, Target.FEED) == html
    assert examine_specimen(Specimen("14.md", "On paper", None, text, 1, "auto", "en"), lambda _: True) == []


ID = "id:: 6a316c16-3f53-4015-8466-97688bcb8aac"


@pytest.mark.parametrize(("text", "html"), [
    (f"# Ink\n{ID}\ncollapsed:: true\n\nsalt", "<h2>Ink</h2>\n<p>salt</p>"),
    (f"- ink\n\t{ID}\n\t- salt\n\t  collapsed:: true\n", "<ul>\n<li>ink\n<ul>\n<li>salt</li>\n</ul>\n</li>\n</ul>"),
    ("- ink\n  logseq.order-list-type:: number\n  background-color:: #533e7d",
     "<ul>\n<li>ink</li>\n</ul>"),
    (f"    {ID}", f"<pre><code>{ID}\n</code></pre>"),
    (f"a {ID}", f"<p>a {ID}</p>"),
    ("id:: value", "<p>id:: value</p>"),
])
def test_what_logseq_keeps_of_a_block_for_itself_is_hidden(text: str, html: str) -> None:
    assert shown(text, Target.FEED) == html


@pytest.mark.parametrize("text", ["%%name%%", "%% a", "a %% b %%", "%% a %% b", "100%% a %%", "%%"])
def test_what_is_no_line_of_its_own_stays(text: str) -> None:
    assert line(text) == text


@pytest.mark.parametrize(("text", "html"), [
    ("![[ink.png]]", '<img src="https://w.example.com/files/ink.png" alt="">'),
    ("![[图/墨 1.PNG|400]]", '<img src="https://w.example.com/files/%E5%9B%BE/%E5%A2%A8%201.PNG" alt="" width="400">'),
    ("![[ink.png|The press|400x300]]",
     '<img src="https://w.example.com/files/ink.png" alt="The press" width="400">'),
    ("`![[ink.png]]`", "<code>![[ink.png]]</code>"),
    (r"\![[ink.png]]", "![[ink.png]]"),
    ("![[ink.mp4]]", "![[ink.mp4]]"),
    ("![[ink#^1f2e3d]]", "![[ink#^1f2e3d]]"),
])
def test_a_picture_of_the_vault_is_one_beside_the_issue(text: str, html: str) -> None:
    assert line(text) == html


def test_a_picture_of_the_vault_that_is_not_there_is_missed() -> None:
    issue = Specimen("14.md", "On paper", None, "![[ink.png|The press]]\n\n![[ink.mp4]]", 1, "auto", "en")

    problems = examine_specimen(issue, lambda _: False)

    assert [(one.line, one.rule) for one in problems if one.severity == "error"] == [
        (1, "obsidian-embed"), (3, "obsidian-embed")]


@pytest.mark.parametrize(("text", "html"), [
    ("a ^1f2e3d", "a"), ("a ^1f2e3d\nb ^4c5b6a", "a\nb"), ("2 ^10", "2 ^10"), ("a ^abcdef", "a ^abcdef"),
    ("at most ^100000", "at most ^100000"),
    ("a ^1f2e3d b", "a ^1f2e3d b"), ("a^1f2e3d", "a^1f2e3d"),
])
def test_the_name_of_a_block_is_hidden(text: str, html: str) -> None:
    assert line(text, breaks="soft") == html
