"""What the pages say, by language; English where a language has no words of its own."""

from __future__ import annotations

from collections.abc import Mapping

Wording = Mapping[str, str]

_ENGLISH: Wording = {
    "home": "All issues",
    "subscribe_title": "Subscribe to {title}",
    "subscribe_hint": "Every issue, by mail. Leave at any time with one click.",
    "email": "Your mail address",
    "name": "Your name",
    "optional": "optional",
    "list": "List",
    "subscribe": "Subscribe",
    "leave_empty": "Leave this empty",
    "asked_title": "Please look into your mailbox",
    "asked": "If this address is not subscribed yet, a letter is on its way to it. Its button begins the subscription; "
    "without it nothing happens. Nothing there after ten minutes? It may lie with the spam.",
    "confirm_asked_title": "One more click",
    "confirm_asked": "This begins your subscription to {title}.",
    "confirm": "Confirm subscription",
    "confirmed_title": "Welcome",
    "confirmed": "Your subscription has begun. The next issue reaches you by mail.",
    "leave_asked_title": "Unsubscribe",
    "leave_asked": "Do you want to stop receiving this newsletter?",
    "leave": "Unsubscribe",
    "left_title": "You are unsubscribed",
    "left": "No further issue will be sent to you. A message that is on its way right now may still arrive.",
    "preferences_title": "Your subscription",
    "preferences_of": "These are the settings of {address}.",
    "lists": "What you receive",
    "language": "Language",
    "language_default": "the publication's",
    "save": "Save",
    "saved": "Saved.",
    "your_data": "Your data",
    "export_hint": "Everything that is known about you here, as a JSON file.",
    "export": "Download my data",
    "erase_hint": "Erases your address, your name and all subscriptions for good. What stays is a code that tells "
    "nobody your address and keeps it from ever being added again.",
    "erase_sure": "Yes, erase everything",
    "erase": "Erase me",
    "erased_title": "You are erased",
    "erased": "Your address and name are gone from here. Nothing more will be sent to you.",
    "erase_unsure": "Nothing was erased: tick the box that says so.",
    "link_invalid_title": "This link does not work",
    "link_invalid": "It is incomplete, or no longer valid. Please use the link of a newer mail.",
    "link_expired_title": "This link has expired",
    "link_expired": "It was good for 48 hours. Subscribe again, and you get a new one.",
    "busy_title": "Please try again",
    "busy": "Something is being repaired here. Nothing was lost; try again in a few minutes.",
    "not_found_title": "Nothing here",
    "not_found": "There is no page at this address.",
}

_SIMPLIFIED: Wording = {
    "home": "往期内容",
    "subscribe_title": "订阅《{title}》",
    "subscribe_hint": "每期直接寄到邮箱，随时一键退订。",
    "email": "邮箱地址",
    "name": "称呼",
    "optional": "可不填",
    "list": "列表",
    "subscribe": "订阅",
    "leave_empty": "此处请留空",
    "asked_title": "请查收邮件",
    "asked": "如果这个地址尚未订阅，一封确认信正在路上。点击信中的按钮，订阅即告开始；不点击则什么也不会发生。"
    "十分钟后仍未收到？请看看垃圾邮件箱。",
    "confirm_asked_title": "还差一步",
    "confirm_asked": "点击下面的按钮，开始订阅《{title}》。",
    "confirm": "确认订阅",
    "confirmed_title": "欢迎",
    "confirmed": "订阅已经开始，下一期会寄到您的邮箱。",
    "leave_asked_title": "退订",
    "leave_asked": "确定不再接收这份通讯吗？",
    "leave": "退订",
    "left_title": "已退订",
    "left": "以后不会再给您寄信。此刻已在路上的邮件可能仍会送达。",
    "preferences_title": "订阅设置",
    "preferences_of": "这里是 {address} 的设置。",
    "lists": "您接收的内容",
    "language": "语言",
    "language_default": "与本刊相同",
    "save": "保存",
    "saved": "已保存。",
    "your_data": "您的数据",
    "export_hint": "这里保存的与您有关的全部信息，JSON 文件。",
    "export": "下载我的数据",
    "erase_hint": "永久删除您的地址、称呼和全部订阅。"
    "只留下一个代码：它不会透露您的地址，只用来保证这个地址不再被加入。",
    "erase_sure": "是的，全部删除",
    "erase": "删除我的数据",
    "erased_title": "已删除",
    "erased": "您的地址和称呼已从这里删除，以后不会再给您寄信。",
    "erase_unsure": "没有删除任何内容：请先勾选确认。",
    "link_invalid_title": "链接无效",
    "link_invalid": "链接不完整，或者已经失效。请使用较新邮件里的链接。",
    "link_expired_title": "链接已过期",
    "link_expired": "链接有效期为 48 小时。请重新订阅，即可收到新的确认信。",
    "busy_title": "请稍后再试",
    "busy": "这里正在维护，没有丢失任何内容。请过几分钟再试。",
    "not_found_title": "没有这个页面",
    "not_found": "这个地址下没有内容。",
}

_TRADITIONAL: Wording = {
    "home": "往期內容",
    "subscribe_title": "訂閱《{title}》",
    "subscribe_hint": "每期直接寄到信箱，隨時一鍵取消訂閱。",
    "email": "電子郵件地址",
    "name": "稱呼",
    "optional": "可不填",
    "list": "列表",
    "subscribe": "訂閱",
    "leave_empty": "此處請留空",
    "asked_title": "請查看信箱",
    "asked": "如果這個地址尚未訂閱，一封確認信正在路上。點選信中的按鈕，訂閱即告開始；不點選則什麼也不會發生。"
    "十分鐘後仍未收到？請看看垃圾郵件匣。",
    "confirm_asked_title": "還差一步",
    "confirm_asked": "點選下面的按鈕，開始訂閱《{title}》。",
    "confirm": "確認訂閱",
    "confirmed_title": "歡迎",
    "confirmed": "訂閱已經開始，下一期會寄到您的信箱。",
    "leave_asked_title": "取消訂閱",
    "leave_asked": "確定不再接收這份通訊嗎？",
    "leave": "取消訂閱",
    "left_title": "已取消訂閱",
    "left": "以後不會再寄信給您。此刻已在路上的郵件可能仍會送達。",
    "preferences_title": "訂閱設定",
    "preferences_of": "這裡是 {address} 的設定。",
    "lists": "您接收的內容",
    "language": "語言",
    "language_default": "與本刊相同",
    "save": "儲存",
    "saved": "已儲存。",
    "your_data": "您的資料",
    "export_hint": "這裡保存的與您有關的全部資訊，JSON 檔案。",
    "export": "下載我的資料",
    "erase_hint": "永久刪除您的地址、稱呼和全部訂閱。"
    "只留下一個代碼：它不會透露您的地址，只用來保證這個地址不再被加入。",
    "erase_sure": "是的，全部刪除",
    "erase": "刪除我的資料",
    "erased_title": "已刪除",
    "erased": "您的地址和稱呼已從這裡刪除，以後不會再寄信給您。",
    "erase_unsure": "沒有刪除任何內容：請先勾選確認。",
    "link_invalid_title": "連結無效",
    "link_invalid": "連結不完整，或者已經失效。請使用較新郵件裡的連結。",
    "link_expired_title": "連結已過期",
    "link_expired": "連結有效期為 48 小時。請重新訂閱，即可收到新的確認信。",
    "busy_title": "請稍後再試",
    "busy": "這裡正在維護，沒有遺失任何內容。請過幾分鐘再試。",
    "not_found_title": "沒有這個頁面",
    "not_found": "這個地址下沒有內容。",
}

# The languages that a reader can choose, each in its own words.
LANGUAGES: Mapping[str, str] = {"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}

_TRADITIONAL_TAGS = frozenset({"hant", "tw", "hk", "mo"})


def wording(language: str) -> Wording:
    """The words for a BCP 47 language."""
    return {"en": _ENGLISH, "zh-Hans": _SIMPLIFIED, "zh-Hant": _TRADITIONAL}[voice(language)]


def voice(language: str) -> str:
    """The language that `wording` answers in: "zh-TW" gives "zh-Hant", another "zh" "zh-Hans", the rest "en"."""
    first, *others = language.lower().replace("_", "-").split("-")
    if first != "zh":
        return "en"
    return "zh-Hant" if _TRADITIONAL_TAGS.intersection(others) else "zh-Hans"
