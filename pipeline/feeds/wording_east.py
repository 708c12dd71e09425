"""What the archive says in Japanese and Korean; `wording` chooses."""

from __future__ import annotations

from collections.abc import Mapping

JAPANESE: Mapping[str, str] = {
    "number": "第{number}号",
    "all_issues": "バックナンバー",
    "latest": "最新号",
    "skip": "本文へ移動",
    "newer": "次の号",
    "older": "前の号",
    "neighbours": "前後の号",
    "years": "年別",
    "tags": "タグ",
    "feeds_hint": "フィードリーダーで購読：",
    "feed_hint": "これはフィードです。このページのアドレスをフィードリーダーに登録すると購読できます。",
    "filter": "バックナンバーを検索",
    "found": "{count}件見つかりました",
    "none": "見つかりませんでした",
    "empty": "創刊号は準備中です。",
    "subscribe": "購読する",
    "subscribe_hint": "毎号メールでお届けします。いつでもワンクリックで解除できます。",
    "moved": "このページは移動しました：",
    "missing": "ページが見つかりません",
    "missing_hint": "移動した可能性があります。こちらをご覧ください：",
}

KOREAN: Mapping[str, str] = {
    "number": "제{number}호",
    "all_issues": "지난 호 보기",
    "latest": "최신 호",
    "skip": "본문으로 건너뛰기",
    "newer": "다음 호",
    "older": "이전 호",
    "neighbours": "이전 호와 다음 호",
    "years": "연도",
    "tags": "태그",
    "feeds_hint": "피드 리더로 구독:",
    "feed_hint": "이 페이지는 피드입니다. 주소를 피드 리더에 등록하면 구독할 수 있습니다.",
    "filter": "지난 호 검색",
    "found": "{count}건을 찾았습니다",
    "none": "찾지 못했습니다",
    "empty": "첫 호를 준비하고 있습니다.",
    "subscribe": "구독",
    "subscribe_hint": "매호 메일로 보내 드립니다. 언제든지 클릭 한 번으로 해지할 수 있습니다.",
    "moved": "이 페이지는 다음 주소로 옮겨졌습니다:",
    "missing": "페이지를 찾을 수 없습니다",
    "missing_hint": "주소가 바뀌었을 수 있습니다. 여기를 보세요:",
}
