"""Writes docs/reference/ from the program itself: settings from their models, commands from click.

    python tools/reference.py

`tests/unit/test_documents.py` says when it was forgotten.
"""

from __future__ import annotations

import ast
import inspect
import json
import sys
import typing
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipeline.config.report import NOT_YET, model_in
from pipeline.config.settings import Config
from pipeline.config.transports import KINDS

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "reference"

CONFIG_HEAD = """\
# Settings

<!-- Written by `make docs` from pipeline/config/; change it there. -->

All of them stand in `config.yaml`. Only `publication.title`, `publication.url` and `mailings.from` have no default;
a key without a value takes its default. In a section that may be missing, *needed* means: once it is there. A key that
does not exist is an error that names the nearest one.

- **Durations** are `90s`, `15m`, `36h`, `7d`; **sizes** `512KB`, `2MB` (1 KB is 1,024 bytes); **rates** `"14/s"`,
  `"1000/h"`.
- **Relative paths** start at the folder of `config.yaml`.
- **`${NAME}`** takes a value from the environment, `${NAME:-default}` with a default. Secrets belong there; they are
  never printed. A name that is not set, or is empty, is an error, so that a forgotten secret makes no other ledger;
  `${NAME:-}` says that it may be.
- YAML's anchors, aliases and tags are not read.

What is wrong is said in one pass, a line each: `config.yaml:12: feeds.entires: unknown key: did you mean entries?`
"""

TRANSPORT_HEAD = """\
By which post mail goes out: `transport.kind` says which, `folder` without one. Each kind has the keys of the
tables that name it and no others; kinds of other packages read their own."""

TABLE = ("| key | default | |", "|---|---|---|")

COMMANDS_HEAD = """\
# Commands

<!-- Written by `make docs` from pipeline/cli/; change it there. -->

`--config PATH`, `--json`, `-v` and `--no-color` may stand before or after any command. ISSUE is a number, an id, a file
name or a path. `python -m pipeline` is the same as `avviso`.

| exit code | |
|---:|---|
| 0 | done |
| 1 | done, but some items are held or have problems; each is listed |
| 2 | wrong usage or settings |
| 3 | a server that is needed cannot be reached |
| 4 | the very thing asked for is refused by a guard |
| 70 | a mistake in avviso itself; `-v` shows its traceback |
| 74 | a file cannot be read or written |
| 75 | another instance is at work |
| 130 | stopped with Ctrl-C |

## For programs

`--json` writes one document on standard output; logs go to standard error. What is refused, also a mistake in the
command line, is `{problems}`.

| command | its document |
|---|---|
%s

- An *issue* is `{id, number, title, date, path, state, reason}`, `state` one of `draft scheduled waiting held adopted
  published mailed problem`; `picked_up`, `held`, `scheduled`, `issues` and the `adopted` of `init` are lists of these.
- A *mailing* is `{issue, list, round, state, audience, counts}`; `counts` are the eight states `pending sending
  deferred sent failed in_doubt skipped cancelled`, which add up to `audience`.
- `problems` are in the shape of `check`'s; `needs` are lines for a person. Instants are in UTC; the hours in a `reason`
  are for people, in the publication's zone.
- Of several issues or addresses, one that is refused has a `problem` in the place of its result.
"""

# The shape of each command's `--json`, for programs; `tests/unit/cli/test_shapes.py` asks the commands.
SHAPES = {
    "check": "[{path, line, column, rule, severity, message}]",
    "plan": "[{issue, list, action, at, reason, readers, html_bytes}]",
    "publish": "{picked_up, held, mailings, feeds_written, problems}",
    "build": "{feeds_written, problems}",
    "status": "{issues, mailings, needs, workers}",
    "explain": "{issue, state, reason, since}",
    "approve, hold, resume, cancel, adopt": "[{issue, result}]",
    "resolve": "{issue, result}",
    "init": "{config, adopted, scheduled, problems}",
    "new": "{path}",
    "preview": "{written}",
    "send": "[{address, reply}]",
    "doctor": "[{check, state, message, remedy}]",
    "adopt-feed": "{adopted, unmatched_entries, unmatched_issues, seen_as_new, feeds_written, problems}",
    "subscribers add, subscribers import": "{added, known, invalid, kept_out, problems}",
    "subscribers add --ask": "{asked, not_asked, invalid, problems}",
    "subscribers list": "[{email, name, list, state, suppressed}]",
    "subscribers show": "{email, name, language, attributes, created_at, subscriptions, former_subscriptions, "
                        "suppression, deliveries, events}",
    "subscribers remove": "[{address, ended}]",
    "subscribers forget": "[{address, erased}]",
    "suppressions list": "[{address, reason, source, at}]",
    "suppressions add": "[{address}]",
    "suppressions remove": "[{address, removed}]",
    "form": "{html}",
    "export, restore": "{path, rows, problems}",
    "subscribers export": "{path, rows}",
    "migrate": "{version}",
    "rehearse": "{issue, readers, seed, kills, rows, faults, letters}",
    "demo": "{feeds, archive, mails}",
}


@dataclass(frozen=True)
class Row:
    """One setting: its whole key, what pydantic knows of it, and the text that stands below it."""

    key: str
    field: FieldInfo
    text: str


def settings_page() -> str:
    """docs/reference/config.md."""
    texts = _texts(Config)
    parts, alone = [CONFIG_HEAD], []
    for name, field in Config.model_fields.items():
        model = _section(field)
        if name == "transport":
            parts.append(_transport_part())
        elif model is None:
            alone.append(Row(name, field, texts[name]))
        else:
            about = texts.get(name) or inspect.cleandoc(model.__doc__ or "")
            parts.append("\n".join([f"## {name}", "", about, "", *_table(_rows(model, _below(name, field)))]))
    parts.append("\n".join(["## Without a section", "", *_table(alone)]))
    return "\n".join(f"{part.rstrip()}\n" for part in parts)


def _transport_part() -> str:
    """A table for each kind with what is its own; what several have stands once, before them."""
    kinds_of: dict[str, list[str]] = {}
    for kind, model in KINDS.items():
        for row in _rows(model, "transport."):
            if row.key != "transport.kind":
                kinds_of.setdefault(_line(row), []).append(kind)
    lines = ["## transport", "", TRANSPORT_HEAD, ""]
    for kinds in dict.fromkeys(tuple(kinds) for kinds in kinds_of.values() if len(kinds) > 2):
        named = "all kinds" if len(kinds) == len(KINDS) else f"kinds: {', '.join(kinds)}"
        lines += [f"### {named}", "", *TABLE, *(line for line, of in kinds_of.items() if tuple(of) == kinds), ""]
    for kind, model in KINDS.items():
        about = f"{inspect.cleandoc(model.__doc__ or '')} See [its page](../guides/providers/{kind}.md)."
        own = [line for line, of in kinds_of.items() if kind in of and len(of) <= 2]
        lines += [f"### kind: {kind}", "", about, "", *(TABLE if own else ()), *own, ""]
    return "\n".join(lines)


def _rows(model: type[BaseModel], above: str) -> Iterator[Row]:
    """Every setting of a section, then those of the sections inside it."""
    texts = _texts(model)
    for name, field in model.model_fields.items():
        key, inner = above + (field.alias or name), _section(field)
        if inner is None:
            yield Row(key, field, texts[name])
        else:
            yield from _rows(inner, _below(key, field))


def _below(key: str, field: FieldInfo) -> str:
    """How the keys below a setting begin: `theme.`, `lists[].` for each of several, `domains.DOMAIN.` for each name."""
    origin = typing.get_origin(field.annotation)
    if origin is dict:
        return f"{key}.{key.rpartition('.')[2].removesuffix('s').upper()}."
    return f"{key}[]." if origin is tuple else f"{key}."


def _table(rows: Iterable[Row]) -> Iterator[str]:
    yield from TABLE
    yield from map(_line, rows)


def _line(row: Row) -> str:
    return f"| `{row.key}` | {_default(row.field)} | {row.text}{_choices(row)}{_not_yet(row)} |"


def _default(field: FieldInfo) -> str:
    """The default as one would write it."""
    if field.is_required():
        return "needed"
    if field.default in (None, "", ()):
        return ""
    written = field.default if isinstance(field.default, str) else json.dumps(field.default).replace('"', "")
    return f"`{written}`"


def _choices(row: Row) -> str:
    """The words a setting may have, unless its text names them already."""
    words = [f"`{word}`" for word in _literals(row.field.annotation)]
    return "" if all(word in row.text for word in words) else f" {' or '.join(words)}."


def _not_yet(row: Row) -> str:
    """What is refused today, because nothing stands behind it."""
    keys = tuple(row.key.split("."))
    refused = any(keys[: len(planned)] == planned for planned in NOT_YET)
    return " *Planned; refused by this version.*" if refused else ""


def _literals(annotation: object) -> Iterator[object]:
    if typing.get_origin(annotation) is typing.Literal:
        yield from typing.get_args(annotation)
    else:
        for part in typing.get_args(annotation):
            yield from _literals(part)


def _section(field: FieldInfo) -> type[BaseModel] | None:
    """The model a setting is read into, if it has keys of its own."""
    return model_in(field.annotation)


def _texts(model: type[BaseModel]) -> dict[str, str]:
    """The text below each setting in the source of its model; at run time nobody needs it."""
    found: dict[str, str] = {}
    ours = [one for one in reversed(model.__mro__) if issubclass(one, BaseModel) and one is not BaseModel]
    for statement, below in (pair for one in ours for pair in pairwise(_body(one))):
        if isinstance(statement, ast.AnnAssign) and isinstance(below, ast.Expr):
            name, text = typing.cast("ast.Name", statement.target).id, typing.cast("ast.Constant", below.value).value
            found[name] = " ".join(str(text).split())
    return found


def _body(model: type[BaseModel]) -> list[ast.stmt]:
    return typing.cast("ast.ClassDef", ast.parse(inspect.getsource(model)).body[0]).body


def commands_page() -> str:
    """docs/reference/commands.md."""
    from pipeline.cli import avviso  # slow import

    rows = [f"| `{names.replace(', ', '`, `')}` | `{shape}` |" for names, shape in SHAPES.items()]
    return "\n".join([COMMANDS_HEAD % "\n".join(rows), *_command_lines(avviso, "avviso")]).rstrip() + "\n"


def _command_lines(command: click.Command, path: str) -> Iterator[str]:
    """Heading, text, usage, examples and options of each command, depth first, in the order of `--help`."""
    context = click.Context(command, info_name=path)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _command_lines(below, f"{path} {name}")
        return
    text, _, example = inspect.cleandoc(command.help or "").partition("\b\nExample:\n")
    usage = " ".join([path, *(word for word in command.collect_usage_pieces(context) if word != "[OPTIONS]")])
    yield from (f"## {path}", "", " ".join(text.split()), "", f"Usage: `{usage}`", "", "```console")
    yield from (f"$ {line.strip()}" for line in example.strip().splitlines())
    yield from ("```", "", *_option_lines(command))


def _option_lines(command: click.Command) -> Iterator[str]:
    """A line for each option of its own; those of all commands stand at the head of the page."""
    own = [one for one in command.params if isinstance(one, click.Option) and one.expose_value]
    for option in own:
        value = "" if option.is_flag else f" {option.metavar or _values(option)}"
        default = f" Default: {_usual(option)}." if option.show_default else ""
        yield f"- `{'`, `'.join(option.opts)}{value}`: {option.help}{default}"
    if own:
        yield ""


def _values(option: click.Option) -> str:
    kind = option.type
    if isinstance(kind, click.Choice):
        return "|".join(map(str, kind.choices))
    return "N" if isinstance(kind, click.IntRange) else kind.name.upper()


def _usual(option: click.Option) -> str:
    """`3`, or `1, 2, 4` of one that may be given several times."""
    return ", ".join(map(str, option.default if isinstance(option.default, tuple) else (option.default,)))


ROUTES_HEAD = """\
# Routes

<!-- Written by `make docs` from pipeline/web/; change it there. -->

All that `run` answers under `web.url`. What is not in this table is 404, another method 405; HEAD is answered wherever
GET is. GET changes nothing, ever. There is no login and no cookie: what a route asks for stands in its address or its
body. `tests/unit/web/test_permissions.py` tries every row as everybody.

| route | proof | what it does |
|---|---|---|
"""

# What each kind of path is open to. A route with a part that is not here has no row, and a test says so.
PROOFS = {
    "": "none", "path": "none", "/metrics": "an address of the house, and no proxy between",
    "token": "a link of ours, signed for {page} and for one reader",
    "provider": "the provider's signature, and a setting in `web.hooks`",
}


def routes_page() -> str:
    """docs/reference/routes.md."""
    return ROUTES_HEAD + "".join(
        f"| `{method} {path}` | {proof} | {text} |\n" for method, path, proof, text in web_routes())


def web_routes() -> Iterator[tuple[str, str, str, str]]:
    """Method, path, what is asked for, and what it does, for every route there can be."""
    from pipeline.web.hooks import Hooks  # optional extra `web`
    from pipeline.web.joining import Joining
    from pipeline.web.keeping import Keeping
    from pipeline.web.metrics import Metrics
    from pipeline.web.site import Rooms, routes

    nothing: typing.Any = None  # a list of routes asks nobody anything
    rooms = Rooms(nothing, Keeping(*[nothing] * 8), nothing, Hooks({}, nothing, nothing), Metrics(nothing),
                  Joining(*[nothing] * 9), has_form=True)
    for route in routes(rooms):
        path = route.path.replace(":path}", "}")
        page, part = path.split("/")[1], "".join(path.partition("{")[2:]).rstrip("}")
        text = inspect.getdoc(route.endpoint) or ""
        for method in sorted((route.methods or set()) - {"HEAD"}):
            yield method, path, PROOFS.get(path, PROOFS[part]).format(page=page), " ".join(
                text.partition(": ")[2].partition("\n\n")[0].split())


PAGES: dict[str, Callable[[], str]] = {
    "config.md": settings_page, "commands.md": commands_page, "routes.md": routes_page}


def main() -> int:
    """Writes what has changed, and says so."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        path, text = FOLDER / name, page()
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            print(f"written: {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
