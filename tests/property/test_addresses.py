"""Addresses come out as the Markdown library would write them, whichever short way was taken."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it.common.normalize_url import normalizeLink

from pipeline.issues.html.targets import encoded

PIECES = st.sampled_from([
    "https://a.example/", "14/", "#", "%", "%e4", "%aF", "%E4", "中", "é", "😀", " ", "[", "]", '"', "<", "\\", "|",
    "^", "`", "{", "?", "&", "=", ";", "'", "(", "*", "~", "A", "9"])


@given(st.lists(PIECES, max_size=9).map("".join).map(str.strip))
@example("#数据-science")
@example("https://a.example/14/#%e4%b8%ad文")
def test_an_address_is_as_the_library_writes_it_with_escapes_in_upper_case(address: str) -> None:
    written = normalizeLink(address)
    escapes = written.split("%")

    assert encoded(address) == "%".join([escapes[0], *(part[:2].upper() + part[2:] for part in escapes[1:])])
