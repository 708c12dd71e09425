"""From bytes to clean text, once, at the door: nothing behind it meets a BOM, a CR or a control character.

What cannot be read is refused aloud, with the byte and the line, because a file
that was half understood would go to every reader.
"""

from __future__ import annotations

import re
import unicodedata

from pipeline.errors import IssueError

# XML 1.0 section 2.2 forbids most C0 controls and two non-characters; one of them makes a whole feed
# unreadable. C1 controls are legal there but make Gmail clip a mail at any size. An inner BOM is invisible.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufdd0-\ufdef\ufffe\uffff]")
# What a C1 control nearly always was before somebody took Windows-1252 for Latin-1: `…`, quotes, a bullet, dashes.
_PUNCTUATION = {chr(code): bytes([code]).decode("cp1252") for code in (0x85, *range(0x91, 0x98))}
# Quotes, dashes and `…` of UTF-8 that somebody took for Latin-1: `\xe2\x80\x94` was a dash.
_TWICE = re.compile("\xe2\x80[\x80-\xbf]")
# And of UTF-8 that somebody took for Windows-1252, `â€”`, or a quote that a program escaped twice, `&amp;quot;`;
# in code they are what the text is about.
_SIGNS = {bytes([code]).decode("cp1252", "ignore") or chr(code): sign for code in range(0x80, 0xc0)
          if (sign := bytes((0xe2, 0x80, code)).decode()).isprintable()}
_MISREAD = "â€"
_ESCAPED = re.compile(r"&amp;(?=(?:quot|apos|#0?39|#x27|#82[12]\d);)")
_TWICE_OUTSIDE_CODE = re.compile(
    r"(?ms:^(?:[ \t>]|[-*+][ ]|\d{1,3}[.)][ ])*+(?P<fence>```+|~~~+)[^`\n]*$.*?(?:^[ \t>]*(?P=fence)[`~]*[ \t]*$|\Z))"
    r"|`[^`\n]+`"
    r"|(?is:<pre\b[^<>]*>\s*<code\b.*?(?:</pre>|\Z)|<code\b[^<>]*>.*?(?:</code>|\n[ \t]*\n|\Z))"
    rf"|{_MISREAD}(?P<sign>[{re.escape(''.join(_SIGNS))}])"
    rf"|(?P<escaped>{_ESCAPED.pattern})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_BOMS = ((b"\xff\xfe\x00\x00", "UTF-32"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))
_KANA = re.compile("[\u3040-\u30fa]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_CYRILLIC = re.compile("[А-яЁё]")
# Signs that every Chinese text has; read in another encoding they are rare ones.
_COMMON = re.compile("[，。：、！？；的一是不了在有我他这這个個们們中来來上大为為和国國到以说說时時要就会會也对對年期]")


def decode(raw: bytes, path: str) -> str:
    """The text of a file: UTF-8 without BOM, line ends `\\n`, characters that XML forbids removed.

    Raises IssueError for another encoding, binary data, or a merge that was left unfinished.
    """
    _refuse_binary(raw, path)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(raw, error.start, path) from None
    text = clean(_read_aright(text))
    _refuse_conflict(text, path)
    return text


def _read_aright(text: str) -> str:
    """With quotes and dashes for the three signs of Windows-1252 that somebody took them for, and what was escaped
    twice escaped once."""
    if _MISREAD not in text and not _ESCAPED.search(text):
        return text
    return _TWICE_OUTSIDE_CODE.sub(
        lambda found: _SIGNS[found["sign"]] if found["sign"] else "&" if found["escaped"] else found[0], text)


def clean(text: str) -> str:
    """`text` with line ends `\\n` and without the characters that XML, mail or the eye cannot take.

    Punctuation that was encoded twice is what it was, and so are controls that were some in Windows-1252.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    text = _TWICE.sub(lambda found: found[0].encode("latin-1").decode("utf-8"), text)
    return _UNWANTED.sub(lambda found: _PUNCTUATION.get(found[0], ""), text)


def _refuse_binary(raw: bytes, path: str) -> None:
    for mark, name in _BOMS:
        if raw.startswith(mark):
            raise IssueError(f"not UTF-8 but {name}", remedy="save the file as UTF-8", path=path, line=1,
                             rule="encoding")
    at = raw.find(b"\x00")
    if at < 0:
        return
    # Every other byte zero is how plain Latin text looks in UTF-16 without a mark.
    likely = "UTF-16" if raw[:64].count(0) > len(raw[:64]) // 3 else "a binary file"
    raise IssueError(
        f"a NUL byte at byte {at} (line {_line(raw, at)}): it looks like {likely}",
        remedy="save the issue as UTF-8 text", path=path, line=_line(raw, at), rule="encoding")


def _not_utf8(raw: bytes, at: int, path: str) -> IssueError:
    line = _line(raw, at)
    return IssueError(
        f"not UTF-8 at byte {at} (line {line}): it looks like {_likely_encoding(raw)}",
        remedy="save the file as UTF-8", path=path, line=line, rule="encoding")


def _likely_encoding(raw: bytes) -> str:
    """A guess for people: what the foreign characters would be in the encodings that editors still write."""
    japanese = _foreign(raw, "shift_jis")
    if 2 * len(_KANA.findall(japanese)) > len(japanese) > 1:
        return "Shift JIS"
    korean = _foreign(raw, "euc_kr")
    if 10 * len(_HANGUL.findall(korean)) >= 9 * len(korean) > 9:
        return "EUC-KR"
    chinese = _foreign(raw, "gb18030")
    if len(_COMMON.findall(_foreign(raw, "big5hkscs"))) > len(_COMMON.findall(chinese)):
        return "Big5"
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in chinese)
    if len(chinese) > 1 and 10 * wide >= 9 * len(chinese):
        return "GB18030 (GBK)"
    cyrillic = _CYRILLIC.findall(_foreign(raw, "cp1251"))
    if len(cyrillic) > len(re.findall(rb"[A-Za-z]", raw)):
        return "Windows-1251"
    return "Windows-1252 or Latin-1"


def _foreign(raw: bytes, encoding: str) -> str:
    """The characters beyond ASCII; "" if these bytes are not in that encoding."""
    try:
        return "".join(char for char in raw.decode(encoding) if ord(char) > 127)
    except UnicodeDecodeError:
        return ""


def _refuse_conflict(text: str, path: str) -> None:
    """Git leaves `<<<<<<<`, `=======` and `>>>>>>>` lines; inside a code fence they are an example."""
    if "\n>>>>>>> " not in text:
        return
    opened, fence = 0, ""
    for number, line in enumerate(text.split("\n"), 1):
        if mark := _FENCE.match(line):
            fence = _after_fence(fence, mark[1])
        elif not fence and line.startswith("<<<<<<< "):
            opened = number
        elif not fence and opened and line.startswith(">>>>>>> "):
            raise IssueError("an unfinished merge: both versions are in the file",
                             remedy="choose one and remove the <<<<<<< ======= >>>>>>> lines",
                             path=path, line=opened, rule="merge-conflict")


def _after_fence(fence: str, mark: str) -> str:
    """The fence that is open after a line that begins with `mark` ("" = none)."""
    if not fence:
        return mark
    return "" if mark.startswith(fence) else fence


def _line(raw: bytes, at: int) -> int:
    return raw.count(b"\n", 0, at) + 1
