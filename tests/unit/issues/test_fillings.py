"""Addresses that a site generator would fill in lead where it would lead them."""

from __future__ import annotations

import re
from datetime import UTC, time

import pytest

from pipeline.checking.examine import Specimen, examine_specimen
from pipeline.issues.document import parse
from pipeline.issues.issue import Image
from pipeline.issues.markdown.fillings import filled
from pipeline.issues.reading.manuscript import read_manuscript


@pytest.mark.parametrize(("typed", "address"), [
    ("{{ site.url }}{{ site.baseurl }}/img/a.png", "/img/a.png"),
    ("{{site.baseurl}}/img/a.png", "/img/a.png"),
    ("{{ '/img/a.png' | url }}", "/img/a.png"),
    ('{{ "/img/a.png" | relative_url }}?v=2', "/img/a.png?v=2"),
    ('{{ "" | relative_url }}{% post_url inks/2026-10-12-ink %}', "@/inks/2026-10-12-ink.md"),
    ("{% post_url 2026-10-12-ink %}#pens", "2026-10-12-ink.md#pens"),
    ("{% post_url inks/2026-10-12-ink %}", "@/inks/2026-10-12-ink.md"),
    ("{{ site.baseurl }}{% link files/a.pdf %}", "/files/a.pdf"),
    ("{{ site.baseurl }}{% link _posts/2026-10-12-ink.md %}#pens", "@/_posts/2026-10-12-ink.md#pens"),
    ("{% link about.md %}", "@/about.md"),
    ('{{< relref "13-ink.md" >}}', "@/./13-ink.md"), ('{{< ref "#pens" >}}', "#pens"),
    ('{{< ref "../13-ink.md" >}}', "../13-ink.md"), ('{{< ref "/posts/13-ink" >}}', "@/posts/13-ink"),
    ('{{% ref "posts/13-ink.md#pens" %}}', "@/./posts/13-ink.md#pens"),
    ("{static}/img/a.png", "/img/a.png"), ("{attach}a.png", "a.png"), ("{filename}13-ink.md#pens", "13-ink.md#pens"),
    ("__GHOST_URL__/img/a.png", "/img/a.png"),
])
@pytest.mark.parametrize("around", ["[a]({})", "![a]({} 'b')", "[a]\n\n[a]: {}"])
def test_an_address_is_filled_wherever_it_stands(typed: str, address: str, around: str) -> None:
    clean = parse(around.format(typed)).clean

    assert re.findall('(?:src|href)="([^"]*)"', clean) == [address]
    assert "{" not in clean


@pytest.mark.parametrize(("text", "html"), [
    ("{{ page.author }}", "<p>{{ page.author }}</p>"),
    ("a {% include note.html %}", "<p>a {% include note.html %}</p>"),
    ("{{ site.pages | size }}", "<p>{{ site.pages | size }}</p>"),
    ("{static} words", "<p>{static} words</p>"),
    ("`{{ site.url }}`", "<p><code>{{ site.url }}</code></p>"),
    ("[a](https://example.com/{{ page.version }}/b)",
     '<p>[a](<a href="https://example.com/">https://example.com/</a>{{ page.version }}/b)</p>'),
    ("```\n[a]({{ site.url }}/b)\n```", "<pre><code>[a]({{ site.url }}/b)\n</code></pre>"),
])
def test_what_is_not_known_without_a_template_engine_stays(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html
    assert filled(text) == text


@pytest.mark.parametrize("address", [
    "{{ site.invitation }}", '{{ site.invitation }} "Come"', "{{site.invitation}}/pens", '{{< param "invitation" >}}',
    "<{{ site.invitation }}>", "%%checkout_url%%", "mailto:{{< param email >}}"])
def test_an_address_that_only_a_generator_knows_is_none_and_is_told(address: str) -> None:
    text = f"Come [in]({address})."
    found = examine_specimen(Specimen("14-a.md", "A", None, text, 1, "auto", "en"), lambda _: False)

    assert re.sub(r' href="%(?:7B|25)[^"]*"| title="Come"', "", parse(text).clean) == "<p>Come <a>in</a>.</p>\n"
    mark = address.removesuffix(' "Come"').removesuffix("/pens").removeprefix("mailto:").strip("<>")
    assert [(one.message, one.rule, one.column) for one in found] == [
        (f"{mark} leads nowhere: nothing fills it", "template-text", text.index(mark) + 1)]


def test_a_button_of_substack_is_told_once() -> None:
    text = '<p data-attrs="{&quot;url&quot;:&quot;%%share_url%%&quot;}"><a href="%%share_url%%">Share</a></p>'

    found = examine_specimen(Specimen("14-a.md", "A", None, text, 1, "auto", "en"), lambda _: False)

    assert [one.message for one in found] == ["%%share_url%% leads nowhere: nothing fills it"]


def test_a_picture_that_only_a_generator_knows_is_no_cover() -> None:
    read = read_manuscript(b"---\ndate: 2026-10-19\n---\n\n![a]({{ page.image }}) ![b](b.png)", "14-a.md", zone=UTC,
                           send_at=time(8), git_date=lambda _: None)

    assert read.cover == Image("b.png", "b")


def test_check_looks_for_the_file_and_says_nothing_of_the_marks() -> None:
    body = ("![A press]({{ site.url }}/a.png) <img src=\"{{ '/b.png' | url }}\" alt=\"A pen\">\n\n{{ site.url }}")
    specimen = Specimen("14.md", "Title", None, body, 1, "auto", "en")

    found = examine_specimen(specimen, lambda path: path == "a.png")

    assert [(one.rule, one.line) for one in found] == [("image-missing", 1), ("template-text", 3)]
    assert '"b.png"' in found[0].message
