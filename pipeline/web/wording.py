"""What the pages say, by language; English where a language has no words of its own."""

from __future__ import annotations

from collections.abc import Mapping

_ENGLISH = {
    "leave_asked": "Do you want to stop receiving this newsletter?",
    "leave": "Unsubscribe",
    "left": "You are unsubscribed. No further issue will be sent to you.",
    "link_invalid": "This link is not valid. Please use the link of a newer mail.",
}
_CHINESE = {
    "leave_asked": "确定不再接收这份通讯吗？",
    "leave": "退订",
    "left": "已退订，以后不会再给你寄信。",
    "link_invalid": "这个链接无效，请使用较新邮件里的链接。",
}


def wording(language: str) -> Mapping[str, str]:
    """The words for a language tag, by its first part."""
    return _CHINESE if language.lower().startswith("zh") else _ENGLISH
