"""A form as a browser sends it, or as anybody else writes it: text fields and nothing else."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

ESCAPED = "application/x-www-form-urlencoded"
LONGEST = 320  # characters of a field that are looked at


async def read_form(request: Request, *, most: int) -> FormData:
    """The fields of a form, at most so many, and no files. Raises HTTPException 400 for what is no form."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == ESCAPED:
        return _read(await request.body(), most)
    try:
        return await request.form(max_files=0, max_fields=most)
    except UnicodeError as error:  # a character set that Python knows and cannot read with, such as "undefined"
        raise HTTPException(400, "this is not a form in a character set that can be read") from error


def _read(body: bytes, most: int) -> FormData:
    """The fields as UTF-8, be it escaped or, as from `curl -d name=小明`, not (WHATWG URL, 5.1)."""
    try:
        fields = parse_qsl(body.decode(errors="replace"), keep_blank_values=True, max_num_fields=most)
    except ValueError as error:
        raise HTTPException(400, f"this form has more than {most} fields") from error
    return FormData([*fields])


def clean(text: str) -> str:
    """What a file and a database can hold; half a surrogate pair becomes a question mark."""
    return text[:LONGEST + 1].encode("utf-8", "replace").decode()
