"""Names of emoji between colons, and everything else with colons."""

from __future__ import annotations

import pytest

from pipeline.issues.markdown.body import Body
from pipeline.issues.reading.excerpts import excerpts
from tests.unit.issues.rendered import line


@pytest.mark.parametrize(("text", "html"), [
    ("Done :tada:", "Done 🎉"),
    ("欢迎:tada:各位", "欢迎🎉各位"),
    (":tada::+1:", "🎉👍"),
    ("Hm :thinking:, :star_struck: :shrug: :cn: :us:", "Hm 🤔, 🤩 🤷 🇨🇳 🇺🇸"),
    ("**:warning: 注意** :heart:", "<strong>⚠️ 注意</strong> ❤️"),
    ("Write us :fontawesome-solid-comments:", "Write us"), (":material-heart-outline: Thanks", "Thanks"),
    ("As follows:simple-minded: a list", "As follows:simple-minded: a list"),
    ("`:tada:` \\:tada: :no_such_name:", "<code>:tada:</code> :tada: :no_such_name:"),
    ("10:100:30 std::new::x a:key:b :new:/x", "10:100:30 std::new::x a:key:b :new:/x"),
    ("[:rocket: 发布](https://a.example/:tada:)", '<a href="https://a.example/:tada:">🚀 发布</a>'),
    ("https://a.example/:tada:", '<a href="https://a.example/:tada:">https://a.example/:tada:</a>'),
])
def test_names_of_emoji_are_shown_as_such(text: str, html: str) -> None:
    assert line(text) == html


def test_a_title_has_the_emoji() -> None:
    assert excerpts(Body("# Done :tada:")).title == "Done 🎉"
