"""Marks of site generators around what is set apart, which become alerts."""

from __future__ import annotations

import pytest

from pipeline.issues.document import parse


def alert(kind: str, title: str, inside: str) -> str:
    return (f'<blockquote class="alert alert-{kind}">\n<p class="alert-title"><strong>{title}</strong></p>\n'
            f"{inside}\n</blockquote>")


@pytest.mark.parametrize(("text", "html"), [
    ('{% hint style="info" %}\nInk *dries*.\n{% endhint %}\na',
     alert("note", "Info", "<p>Ink <em>dries</em>.</p>") + "\n<p>a</p>"),
    ("{% hint %}\na\n{% endhint %}", alert("note", "Note", "<p>a</p>")),
    ("{% note danger %}\na\n\n- b\n{% endnote %}",
     alert("caution", "Danger", "<p>a</p>\n<ul>\n<li>b</li>\n</ul>")),
    ('{{< admonition type=tip title="Ink" open=false >}}\na\n{{< /admonition >}}',
     alert("tip", "Ink", "<p>a</p>")),
    ('{{% notice warning "On ink" %}}\na\n{{% /notice %}}', alert("warning", "On ink", "<p>a</p>")),
    ('{{< callout "tip" >}}a{{< /callout >}}', alert("tip", "Tip", "<p>a</p>")),
    ('{{< alert-danger "" >}}\na\n{{< /alert-danger >}}', alert("caution", "Danger", "<p>a</p>")),
    ('{% note "fas fa-bell" flat %}\na\n{% endnote %}', alert("note", "Note", "<p>a</p>")),
    ("{% note info no-icon %}\na\n{% endnote %}", alert("note", "Info", "<p>a</p>")),
    ("{% warning(icon=1) %}a{% end %}", alert("warning", "Warning", "<p>a</p>")),
    ('{{< note icon="/a.png" >}}\na\n{{< /note >}}',
     alert("note", "Note", '<p><img src="/a.png" alt=""></p>\n<p>a</p>')),
    ('{{< note text="Ink dries in a day." >}}\na\n{{< /note >}}',
     alert("note", "Note", "<p>Ink dries in a day.</p>\n<p>a</p>")),
    ('{{< callout title="Bug of the week" icon="check" text="No danger at all" type=tip >}}\na\n{{< /callout >}}',
     alert("tip", "Bug of the week", "<p>No danger at all</p>\n<p>a</p>")),
    ('{{< admonition type="danger" title="danger" >}}\na\n{{< /admonition >}}', alert("caution", "danger", "<p>a</p>")),
    ('{{< note title="An \\"ink\\"" >}}\na\n{{< /note >}}', alert("note", 'An "ink"', "<p>a</p>")),
    ("{% note() %}\n{% mermaid() %}\n*a*\n{% end %}\n{% end %}", "<pre><code>*a*\n</code></pre>"),
    ("{% hint info %}\n[a]: /b\n\n[a]\n{% endhint %}\n[a]",
     alert("note", "Info", '<p><a href="/b">a</a></p>') + '\n<p><a href="/b">a</a></p>'),
    ("{% note %}\n  - a\n  - b\n{% endnote %}",
     alert("note", "Note", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>")),
    ("a {{< note >}}*b*{{< /note >}} c", "<p>a <em>b</em> c</p>"),
    ('{{< note "Ink dries in a day" >}}\na', "<p>Ink dries in a day</p>\n<p>a</p>"),
    ("{% tip %}\na", "<p>a</p>"),
    ('{{< alert "Ink" >}}\na\n\n{{< alert >}}b{{< /alert >}}\nc',
     "<p>a</p>\n" + alert("note", "Note", "<p>b</p>") + "\n<p>c</p>"),
    ("{% note %}\na\n{% note %}\nb\n{% endnote %}\nc\n{% endnote %}",
     "<p>a</p>\n" + alert("note", "Note", "<p>b</p>") + "\n<p>c</p>"),
])
def test_what_a_mark_sets_apart_is_an_alert(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html


def test_boxes_within_boxes_are_alerts_up_to_a_depth() -> None:
    names = ("hint", "note", "tip", "info", "warning", "danger")
    text = "\n".join((*(f"{{% {name} %}}" for name in names), "a", *(f"{{% end{name} %}}" for name in names[::-1])))

    assert parse(text).clean.count("<blockquote") == 4


@pytest.mark.parametrize(("text", "html"), [
    ('{% code title="a.xml" %}\n```xml\n<a/>\n```\n{% endcode %}\nb',
     "<p><strong>a.xml</strong></p>\n<pre><code>&lt;a/&gt;\n</code></pre>\n<p>b</p>"),
    ('{% code overflow="wrap" %}\n```\n*a*\n```\n{% endcode %}', "<pre><code>*a*\n</code></pre>"),
    ("{% highlight md %}\n```\n*a*\n```\n{% endhighlight %}",
     '<pre><code><span class="sb">```\n*a*\n```\n</span></code></pre>'),
    ("{% code %}\na:\n    b {% endcode %}", "<pre><code>a:\n    b\n</code></pre>"),
    ("{% code %}\n``` *a*\n{% endcode %}", "<pre><code>``` *a*\n</code></pre>"),
])
def test_a_mark_around_a_block_of_code_only_names_it(text: str, html: str) -> None:
    assert parse(text).clean.rstrip("\n") == html
