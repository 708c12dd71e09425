"""The number that a title or heading says, as many languages have it: `Weekly #14`, `Vol. 14`, `№ 14`, `第14期`."""

from __future__ import annotations

import re
import unicodedata

from pipeline.issues.reading.ordinals import chinese_ordinal

# `C# 12` is a language, and neither `our number 1 tip`, `no 2 days` nor `the #1 reason` counts issues.
_SAID = re.compile(
    r"(?:\b(?:issue|vol(?:ume)?)\b\.?|\bno\.|^(?:no|number)\b|^#"
    r"|(?<!\b[A-Za-z])#(?=\d+\s*(?:$|[^\w\s]|(?:19|20)\d\d(?:[-./]\d{1,2}[-./]\d{1,2}|年))))"
    r"\s*#?(?!(?:19|20)\d\d[-./]\d)(\d{1,6})\b", re.IGNORECASE)  # `Issue 2026-09` is that of a month or a week
# As other languages mark a number: `Lettre nº 14`, `Blatt Nr. 14: Tinte`, `Biuletyn nr 14`, `č. 14`, `№ 14`,
# `Ausgabe 14`. `die Nr. 1` is the best of a kind, `Chanel n°5 revient` speaks of something else, and `Edición 2024` is
# that of a year.
_MARKED = re.compile(
    r"(?:(?<!\w)(?P<before>\w{1,30})[ \u00a0])?(?:(?<!\w)(?P<short>nr\.?|č\.|n[uú]m\.|n\.)|№"
    r"|(?<!\w)n\.?[ \u00a0]?[º°]"
    r"|(?<!\w)(?:ausgabe|édition|numéro|edición|número|edição|edizione|numero|wydanie|numer|выпуск|випуск|edisi"
    r"|uitgave)"
    r"(?= \d)(?! (?:19|20)\d\d\b))"
    r"[ \u00a0]?(?P<number>\d{1,6})(?=\s*(?:$|[:–—|·,()-]))", re.IGNORECASE)
# `제14호`, `소식 14호`; not `12호선`, a line of the underground.
_IN_KOREAN = re.compile(r"제[ \u00a0]?(\d{1,6})[ \u00a0]?호|(?<![\d.,-])(\d{1,6})호(?=\s*(?:$|[]:|·,–—)-]))")


def number_in_title(title: str) -> int | None:
    """The number that a title or heading says, `Weekly #14`, `Vol. 14`, `№ 14` or `第14期`; None if there is none."""
    plain = unicodedata.normalize("NFKC", title)
    counted = chinese_ordinal(plain)
    if counted is not None:
        return counted
    said = _SAID.search(plain) or _IN_KOREAN.search(unicodedata.normalize("NFC", title))
    return int(said[said.lastindex or 0]) if said else _marked_number(title)


def _marked_number(title: str) -> int | None:
    found = _MARKED.search(title)
    if found is None or (found["short"] and found["before"] and not found["before"][0].isupper()):
        return None
    return int(found["number"])
