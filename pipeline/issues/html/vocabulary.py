"""The few words that rendering adds to an author's text, in the issue's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.language import spoken


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What players and alerts are called; `colon` stands between such a name and a title."""

    video: str
    audio: str
    embed: str
    colon: str
    alerts: Mapping[str, str]

    def player(self, kind: str, title: str) -> str:
        """The words of a link to a `video`, `audio` or `iframe`: `▶ 视频：title`."""
        name = {"video": self.video, "audio": self.audio}.get(kind, self.embed)
        return f"▶ {name}{self.colon}{title}" if title else f"▶ {name}"

    def alert(self, name: str, kind: str) -> str:
        """What an alert without a title is called: by its English `name`, or in another language by its nearest `kind`;
        not a quotation or a question, say, for which `NOTE` is no name."""
        is_near = self is not _ENGLISH and (kind != "NOTE" or name == "Info")
        return self.alerts.get(name.upper()) or (self.alerts[kind] if is_near else name)


_RIGHT_TO_LEFT = frozenset((
    "ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi", "arab", "aran", "hebr", "thaa", "syrc"))
_KINDS = ("NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION")


def _alerts(*names: str) -> dict[str, str]:
    return dict(zip(_KINDS, names, strict=True))


_ENGLISH = Vocabulary("Video", "Audio", "Open", ": ", _alerts("Note", "Tip", "Important", "Warning", "Caution"))
_SIMPLIFIED = Vocabulary("视频", "音频", "打开", "：", _alerts("注", "提示", "重要", "警告", "当心"))
_TRADITIONAL = Vocabulary("影片", "音訊", "開啟", "：", _alerts("註", "提示", "重要", "警告", "當心"))
_JAPANESE = Vocabulary("動画", "音声", "開く", "：", _alerts("メモ", "ヒント", "重要", "警告", "注意"))
_KOREAN = Vocabulary("동영상", "오디오", "열기", ": ", _alerts("참고", "팁", "중요", "경고", "주의"))
_GERMAN = Vocabulary("Video", "Audio", "Öffnen", ": ", _alerts("Hinweis", "Tipp", "Wichtig", "Warnung", "Vorsicht"))
_FRENCH = Vocabulary("Vidéo", "Audio", "Ouvrir", "\u00a0: ", _alerts(
    "Note", "Astuce", "Important", "Avertissement", "Attention"))
_SPANISH = Vocabulary("Vídeo", "Audio", "Abrir", ": ", _alerts(
    "Nota", "Consejo", "Importante", "Advertencia", "Precaución"))
_PORTUGUESE = Vocabulary("Vídeo", "Áudio", "Abrir", ": ", _alerts("Nota", "Dica", "Importante", "Aviso", "Cuidado"))
_RUSSIAN = Vocabulary("Видео", "Аудио", "Открыть", ": ", _alerts(
    "Примечание", "Совет", "Важно", "Предупреждение", "Осторожно"))
_VOCABULARIES = {
    "zh-Hans": _SIMPLIFIED, "zh-Hant": _TRADITIONAL, "ja": _JAPANESE, "ko": _KOREAN, "de": _GERMAN, "fr": _FRENCH,
    "es": _SPANISH, "pt": _PORTUGUESE, "ru": _RUSSIAN,
}


def vocabulary(language: str) -> Vocabulary:
    """The words for a language tag (BCP 47); English where we have no others."""
    return _VOCABULARIES.get(spoken(language), _ENGLISH)


def direction(language: str) -> str:
    """The value of `dir` for a language tag: its script decides where it names one (`az-Arab`), else its language."""
    main, *rest = language.lower().replace("_", "-").split("-")
    script = next((part for part in rest if len(part) == 4 and part.isalpha()), main)
    return "rtl" if script in _RIGHT_TO_LEFT else "ltr"
