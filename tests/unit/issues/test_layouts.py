"""Tables that only lay out a mail leave what they hold; those of data stay."""

from __future__ import annotations

import pytest

from pipeline.issues.document import Target
from tests.unit.issues.rendered import shown


@pytest.mark.parametrize(("text", "html"), [
    (('<table role="presentation" width="100%"><tbody><tr><td align="center" valign="top">'
      "<b>Ink</b></td></tr></tbody></table>"),
     '<div align="center"><b>Ink</b></div>'),
    (("<table><colgroup><col></colgroup><tr><td>Ink</td><td>\n"
      "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>\n</td></tr></table>"),
     "<div>Ink</div><div>\n<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>\n</div>"),
    ("<table><tr><td><table><tr><td>Ink</td></tr><tr><td>Pen</td></tr></table></td></tr></table>",
     "<div><div>Ink</div><div>Pen</div></div>"),
    ("<table role=presentation><tr><td>\n\n**Ink** dries.\n\n</td></tr></table>\n\nPaper",
     "<div>\n<p><strong>Ink</strong> dries.</p>\n</div>\n<p>Paper</p>"),
    ("</table>\n\n<table role=none><tr><td>Ink</td></tr></table>", "<div>Ink</div>"),
])
def test_what_cells_for_layout_hold_stands_one_below_another(text: str, html: str) -> None:
    assert shown(text) == html


def test_what_lies_in_many_tables_keeps_its_links() -> None:
    many = 30
    mail = ('<table role="presentation"><tbody><tr><td>' * many + '<p>On <a href="https://example.com/">ink</a></p>'
            + "</td></tr></tbody></table>" * many)
    assert '<p>On <a href="https://example.com/">ink</a></p>' in shown(mail)


@pytest.mark.parametrize("text", [
    "<table><tr><td>Ink</td><td>1</td></tr></table>",
    "<table role=presentation><tr><th>Ink</th><td>1</td></tr></table>",
    "<table role=presentation><tr><td>Ink<td>1</tr></table>",
    "<table role=grid><caption>Ink</caption><tr><td><table><tr><td>1</td></tr></table></td></tr></table>",
])
def test_tables_of_data_stay(text: str) -> None:
    assert shown(text, Target.WEB).count("<table") == text.count("<table")
