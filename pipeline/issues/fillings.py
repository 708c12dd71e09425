"""Addresses that a site generator fills in: `{{ site.baseurl }}/a.png`, `{{ '/a.png' | url }}`, `{% post_url 13 %}`.

No template engine is at work: what these few forms of Jekyll, Eleventy and Hugo say is known without one. Any other
stays as it was typed, and is reported.
"""

from __future__ import annotations

import re

_ROOT = r"\{\{-?\s*(?:site\.(?:url|base_?url)|\.?Site\.BaseURL|base_?url)\s*-?\}\}"
_PATH = (r"\{\{-?\s*(?:\"[^\"{}\n]{1,300}\"|'[^'{}\n]{1,300}')"
         r"(?:\s*\|\s*(?:url|(?:relative|absolute)_url|(?:rel|abs)(?:Lang)?URL|prepend:\s*site\.\w+)){1,3}\s*-?\}\}")
_POST = r"\{%-?\s*post_url\s+[\w./-]{1,300}\s*-?%\}"
_LINK = r"\{%-?\s*link\s+[\w./-]{1,300}\s*-?%\}"
_PAGE = r"\{\{[<%]\s*(?:rel)?ref\s+[\"'][^\"'{}\n]{1,300}[\"']\s*[%>]\}\}"
FILLED = re.compile(rf"(?:{_ROOT}|{_PATH}|{_POST}|{_LINK}|{_PAGE})+[^\s()<>\"'{{}}]*")
"""A whole address that begins so."""

_FORM = re.compile("|".join(f"({form})" for form in (_ROOT, _PATH, _POST, _LINK, _PAGE)))
_QUOTED = re.compile(r"[\"']([^\"']+)[\"']")


def filled(address: str) -> str:
    """An address as the generator would have made it, from the root of the site; one without such marks as it is."""
    return _FORM.sub(_fill, address) if "{" in address and FILLED.fullmatch(address.strip()) else address


def _fill(found: re.Match[str]) -> str:
    root, path, post, link, page = found.groups()
    if root:
        return ""
    if post or link:
        name = (post or link).strip("{}%- ").split()[1]
        return f"{name}.md" if post else f"/{name}"
    quoted = _QUOTED.search(path or page)
    return quoted[1] if quoted else ""
