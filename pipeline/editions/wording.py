"""What a mail says in its own voice, by language. English stands in for any language not listed."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.editions.wording_east import JAPANESE, KOREAN
from pipeline.editions.wording_europe import FRENCH, GERMAN, PORTUGUESE, RUSSIAN, SPANISH
from pipeline.language import spoken

Wording = Mapping[str, str]

_ENGLISH: Wording = {
    "number": "No. {number}",
    "view": "View in browser",
    "continue": "Continue reading on the web",
    "continued": "This issue is longer than a mail can hold. The rest is on the web:",
    "more": "and {count} more",
    "why": "You get this mail because you subscribed to {title}.",
    "unsubscribe": "Unsubscribe",
    "preferences": "Preferences",
    "archive": "All issues",
    "image": "image",
    "colon": ": ",
    "letter_why": "You get this letter because this address was given to {title}.",
    "confirm_subject": "Please confirm your subscription to {title}",
    "confirm_text": "Would you like {title} by mail? One click below, and the next issue is yours.",
    "confirm_button": "Confirm subscription",
    "confirm_small": "If you did not ask for this or do not want it, do nothing: you will not hear from us again.",
    "change_subject": "Please confirm your new address for {title}",
    "change_text": "You asked to get {title} at this address from now on. One click below makes the change.",
    "change_button": "Use this address",
    "change_small": "If you did not ask for this, do nothing: you will not hear from us again.",
    "welcome_subject": "Welcome to {title}",
    "welcome_latest": "Welcome: your subscription is confirmed. Here is the latest issue; "
    "the next one reaches you on the day it appears.",
    "welcome_text": "Your subscription is confirmed. The next issue will reach you here; "
    "until then, all earlier ones are on the web.",
    "welcome_button": "Read earlier issues",
    "welcome_small": "You can leave at any time, with one click.",
}

_SIMPLIFIED: Wording = {
    "number": "第 {number} 期",
    "view": "在浏览器中查看",
    "continue": "在网页上继续阅读",
    "continued": "本期内容较长，邮件未能全部收录，其余部分请看网页版：",
    "more": "还有 {count} 节",
    "why": "您收到这封邮件，是因为您订阅了《{title}》。",
    "unsubscribe": "退订",
    "preferences": "订阅设置",
    "archive": "往期内容",
    "image": "图",
    "colon": "：",
    "letter_why": "您收到这封信，是因为有人把这个邮箱地址留给了《{title}》。",
    "confirm_subject": "请确认订阅《{title}》",
    "confirm_text": "您想通过邮件订阅《{title}》吗？点击下方的“确认订阅”，下一期就会寄到您的邮箱。",
    "confirm_button": "确认订阅",
    "confirm_small": "如果不是您本人申请，或者不想订阅，无需任何操作，我们不会再给您写信。",
    "change_subject": "请确认接收《{title}》的新地址",
    "change_text": "您希望今后用这个邮箱接收《{title}》。请点击下方的“使用这个地址”完成更改。",
    "change_button": "使用这个地址",
    "change_small": "如果不是您本人申请，无需任何操作，我们不会再给您写信。",
    "welcome_subject": "欢迎订阅《{title}》",
    "welcome_latest": "欢迎！订阅已确认。这是最近的一期，下一期会在发布当天寄给您。",
    "welcome_text": "订阅已确认，下一期会寄到这个邮箱。在那之前，您可以先读一读往期内容。",
    "welcome_button": "阅读往期",
    "welcome_small": "您可以随时一键退订。",
}

_TRADITIONAL: Wording = {
    "number": "第 {number} 期",
    "view": "在瀏覽器中檢視",
    "continue": "在網頁上繼續閱讀",
    "continued": "本期內容較長，郵件未能全部收錄，其餘部分請看網頁版：",
    "more": "還有 {count} 節",
    "why": "您收到這封郵件，是因為您訂閱了《{title}》。",
    "unsubscribe": "取消訂閱",
    "preferences": "訂閱設定",
    "archive": "往期內容",
    "image": "圖",
    "colon": "：",
    "letter_why": "您收到這封信，是因為有人把這個電子郵件地址留給了《{title}》。",
    "confirm_subject": "請確認訂閱《{title}》",
    "confirm_text": "您想以郵件訂閱《{title}》嗎？點選下方的「確認訂閱」，下一期就會寄到您的信箱。",
    "confirm_button": "確認訂閱",
    "confirm_small": "如果不是您本人申請，或者不想訂閱，無需任何操作，我們不會再寫信給您。",
    "change_subject": "請確認接收《{title}》的新地址",
    "change_text": "您希望今後用這個信箱接收《{title}》。請點選下方的「使用這個地址」完成更改。",
    "change_button": "使用這個地址",
    "change_small": "如果不是您本人申請，無需任何操作，我們不會再寫信給您。",
    "welcome_subject": "歡迎訂閱《{title}》",
    "welcome_latest": "歡迎！訂閱已確認。這是最近的一期，下一期會在發布當天寄給您。",
    "welcome_text": "訂閱已確認，下一期會寄到這個信箱。在那之前，您可以先讀一讀往期內容。",
    "welcome_button": "閱讀往期",
    "welcome_small": "您可以隨時一鍵取消訂閱。",
}


_CATALOGUES: Mapping[str, Wording] = {
    "en": _ENGLISH, "zh-Hans": _SIMPLIFIED, "zh-Hant": _TRADITIONAL, "ja": JAPANESE, "ko": KOREAN, "de": GERMAN,
    "fr": FRENCH, "es": SPANISH, "pt": PORTUGUESE, "ru": RUSSIAN,
}


def wording(language: str) -> Wording:
    """The words for a BCP 47 language: "zh-TW" gives traditional, other "zh" simplified; English for an unknown one."""
    return choose(language, _CATALOGUES)


def choose(language: str, catalogues: Mapping[str, Wording]) -> Wording:
    """Of catalogues by the language that they speak the one for this language, or else the English one."""
    return catalogues.get(spoken(language), catalogues["en"])
