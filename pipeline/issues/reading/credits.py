"""Lines that say whose a picture or a text is: `Photo by Mira on Unsplash`, `原文：…`; and who paid for it: `Brought to
you by …`. They describe no issue."""

from __future__ import annotations

import re

_LONGEST = 120  # characters; what is longer says something besides
_CREDIT = re.compile(
    r"(?:photo(?:graph)?|image|picture|illustration|artwork|cover|banner|header)s?(?: photo| image| art)?"
    r" (?:by|credits?|courtesy|source|via)\b"
    r"|(?:image|photo(?:graph)?|picture|illustration|artwork)s?\s*[:：]"
    r"|(?:credits?|source|author|original(?: article| post)?|translat(?:or|ion)|(?:written|translated) by)\s*[:：]"
    r"|translated by "
    r"|(?:题图|頭圖|头图|封面(?:图片?|照片)?|配图|图片|圖片|照片)(?:来源|來源|作者|摄影)?\s*(?:[:：]|来自|來自|[源取出]自|[来來]源[于於自])"
    r"|(?:原文|译文|譯文|译者|譯者|翻译|翻譯|作者|来源|來源|出处|出處|转载自?|轉載自?)"
    r"(?:链接|地址|标题|作者|来源)?\s*[:：]"
    r"|(?:撰文|编辑|編輯|责编|責編|审校|審校|校对|校對)\s*[:：](?=.{0,20}$)",
    re.IGNORECASE)
# Who helped with it, and nothing besides.
_THANKS = re.compile(
    r"(?:(?:many|special|big|huge) )?(?:thanks|thank you) to [^.!?]{2,100} for"
    r" (?:(?:their|his|her) (?:contributions?|help)|(?:taking|preparing|writing|editing|translating)\b)"
    r"[^.!?]{0,60}[.!]?"
    r"|感谢(?:本[期周].{0,8}(?:投稿|线索|供稿|编辑).{0,60}|[^，。！？]{1,30}(?:赞助|投稿)[。！]?)", re.IGNORECASE)
# Which only begins like one: `Image by image, we built a data set of ten pots.`, `翻译：这件事机器做得越来越好。`
_SENTENCE = re.compile(r"(?:\S+\s+){7,}\S+[.!?]|[^:：]*[:：][^:：]*[。！？]")
# What the picture above shows, in however many sentences.
_CAPTION = re.compile(r"(?:题图|頭圖|头图|封面图片?|封面照片)\s*[:：](?=.{0,30}$)")
# As articles exported from WeChat begin: who wrote it, in which account, and when to the minute.
_BYLINE = re.compile(r"[^。！？，：:]{1,40}\s(?:19|20)\d{2}-\d{2}-\d{2} \d{2}:\d{2}")
_SPONSORED = re.compile(
    r"(?:(?:this|today['’]s)(?: week['’]s)? (?:issue|edition|newsletter|episode|post) (?:is|was) )?"
    r"(?:sponsored by|brought to you by|supported by our (?:friends|sponsors?))\b"
    r"|本[期周].{0,10}由(?!于)[^，。！？]{1,30}(?:赞助|冠名|特约)", re.IGNORECASE)
# What stands below a picture, and what an account of WeChat asks of its readers; not what is noticed (`引发关注`).
_ASIDE = re.compile(
    r"图 ?\d{0,2} ?[:：](?=.{0,40}$)|[▲△](?=.{0,40}$)|在小说阅读器[读中](?=.{0,6}$)"
    r"|(?:点击|长按|扫描?码?|识别)[^，。！？率引受值]{0,16}(?:蓝字|关注|二维码(?!的))(?=.{0,20}$)")
# What a mail says of itself, from which a text was taken.
_OF_A_MAIL = re.compile(
    r"(?:are you )?having (?:trouble|problems) (?:viewing|reading)"
    r"(?: (?:this|the) (?:e-?mail|newsletter|issue|message)\b| this\?|\?|\W*$)"
    r"|(?:view|read|open)(?: this| the)?(?: e-?mail| newsletter| issue| it)? in (?:your|a) browser\W*$"
    r"|this (?:e-?mail|newsletter) was sent to\b|was this (?:e-?mail|newsletter) forwarded to you\b"
    r"|you(?:['’]re| are) receiving this (?:e-?mail|newsletter)\b"
    r"|在浏览器[中里]?(?:查看|打开|阅读).{0,20}$", re.IGNORECASE)
# The authors of a paper, and what it is filed under, however many.
_NAMES = re.compile(
    r"(?:authors?|keywords?|tags|categories|作者|关键词|关键字|标签|標籤)\s*[:：].*[^.!?。！？]", re.IGNORECASE)
_MARKS = re.compile(r"[^\w▲△]+")  # an emoji before one, a bracket around it
_ADDRESS = re.compile(r"https?://[!-~]+")


def is_credit(text: str) -> bool:
    """Whether a paragraph, as plain text, only names who made what it stands beside or helped with it, or what a
    picture shows; or begins with who paid for it, or asks to be followed, or tells of the mail that it was."""
    said = _ADDRESS.sub("", text).strip()
    said = said[marks.end():] if (marks := _MARKS.match(said)) else said
    is_all_credit = any(pattern.fullmatch(said) for pattern in (_NAMES, _THANKS))
    if is_all_credit or any(pattern.match(said) for pattern in (_SPONSORED, _ASIDE, _OF_A_MAIL)):
        return True
    if len(said) > _LONGEST:
        return False
    return _BYLINE.fullmatch(said) is not None or (
        _CREDIT.match(said) is not None and (_CAPTION.match(said) is not None or _SENTENCE.fullmatch(said) is None))
