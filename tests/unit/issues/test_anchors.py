"""Links within an issue lead to its headings, by whichever program's address."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from pipeline.issues.document import parse

TEXT = '# 周刊\n\n## 1. 有趣 & 实用\n\n## Paper\n\n<a name="ink"></a>\n\n## 1. 有趣，实用\n\n'


@pytest.mark.parametrize(("written", "led"), [
    ("#1-有趣--实用", "#1-有趣-实用"),      # GitHub
    ("#1-%E6%9C%89%E8%B6%A3--实用", "#1-有趣-实用"),
    ("#_1-有趣-实用", "#1-有趣-实用"),       # VuePress
    ("#1-有趣-实用", "#1-有趣-实用"),
    ("#1-有趣实用", "#1-有趣实用"),
    ("#2-有趣", "#2-有趣"),                 # no heading
    ("#Paper", "#paper"),
    ("#ink", "#ink"),
    ("#top", "#top"),
    ("#周刊", "#top"),
    ("#", "#"),
])
def test_a_link_leads_to_the_heading_that_it_means(written: str, led: str) -> None:
    clean = parse(f"{TEXT}[x]({written})", title="周刊").clean

    assert f'<a href="{led}">x</a>' in unquote(clean)
