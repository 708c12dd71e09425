"""What a mail says in Japanese and Korean; `wording` chooses."""

from __future__ import annotations

from collections.abc import Mapping

JAPANESE: Mapping[str, str] = {
    "number": "第{number}号",
    "view": "ブラウザで表示",
    "continue": "続きをウェブで読む",
    "continued": "今号はメールに収まりきりませんでした。続きはウェブでお読みください：",
    "more": "ほか{count}件",
    "why": "このメールは『{title}』を購読されている方にお送りしています。",
    "unsubscribe": "購読を解除する",
    "preferences": "購読設定",
    "archive": "バックナンバー",
    "image": "画像",
    "colon": "：",
    "letter_why": "『{title}』がこのメールアドレスをお預かりしたため、お送りしています。",
    "confirm_subject": "『{title}』の購読をご確認ください",
    "confirm_text": "『{title}』をメールでお届けしてよろしいでしょうか。下の「購読を確認する」を押すと、"
    "次の号からお届けします。",
    "confirm_button": "購読を確認する",
    "confirm_small": "お心当たりのない場合やご不要の場合は、何もなさらなくて結構です。"
    "今後メールをお送りすることはありません。",
    "change_subject": "『{title}』の新しい配信先をご確認ください",
    "change_text": "今後『{title}』をこのアドレスで受け取るというお申し込みを受け付けました。"
    "下の「このアドレスを使う」を押すと変更されます。",
    "change_button": "このアドレスを使う",
    "change_small": "お心当たりのない場合は、何もなさらなくて結構です。今後メールをお送りすることはありません。",
    "welcome_subject": "『{title}』へようこそ",
    "welcome_latest": "ようこそ。購読の手続きが完了しました。最新号をお届けします。次の号は発行日にお送りします。",
    "welcome_text": "購読の手続きが完了しました。次の号からこのアドレスにお届けします。"
    "それまではウェブでバックナンバーをお読みいただけます。",
    "welcome_button": "バックナンバーを読む",
    "welcome_small": "購読はいつでもワンクリックで解除できます。",
}

KOREAN: Mapping[str, str] = {
    "number": "제{number}호",
    "view": "브라우저에서 보기",
    "continue": "웹에서 이어 읽기",
    "continued": "이번 호는 메일 한 통에 다 담지 못했습니다. 나머지는 웹에서 읽으실 수 있습니다:",
    "more": "외 {count}건",
    "why": "‘{title}’ 구독자께 보내 드리는 메일입니다.",
    "unsubscribe": "구독 해지",
    "preferences": "구독 설정",
    "archive": "지난 호 보기",
    "image": "이미지",
    "colon": ": ",
    "letter_why": "‘{title}’에 이 메일 주소가 전달되어 보내 드립니다.",
    "confirm_subject": "‘{title}’ 구독을 확인해 주세요",
    "confirm_text": "‘{title}’ 소식을 메일로 받아 보시겠습니까? 아래 ‘구독 확인’을 누르시면 다음 호부터 보내 드립니다.",
    "confirm_button": "구독 확인",
    "confirm_small": "신청하신 적이 없거나 원하지 않으시면 아무것도 하지 않으셔도 됩니다. 더는 메일을 보내지 않습니다.",
    "change_subject": "‘{title}’ 새 메일 주소를 확인해 주세요",
    "change_text": "앞으로 이 주소로 ‘{title}’ 메일을 받겠다는 신청을 받았습니다. "
    "아래 ‘이 주소 사용’을 누르시면 변경됩니다.",
    "change_button": "이 주소 사용",
    "change_small": "신청하신 적이 없다면 아무것도 하지 않으셔도 됩니다. 더는 메일을 보내지 않습니다.",
    "welcome_subject": "‘{title}’ 구독을 환영합니다",
    "welcome_latest": "환영합니다. 구독이 확인되었습니다. 최신 호를 보내 드리며, 다음 호는 발행일에 보내 드립니다.",
    "welcome_text": "구독이 확인되었습니다. 다음 호부터 이 주소로 보내 드립니다. 그때까지 지난 호는 웹에서 읽으실 수 "
    "있습니다.",
    "welcome_button": "지난 호 읽기",
    "welcome_small": "언제든지 클릭 한 번으로 구독을 해지할 수 있습니다.",
}
