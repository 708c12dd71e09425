"""A link whose words are spread over paragraphs is one link."""

from __future__ import annotations

import pytest

from pipeline.issues.document import Target
from tests.unit.issues.rendered import shown

LINK = '<a href="https://example.com/b">'
PICTURE = '<img src="https://example.com/a.png" alt="Ink">'


@pytest.mark.parametrize(("text", "html"), [
    ("[\n\n![Ink](https://example.com/a.png)\n\n\n\n](https://example.com/b)\n\nPaper.",
     f"<p>{LINK}{PICTURE}</a></p>\n<p>Paper.</p>"),
    ("[![Ink](https://example.com/a.png)\n\n](https://example.com/b)", f"<p>{LINK}{PICTURE}</a></p>"),
    ("**See**: [\n    \n        Ink and paper\n\n          - b\n   \n    ](https://example.com/b) by Mira",
     f"<p><strong>See</strong>: {LINK}Ink and paper - b</a> by Mira</p>"),
    ("- [\n\n  Ink\n\n  ](https://example.com/b)\n- Paper", f"<ul>\n<li>{LINK}Ink</a></li>\n<li>Paper</li>\n</ul>"),
    ("[Ink\n\nand paper](https://example.com/b)", f"<p>{LINK}Ink and paper</a></p>"),
    ("int a[\n\n# Ink\n\n](/b)", "<p>int a[</p>\n<h2>Ink</h2>\n<p>](/b)</p>"),
    ("[\n\nInk\n\n](no address)", "<p>[</p>\n<p>Ink</p>\n<p>](no address)</p>"),
    ("- [\n\nInk\n\n](/b)", "<ul>\n<li>[</li>\n</ul>\n<p>Ink</p>\n<p>](/b)</p>"),
    ("- [ ] Ink\n\n[Paper](b.md)",
     '<ul>\n<li>☐ Ink</li>\n</ul>\n<p><a href="https://w.example.com/files/b.md">Paper</a></p>'),
    ("`a[`\n\nInk](/b)", "<p><code>a[</code></p>\n<p>Ink](/b)</p>"),
])
def test_brackets_with_empty_lines_between_them_are_a_link_where_an_address_follows(text: str, html: str) -> None:
    assert shown(text, Target.FEED).replace(" />", ">") == html
