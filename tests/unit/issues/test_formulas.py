"""TeX between dollars is set for each target, or shown as it was typed; a price, a path and code are no TeX."""

from __future__ import annotations

import re

import pytest

from pipeline.issues.document import parse, words
from tests.unit.issues.rendered import Target, line, shown


@pytest.mark.parametrize(("text", "html"), [
    (r"设$x^*$与$\{a_1, b_1\}$。",
     "设<i>x</i><sup>*</sup>与{<i>a</i><sub>1</sub>, <i>b</i><sub>1</sub>}。"),
    (r"so $a_1*b*c_2$, and $$\sum a$$ *too*",
     "so <i>a</i><sub>1</sub>*<i>b</i>*<i>c</i><sub>2</sub>, and ∑ <i>a</i> <em>too</em>"),
    ("**$x_1$**", "<strong><i>x</i><sub>1</sub></strong>"),
    (r"$a_1<b$ and $\mathbf{1}_{i < 0}$",
     "<i>a</i><sub>1</sub> &lt; <i>b</i> and <b>1</b><sub><i>i</i>&lt;0</sub>"),
    ("of $n$, $p(j|i)$ 和$m, n$，", "of <i>n</i>, <i>p</i>(<i>j</i>|<i>i</i>) 和<i>m</i>, <i>n</i>，"),
    ("$$x$$ *more*", "<i>x</i> <em>more</em>"),
    ("in $[0, 1]$, $(x, y)$和$(a,b)$", "in [0, 1], (<i>x</i>, <i>y</i>)和(<i>a</i>, <i>b</i>)"),
    (r"${x_1, \dots}$", "<i>x</i><sub>1</sub>, …"), (r"${\{ a_{n} \}}$", "{<i>a</i><sub><i>n</i></sub>}"),
    ("a $2$-category of $-1/2$, $28$ and $1,000.5$，$10j$", "a 2-category of −1/2, 28 and 1,000.5，10<i>j</i>"),
    ("$5 = 10/2$ or $(n-1)$ or $2(n+1)$", "5 = 10/2 or (<i>n</i> − 1) or 2(<i>n</i> + 1)"),
    ("$[x,y] = -[y,x]$", "[<i>x</i>, <i>y</i>] = −[<i>y</i>, <i>x</i>]"),
    ("$dp[i][j]$ of $R[[c]]$", "<i>d</i><i>p</i>[<i>i</i>][<i>j</i>] of <i>R</i>[[<i>c</i>]]"),
    ("the $i$th and $(n+1)$st", "the <i>i</i>th and (<i>n</i> + 1)st"),
    (r"变成\\(O(N^2)\\)，\(\omega_1\)和\\( n \\)", (
        "变成<i>O</i>(<i>N</i><sup>2</sup>)，<i>ω</i><sub>1</sub>和<i>n</i>")),
    (r'Of <span class="math inline">\(t\)</span> and <span>\(t\)</span>', "Of <i>t</i> and (t)"),
    (r"[$\ell_2$](https://a.example/)", '<a href="https://a.example/">ℓ<sub>2</sub></a>'),
])
def test_formula_in_a_line_is_set_in_letters_where_nobody_knows_mathml(text: str, html: str) -> None:
    assert line(text) == html


@pytest.mark.parametrize("element", [
    '<div class="math-display">\\[\nx_1\n\\]</div>', '<span class="math display">\\[x_1\\]</span>',
    '<div class="katex">\n$$\nx_1\n$$\n</div>'])
def test_an_element_that_says_so_holds_a_formula(element: str) -> None:
    assert shown(f"Ink\n\n{element}\n\nPaper") == shown("Ink\n\n$$\nx_1\n$$\n\nPaper")
    assert shown(element.replace("x_1", "x_1 &lt; 2")) == shown("$$\nx_1 < 2\n$$")


@pytest.mark.parametrize("element", [
    '<div class="maths">\\[x_1\\]</div>', '<div class="math">\\[ink on paper\\]</div>',
    '<div class="math">$$x_1$$</div> and ink'])
def test_no_other_element_does(element: str) -> None:
    assert shown(element) == element.replace(' class="maths"', "").replace(' class="math"', "")


def test_formula_is_mathml_on_the_page() -> None:
    page = shown("Of $x^2$.\n\n$$\n\\frac{a}{b} < \\mathbb{R}\n$$", Target.WEB)

    assert page == (
        '<p>Of <math display="inline"><mrow><msup><mi>x</mi><mn>2</mn></msup></mrow></math>.</p>\n'
        '<div class="formula"><math display="block"><mrow><mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>'
        "<mo>&lt;</mo><mi>ℝ</mi></mrow></math></div>")


@pytest.mark.parametrize("block", ["$$\n{}\n$$", "of ${}$."])
def test_keys_reach_a_formula_that_a_telephone_may_have_no_room_for(block: str) -> None:
    long, short = " + ".join("abcdefghijklm"), r"\frac{a}{b_{12}} = \alpha"

    assert 'class="formula" tabindex="0"><math' in shown(block.format(f"x_1 = {long}"), Target.WEB)
    assert "tabindex" not in shown(block.format(short), Target.WEB)


@pytest.mark.parametrize("text", [
    r"$\alpha \$ \beta_1$", r"$\nowhere_1$", r"$\frac{1}$", r"$\newcommand{\x}{\x\x}\x_1$", "$PATH_A:$PATH_B",
    r"so $$\sum_i \\ *b* \where$$",
])
def test_what_cannot_be_set_keeps_its_backslashes_stars_and_underscores(text: str) -> None:
    assert (line(text), shown(text, Target.WEB)) == (text, f"<p>{text}</p>")


@pytest.mark.parametrize(("text", "html"), [
    ("$5 *and* $10", "$5 <em>and</em> $10"),
    ("$5M [raise](https://a.example/x_y)$", '$5M <a href="https://a.example/x_y">raise</a>$'),
    ("$HOME/a_b *and* $PATH", "$HOME/a_b <em>and</em> $PATH"),
    ("$a_*b*$2", "$a_<em>b</em>$2"),
    ("`$a_b$` $`*a_b*`$", "<code>$a_b$</code> $<code>*a_b*</code>$"),
    (r"\$_x_\$", "$<em>x</em>$"),
    (r"a \(*b*\) and \\(ink, *dried*\\) or \\(c", r"a (<em>b</em>) and \(ink, <em>dried</em>\) or \(c"),
    (r"\[ink\] \(see [b](c\_d)\)", r'[ink] (see <a href="https://w.example.com/files/c_d">b</a>)'),
    ("$$*x*", "$$<em>x</em>"),
    ("US$a *b* or A$b$", "US$a <em>b</em> or A$b$"),
    ("from $X to $Y, $k-$m, $A *and* B$", "from $X to $Y, $k-$m, $A <em>and</em> B$"),
    ("is $_[0]$ *so*", "is $_[0]$ <em>so</em>"),
    ("A$AP and A$AP, $name$", "A$AP and A$AP, $name$"),
    ("$(a), $(b)$ $[0]$ $[1, 2]$3 US$(1, 2)$ $(ink, paper)$", "$(a), $(b)$ $[0]$ $[1, 2]$3 US$(1, 2)$ $(ink, paper)$"),
    (r"${HOME}\bin;${PATH} *or* $", r"${HOME}\bin;${PATH} <em>or</em> $"),
    ("$(id -u):$(id -g) ${a_b}/$ $'^($ $$; $$", "$(id -u):$(id -g) ${a_b}/$ $'^($ $$; $$"),
    ("$x_1 <b>y</b>$", "$x_1 <b>y</b>$"),
    ("$5-$10, $5/$6 and 7$; 2$ to 3$", "$5-$10, $5/$6 and 7$; 2$ to 3$"),
    ("$20-30$ a month", "$20-30$ a month"),
    (r"价格\\(人民币\\)是100，the file\\(s\\)", r"价格\(人民币\)是100，the file\(s\)"),
    ("$1k-$2k, $5$6, $5 or 6$", "$1k-$2k, $5$6, $5 or 6$"),
    ("$2$them, US$5$ and $*$, $(id -u)$", "$2$them, US$5$ and $*$, $(id -u)$"),
    ("$$$ *x* $$$", "$$$ <em>x</em> $$$"),
    ("$${ tmux } -t \"$", "$${ tmux } -t &quot;$"),
])
def test_what_is_no_formula_is_read_as_ever(text: str, html: str) -> None:
    assert line(text).replace('"', "&quot;") == html.replace('"', "&quot;")


@pytest.mark.parametrize(("text", "html"), [
    ("$$\nx^2 \\\\\n+ y*z*\n$$", "<p><i>x</i><sup>2</sup><br>+<i>y</i>*<i>z</i>*</p>"),
    ("$$x_1$$", "<p><i>x</i><sub>1</sub></p>"),
    ("```{math} of ink\nx_1\n```", "<p><i>x</i><sub>1</sub></p>"),
    ("```math\nx_1\n```", "<p><i>x</i><sub>1</sub></p>"),
    ("where\n$$\nx_1\n$$\nholds", "<p>where</p>\n<p><i>x</i><sub>1</sub></p>\n<p>holds</p>"),
    ("> $$\n> x_1\n> $$\n> more", "<blockquote>\n<p><i>x</i><sub>1</sub></p>\n<p>more</p>\n</blockquote>"),
    ("where\n\\\\[\nx_1\n\\\\]\nholds", "<p>where</p>\n<p><i>x</i><sub>1</sub></p>\n<p>holds</p>"),
    ("\\[\n\\frac{a}{b}\n\\]", "<p><i>a</i>/<i>b</i></p>"),
    ("\\\\[ x = y^2 \\\\]", "<p><i>x</i> = <i>y</i><sup>2</sup></p>"),
    ("\\[ink\\]", "<p>[ink]</p>"), ("\\[\nx_1", "<p>[\nx_1</p>"),
    ("`$$\nx_1\n$$`\n`$y$` so\n`$$\nz\n$$`",
     "<p><code>$$ x_1 $$</code>\n<code>$y$</code> so\n<code>$$ z $$</code></p>"),
    ("$$cash$$", "<pre><code>cash\n</code></pre>"),
    ("$$\n\\nowhere{x}\n$$", "<pre><code>\\nowhere{x}\n</code></pre>"),
    ("$$\n\\binom{n}{k}\n$$", "<pre>\\binom{n}{k}\n</pre>"),
    ("```tex\nx_1\n```", "<pre><code>x_1\n</code></pre>"),
    ("\\[\n纸 **墨**\n\\]", "<p>[<br>\n纸 <strong>墨</strong><br>\n]</p>"),
    ("$$\n*x*\n\ny\n$$", "<p>$$\n<em>x</em></p>\n<p>y\n$$</p>"),
    ("$$\n\\alpha\n\n\\quad \\text{and} \\quad\n \n\\beta_1\n$$\nso",
     "<p><i>α</i> and <i>β</i><sub>1</sub></p>\n<p>so</p>"),
    ("- $$\n  \\begin{align}\n\n  x &= \\pi \\\\\n\n  &= y\n\n  \\end{align}\n  $$",
     "<ul>\n<li>\n<p><i>x</i> = <i>π</i><br>= <i>y</i></p>\n</li>\n</ul>"),
    ("$$\n\\alpha\n\nfor ink\n\n$$", "<p>$$\n\\alpha</p>\n<p>for ink</p>\n<p>$$</p>"),
    ("$$\n\\alpha\n\nof $x$ y\n\n$$", "<p>$$\n\\alpha</p>\n<p>of <i>x</i> y</p>\n<p>$$</p>"),
    ("$$\n\\alpha\n\n中文\n\n$$", "<p>$$<br>\n\\alpha</p>\n<p>中文</p>\n<p>$$</p>"),
    ("$$\n\\alpha\n\nидёт\n\n$$", "<p>$$\n\\alpha</p>\n<p>идёт</p>\n<p>$$</p>"),
    ("$$\n\\nowhere\n\nx\n$$", "<p>$$\n\\nowhere</p>\n<p>x\n$$</p>"),
    ("> $$\n> *x*\n\n$$", "<blockquote>\n<p>$$\n<em>x</em></p>\n</blockquote>\n<p>$$</p>"),
])
def test_formula_on_lines_of_its_own_is_a_paragraph_or_stays_a_block_of_code(text: str, html: str) -> None:
    assert shown(text, Target.FEED).rstrip("\n") == html


def test_formula_runs_from_left_to_right_among_words_that_do_not() -> None:
    mail = shown("و$x^2$\n\n$$x_1$$", Target.MAIL, language="ar")

    assert re.findall(r'<(?:span|p)[^>]* dir="ltr">', mail) == ['<span dir="ltr">', '<p class="formula" dir="ltr">']


def test_formula_is_said_where_there_is_only_text() -> None:
    page = shown("[TOC]\n\n## Of $x^2$\n\n![the curve $y_1$ of <b>ink</b>](a.png)", Target.FEED)

    assert re.findall('<a [^>]*>([^<]*)|alt="([^"]*)', page) == [("Of x²", ""), ("", "the curve y₁ of ink")]


def test_setting_changes_nothing_of_what_a_text_says_for_likeness() -> None:
    assert words(parse("Of $x^2$.\n\n$$\ny_1\n$$")) == "Of $x^2$.\ny_1"
