"""Where the references of an issue lead."""

from __future__ import annotations

import pytest

from pipeline.issues.html.targets import Place, Target
from pipeline.publish.rendering import Bearings


@pytest.mark.parametrize(("reference", "address"), [
    ("/about/", "https://example.com/about/"),
    ("/index.xml", "https://example.com/index.xml"), ("/周刊/atom.xml", "https://example.com/周刊/atom.xml"),
    ("/2024/03/24/paper?a=1#b", "https://example.com/2024/03/24/paper?a=1#b"),
    ("/", "https://example.com/"),
    ("/images/a.png", "https://example.com/news/assets/images/a.png"),
    ("../13-ink.md#b", "https://example.com/news/13/#b"),
    ("../13-ink.html#b", "https://example.com/news/13/#b"),
    ("../13-ink#b", "https://example.com/news/13/#b"), ("../13-ink/", "https://example.com/news/13/"),
    ("13-ink", "https://example.com/news/assets/2024/13-ink"), ("/13-ink", "https://example.com/13-ink"),
    ("..", ".."), ("../12-gone.html", "https://example.com/news/assets/12-gone.html"),
    ("@/13-ink.md#b", "https://example.com/news/13/#b"), ("@/posts/13-ink.md", "https://example.com/news/13/"),
    ("@/posts/13-ink", "https://example.com/news/13/"), ("@/posts/13-ink/#b", "https://example.com/news/13/#b"),
    ("../11-pens.md", "https://example.com/news/11/"), ("@/posts/11-pens.md", "https://example.com/news/11/"),
    ("../11-pens.html", "https://example.com/news/11/"),
    ("@/12-oil", "https://example.com/news/12/"), ("@/./13-ink.md#b", "https://example.com/news/13/#b"),
    ("@/10-soot", "https://example.com/news/10/"), ("@/./10-soot", "https://example.com/news/10b/"),
    ("@/./posts/12-gone.md", "https://example.com/posts/12-gone/"),
    ("@/12-gone.md", "https://example.com/12-gone/"), ("@/posts/_index.md#b", "https://example.com/posts/#b"),
])
@pytest.mark.parametrize("page", [None, "14/"])
def test_what_begins_at_the_root_and_names_no_file_is_a_page_of_the_site(
    reference: str, address: str, page: str | None,
) -> None:
    issues = {"13-ink.md": "13/", "11-pens.markdown": "11/", "13-ink.markdown": "twin/",
              "2024/12-oil/index.md": "12/", "10-soot.md": "10/", "2024/10-soot.md": "10b/"}
    bearings = Bearings("2024/14-type.md", "https://example.com/news/", issues, page)

    found = bearings.resolve(reference)

    assert found == (address if page is None else address.replace("https://example.com/news/", "../"))


@pytest.mark.parametrize("reference", [
    "{{ site.invitation }}", "%7B%7Bsite.url%7D%7D/a.png", "%%checkout_url%%", "%25%25share_url%25%25"])
def test_what_only_a_site_generator_or_a_service_knows_is_no_address(reference: str) -> None:
    bearings = Bearings("14-type.md", "https://example.com/news/", {})

    assert (bearings.resolve(reference), bearings.assets) == ("", {})


@pytest.mark.parametrize(("reference", "address"), [
    ("../authors", "https://example.com/news/authors"), ("../../../authors?a=1#b", "https://example.com/authors?a=1#b"),
    ("?a=1", "https://example.com/news/14/?a=1"), ("13-ink.md", "https://example.com/news/13/"),
    ("mailto:mira@example.com", "mailto:mira@example.com"), ("", ""),
])
@pytest.mark.parametrize("target", [Target.MAIL, Target.FEED])
def test_a_link_out_of_the_folder_leads_everywhere_where_it_does_on_the_page(
    reference: str, address: str, target: Target,
) -> None:
    bearings = Bearings("14-type.md", "https://example.com/news/", {"13-ink.md": "13/"})

    assert Place(target, "https://example.com/news/14/", bearings.resolve, 640).link(reference) == address


def test_a_link_out_of_the_folder_stays_as_it_is_on_the_page() -> None:
    bearings = Bearings("14-type.md", "https://example.com/news/", {}, "14/")

    assert Place(Target.WEB, "https://example.com/news/14/", bearings.resolve, 640).link("../authors") == "../authors"
