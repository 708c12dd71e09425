"""The letters of formulas: Unicode has its own for bold, script and the like, because there they mean something."""

from __future__ import annotations

import unicodedata

# Where the alphabets of a kind begin: capitals, small letters, digits; None where there is none.
_STARTS: dict[str, tuple[int, int, int | None]] = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "italic": (0x1D434, 0x1D44E, None),
    "bold-italic": (0x1D468, 0x1D482, 0x1D7CE),  # figures never slant
    "script": (0x1D49C, 0x1D4B6, None),
    "fraktur": (0x1D504, 0x1D51E, None),
    "double-struck": (0x1D538, 0x1D552, 0x1D7D8),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6),
}
# Older than their alphabets.
_ELSEWHERE = {
    ("italic", "h"): "ℎ",
    **{("script", letter): sign for letter, sign in zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True)},
    **{("fraktur", letter): sign for letter, sign in zip("CHIRZ", "ℭℌℑℜℨ", strict=True)},
    **{("double-struck", letter): sign for letter, sign in zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)},
}
# Where the Greek ones begin: capitals, small letters.
_GREEK = {"bold": (0x1D6A8, 0x1D6C2), "bold-italic": (0x1D71C, 0x1D736)}
_BOLD = range(0x1D400, 0x1D434), range(0x1D6A8, 0x1D6E2), range(0x1D7CE, 0x1D7D8)
_OF_NO_MEANING = range(0x1D5A0, 0x1D6A4), range(0x1D7E2, 0x1D800)  # without serifs, or as of a typewriter


def in_letters_of(kind: str, text: str) -> str:
    """The text in the letters of a kind as MathML's `mathvariant` names it; what has none there stays."""
    return "".join(_letter(kind, letter) for letter in text) if kind in _STARTS else text


def in_plain_letters(text: str) -> tuple[str, bool]:
    """The text without what few fonts of mail programs have and markup says as well, and whether it was bold."""
    is_bold = _has_any(text, _BOLD)
    return unicodedata.normalize("NFKC", text) if is_bold or _has_any(text, _OF_NO_MEANING) else text, is_bold


def _has_any(text: str, letters: tuple[range, ...]) -> bool:
    return any(ord(letter) in some for letter in text for some in letters)


def _letter(kind: str, letter: str) -> str:
    capitals, small, digits = _STARTS[kind]
    if (kind, letter) in _ELSEWHERE:
        return _ELSEWHERE[kind, letter]
    if "A" <= letter <= "Z":
        return chr(capitals + ord(letter) - ord("A"))
    if "a" <= letter <= "z":
        return chr(small + ord(letter) - ord("a"))
    if kind in _GREEK and "Α" <= letter <= "Ω":
        return chr(_GREEK[kind][0] + ord(letter) - ord("Α"))
    if kind in _GREEK and "α" <= letter <= "ω":
        return chr(_GREEK[kind][1] + ord(letter) - ord("α"))
    if digits and "0" <= letter <= "9":
        return chr(digits + ord(letter) - ord("0"))
    return letter
