"""What a site generator fills in: addresses such as `{{ site.baseurl }}/a.png`, `{{ '/a.png' | url }}`,
`{% post_url 13-ink %}`, Pelican's `{static}/a.png`, Ghost's `__GHOST_URL__/a.png`; the title; and `{% raw %}`.

No template engine is at work: what these few forms of Jekyll, Eleventy and Hugo say is known without one. Any other
stays as it was typed, and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from markdown_it.token import Token

from pipeline.issues.roots import IN_CONTENT

GHOST = "__GHOST_URL__"
"""What Ghost exports for the address of the site."""
_ROOT = (r"(?:\{\{-?\s*(?:site\.(?:url|base_?url)|\.?Site\.BaseURL|base_?url)\s*-?\}\}"
         rf"|\{{(?:static|filename|attach)\}}|{GHOST}(?=/))")
_PATH = (r"\{\{-?\s*(?:\"[^\"{}\n]{0,300}\"|'[^'{}\n]{0,300}')"
         r"(?:\s*\|\s*(?:url|(?:relative|absolute)_url|(?:rel|abs)(?:Lang)?URL|prepend:\s*site\.\w+)){1,3}\s*-?\}\}")
_POST = r"\{%-?\s*post_url\s+[\w./-]{1,300}\s*-?%\}"
_LINK = r"\{%-?\s*link\s+[\w./-]{1,300}\s*-?%\}"
_PAGE = r"\{\{[<%]\s*(?:rel)?ref\s+[\"'][^\"'{}\n]{1,300}[\"']\s*[%>]\}\}"
FILLED = re.compile(rf"(?:{_ROOT}|{_PATH}|{_POST}|{_LINK}|{_PAGE})+[^\s()<>\"'{{}}]*")
"""A whole address that begins so."""

UNKNOWN = re.compile(r"(?:mailto:)?(?P<place>(?:\{\{[^{}\n]{1,120}\}\}|%%[a-z_]{1,40}%%)[^\s()<>\"']*)")
"""An address that begins with a mark of which only the generator, or Substack, knows what it is: it leads nowhere."""

TITLE = re.compile(r"\{\{-?\s*(?:\$?(?:page|frontmatter)\.)?title\s*-?\}\}")
"""The title of the page, as the heading of a text."""

RAW = re.compile(r"\{%-?\s*(?:end)?raw\s*-?%\}")
_FORM = re.compile("|".join(f"({form})" for form in (_ROOT, _PATH, _POST, _LINK, _PAGE)))
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")


def without_raw_marks(inline: Token) -> Sequence[Token]:
    """Inline tokens without `{% raw %}` and `{% endraw %}`, both or one alone in its paragraph: a generator fills in
    nothing between them."""
    children = inline.children or []
    if len({found[0] for found in RAW.finditer(inline.content)}) < 2 and not RAW.fullmatch(inline.content.strip()):
        return children
    for child in children:
        if child.type == "text":
            child.content = RAW.sub("", child.content)
    return [child for child in children if child.type != "text" or child.content]


def filled(address: str) -> str:
    """An address as the generator would have made it, from the root of the site; one without such marks as it is."""
    marked = "{" in address or GHOST in address
    return _FORM.sub(_fill, address) if marked and FILLED.fullmatch(address.strip()) else address


def _fill(found: re.Match[str]) -> str:
    root, path, post, link, page = found.groups()
    if root:
        return ""
    if post or link:
        name = (post or link).strip("{}%- ").split()[1] + (".md" if post else "")
        if post and "/" not in name:
            return name
        return f"{IN_CONTENT}{name}" if name.endswith(".md") else f"/{name}"
    quoted = _QUOTED.search(path or page)
    name = quoted[1] if quoted else ""
    if not page or name.startswith((".", "#")):
        return name
    return IN_CONTENT + (name[1:] if name.startswith("/") else f"./{name}")  # so Hugo looks in its own folder first
