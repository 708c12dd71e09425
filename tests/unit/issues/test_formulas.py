"""TeX between dollars is shown as it was typed; a price, a path and code are no TeX."""

from __future__ import annotations

import pytest

from tests.unit.issues.rendered import Target, line, shown


@pytest.mark.parametrize("text", [
    r"设$x^*$与$y^*$，$\{a_1, b_1\}$。", r"so $a_1*b*c_2$, and $$\sum_i a_i \\ *b*$$ too", r"$\alpha \$ \beta_1$",
])
def test_formula_keeps_its_backslashes_stars_and_underscores(text: str) -> None:
    assert line(text) == text


@pytest.mark.parametrize(("text", "html"), [
    ("$5 *and* $10", "$5 <em>and</em> $10"),
    ("$5M [raise](https://a.example/x_y)$", '$5M <a href="https://a.example/x_y">raise</a>$'),
    ("$HOME/a_b *and* $PATH", "$HOME/a_b <em>and</em> $PATH"),
    ("$a_*b*$2", "$a_<em>b</em>$2"),
    ("`$a_b$` $`*a_b*`$", "<code>$a_b$</code> $<code>*a_b*</code>$"),
    (r"\$_x_\$", "$<em>x</em>$"),
    ("**$x_1$**", "<strong>$x_1$</strong>"),
    ("$$*x*", "$$<em>x</em>"),
    ("$$x$$ *more*", "$$x$$ <em>more</em>"),
    ("$$$ *x* $$$", "$$$ <em>x</em> $$$"),
])
def test_what_is_no_formula_is_read_as_ever(text: str, html: str) -> None:
    assert line(text) == html


@pytest.mark.parametrize(("text", "html"), [
    ("$$\nx^2 \\\\\n+ y*z*\n$$", "<pre><code>x^2 \\\\\n+ y*z*\n</code></pre>"),
    ("$$x_1$$", "<pre><code>x_1\n</code></pre>"),
    ("where\n$$\nx_1\n$$\nholds", "<p>where</p>\n<pre><code>x_1\n</code></pre>\n<p>holds</p>"),
    ("> $$\n> x_1\n> $$\n> more", "<blockquote>\n<pre><code>x_1\n</code></pre>\n<p>more</p>\n</blockquote>"),
    ("$$\n*x*\n\ny\n$$", "<p>$$\n<em>x</em></p>\n<p>y\n$$</p>"),
    ("> $$\n> *x*\n\n$$", "<blockquote>\n<p>$$\n<em>x</em></p>\n</blockquote>\n<p>$$</p>"),
])
def test_formula_on_lines_of_its_own_is_a_block_of_code(text: str, html: str) -> None:
    assert shown(text, Target.FEED) == html
