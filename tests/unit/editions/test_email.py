"""An issue dressed for mail: whole, quiet, and itself whatever its author wrote."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from pipeline.editions.edition import Hole
from pipeline.editions.email import render_edition, shortened
from pipeline.editions.fitting import LIMIT, RESERVE
from pipeline.editions.holes import fill, split
from pipeline.editions.templates import MailTemplates
from pipeline.errors import EditionError
from pipeline.issues.document import parse
from pipeline.issues.issue import Image
from tests.hostile import SQUARE, again, cpu_s, growth
from tests.mail_samples import FRAME, TEMPLATES, issue, render

FILLED = {hole: f"https://news.example.com/{hole.name.lower()}" for hole in Hole}


def page(body: str = "正文。", **changes: Any) -> Any:
    return html.document_fromstring(fill(render(body, **changes).html, FILLED))


def test_an_edition_carries_key_language_subject_and_preheader() -> None:
    made = render(frame=replace(FRAME, subject="{publication} {number}：{title}"))

    assert (made.name, made.language, made.subject, made.preheader) == (
        "7", "zh-Hans", "铅字周刊 7：字与纸", "一期关于纸的周刊")


def test_the_same_issue_gives_the_same_edition() -> None:
    assert render("# a\n\nb").digest == render("# a\n\nb").digest


def test_the_shell_is_a_standards_mode_document_with_language_and_direction() -> None:
    made = render(language="zh-TW").html

    assert made.startswith('<!DOCTYPE html>\n<html lang="zh-TW" dir="ltr"')
    assert made.endswith("</html>")
    assert re.findall(r'role="article"[^>]* dir="[^"]*"', made) == [
        'role="article" aria-roledescription="email" aria-label="字与纸" lang="zh-TW" dir="ltr"']


def test_number_and_day_run_as_their_words_do_in_a_mail_of_the_other_direction() -> None:
    line = page(language="ar").xpath("//h1/following::p")[0]

    assert line.xpath("span[@dir='auto']/text()") == ["No. 7", "2 March 2026"]


def test_the_number_is_shown_once_where_the_title_says_it() -> None:
    made = render(title="铅字周刊 第 7 期：纸")

    assert html.document_fromstring(made.html).xpath("//h1/following::p[1]/span/text()") == ["2026年3月2日"]
    assert made.text.count("第 7 期") == 1


def test_there_is_one_h1_and_it_is_the_title() -> None:
    assert [h.text_content() for h in page("# One\n\n# Two").iter("h1")] == ["字与纸"]


def test_layout_tables_are_marked_and_data_tables_are_not() -> None:
    tables = page("|a|b|\n|-|-|\n|c|d|").iter("table")

    assert [table.get("role") for table in tables] == ["presentation", None]


def test_head_rules_stay_rules_and_inline_rules_leave_no_sheet() -> None:
    made = render().html
    head, body = made.split("</head>")

    assert head.count("@media (prefers-color-scheme: dark)") == 1
    assert head.count("[data-ogsc]") > 3
    assert head.count("!important") > 20
    assert "<style" not in body


def test_conditional_comments_keep_the_table_for_word() -> None:
    table = '<table role="presentation" align="center" width="640" cellpadding="0" cellspacing="0" border="0">'

    assert re.findall(r"<!--.*?-->", render().html.split("<body")[1]) == [
        f"<!--[if mso]>{table}<tr><td><![endif]-->", "<!--[if mso]></td></tr></table><![endif]-->"]


def test_the_footer_says_why_and_leads_out() -> None:
    footer = page().xpath("//td")[-1]

    assert [p.text_content() for p in footer.iter("p")] == [
        "您收到这封邮件，是因为您订阅了《铅字周刊》。", "退订 \xa0·\xa0 订阅设置 \xa0·\xa0 往期内容",
        "铅字周刊 · 林子上海市某路 1 号"]
    assert [a.get("href") for a in footer.iter("a")] == [
        FILLED[Hole.UNSUBSCRIBE], FILLED[Hole.PREFERENCES], "https://type.example.com/"]


def test_without_a_web_the_mail_leads_to_its_page_and_has_no_preferences() -> None:
    made = render(frame=replace(FRAME, view=False, preferences=False, postal_address="", author=""))

    assert {piece for piece in split(made.html) + split(made.text) if isinstance(piece, Hole)} == {Hole.UNSUBSCRIBE}
    assert html.document_fromstring(made.html).xpath("//a[. = '在浏览器中查看']/@href") == ["https://type.example.com/7/"]


def test_the_preheader_is_hidden_cut_and_kept_apart_from_the_mail() -> None:
    made = render(description="一个很长的描述，" * 20)
    whole: Any = html.document_fromstring(made.html)
    hidden = whole.xpath("//body/div[1]")[0]

    assert made.preheader == "一个很长的描述，" * 5 + "一个很长…"
    assert hidden.get("style") == "display:none; mso-hide:all"
    assert hidden.text_content() == made.preheader + "\u034f\u200c\xa0" * 60


def test_a_cover_of_the_front_matter_is_printed_once_above_the_text() -> None:
    cover = Image("images/press.png", "A press")

    def pictures(body: str) -> list[tuple[str | None, str | None]]:
        return [(image.get("src"), image.get("alt")) for image in page(body, cover=cover).iter("img")]

    assert pictures("text") == [("https://type.example.com/7/images/press.png", "A press")]
    assert pictures("![A press](images/press.png)\n\ntext") == pictures("text")


def test_a_cover_out_of_the_issues_folder_leads_where_a_picture_there_does() -> None:
    cover = Image("../press.png", "A press")
    document = parse("text ![ink](../ink.png)", language="en", title="", cover=cover)

    made = render_edition(issue(), document, FRAME, TEMPLATES, resolve=lambda reference: reference)

    assert [image.get("src") for image in html.document_fromstring(made.html).iter("img")] == [
        "https://type.example.com/press.png", "https://type.example.com/ink.png"]


def test_a_cover_smaller_than_the_column_is_not_blown_up() -> None:
    shown = page("text", cover=Image("images/press.png", "A press")).xpath("//img")[0]

    assert (shown.get("width"), "width:auto" in shown.get("style")) == ("576", True)


def test_our_own_words_say_their_language_and_an_address_runs_its_own_way() -> None:
    foot = page("text", language="he").xpath("//td")[-1]

    assert [p.get("lang") for p in foot.iter("p")] == ["en", "en", None]
    assert foot.xpath(".//span[@dir='auto']/text()") == [
        "You get this mail because you subscribed to 铅字周刊.", "上海市某路 1 号"]


def test_han_letters_are_stressed_and_not_slanted() -> None:
    han, latin = page("*字* *word*").xpath("//em")

    assert ("font-style:normal" in han.get("style"), latin.get("style")) == (True, None)


def test_a_wide_picture_fits_the_column() -> None:
    assert page('<img src="https://e.com/a.png" width="900/" alt="x">').xpath("//img/@width") == ["576"]


@pytest.mark.parametrize(("author", "said"), [("林子", "铅字周刊 · 林子"), ("铅字周刊", "铅字周刊"), ("", "铅字周刊")])
def test_the_foot_names_an_author_who_is_not_the_publication(author: str, said: str) -> None:
    made = render(frame=replace(FRAME, author=author, postal_address=""))

    assert f">{said}</p>" in made.html
    assert made.text.rstrip().split("\n")[-1] == said


@pytest.mark.parametrize("words", [
    "AVVISO-HOLE-UNSUBSCRIBE", "AVVISO-HOLE-QUOTED-VIEW", "{{ publication.title }}", "{% raw %}", "{title}", "%(x)s",
    "<script>alert(1)</script>", "</body></html>", "${HOME}",
])
def test_what_looks_like_our_marks_comes_out_as_the_author_wrote_it(words: str) -> None:
    made = render(f"`{words}`", title=words, description=words)
    shown: Any = html.document_fromstring(fill(made.html, FILLED))
    text = fill(made.text, FILLED)

    assert [shown.xpath(path)[0].text_content() for path in ("//h1", "//code", "//title")] == [words, words, words]
    assert (text.split("\n")[0], text.count(f"`{words}`"), made.subject) == (words, 1, words)


def test_an_issue_of_300_kilobytes_gives_a_whole_mail_with_the_rest_on_the_web() -> None:
    body = "\n\n".join(f"## 第 {n} 节\n\n" + "字与纸，" * 200 for n in range(1, 130))

    made = render(body)
    shown: Any = html.document_fromstring(fill(made.html, FILLED))
    kept = len(shown.xpath("//h2"))

    assert LIMIT - RESERVE - 4000 < len(made.html.encode()) <= LIMIT - RESERVE
    assert shown.xpath("//a[. = '在网页上继续阅读']/@href") == ["https://type.example.com/7/"]
    assert shown.xpath("//ul/li[1]/a/@href") == [f"https://type.example.com/7/#%E7%AC%AC-{kept + 1}-%E8%8A%82"]
    assert shown.xpath("//ul/li[last()]/text()") == [f"还有 {129 - kept - 24} 节"]
    assert len(shown.xpath("//a[. = '退订']")) == 2
    assert made.text.count("第 129 节") == 1


def test_the_text_part_says_what_the_mail_says() -> None:
    assert fill(render("见 [样张](https://example.com/a)。").text, FILLED) == (
        "字与纸\n======\n铅字周刊 · 第 7 期 · 2026年3月2日\n在浏览器中查看：<https://news.example.com/view>\n\n"
        "见 样张 <https://example.com/a>。\n\n" + "-" * 74 + "\n"
        "您收到这封邮件，是因为您订阅了《铅字周刊》。\n退订：<https://news.example.com/unsubscribe>\n"
        "订阅设置：<https://news.example.com/preferences>\n往期内容：<https://type.example.com/>\n\n"
        "铅字周刊 · 林子\n上海市某路 1 号\n")


def test_an_owners_template_without_a_body_is_named(tmp_path: Path) -> None:
    (tmp_path / "issue.html").write_text("<p>{{ body }}</p>", "utf-8")

    with pytest.raises(EditionError) as found:
        render(templates=MailTemplates(tmp_path))

    assert str(found.value) == ("templates/email/issue.html: there is no <body>…</body>: "
                                "mend it, or delete it to use the packaged one")


@pytest.mark.parametrize(("text", "cut"), [
    ("short", "short"), ("one two three four", "one two…"), ("一二三四五六七", "一二三四五…"), ("", ""),
    ("abcdefghijklmnop", "abcdefghijk…"),
])
def test_shortened_ends_at_a_word_and_says_so(text: str, cut: str) -> None:
    assert shortened(text, 12) == cut


def test_shortening_costs_no_square_of_what_takes_no_room() -> None:
    def cost(marks: str) -> float:
        return cpu_s(lambda: shortened(f"a{marks}{'b' * 200}", 90))

    assert growth(cost, again("\u0301"), 2_000) <= SQUARE
