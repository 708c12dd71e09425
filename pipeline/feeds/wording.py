"""What the pages of the archive say in their own voice, by language. English stands in for any other."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.feeds.wording_east import JAPANESE, KOREAN
from pipeline.feeds.wording_europe import FRENCH, GERMAN, PORTUGUESE, RUSSIAN, SPANISH
from pipeline.language import voice

Wording = Mapping[str, str]

_ENGLISH: Wording = {
    "number": "No. {number}",
    "all_issues": "All issues",
    "latest": "Latest issue",
    "skip": "Skip to content",
    "newer": "Newer",
    "older": "Older",
    "neighbours": "Newer and older issues",
    "years": "Years",
    "tags": "Tags",
    "feeds_hint": "Follow in a feed reader:",
    "feed_hint": "This is a feed. To follow it, copy the address of this page into a feed reader.",
    "filter": "Search the issues",
    "found": "{count} found",
    "none": "Nothing found",
    "empty": "The first issue is yet to come.",
    "subscribe": "Subscribe",
    "subscribe_hint": "Every issue, by mail. Leave at any time with one click.",
    "moved": "This page has moved to",
    "missing": "There is no such page",
    "missing_hint": "It may have moved. Here are",
}

_SIMPLIFIED: Wording = {
    "number": "第 {number} 期",
    "all_issues": "往期内容",
    "latest": "最新一期",
    "skip": "跳到正文",
    "newer": "下一期",
    "older": "上一期",
    "neighbours": "上一期与下一期",
    "years": "年份",
    "tags": "标签",
    "feeds_hint": "用阅读器订阅：",
    "feed_hint": "这是一个订阅源。把本页的网址复制到阅读器中，即可订阅。",
    "filter": "搜索往期",
    "found": "找到 {count} 期",
    "none": "没有找到",
    "empty": "第一期即将到来。",
    "subscribe": "订阅",
    "subscribe_hint": "每期直接寄到邮箱，随时一键退订。",
    "moved": "本页已移至",
    "missing": "没有这个页面",
    "missing_hint": "它可能换了地址，请看",
}

_TRADITIONAL: Wording = {
    "number": "第 {number} 期",
    "all_issues": "往期內容",
    "latest": "最新一期",
    "skip": "跳到正文",
    "newer": "下一期",
    "older": "上一期",
    "neighbours": "上一期與下一期",
    "years": "年份",
    "tags": "標籤",
    "feeds_hint": "用閱讀器訂閱：",
    "feed_hint": "這是一個訂閱源。把本頁的網址複製到閱讀器中，即可訂閱。",
    "filter": "搜尋往期",
    "found": "找到 {count} 期",
    "none": "沒有找到",
    "empty": "第一期即將到來。",
    "subscribe": "訂閱",
    "subscribe_hint": "每期直接寄到信箱，隨時一鍵取消訂閱。",
    "moved": "本頁已移至",
    "missing": "沒有這個頁面",
    "missing_hint": "它可能換了地址，請看",
}

CATALOGUE: Mapping[str, Wording] = {
    "en": _ENGLISH, "zh-Hans": _SIMPLIFIED, "zh-Hant": _TRADITIONAL, "ja": JAPANESE, "ko": KOREAN, "de": GERMAN,
    "fr": FRENCH, "es": SPANISH, "pt": PORTUGUESE, "ru": RUSSIAN,
}


def wording(language: str) -> Wording:
    """The phrases for a language tag: `zh-Hans`, `zh_TW`, `en-GB`."""
    return CATALOGUE[voice(language)]
