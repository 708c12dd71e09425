"""What pydantic found, said to a person: line, key, value, reason, remedy. No secret is repeated."""

from __future__ import annotations

import typing
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import cache, reduce

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.config.document import Document, Keys, dotted
from pipeline.config.settings import Config
from pipeline.config.transports import KINDS, TAG, keys_of, readers_of
from pipeline.errors import Problem, shorten

SECRET = frozenset({"password", "secret", "admin", "database", "hooks", "api_key", "secret_access_key", "headers"})
LONGEST_VALUE = 60
NEEDED = {
    "publication.title": "add `title: My Weekly`",
    "publication.url": "add `url: https://weekly.example.com/`",
    "mailings.from": 'add `from: "My Weekly <weekly@example.com>"`',
}
OWN_SECTIONS = ("publication", "mailings")  # no file of ours is without them
NEARLY = 0.75  # how alike a word is that was meant as one of them
NAMED = 3      # keys of another program that are named
SHAPES = {
    "string_type": ("must be text", "write it on one line behind the colon"),
    "model_type": ("must hold keys of its own", "write them below it, indented"),
    "model_attributes_type": ("must hold keys of its own", "write them below it, indented"),
    "dict_type": ("must hold keys of its own", "write them below it, indented"),
    "tuple_type": ("must be a list", "write it as [first, second]"),
}

# Settings of the contract whose work is not built yet: to accept one would be to promise it.
# A line goes when its feature comes.
NOT_YET = {
    ("web", "admin"): "the admin pages",
}


def foreign(document: Document) -> Problem | None:
    """What to do where the file is of another program, such as a site generator; None where it may be ours.

    It has nothing like a section that each of ours has, and at least half of its keys are unknown.
    """
    given = [str(keys[0]) for keys in document.places if len(keys) == 1]
    strange = [key for key in given if key not in _children(())]
    if not strange or len(strange) * 2 < len(given) \
            or any(get_close_matches(key.casefold(), OWN_SECTIONS, 1, NEARLY) for key in given):
        return None
    named = ", ".join(shorten(key) for key in strange[:NAMED]) + (", …" if len(strange) > NAMED else "")
    return Problem(document.path, f"these are settings of another program ({named})",
                   "keep those of avviso in a file of their own: `avviso init --config avviso.yaml`, and name it "
                   "with --config from then on", rule="config")


def explain(error: ValidationError, document: Document) -> Iterator[Problem]:
    """Every finding of pydantic as a problem, but for values that were complained about already."""
    for found in error.errors(include_url=False, include_input=False):
        keys, kind = _untagged(found["loc"])
        about = (keys, *found.get("ctx", {}).get("at", ()))
        if not any(one[: len(spoiled)] == spoiled for one in about for spoiled in document.spoiled):
            reason, remedy = _verdict(found, keys, document, kind)
            shown = dotted(tuple(key for key in keys if key != "[key]"))  # pydantic's mark of a name, not of its value
            yield Problem(document.path, f"{shown}: {reason}" if keys else reason, remedy,
                          _first_line(about, document), rule="config")


def unfinished(config: Config, document: Document) -> Iterator[Problem]:
    """Settings that ask for what this version cannot do."""
    for keys, work in NOT_YET.items():
        value: object = reduce(lambda part, key: getattr(part, str(key)), keys, typing.cast("object", config))
        if value not in (None, False, (), {}):
            yield Problem(document.path, f"{dotted(keys)}: this version cannot do that yet ({work})",
                          "leave it out", _line(keys, document), rule="config-not-yet")


def setting_names() -> frozenset[str]:
    """What the keys of config.yaml are called, whichever section they are in and whatever the transport."""
    return frozenset(str(path[-1]) for path in _all_keys(Config, ())).union(*map(keys_of, KINDS.values()))


def _first_line(about: Iterable[Keys], document: Document) -> int | None:
    """The line of the first of several settings that was written."""
    return next((line for line in (_line(keys, document) for keys in about) if line), None)


def _line(keys: Keys, document: Document) -> int | None:
    """The line of the setting, or of the nearest thing around it that was written."""
    around = (document.places.get(keys[:length]) for length in range(len(keys), 0, -1))
    return next((place.line for place in around if place), None)


def _untagged(keys: Keys) -> tuple[Keys, str]:
    """The keys as they are written, and the transport's kind, which pydantic puts between them."""
    if len(keys) > 1 and keys[0] == "transport" and str(keys[1]).startswith(TAG):
        return (keys[0], *keys[2:]), str(keys[1]).removeprefix(TAG)
    return keys, ""


def _verdict(found: ErrorDetails, keys: Keys, document: Document, post: str) -> tuple[str, str]:
    kind, context = found["type"], found.get("ctx", {})
    if kind == "extra_forbidden" and post and len(keys) == 2:
        return _unread(str(keys[-1]), post)
    if kind == "extra_forbidden":
        return "unknown key", _nearest(str(keys[-1]), keys[:-1])
    if kind == "missing":
        value = " ${NAME}` from the environment" if keys[-1] in SECRET else "`"
        return "missing", NEEDED.get(dotted(keys), f"add `{keys[-1]}:{value}")
    if kind == "literal_error":
        allowed = str(context["expected"]).replace("'", "")
        return f"{_shown(keys, document)}is not known here", f"write {allowed}"
    if kind == "wrong":
        place = document.places.get(keys)
        reason = str(context["reason"])
        about_the_value = place and reason.startswith(("is ", "has "))
        return (_shown(keys, document) if about_the_value else "") + reason, str(context["remedy"])
    return SHAPES.get(kind, ("cannot be used", "see docs/reference/config.md"))


def _shown(keys: Keys, document: Document) -> str:
    """The value in quotes with a space behind it, unless it may be a secret."""
    place = document.places.get(keys)
    text = place.text if place else None
    secrets = {place.text for path, place in document.places.items() if SECRET.intersection(path)}
    if text is None or text in secrets or ("://" in text and "@" in text):
        return "its value "
    return f'"{text[:LONGEST_VALUE]}{"…" if len(text) > LONGEST_VALUE else ""}" '


def _unread(key: str, post: str) -> tuple[str, str]:
    """A key of `transport` that this kind does not read: it may belong to another."""
    if key == "dkim":
        return f"kind: {post} signs by itself", "leave dkim out"
    if others := readers_of(key):
        return f"kind: {post} does not read it", f"leave it out, or use kind: {' or '.join(others)}"
    here = keys_of(KINDS[post])
    near = get_close_matches(key.casefold(), here, 1, 0.6)
    return "unknown key", f"did you mean {near[0]}?" if near else f"kind: {post} reads {', '.join(here)}"


def _nearest(key: str, above: Keys) -> str:
    """What an unknown key was probably meant to be: a sibling, or a key of another section."""
    elsewhere = [dotted(path) for path in _all_keys(Config, ()) if path[-1] == key]
    if elsewhere:
        return f"did you mean {elsewhere[0]}?"
    here = list(_children(above))
    near = get_close_matches(key.casefold(), here, 1, 0.6)
    if near:
        return f"did you mean {near[0]}?"
    last_resort = get_close_matches(key.casefold(), here, 1, 0.0)
    return f"the nearest is {last_resort[0]}; known here: {', '.join(here)}" if last_resort else "delete it"


def _children(above: Keys) -> Iterable[str]:
    model: type[BaseModel] | None = Config
    for key in above:
        if isinstance(key, str) and model is not None:
            model = dict(_named_parts(model)).get(key, model)  # what is no key is a name: `domains.gmail.com`
    return [name for name, _ in _named_parts(model)] if model else []


def _all_keys(model: type[BaseModel], above: Keys) -> Iterator[Keys]:
    for name, part in _named_parts(model):
        yield (*above, name)
        if part is not None:
            yield from _all_keys(part, (*above, name))


@cache
def _named_parts(model: type[BaseModel]) -> tuple[tuple[str, type[BaseModel] | None], ...]:
    """Each key of a section, with the model below it if it is a section (or a list of them) itself."""
    return tuple((field.alias or name, model_in(field.annotation)) for name, field in model.model_fields.items())


def model_in(annotation: object) -> type[BaseModel] | None:
    """The model within a type, such as that of the items of a list; None where there is none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inside = (model_in(part) for part in typing.get_args(annotation))
    return next((model for model in inside if model), None)
