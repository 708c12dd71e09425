"""The standard streams as they are found: closed, of another encoding than UTF-8, or read by somebody who went away."""

from __future__ import annotations

import codecs
import io
import json
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

_LONE = re.compile("[\ud800-\udfff]")


def take_as_found() -> None:
    """A stream that is closed leads nowhere; what an encoding has no character for is shown as an escape."""
    for name in ("stdin", "stdout", "stderr"):  # in the order of their numbers: the lowest free one is given
        stream = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open("r" if name == "stdin" else "w", encoding="utf-8")  # noqa: SIM115, until the end
            setattr(sys, name, nowhere)
        elif isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


def say(text: str, *, err: bool = False) -> None:
    """A line on standard output or standard error; nowhere once its reader went away, for the work goes on.

    Raises OSError where standard output is a file on a full disk. That too leads nowhere from then on, so that the end
    can be said; where standard error is one, nobody can be told.
    """
    try:
        click.echo(text, err=err)
    except OSError as error:
        mute(sys.stderr if err else sys.stdout)
        if not err and not isinstance(error, BrokenPipeError):
            raise


def let_go(stream: TextIO) -> None:
    """Writes what a log has left in it; where that cannot be written, the interpreter's end would be another code."""
    try:
        stream.flush()
    except OSError:
        mute(stream)


def mute(stream: TextIO) -> None:
    """From here on what is written there is lost, also what waits in its buffer."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def as_document(value: Any, indent: int | None = None) -> str:
    """JSON that is the same to every program: ASCII where the stream is not UTF-8, or half a letter is said."""
    is_utf8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    document = json.dumps(value, ensure_ascii=not is_utf8, indent=indent, default=str)
    return _LONE.sub(lambda half: f"\\u{ord(half[0]):04x}", document)


@contextmanager
def text_output() -> Iterator[TextIO]:
    """Standard output for a file's content: UTF-8 whatever the terminal speaks. Raises what `say` raises."""
    sys.stdout.flush()
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", newline="")
    try:
        yield out
        out.flush()
    except OSError as error:
        mute(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            raise
    finally:
        out.detach()
