"""Alternative texts of pictures that say nothing, for programs wrote them: `image.png`, `IMG_2043`, `截屏2026`."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

_SAYS_NOTHING = re.compile(
    r"(?:(?:pasted[ _-]?)?image|img|imgs|photo|picture|pic|alt(?:[ _-]?text)?|screen[ _-]?shot|dsc|图片?|图像|"
    r"截[屏图]|微信(?:图片|截图)|插图|wx|wechat)?(?:[\s\d._:\-–年月日时分秒@]|\bat\b|\d[xX×]\d)*(?:\(\d+\)|副本|copy)?"
    r"|[^\s/]+\.(?:png|jpe?g|gif|webp|svg|bmp|avif|heic|tiff?)"
    r"|[0-9a-f]{12,}(?:-[0-9a-f]{4,})*"
    r"|https?://\S+|youtube video player", re.IGNORECASE)  # the latter in all that YouTube gives for embedding


def is_silent(text: str, src: str) -> bool:
    """Does this alternative text say nothing: empty, "image", a file name, an address, a digest, a number?"""
    plain = text.strip()
    return _SAYS_NOTHING.fullmatch(plain) is not None or plain in _file_names(src)


def _file_names(src: str) -> tuple[str, str]:
    """The file's name with and without its ending."""
    path = PurePosixPath(unquote(urlsplit_path(src)))
    return path.name, path.stem


def urlsplit_path(address: str) -> str:
    """The path of an address, "" when it is malformed."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
