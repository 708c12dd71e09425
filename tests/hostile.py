"""Texts that cost a parser more than their length, each made to any length in bytes; and what they cost."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping

Pattern = Callable[[int], str]

TIMES = 4        # how many times as long the other text is
SQUARE = 10      # a square is 16 times as much, a straight line 4; between them lies a noisy machine
LEAST_S = 0.05   # what is done sooner says nothing


def growth(cost: Callable[[str], float], pattern: Pattern, size: int) -> float:
    """How many times as much the long text costs; what looks like a square is measured at larger sizes too."""
    factors = []
    for larger in (1, 2, 3):
        factors.append(cost(pattern(size * larger * TIMES)) / max(LEAST_S, cost(pattern(size * larger))))
        if factors[-1] <= SQUARE:
            break
    return min(factors)


def cpu_s(act: Callable[[], object]) -> float:
    """Seconds of the processor."""
    began = time.process_time()
    act()
    return time.process_time() - began


def again(piece: str) -> Pattern:
    """The piece over and over."""
    return lambda size: piece * (size // len(piece.encode()) + 1)


def one_after_other(first: str, then: str) -> Pattern:
    """Half of the one, then half of the other."""
    return lambda size: again(first)(size // 2) + again(then)(size // 2)


def stairs(piece: str, end: str) -> Pattern:
    """The piece once, twice, three times …, each with its end."""
    return lambda size: "".join(piece * n + end for n in range(1, int((2 * size / len(piece)) ** 0.5)))


REPEATED = (
    "https://a.example/b ", "https://a.example/b", "http://", "http://a.b/(", "看https://a.b/c，", "mailto:", "a@b.co ",
    "a@", "a.", ":", "://", "[https://a.b](https://a.b) ", "<https://a.b>",
    "# a\n", "## 标题\n\n", "a\n=\n", "#", "#\n", "1、中文\n", "[TOC]\n\n",
    "<head>", "<h1>a</h1>", "<table>", "<td>", "<a href=b>", "<b>", "<div>\n\n", "<p>", "<svg>", "<video src=x>",
    "<img src=x>", "<details><summary>a", "<T>", "<a ", "</", '<a b="', "<!--", "<!-- a -->\n\n", "<p><!--",
    "<![CDATA[", "<?", "a\n", "中\n", "\n", "a\n\n", "中文。\n\n", "a  \n", "a", "中", "今天很好，我们去。", " ", "\t",
    "- a\n", "-\n", "- ", "1. a\n", "- a\n\n", "- a\n  - b\n    - c\n", "- [ ] a\n", "> - ", "- > ",
    ">", "> a\n", "> a\n\n", "> # a\nb\n", "> >\nb\n", "> [!note] a\n> b\n\n", ">>>>>>>>>>>>>>>>>>>>>b\n",
    "[", "![", "[a](", "[a](b", '[a](b "', "[a]: b\n", '[a]: b "\n', "[a]:\n", "[a][b]", "![[", "](",
    "[[ [[a]]", "![a](b c", "![a](b =", "[^1]", "[^1]: a\n", "^[", "^[a]",
    "`", "`a", "``a`", "```\n", "```python\nx = 1\n```\n", "    a\n\n",
    "|", "|a", "|\n", "|a|b|\n|-|-|\n|c|d|\n\n", "a|b\n", "-|-\n",
    "*", "*a", "a**b", "a** **", "***a", "*_", "**a *b", "__a", "~~a", "中**文。", "**重点：**后", "中*，",
    "中__文", "---\n", "* *", "2*3",
    "&", "&a", "&amp;", "&#1;", "\\", "{{a}}", "*|A", "AVVISO-HOLE-NAME", "\u200b", "👩\u200d🔧", "ttps://a.b ",
    "https://a.b/?utm_source=c&", "![a](data:image/png;base64,AA)", "[a](#b) ", "TODO: ",
    '<A b={"c"} ', "<A b={", "import {\n", "%% a %%\n", "%%\n", "%% a ", '{% a b="c d e" %}\n',
    "[[a|b", "[[a|b]]", "{% a\n", "{% a %}", "{% highlight %}\n", '{% a "b.png" c="',
    ":::\n", "::: tip\n", "::: left\n", "::: tip\n:::\n", "- ::: tip\n", "{", "{: a}\n", "# {#a", "[a](b){", "<!---",
    "<Toc/>", "<Callout>", "<Callout>a</Callout>\n", "* TOC\n{:toc}\n\n", "|a|\n|-|\n{:.a}\n\n", "{% raw %}",
    "![a]({{ site.url }}/b) ", "{{ 'a' | url", "{% post_url a", ":tada:", ":a::b", "- 1. a\n", "- 1. ",
    "## a\n\n[b](#A)\n\n",
    "~a ", "a~ ", "~a~ ", "a^2^", "a~2~", "a*（", "____ ", "+++info a\n", "+++info a\n+++\n",
    "::: aa\n", "::: {.a}\n", "::: aa\nb\n:::\n", "> ::: {.a}\n> :::\n", "==a", "==a== ", "![[a.png|", "{/* a\n",
    "{/* a */}\n", "<img a={", " ^1a2b3c\n", "[a](__GHOST_URL__/",
    "<div></pre><pre>\n\n", "$1+", "$(1+1", "$1$ ", '<Link to="/a">', '<Card href="/a"/>', "<Toc/>\n", "a\n: b\n", ": ",
    "{{< a >}}b{{< /a >}} ", "a {{< a >}}", "\\[image\\] ",
)

PATTERNS: Mapping[str, Pattern] = {
    **{repr(piece): again(piece) for piece in REPEATED},
    "folds that one end is too far from": lambda size: "+++info a\n" * (size // 10) + "b\n" * 300 + "+++\n",
    "spaces behind a container": lambda size: f"::: tip{' ' * size}{'b' * 400}",
    "a paragraph and a rule": again("a\n\n---\n\n"),
    "blocks of HTML in items": lambda size: "- a\n" + again("  - <div>\n")(size),
    "wide spaces in a heading": lambda size: "# a" + "\u3000" * (size // 3) + "b {",
    "spaces behind a mark": lambda size: f"{{% a %}}{' ' * size}b",
    "spaces in a line": lambda size: f"a{' ' * size}b",
    "spaces behind a colon": lambda size: f"a\n:{' ' * size}",
    "spaces in a tag": lambda size: f"x <a{' ' * size}>y",
    "invisible and not": again(" \u200b"),
    "containers each way": one_after_other("::: aa\n", ":::\n"),
    "a bracket each way": one_after_other("[", "]"),
    "pictures in pictures": one_after_other("![a", "](b)"),
    "stars each way": one_after_other("*a ", "b* "),
    "tags each way": one_after_other("<b>", "</b>"),
    "links of components each way": one_after_other('a <Card to="/a">', "</Card>"),
    "marks in a line each way": one_after_other("a {{< a >}}", "{{< /a >}}"),
    "tags that cross": one_after_other("<b>", "</i>"),
    "notes and their texts": one_after_other("[^1] ", "\n\n[^1]: a"),
    "notes in notes": one_after_other("^[a", "]"),
    "addresses before their names": one_after_other("[a] ", "\n\n[a]: b"),
    "scripts each way": one_after_other("a<script>", "</script>"),
    "contents and headings": one_after_other("1、中文甲\n", "\n## 1、中文乙\n"),
    "more and more ticks": stairs("`", "a"),
    "deeper and deeper quotes": stairs(">", "a\n"),
    "deeper and deeper lists": stairs("  ", "- a\n"),
    "a long table": lambda size: "|a|b|\n|-|-|\n" + again("|c|d|\n")(size),
    "a wide table": lambda size: "\n".join("|" + mark * (size // 6) for mark in ("a|", "-|", "b|")),
    "ticks in a table": lambda size: "|a|\n|-|\n|" + again("`|")(size),
    "one word and an at": lambda size: "a" * size + "@b.co",
    "one long address": lambda size: "https://a.example/" + "b" * size,
    "one long title": lambda size: "# " + again("a ")(size),
    "abbreviations": lambda size: "".join(f"*[p{n}]: b\n" for n in range(size // 12)),
    "pages of Hatena": again("[https://a.example:embed"),
    "pictures of Hatena": again("[f:id:mira:20240324101010p:alt=a"),
    "pages of Zenn": again("@[card](https://a.example\n"),
    "marks at their words": again("##墨 "),
    "names of code": lambda size: "```a:" + again("title=' ")(size) + "\nb\n```\n",
}


def mixture(seed: int) -> Pattern:
    """Some marks over and over, or two such runs, by a seed."""
    chance = random.Random(seed)
    marks = [*"*_`[]()<>!&|#-+>~:\\ \n\t\"'=^$@/.1a中，。{}%", "**", "```", "<!--", "-->", "](", "![", "[^", "^[",
             "https://", "\n\n", "\n> ", "\n- ", "\n    ", "<b>", "</b>", "&#", "|-|", "[a]: b\n"]
    first, then = ("".join(chance.choices(marks, k=chance.choice((1, 2, 3, 5, 8)))) for _ in range(2))
    return again(first) if seed % 2 else one_after_other(first, then)
