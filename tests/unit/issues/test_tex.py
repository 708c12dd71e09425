"""TeX in one line: what stands above and below, what is in parentheses, where spaces belong, what has no line."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.issues.tex.linear import in_html, in_words
from pipeline.issues.tex.mathml import mathml
from pipeline.issues.tex.reading import MAX_CHARS, read


@pytest.mark.parametrize(("tex", "said"), [
    (r"\mathbb{R}^{n\times d}", "ℝ^(n×d)"),
    (r"\sum_{i=1}^{n} x_i^2", "∑_(i=1)ⁿ x_i²"),
    (r"\sum_k (a_k)", "∑_k (a_k)"),
    (r"\frac{a+b}{2c}", "(a + b)/(2c)"),
    (r"\frac{1}{2}mv^2", "1/2 mv²"),
    (r"-\frac{1}{c}(V - a)", "−1/c (V − a)"),
    (r"a - -b = +1", "a − −b = +1"),
    (r"10^{-3}", "10⁻³"),
    (r"\max_{i \in S} f(i)", "max_(i∈S) f(i)"),
    (r"y = \arg\max_x \log p(x)", "y = arg max_x log p(x)"),
    (r"\hat{y}_i \to \bar{\mathbf{x}}''", "ŷ_i → x̄″"),
    (r"\sqrt{x} + \sqrt{x+1} + \sqrt[3]{8}", "√x + √(x + 1) + ³√8"),
    (r"\left\lfloor \frac{n}{2} \right\rfloor", "⌊n/2⌋"),
    (r"\Bigl\{ x \Bigm| y \Bigr\}", "{x|y}"),
    (r"\underbrace{x+y}_{z}", "(x+y)_z"),
    (r"\underbrace{x}_{2}", "(x)₂"),
    (r"\frac{a}{b}^2 + \sqrt{x}^2 + {x^a}^b + {x_i}^2", "(a/b)² + (√x)² + (x^a)^b + x_i²"),
    (r"a/\frac{b}{c} + a \div \frac{b}{c} + 1/\sqrt{x}", "a/(b/c) + a ÷ (b/c) + 1/√x"),
    (r"e^{-\frac{1}{2}x^2} + e^{i\sin x} + x_{\log n}", "e^(−1/2 x²) + e^(i sin x) + x_(log n)"),
    (r"\frac{\log p}{2} + \frac{\log(p)}{2}", "(log p)/2 + log(p)/2"),
    (r"\frac{\prod_i a_i}{n} + \frac{x|y}{n} + \frac{p(x|y)q(a+b)}{n}", "(∏_i a_i)/n + (x|y)/n + p(x|y)q(a + b)/n"),
    (r"\sqrt{x!}", "√(x!)"),
    (r"w_i x_i + (a)_n c + y^j 2", "w_i x_i + (a)_n c + y^j 2"),
    (r"\mathrm{ink\_pen} + g_{ink\_pen} + a\_b", "ink_pen + g_(ink_pen) + a_b"),
    (r"a \not= b \not< c \not\subset d", "a ≠ b ≮ c ⊄ d"),
    (r"x \overset{\text{iid}}{\sim} p, a \implies b", "x ∼^(iid) p, a ⟹ b"),
    (r"\mathop{\rm arg}x + a\mathbin{/}b + \mathop{\mathrm{lcm}}(a)", "arg x + a/b + lcm(a)"),
    (r"\operatorname*{arg\,max}_x f", "arg max_x f"),
    (r"1,000 + 1{,}000 + f(1, 2) + \text{of 1,000}", "1,000 + 1,000 + f(1, 2) + of 1,000"),
    (r"90^\circ \pm 50\%", "90° ± 50%"),
    (r"\begin{pmatrix} a & b \end{pmatrix}^T", "(a  b)^T"),
    (r"f = \begin{dcases} 1 \\ 0 \end{dcases}", "f = {1; 0"),
    (r"\begin{alignedat}{2} a &= b \end{alignedat}", "a = b"),
    (r"\begin{align}[t] a &= b \nonumber \\ c &= d \tag{5} \end{align}", "a = b\nc = d (5)"),
    (r"L := \text{loss\_of } x \quad \text{so}", "L := loss_of x so"),
    (r"A^\top B x^{(j)}", "A^⊤Bx^(j)"),
    (r"\begin{bmatrix} a & b \\ c & d \end{bmatrix}", "[a  b; c  d]"),
    (r"f = \begin{cases} 1 & x>0 \\ 0 & \text{else}\end{cases}", "f = {1  x > 0; 0  else"),
    ("\\begin{aligned} a &= b \\\\[4pt] &= c \\label{x}\\end{aligned}", "a = b\n= c"),
    (r"\mathcal{L}, \mathfrak{g}, \mathsf{S}", "ℒ, 𝔤, S"),
])
def test_formula_in_words(tex: str, said: str) -> None:
    assert in_words(tex, is_block=True) == said


@pytest.mark.parametrize(("tex", "said"), [
    (r"\mathbf{W}x \le \theta", "<b>W</b><i>x</i> ≤ <i>θ</i>"),
    (r"\Gamma(z) < \mathrm{Re}\, z", "Γ(<i>z</i>) &lt; Re <i>z</i>"),
    (r"x_i^{n+1}", "<i>x</i><sub><i>i</i></sub><sup><i>n</i>+1</sup>"),
    (r"a \\ b", "<i>a</i><br><i>b</i>"),
    (r"\hat{i} + \bar{\mathbf{b}}", "<i>î</i> + <b>b̄</b>"),
    (r"\boldsymbol{\theta} \% 90^\circ", "<b>θ</b>%90°"),
])
def test_formula_in_html(tex: str, said: str) -> None:
    assert in_html(tex, is_block=True) == said


@pytest.mark.parametrize(("tex", "letters"), [
    (r"\bold{xA1}", "𝐱𝐀𝟏"), (r"\bm{x1\Sigma\alpha}", "𝒙𝟏𝜮𝜶"), (r"\mathbf{\Sigma}，", "𝚺，"), (r"\mathit{h1}", "ℎ1"),
    (r"\mathscr{HAx}", "ℋ𝒜𝓍"), (r"\frak{Cx}", "ℭ𝔵"), (r"\Bbb{RA1}", "ℝ𝔸𝟙"), (r"\mathtt{a1}", "𝚊𝟷"),
])
def test_letters_of_a_kind_are_those_of_unicode_on_the_page(tex: str, letters: str) -> None:
    assert "".join(ET.fromstring(mathml(tex, is_block=False)).itertext()) == letters


@pytest.mark.parametrize("tex", [
    r"\overline{AB}", r"\binom{n}{k}", r"\widehat{xyz}", r"\overbrace{a+b}^{n}", r"\overset{n}{x}",
    r"x = \begin{cases} a \\ b \end{cases} + 1", r"\begin{matrix} a \\ b \end{matrix} c",
])
def test_form_that_no_line_has_is_for_browsers_alone(tex: str) -> None:
    assert (in_words(tex, is_block=True), in_html(tex, is_block=True)) == ("", "")
    assert mathml(tex, is_block=True)


@pytest.mark.parametrize("tex", [
    "", " ", r"\nowhere", r"\frac{1}", "{", "x^", r"\def\x{\x}\x", r"\begin{tikzpicture}\end{tikzpicture}", "$x$",
    r"\not x", r"\text{a{b}c}", r"\begin{rcases} a \\ b \end{rcases} = c", r"\begin{nowhere} a \end{nowhere}",
    "x" * (MAX_CHARS + 1), r"\sqrt" * 300, "{" * 900 + "}" * 900, r"\begin{matrix} a \hline",
])
def test_what_is_no_formula_that_we_know(tex: str) -> None:
    assert read(tex) is None


_PIECES = st.sampled_from((
    *"{}^_[]&'abx12<>,=-|", "\\\\", r"\frac", r"\left(", r"\right)", r"\sqrt", r"\begin{matrix}", r"\end{matrix}",
    r"\begin{align}", r"\end{align}", r"\alpha", r"\text{", r"\hat", r"\sum", r"\limits", r"\substack", r"\middle|",
    r"\genfrac", r"\mathbb", r"\color{red}", r"\hspace{1em}", r"\not", r"\hline", r"\xrightarrow", r"\over", r"\mathop",
    r"\overset", r"\pmod", r"\phantom", r"\href{x}{y}", r"\style{x}", "中", "&lt;"))

_SEEN = st.characters(exclude_categories=("Cc", "Cn", "Cs"))  # what a text has after `decoding`


@given(st.lists(_PIECES, max_size=16).map("".join) | st.text(_SEEN, max_size=30), st.booleans())
@example(r"\frac\text{Bench}", True)
@example(r"\color{red}{\hline\skew1\big\xrightarrow\href{x}#\xrightarrow1", False)
def test_nothing_typed_is_a_traceback_or_a_tag_of_its_own(tex: str, is_block: bool) -> None:
    line, page = in_html(tex, is_block=is_block), mathml(tex, is_block=is_block)

    found = {element.tag for element in ET.fromstring(f"<line>{line.replace('<br>', '<br/>')}</line>").iter()}  # noqa: S314, our own
    assert found <= {"line", "i", "b", "sup", "sub", "br"}
    if page:
        assert ET.fromstring(page).tag == "math"  # noqa: S314, our own
