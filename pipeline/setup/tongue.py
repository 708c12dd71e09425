"""In which language texts are written: by their scripts, by their letters, and, in Latin letters, by their small words.

A guess for a settings file that its owner reads; what is short or mixed is English.
"""

from __future__ import annotations

import re
from collections import Counter

_ASIDE = re.compile(r"^```.*?^```|`[^`\n]*`|https?://[!-'*-~]+|<[^<>]*>", re.DOTALL | re.MULTILINE)  # in no language
_KEY = re.compile(r"^[ \t]*[A-Za-z_]+[ \t]*[:=]", re.MULTILINE)  # of a field, which is English in any language
_LINKED = re.compile(r"\[[^\[\]\n]*\]\([^()\n]*")  # what others called it, in their language
_SCRIPTS = {
    "chinese": r"[\u3400-\u9fff]", "kana": r"[\u3040-\u30ff]", "ko": r"[\uac00-\ud7a3]+", "ru": r"[\u0400-\u04ff]+",
    "ar": r"[\u0600-\u06ff]+", "he": r"[\u0590-\u05ff]+", "el": r"[\u0370-\u03ff]+", "th": r"[\u0e00-\u0e7f]+",
    "hi": r"[\u0900-\u097f]+", "latin": r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+"}
_WORD = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _SCRIPTS.items()))
_WORDED = tuple(name for name in _SCRIPTS if name not in ("chinese", "kana", "latin"))  # counted by words
# Letters that one language of a script has and the usual one has not.
_OWN_LETTERS = {"ru": {"uk": "їєґі"}, "ar": {"fa": "پچژگکی"}}
_TRADITIONAL, _SIMPLIFIED = "這個們說時會對為與開關應該實現來過還後發點", "这个们说时会对为与开关应该实现来过还后发点"
_SMALL_WORDS = {
    "en": "the of and to in is for that with on this you are it from we",
    "de": "der die das und ist nicht mit ein eine auf für den von zu wir auch",
    "fr": "le les des est et une dans pour que du sur vous pas nous avec plus",
    "es": "el los las que una para con del por es en se más como este y",
    "pt": "os que uma para com não por mais como um em do da se este e",
    "it": "il che di una per con non della sono gli nel più questo anche è alla",
    "nl": "de het een van en is dat op te voor met niet zijn ook wij deze",
    "pl": "się na jest nie do że dla jak oraz to przez ale tego który od są",
    "tr": "ve bir bu için ile de da olarak daha çok olan gibi var ne kadar biz",
    "vi": "và là của có không được một cho các những trong với này để đã người",
    "cs": "je na že se pro jako které jsou také který nebo není ale když aby tento při do od za",
    "hr": "je i u se na da su za od kao koji koja što ili nije smo iz ovo bi te",
    "ro": "și este pentru care din cu nu în pe sau mai ca la un că sunt această fost prin",
    "hu": "és hogy nem egy az ez is van volt már csak mint meg de vagy után lehet ezt",
    "fi": "ja on ei että se oli myös mutta kun niin tai ovat joka voi sekä tämä vain",
    "da": "og at det er på til af den ikke med en for som har fra vi kan også",
    "id": "yang dan di untuk dengan dari ini itu pada tidak dalam adalah akan juga bisa kami",
    "sv": "och att det som är för på med inte en av till den har vi om",
}
_WORDS = {name: frozenset(words.split()) for name, words in _SMALL_WORDS.items()}
_TWICE = 2          # so many times as often as English small words are those of another language there
_QUOTED = 2         # Japanese has about as many kana as characters; a Chinese text that quotes it has half as many
_NAMES = 20         # words of another script that an English text may have: of names and what they are called
_LEAST = 20         # small words from which a language is told


def language_of(text: str) -> str:
    """The tag of a text's language: `zh-Hans`, `ja`, `ru`, `de`; "en" where nothing says another."""
    plain = _KEY.sub("", _ASIDE.sub(" ", text))
    count, own = _words_by_script(plain), _words_by_script(_LINKED.sub("", plain))
    if max(_eastern(own), *(own[name] for name in _WORDED)) > max(_LEAST, own["latin"]):
        count = own
    eastern = _eastern(count)
    others = {name: count[name] for name in _WORDED} | {"zh": eastern}
    script = max(others, key=lambda name: others[name])
    if others[script] <= count["latin"] * (2 / 3 if others[script] <= _NAMES else 1 / 2):
        return _latin(plain)
    if script == "zh":
        return "ja" if count["kana"] * _QUOTED > count["chinese"] else _chinese(plain)
    for name, letters in _OWN_LETTERS.get(script, {}).items():
        if sum(map(plain.count, letters)) * 50 > sum(map(str.isalpha, plain)):
            return name
    return script


def _eastern(count: Counter[str | None]) -> int:
    return count["chinese"] + count["kana"]


def _words_by_script(text: str) -> Counter[str | None]:
    return Counter(found.lastgroup for found in _WORD.finditer(text))


def _chinese(text: str) -> str:
    traditional = sum(map(text.count, _TRADITIONAL))
    return "zh-Hant" if traditional > sum(map(text.count, _SIMPLIFIED)) else "zh-Hans"


def _latin(text: str) -> str:
    words = Counter(found["latin"].lower() for found in _WORD.finditer(text) if found["latin"])
    said = {name: sum(words[word] for word in small) for name, small in _WORDS.items()}
    best = max(said, key=lambda name: said[name])
    return best if said[best] >= _LEAST and said[best] > said["en"] * _TWICE else "en"
