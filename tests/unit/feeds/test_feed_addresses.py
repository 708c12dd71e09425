"""Permalinks, asset paths, feed ids: from what people write to what disks and browsers take."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.errors import ConfigError, IssueError
from pipeline.feeds.addresses import (
    asset_path,
    feed_id,
    is_relative,
    permalink,
    relative_address,
    segment,
    slug,
    source_path,
    tag_folder,
    web_address,
)

DAY = date(2024, 3, 4)


@pytest.mark.parametrize(("pattern", "number", "expected"), [
    ("{number}/", 14, "14/"),
    ("{number}/", None, "14-night/"),
    ("posts/{number}", None, "14-night/"),
    ("{year}/{month}/{day}/{slug}/", None, "2024/03/04/night-sea/"),
    ("issue-{number}", 0, "issue-0/"),
    ("/{stem}//", 14, "14-night/"),
    ("", 14, "14-night/"),
    ("../../{stem}", 14, "issue/issue/14-night/"),
])
def test_permalink_follows_its_pattern(pattern: str, number: int | None, expected: str) -> None:
    assert permalink(pattern, number=number, slug="night-sea", stem="14-night", day=DAY) == expected


@pytest.mark.parametrize(("stem", "expected"), [
    ("苹果谷歌", "苹果谷歌/"),
    ("cafe\u0301", "caf\u00e9/"),
    ("09-Google v OpenAI", "09-Google-v-OpenAI/"),
    ("../../etc/passwd", "etc-passwd/"),
    ("a\\b:c*?\"<>|#%", "a-b-c/"),
    (".hidden", "hidden/"),
    ("dots...", "dots/"),
    ("..", "issue/"),
    ("\x00\ud800", "issue/"),
    ("NUL", "issue-NUL/"),
    ("com1.txt", "issue-com1.txt/"),
    ("console", "console/"),
    ("feeds", "issue-feeds/"),
    ("Assets", "issue-Assets/"),
    ("sitemap.xml", "issue-sitemap.xml/"),
])
def test_permalink_is_safe_on_every_disk_and_host(stem: str, expected: str) -> None:
    assert permalink("{stem}/", number=None, slug="", stem=stem, day=DAY) == expected


def test_permalink_refuses_an_unknown_field_by_name() -> None:
    with pytest.raises(ConfigError) as refused:
        permalink("{nubmer}/", number=1, slug="", stem="1", day=DAY)

    assert str(refused.value) == ("issues.permalink: {nubmer} is not a field: "
                                  "use {number} {slug} {stem} {year} {month} {day}")


def test_long_names_are_shortened_and_stay_apart() -> None:
    one, other = segment("周" * 300 + "a"), segment("周" * 300 + "b")

    assert one != other
    assert [(len(name.encode()) <= 200, name[:60]) for name in (one, other)] == [(True, "周" * 60)] * 2


def test_slug_keeps_letters_of_every_script() -> None:
    assert [slug(title) for title in ("Sora 生成: 视频!", "  Æther & Öl ", "हिन्दी", "</script>", "!!!")] == [
        "sora-生成-视频", "æther-öl", "हिन्दी", "script", "issue",
    ]


def test_tags_that_differ_in_case_share_a_folder() -> None:
    assert (tag_folder("LLM"), tag_folder("llm"), tag_folder("#llm")) == ("tags/llm/", "tags/llm/", "tags/llm/")
    assert (tag_folder("C"), tag_folder("C++"), tag_folder("C#")) == ("tags/c/", "tags/c++/", "tags/c-sharp/")


def test_web_address_is_ascii_in_upper_case_percent_encoding() -> None:
    assert web_address("https://a.example.com/blog/", "苹果 50%/") == (
        "https://a.example.com/blog/%E8%8B%B9%E6%9E%9C%2050%25/")


@pytest.mark.parametrize(("page", "target", "expected"), [
    ("14/", "15/", "../15/"), ("14/", "", "../"), ("", "14/", "14/"), ("", "", "./"),
    ("14/", "style.css", "../style.css"), ("2024/03/a/", "2024/04/b/", "../../04/b/"), ("14/", "14/", "./"),
    ("", "a:b/", "a%3Ab/"),
    ("tags/sea/", "feeds/atom.xml", "../../feeds/atom.xml"), ("1/", "苹/", "../%E8%8B%B9/"),
])
def test_relative_address_leads_from_page_to_page(page: str, target: str, expected: str) -> None:
    assert relative_address(page, target) == expected


def test_relative_references_are_told_from_addresses() -> None:
    kept = ["a.png", "./a.png", "/a.png", "../x/a.png"]
    others = ["https://a.example.com/", "//a.example.com/a.png", "mailto:a@example.com", "data:image/png,", "#a", ""]

    assert [is_relative(found) for found in kept + others] == [True] * 4 + [False] * 6


@pytest.mark.parametrize(("path", "reference", "expected"), [
    ("14.md", "images/a.png", "images/a.png"),
    ("2024/14.md", "../images/a.png?v=2#x", "images/a.png"),
    ("2024/14.md", "/images/a.png", "images/a.png"),
    ("14.md", "%E5%9B%BE%201.png", "图 1.png"),
    ("14.md", "images\\a.png", "images/a.png"),
    ("14.md", "@assets/a.png", "@assets/a.png"),
    ("14.md", "@asset_img/a.png", "14/a.png"), ("2024/ink.md", "@asset_img/a%20b.png", "2024/ink/a b.png"),
    ("14.md", "cafe%CC%81.png", "caf\u00e9.png"),
])
def test_source_path_is_the_file_that_a_reference_means(path: str, reference: str, expected: str) -> None:
    assert source_path(path, reference) == expected


@pytest.mark.parametrize(("below_static", "reference", "expected", "asset"), [
    ("", "/img/a.png", "/img/a.png", "assets/-/img/a.png"),                  # static/ beside content/news/, as in Hugo
    ("", "b.png", "2026/b.png", "assets/2026/b.png"),
    ("../../static", "../../../static/img/a.png", "/img/a.png", "assets/-/img/a.png"),  # as editors lead there
    ("../../static", "/img/a.png", "/img/a.png", "assets/-/img/a.png"),
    ("../../static", "../b.png", "b.png", "assets/b.png"),
    ("_posts", "/img/a.png?v=2", "/img/a.png", "assets/-/img/a.png"),        # the whole site, as in Jekyll
    ("_posts", "../../img/a.png", "/img/a.png", "assets/-/img/a.png"),
    ("_posts", "/_posts/2026/b.png", "2026/b.png", "assets/2026/b.png"),     # one file, one address
])
def test_static_files_are_named_from_their_own_folder(
    below_static: str, reference: str, expected: str, asset: str,
) -> None:
    source = source_path("2026/14.md", reference, below_static)

    assert (source, asset_path(source)) == (expected, asset)


@pytest.mark.parametrize(("below_static", "reference"), [
    ("_posts", "../../config.yaml"), ("_posts", "../../../a.png"), ("_posts", "/../a.png"), ("", "../../a.png"),
    ("", "/../a.png"), ("_posts", "../../var/avviso.db"), ("../static", "../../a.png"), ("../static", "/../a.png"),
    ("../static", "../../static/../a.png"), ("../static", "/../static/a.png"), ("../static", "../../static/avviso.db"),
    ("../static", "../../statics/a.png"), ("../static", "/config.yaml"),
])
def test_what_is_no_static_file_stays_where_it_is(below_static: str, reference: str) -> None:
    with pytest.raises(IssueError, match="outside the issues folder"):
        source_path("2026/14.md", reference, below_static)


@pytest.mark.parametrize("reference", [
    "../secret.png", "/../secret.png", "a/../../secret.png", "..\\secret.png", "%2e%2e/secret.png", "..%2Fsecret.png",
])
def test_reference_out_of_the_issues_folder_is_refused_in_one_line(reference: str) -> None:
    with pytest.raises(IssueError) as refused:
        source_path("14.md", reference)

    assert str(refused.value) == (
        f"14.md: {reference} lies outside the issues folder: move the file into the issues folder")


def test_pictures_in_a_hidden_folder_are_read_as_gitbook_has_them_there() -> None:
    source = source_path("2026/14.md", "../.gitbook/assets/a%20(1).png")

    assert (source, asset_path(source)) == (
        ".gitbook/assets/a (1).png", "assets/gitbook-67e47a00/assets/a-(1)-095402e3.png")


@pytest.mark.parametrize("reference", [
    ".env", ".git/config", "images/.a.png", ".git/.a.png", ".", "./", "a/..", "?v=1",
])
def test_reference_to_a_folder_or_a_hidden_file_is_refused_in_one_line(reference: str) -> None:
    with pytest.raises(IssueError) as refused:
        source_path("14.md", reference)

    assert str(refused.value) == (
        f"14.md: {reference} is a folder or a hidden file: name a file that does not begin with a dot")


def test_asset_keeps_a_safe_name_and_marks_a_changed_one() -> None:
    names = [asset_path(source) for source in ("i/a.png", "i/a b.png", "i/a-b.png", "i/a:b.png")]

    assert names == ["assets/i/a.png", "assets/i/a-b-47c1591e.png", "assets/i/a-b.png", "assets/i/a-b-1cfd8b71.png"]


@pytest.mark.parametrize(("url", "key", "expected"), [
    ("https://letters.example.com/", "14", "tag:letters.example.com,2024:issue/14"),
    ("https://Letters.example.com:8443/blog/", "a&b c", "tag:letters.example.com,2024:issue/a%26b%20c"),
    ("https://例子.example.com/", "苹果", "tag:xn--fsqu00a.example.com,2024:issue/%E8%8B%B9%E6%9E%9C"),
    ("http://192.0.2.7/", "14", "tag:192.0.2.7,2024:issue/14"),
    ("http://[2001:db8::1]/", "14",
     "tag:1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa,2024:issue/14"),
    ("http://my_host/", "\ud800e\u0301", "tag:my-host,2024:issue/%C3%A9"),
])
def test_feed_id_is_an_ascii_tag_address(url: str, key: str, expected: str) -> None:
    assert feed_id(url, DAY, key) == expected
