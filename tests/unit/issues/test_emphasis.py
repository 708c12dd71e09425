"""Bold, italics and strikethrough beside Chinese punctuation, and nothing changed for other text."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from pipeline.issues.document import Target
from pipeline.issues.markdown.parser import markdown_parser
from tests.unit.issues.rendered import line, shown


@pytest.mark.parametrize("target", [Target.MAIL, Target.WEB])
def test_east_asian_emphasis_has_a_class_of_its_own(target: Target) -> None:
    text = "*字* *word* *かな a* *한글* <i>斜</i> *a **字*** *“word”*"

    assert shown(text, target) == (
        '<p><em class="upright">字</em> <em>word</em> <em class="upright">かな a</em> <em class="upright">한글</em> '
        '<i class="upright">斜</i> <em>a <strong>字</strong></em> <em>“word”</em></p>')
    assert "class" not in shown(text, Target.FEED)


@pytest.mark.parametrize(("text", "html"), [
    ("**注意：**这里", "<strong>注意：</strong>这里"),
    ("这是**“引用”**的话", "这是<strong>“引用”</strong>的话"),
    ("用Go**“引用”**的话", "用Go<strong>“引用”</strong>的话"), ("Go**——墨水**干了", "Go<strong>——墨水</strong>干了"),
    ("用Go**“Ink”**的话", "用Go**“Ink”**的话"),
    ("推荐**《书名》**给你", "推荐<strong>《书名》</strong>给你"),
    ("用**`code`**写", "用<strong><code>code</code></strong>写"),
    ("见**[链接](https://a.example)**。", '见<strong><a href="https://a.example">链接</a></strong>。'),
    ("是**(半角)**吗", "是<strong>(半角)</strong>吗"),
    ("**作者:**Mira，**(译者)**Jo", "<strong>作者:</strong>Mira，<strong>(译者)</strong>Jo"),
    ("Mira**(作者)**Jo", "Mira<strong>(作者)</strong>Jo"),
    ("**A**(中)**B**", "<strong>A</strong>(中)<strong>B</strong>"),
    ("**<!--a-place-to-lead-to-->****墨水**：好", "<strong>墨水</strong>：好"),
    ("ink **<!-- a -->**, **<!-- b -->ink**", "ink , <strong>ink</strong>"),
    ("words**,** and", "words, and"), ("墨水**, **`纸`", "墨水, <code>纸</code>"),
    ("Ink**, **soot**", "Ink**, <strong>soot</strong>"),
    ("（[米](https://a.example)** **墨）", '（<a href="https://a.example">米</a> 墨）'),
    ("[**a**](https://a.example)** & **[**b**](https://b.example)",
     '<a href="https://a.example"><strong>a</strong></a> &amp; <a href="https://b.example"><strong>b</strong></a>'),
    ("**a**,**b**、**c** **d**",
     "<strong>a</strong>,<strong>b</strong>、<strong>c</strong> <strong>d</strong>"),
    ("[by** **Ida****]", "[by** <strong>Ida</strong>**]"), ("** **a** b", "** <strong>a</strong> b"),
    ("a/**, **/b", "a/**, **/b"), ("2**,** 3", "2**,** 3"),
    ("最新**模型****Imagen4**免费用", "最新<strong>模型</strong><strong>Imagen4</strong>免费用"),
    ("**墨**分享了**Claude Code****提示词**的两种",
     "<strong>墨</strong>分享了<strong>Claude Code</strong><strong>提示词</strong>的两种"),
    ("**全自动****（无人）**技术", "<strong>全自动</strong><strong>（无人）</strong>技术"),
    ("**ink****soot****oil** and *water*",
     "<strong>ink</strong><strong>soot</strong><strong>oil</strong> and <em>water</em>"),
    ("**墨**和****纸****", "<strong>墨</strong>和<strong><strong>纸</strong></strong>"),
    ("墨****纸，**水****油", "墨****纸，<strong>水</strong>**油"),
    ("****Ink** dries **fast**!**: so", "<strong><strong>Ink</strong> dries <strong>fast</strong>!</strong>: so"),
    ("**So** ****Ink** dries!**: *so*",
     "<strong>So</strong> <strong><strong>Ink</strong> dries!</strong>: <em>so</em>"),
    ("***墨 ****Ink***", "***墨 *<em><strong>Ink</strong></em>"),
    ("****Ink** dries**: so", "<strong><strong>Ink</strong> dries</strong>: so"),
    ("****墨水****很贵", "<strong><strong>墨水</strong></strong>很贵"),
    ("****注意：****这里 ****Ink****dries",
     "<strong><strong>注意：</strong></strong>这里 <strong><strong>Ink</strong></strong>dries"),
    ("**完全免费！**快来", "<strong>完全免费！</strong>快来"),
    ("*斜体。*后文", "<em>斜体。</em>后文"),
    ("***两者。***后文", "<em><strong>两者。</strong></em>后文"),
    ("もう**「最後」**です", "もう<strong>「最後」</strong>です"),
    ("한국어**(강조)**는", "한국어<strong>(강조)</strong>는"),
    ("原价~~100元。~~现价50", "原价<s>100元。</s>现价50"),
    ("温度100~200和300~400", "温度100~200和300~400"),
    ("我有____的问题，因为_____。我做了_____。", "我有____的问题，因为_____。我做了_____。"),
    ("他叫___的，在___。", "他叫___的，在___。"), ("(____) and (____)", "(____) and (____)"),
    ("黑洞A*（Sgr A*）的照片", "黑洞A*（Sgr A*）的照片"), ("因为*，所以我们应该*。", "因为*，所以我们应该*。"),
    ("字*（注）*字，*（注）*", "字<em>（注）</em>字，<em>（注）</em>"), ("*，墨*", "<em>，墨</em>"),
    ("1*（注）*和 2*（注）*", "1<em>（注）</em>和 2<em>（注）</em>"), ("字*。*字", "字<em>。</em>字"),
    ("a~~~b~~~", "a~<s>b</s>~"), ("~Tuesday~ (moved) Friday", "<s>Tuesday</s> (moved) Friday"),
    ("~[ink](https://a.example)~, ~**b**~", '<s><a href="https://a.example">ink</a></s>, <s><strong>b</strong></s>'),
    ("~5 drops, or ~6~", "~5 drops, or ~6~"), ("~/a:~/b and /~ida/, see you~", "~/a:~/b and /~ida/, see you~"),
    ("晚安~Ida~", "晚安~Ida~"), ("~Part 1~ 的墨", "~Part 1~ 的墨"),
    ("~~a ~b~ c~~", "<s>a <s>b</s> c</s>"),
    ("两颗 ** 星星 ** 不是", "两颗 ** 星星 ** 不是"),
    ("变量_名_字", "变量_名_字"),
    ("这是__重点__内容", "这是<strong>重点</strong>内容"),
    ("__重点：__后文", "<strong>重点：</strong>后文"),
    ("类的__init__方法", "类的__init__方法"),
    ("一共2*3*4=24", "一共2*3*4=24"),
    ("第1*项*", "第1<em>项</em>"),
    ("**Ink 😅**Mira, **50%**more ink", "<strong>Ink 😅</strong>Mira, <strong>50%</strong>more ink"),
    ("**TL;DR:**Ink *dries*", "<strong>TL;DR:</strong>Ink <em>dries</em>"),
    ("a **b.**c **d!**e", "a <strong>b.</strong>c <strong>d!</strong>e"),
    ("**a (**b** c)**", "<strong>a (<strong>b</strong> c)</strong>"),
    ("the ** in [a](b**)", 'the ** in <a href="https://w.example.com/files/b**">a</a>'),
    ("the ** of ![a**](b.png)", 'the ** of <img src="https://w.example.com/files/b.png" alt="a**">'),
    ("** Ink `x` z** dries", "<strong>Ink <code>x</code> z</strong> dries"),
    ("the ** in `a/**`", "the ** in <code>a/**</code>"), ("the ** in a\\**", "the ** in a**"),
    ("** Ink:** dries, \"** paper**\"", '<strong>Ink:</strong> dries, "<strong>paper</strong>"'),
    ("这是** 墨水**和 ** Ink**，**纸**", "这是<strong>墨水</strong>和 <strong>Ink</strong>，<strong>纸</strong>"),
    ("**a** b ** c** d", "<strong>a</strong> b <strong>c</strong> d"),
    ("a ** b **c** d", "a ** b <strong>c</strong> d"),
    ("2 ** 3 is 8 and 2**3 too", "2 ** 3 is 8 and 2**3 too"), ("f(** a, **b)", "f(** a, **b)"),
    ("** /a/** and ** b ** c", "** /a/** and ** b ** c"), ("x** y**", "x** y**"),
    ("**Ink **dries, **paper **lasts", "<strong>Ink </strong>dries, <strong>paper </strong>lasts"),
    ("今天：**2026-10-19  **周一", "今天：<strong>2026-10-19  </strong>周一"),
    ("**ink and **paper** too", "**ink and <strong>paper</strong> too"),
    ("f(**ink, **paper)", "f(**ink, **paper)"),
    ("{ **ink, **paper }", "{ **ink, **paper }"), ("**/a, **/b", "**/a, **/b"),
    ("f(a, **ink) or g(b, **ink)", "f(a, **ink) or g(b, **ink)"), ("char **a or char **b", "char **a or char **b"),
    ("f(*a, **ink), g(*a, **ink)", "f(*a, **ink), g(*a, **ink)"), ("f(a, **b, **c)", "f(a, **b, **c)"),
    ("**kw, then **kw", "**kw, then **kw"), ("2 **3 and 4 **5", "2 **3 and 4 **5"), ("x **2 + y **2", "x **2 + y **2"),
    ("[**Ink **](https://a.example) (**dries **)",
     '<a href="https://a.example"><strong>Ink </strong></a> (<strong>dries </strong>)'),
    ("**Ink **[**dries**](https://a.example)", '<strong>Ink </strong><a href="https://a.example"><strong>dries</strong></a>'),
    ("_**[Ink] **_[_**dries**_](https://a.example)",
     '<em><strong>[Ink] </strong></em><a href="https://a.example"><em><strong>dries</strong></em></a>'),
    ("f(**a, **b) + [**c]", "f(**a, **b) + [**c]"),
    ("**Ink *and **dries", "**Ink *and **dries"), ("**Ink *a* **dries", "<strong>Ink <em>a</em> </strong>dries"),
    ("a.**b**c", "a.<strong>b</strong>c"), ("**a** b.**c**", "<strong>a</strong> b.<strong>c</strong>"),
])
def test_markers_work_where_chinese_has_no_spaces(text: str, html: str) -> None:
    assert line(text) == html


@pytest.mark.parametrize("text", [
    "*a* **b** ***c*** _d_ __e__", "a*b*c a_b_c", "a * b * c", '**"quoted"**word', "word**(x)**word", "**bold**text",
    "*(*foo*)*", "_foo_bar_baz_", "**foo*bar**", "*foo**bar**baz*", "~~a~~ b~~c~~d", "* *", "**", "a**\"b\"**",
    "foo*****bar", "__foo__bar", "*é*é", "¡*a*!", "**Gomphocarpus (*G. physocarpus*, syn.)**",
])
def test_text_of_other_scripts_is_read_as_commonmark_reads_it(text: str) -> None:
    plain = MarkdownIt("gfm-like", {"linkify": False})

    assert markdown_parser().render(text) == plain.render(text)
