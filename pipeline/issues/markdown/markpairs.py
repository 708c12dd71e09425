"""What two marks for a site generator make of the words between them: a quotation, a formula, code, or a box."""

from __future__ import annotations

from pipeline.issues.markdown.boxes import boxed
from pipeline.issues.markdown.marks import Mark
from pipeline.issues.markdown.markwords import formula, said_by
from pipeline.issues.markdown.players import ADDRESS

_FENCE = "`" * 8


def dressed(mark: Mark, words: str) -> str:
    """The Markdown of words between two marks: a quotation with who said it, a formula, a box, or as they are."""
    said, address = mark.said(), ADDRESS.search(mark.rest)
    if mark.is_formula:
        return formula(words)
    if mark.is_code:
        return f"{_FENCE}\n{words}\n{_FENCE}"
    if mark.is_box:
        return _boxed(mark, words)
    if mark.is_pointer and address and "\n" not in words and "](" not in words:
        return f"[{words}](<{address[0]}>)"
    if not mark.is_quotation:
        return "" if mark.is_comment else words
    by = next((said[name] for name in ("author", "by", "source", "cite") if said.get(name)), "") or _quoted(mark)
    lines = [*words.split("\n"), *(("", f"— {by}") if by else ())]
    return "\n".join(f"> {line}" for line in lines)


def dressed_in_line(mark: Mark, words: str) -> str:
    """The same as `dressed`, among other words; code is told by its backquotes in both."""
    if mark.is_formula:
        return f"${words}$"
    return words if mark.is_quotation or mark.is_box else dressed(mark, words)


def _boxed(mark: Mark, words: str) -> str:
    """A box with its title, and below that what else its mark says."""
    others, title = mark.without_title()
    return boxed(mark.name, others.rest, title, "\n\n".join(filter(None, (said_by(others), words))))


def _quoted(mark: Mark) -> str:
    """Who and what is quoted, as Hexo has it: `{% blockquote Mira, On ink https://a.example/ Title %}`."""
    is_order = mark.is_zolas or mark.names_values or "{{" in mark.rest
    if not mark.typed.startswith("{%") or is_order or mark.name not in ("blockquote", "quote"):
        return ""
    found = ADDRESS.search(mark.rest)
    if found is None:
        return mark.rest.strip(" \"'")
    who, title = mark.rest[:found.start()].strip(), mark.rest[found.end():].strip()
    return f"{who} [{title}](<{found[0]}>)".lstrip() if title else f"[{who or found[0]}](<{found[0]}>)"
