"""Where templates come from: the owner's folder first, then the packaged one, file by file.

Templates are the owner's own code and trusted as such. An issue's text is never one: it goes in as
a value, and values are escaped unless they are Markup.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Set
from contextlib import suppress
from functools import cache as once
from pathlib import Path

import jinja2
from jinja2 import meta

from pipeline import TEMPLATES
from pipeline.cache import Bytecode, Cache
from pipeline.editions.columns import wrap
from pipeline.errors import EditionError, Problem
from pipeline.override import SLIPS, OverrideFolder, Shadowing

MEND = "mend it, or delete it to use the packaged one"
_SEAM = "\x00"
_TEXT = frozenset({"body", "description"})
_ISSUE = _TEXT | {"view_url"}  # a teaser has no body


@once
def packaged() -> Mapping[str, tuple[str, str]]:
    """Source and path of each packaged template, read once.

    A program that is replaced under us, as in an upgrade, keeps its own: another version's ask for other values.
    """
    ours = (TEMPLATES / "email").iterdir()
    return {path.name: (path.read_text("utf-8"), str(path)) for path in ours if path.is_file()}


class _Packaged(jinja2.BaseLoader):
    """Finds them."""

    def get_source(
        self, environment: jinja2.Environment, template: str,  # noqa: ARG002, jinja2's shape
    ) -> tuple[str, str, Callable[[], bool]]:
        if template not in packaged():
            raise jinja2.TemplateNotFound(template)
        return *packaged()[template], lambda: True

    def list_templates(self) -> list[str]:
        return sorted(packaged())


class MailTemplates:
    """The mail templates: `issue letter notice`, each `.html` and `.txt`, in `base.html`; `inline.css head.css`.

    `cache` keeps what of them takes long to work out.
    """

    def __init__(self, owner: Path | None = None, cache: Cache | None = None) -> None:
        self.cache = cache
        packaged()
        self._owners = [OverrideFolder(owner)] if owner else []
        self._loader = Shadowing(self._owners, _Packaged())
        self._showing: dict[str, Hashable] = {}  # templates that show the issue, and the stamp at which they did
        self._environment = jinja2.Environment(
            loader=self._loader,
            autoescape=jinja2.select_autoescape(disabled_extensions=("txt",), default=True),
            undefined=jinja2.StrictUndefined,
            bytecode_cache=Bytecode(cache) if cache else None,
        )
        self._environment.filters["wrapped"] = lambda text: "\n".join(wrap(str(text)))

    def stamp(self) -> Hashable:
        """What changes with the owner's templates, for who keeps what was made of them; ours stay as they are."""
        return tuple(one.stamp() for one in self._owners)

    def render(self, name: str, context: Mapping[str, object]) -> str:
        """The named template, filled. Raises EditionError with file, line and reason."""
        try:
            return self._environment.get_template(name).render(context)
        except jinja2.TemplateNotFound as error:
            raise _unfillable(*self._place(error, name), f"there is no {error.name}") from error
        except jinja2.TemplateSyntaxError as error:
            raise _unfillable(error.name or name, error.lineno, error.message or "") from error
        except jinja2.TemplateError as error:
            raise _unfillable(*self._place(error, name), str(error)) from error
        except OSError as error:
            raise EditionError(
                f"the template cannot be read: {error.strerror}", path=_path(Path(error.filename or name).name),
                remedy="let avviso read it and its folder, or delete it to use the packaged one") from error
        except SLIPS as error:
            raise _unfillable(*self._place(error, name), f"{type(error).__name__}: {error}") from error

    def must_show_issue(self, name: str) -> None:
        """Raises EditionError where a template and those that it asks for name neither the issue nor a way to it.

        One that is asked for by a name which is worked out may do so.
        """
        stamp = self.stamp()
        if self._showing.get(name) == stamp:
            return
        if not self._names(name, _ISSUE):
            raise EditionError("the template does not show {{ body }}", path=_path(name), remedy=(
                "put that into it, or {{ view_url }} for a mail that only leads to the issue"))
        self._showing[name] = stamp

    def without_text(self) -> Iterator[Problem]:
        """The templates of an issue's mail that only lead to it: so does a copy of ours that has lost its `{{ body }}`.
        """
        for name in ("issue.html", "issue.txt"):
            if not self._names(name, _TEXT):
                yield Problem(_path(name), "the mail leads to the issue and does not show it",
                              "put {{ body }} into it, or leave it so if that is meant",
                              rule="template", severity="warning")

    def _names(self, name: str, values: Set[str]) -> bool:
        """Whether a template, or one that it asks for, names one of these values."""
        waiting: list[str | None] = [name]
        met: set[str] = set()
        while waiting:
            asked = waiting.pop()
            if asked is None:
                return True
            if asked not in met:
                met.add(asked)
                with suppress(jinja2.TemplateError, OSError):  # of one that was not needed to fill these
                    tree = self._environment.parse(self._loader.get_source(self._environment, asked)[0])
                    if not values.isdisjoint(meta.find_undeclared_variables(tree)):
                        return True
                    waiting += meta.find_referenced_templates(tree)
        return False

    def _place(self, error: Exception, name: str) -> tuple[str, int | None]:
        """The template that was at work, which may be the frame of `name`, and its line, from jinja2's traceback."""
        known = set(self._environment.list_templates())
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if Path(frame.filename).name in known:
                return Path(frame.filename).name, frame.lineno
        return name, None

    def css(self, name: str, context: Mapping[str, object]) -> str:
        """A style sheet, filled, without comments and idle space; `style_elements` takes it apart."""
        text = self.render(name, context).replace("/* -- */", _SEAM)
        bare = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
        return re.sub(r"\s*([{};,])\s*|\s+", lambda m: m[1] or " ", bare).replace(";}", "}").strip()


def style_elements(css: str) -> Iterable[str]:
    """One `<style>` for each part of head.css; a line `/* -- */` begins another part."""
    return (f"<style>{part.strip()}</style>" for part in css.split(_SEAM) if part.strip())


def _unfillable(name: str, line: int | None, reason: str) -> EditionError:
    return EditionError(
        f"the template cannot be filled: {reason}", path=_path(name), line=line,
        remedy=MEND,
    )


def _path(name: str) -> str:
    return f"templates/email/{name}"
