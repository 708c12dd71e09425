"""A template becomes a mail: filled, its body inlined, and put back into its own shell.

Doctype, head, conditional comments and the rules of head.css are never shown to the inliner.
"""

from __future__ import annotations

import re

from markupsafe import Markup

from pipeline.editions.inlining import inline
from pipeline.editions.templates import MEND, MailTemplates, style_elements
from pipeline.errors import EditionError

# Behind a short preheader inboxes go on with the first words of the mail; this keeps them out.
FILLER = Markup("&#847;&zwnj;&nbsp;" * 60)  # noqa: S704 (a constant)

_BODY = re.compile(r"<body[\s>].*</body\s*>", re.DOTALL | re.IGNORECASE)
_LINKS = re.compile(r"\.content a\{[^{}]*\}")


def dress(templates: MailTemplates, name: str, context: dict[str, object], *, compact: bool = False) -> str:
    """The mail that template `name` makes of `context`; `compact` leaves the style of links to head.css.

    Raises EditionError when a template or a style sheet is at fault.
    """
    head = Markup("\n".join(style_elements(templates.css("head.css", context))))  # noqa: S704 (the owner's)
    page = templates.render(name, {**context, "head_css": head, "filler": FILLER})
    body = _BODY.search(page)
    if body is None:
        raise EditionError("there is no <body>…</body>", path=f"templates/email/{name}", remedy=MEND)
    css = templates.css("inline.css", context)
    inlined = inline(body[0], _LINKS.sub("", css) if compact else css, templates.cache)
    return page[: body.start()] + inlined + page[body.end() :]
