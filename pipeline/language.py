"""Languages as the web names them (BCP 47): `zh-Hans`, `en`."""

from __future__ import annotations

import re

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def language_tag(text: str) -> str:
    """A tag as settings, texts and tables have it, `zh_CN` as `zh-CN`; "" for what has not the shape of one.

    Every registered language has two letters or three (BCP 47 section 2.1); what is longer is a word, as "English".
    """
    tag = text.strip().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""
