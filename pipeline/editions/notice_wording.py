"""What a notice to the maintainer says, by language; `wording` has what readers are told."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.editions.wording import Wording, choose
from pipeline.language import spoken

_ENGLISH: Wording = {
    "issue": "No. {number} “{title}”",
    "issue_without_number": "“{title}”",
    "subject_approval": "{issue} waits for you",
    "subject_held": "{issue} is held",
    "subject_held_list": "{issue} is held for {list}",
    "subject_paused": "{issue}: sending is paused",
    "subject_doubt": "{issue}: {count} in doubt",
    "subject_finished": "{issue} is out",
    "subject_broken": "{path} cannot be used",
    "subject_broken_more": "files that cannot be used: {count} more",
    "subject_depleted": "{count} issues are missing",
    "subject_stalled": "Nothing new goes out",
    "subject_missing": "An issue is overdue",
    "subject_asks": "{who} asks to be taken off",
    "subject_mailbox": "The mailbox is not read",
    "subject_several": "{count} matters at {title}",
    "approval": "{issue} waits for your approval ({reason}). Look at it, then let it go:",
    "held": "{issue} is held and nobody was mailed: {reason}. {way}",
    "way_decided": "Once you are content, the first line mails it, the second publishes it without mail:",
    "way_mended": "It goes once that is mended; to publish it without mail:",
    "held_list": "{issue} was mailed, but not to {list}: {reason}. {way}",
    "way_list_decided": "Once you are content, let it go:",
    "way_list_mended": "It goes once that is mended.",
    "paused": "The mailing of {issue} to {list} is paused: {reason}. {sent} of {audience} readers have it. When the "
              "cause is mended, go on with:",
    "doubt": "{count} of {audience} readers of {issue} ({list}) may or may not have it: avviso, or the line to the "
             "mail server, ended between the message and the answer. Nearly all of those did arrive. Decide with one "
             "of these, or leave it: {otherwise}.",
    "otherwise_closed": "on {expires} they count as sent",
    "otherwise_open": "they stay as they are",
    "finished": "{issue} was mailed to {list}: {audience} readers, {counts}. Begun {begun}, done {ended}.",
    "finished_command": "All figures:",
    "broken": "A file of the issues folder cannot be used: {problem}. Until it is mended it is mailed to nobody; if it "
              "was published, its last good text stays in feeds and archive. All that is wrong with it:",
    "broken_more": "Files of the issues folder that cannot be used: {count} more. All of them:",
    "depleted": "{count} known issues, {path} among them, are missing from the issues folder since {since}. Until that "
                "is settled feeds and archive stay as they are, and nothing new is mailed. Bring them back, or say "
                "that they are meant to be gone:",
    "stalled": "Nothing new has been shown or mailed since {since}: {reason}. It goes on by itself once that is "
               "mended; to try at once:",
    "missing": "An issue was expected on {expected}, by the rhythm of the last {known}; the last one was {issue} on "
               "{last}. If one is in the folder, `check` says why it is not taken:",
    "asks": "{who} asks by mail to be taken off and proves nothing, so nobody was. Read it in the mailbox that avviso "
            "reads, then take off the address that it is about:",
    "mailbox": "The mailbox has not been read since {since}: {reason}. Until that is mended nobody who bounces or "
               "leaves by mail is taken off. What stands in the way:",
    "why": "avviso writes this to the address of notify.email in config.yaml. Each matter is told once; "
           "`avviso status` shows what is still open.",
    "sent": "{n} sent", "failed": "{n} failed", "in_doubt": "{n} in doubt", "skipped": "{n} left before it was sent",
    "cancelled": "{n} cancelled",
    "comma": ", ",
}

_SIMPLIFIED: Wording = {
    "issue": "第 {number} 期《{title}》",
    "issue_without_number": "《{title}》",
    "subject_approval": "{issue}等你批准",
    "subject_held": "{issue}被扣下了",
    "subject_held_list": "{issue}暂不寄往 {list}",
    "subject_paused": "{issue}暂停发送",
    "subject_doubt": "{issue}有 {count} 封存疑",
    "subject_finished": "{issue}已寄出",
    "subject_broken": "{path} 不能用",
    "subject_broken_more": "还有 {count} 个文件不能用",
    "subject_depleted": "少了 {count} 期",
    "subject_stalled": "新的内容发不出去",
    "subject_missing": "新的一期迟了",
    "subject_asks": "{who} 来信要求退订",
    "subject_mailbox": "邮箱读不了",
    "subject_several": "《{title}》有 {count} 件事",
    "approval": "{issue}等你批准（{reason}）。先看一眼，再放行：",
    "held": "{issue}被扣下，没有寄给任何人：{reason}。{way}",
    "way_decided": "看过没问题，第一行寄出，第二行只发布不寄信：",
    "way_mended": "改好之后自动寄出；如果只想发布、不寄信：",
    "held_list": "{issue}已经寄出，但没有寄往 {list}：{reason}。{way}",
    "way_list_decided": "看过没问题，就放行：",
    "way_list_mended": "改好之后自动寄出。",
    "paused": "{issue}发往 {list} 的邮件暂停了：{reason}。{audience} 位读者中已有 {sent} 位收到。排除原因后继续：",
    "doubt": "{issue}（{list}）的 {audience} 位读者中，有 {count} 位不知是否收到：信交出去之后、收到回音之前，"
             "程序或线路中断了。这类信几乎都已送达。请用下面的一行决定，或者不管它：{otherwise}。",
    "otherwise_closed": "{expires} 之后按已寄处理",
    "otherwise_open": "它们会一直保持原样",
    "finished": "{issue}已寄往 {list}：共 {audience} 位读者，{counts}。{begun} 开始，{ended} 结束。",
    "finished_command": "全部数字：",
    "broken": "文件夹里有一个文件不能用：{problem}。改好之前不会寄给任何人；如果已经发布过，"
              "订阅源和网页保留它上一次的文字。它的全部问题：",
    "broken_more": "文件夹里还有 {count} 个文件不能用。全部列出：",
    "depleted": "{since} 起，文件夹里少了 {count} 期，其中有 {path}。弄清楚之前，订阅源和网页保持原样，"
                "新的一期不会寄出。请把它们放回来；如果是有意删去的，就运行：",
    "stalled": "{since} 起，新的内容没有发布，也没有寄出：{reason}。改好之后会自动继续；想马上再试：",
    "missing": "按最近 {known} 期的节奏，{expected} 应当有新的一期；上一期是 {last} 的{issue}。"
               "如果文件夹里已经有了，check 会说明为什么没有采用：",
    "asks": "{who} 来信要求退订，但不能证明是本人，所以没有退订任何人。请到 avviso 所读的邮箱里看这封信，"
            "再退订信中所说的地址：",
    "mailbox": "{since} 起，邮箱一直读不了：{reason}。修好之前，退信和来信退订都得不到处理。看看问题在哪里：",
    "why": "这封信由 avviso 寄给 config.yaml 里 notify.email 的地址。每件事只说一次；avviso status 会列出尚未处理的。",
    "sent": "已寄 {n}", "failed": "失败 {n}", "in_doubt": "存疑 {n}", "skipped": "寄出前已退订 {n}",
    "cancelled": "取消 {n}",
    "comma": "，",
    "cause_approval": "按 mailings.approve 的设定",
    "cause_late": "到期太久（{reason}）",
    "cause_burst": "一次到期的太多（{reason}）",
    "cause_copy": "文字与寄过的一期几乎相同（{reason}）",
    "cause_restored": "账本是恢复来的，这一期可能已经寄过（{reason}）",
    "cause_clock": "时钟拨快之后才到期（{reason}）",
    "cause_mistake": "有错误要改（{reason}）",
    "cause_unwelcome": "发信服务器拒绝了我们（{reason}）",
}

_TRADITIONAL: Wording = {
    "issue": "第 {number} 期《{title}》",
    "issue_without_number": "《{title}》",
    "subject_approval": "{issue}等你核准",
    "subject_held": "{issue}被扣下了",
    "subject_held_list": "{issue}暫不寄往 {list}",
    "subject_paused": "{issue}暫停發送",
    "subject_doubt": "{issue}有 {count} 封存疑",
    "subject_finished": "{issue}已寄出",
    "subject_broken": "{path} 不能用",
    "subject_broken_more": "還有 {count} 個檔案不能用",
    "subject_depleted": "少了 {count} 期",
    "subject_stalled": "新的內容發不出去",
    "subject_missing": "新的一期遲了",
    "subject_asks": "{who} 來信要求退訂",
    "subject_mailbox": "信箱讀不了",
    "subject_several": "《{title}》有 {count} 件事",
    "approval": "{issue}等你核准（{reason}）。先看一眼，再放行：",
    "held": "{issue}被扣下，沒有寄給任何人：{reason}。{way}",
    "way_decided": "看過沒問題，第一行寄出，第二行只發佈不寄信：",
    "way_mended": "改好之後自動寄出；如果只想發佈、不寄信：",
    "held_list": "{issue}已經寄出，但沒有寄往 {list}：{reason}。{way}",
    "way_list_decided": "看過沒問題，就放行：",
    "way_list_mended": "改好之後自動寄出。",
    "paused": "{issue}發往 {list} 的郵件暫停了：{reason}。{audience} 位讀者中已有 {sent} 位收到。排除原因後繼續：",
    "doubt": "{issue}（{list}）的 {audience} 位讀者中，有 {count} 位不知是否收到：信交出去之後、收到回音之前，"
             "程式或線路中斷了。這類信幾乎都已送達。請用下面的一行決定，或者不管它：{otherwise}。",
    "otherwise_closed": "{expires} 之後按已寄處理",
    "otherwise_open": "它們會一直保持原樣",
    "finished": "{issue}已寄往 {list}：共 {audience} 位讀者，{counts}。{begun} 開始，{ended} 結束。",
    "finished_command": "全部數字：",
    "broken": "資料夾裡有一個檔案不能用：{problem}。改好之前不會寄給任何人；如果已經發佈過，"
              "訂閱源和網頁保留它上一次的文字。它的全部問題：",
    "broken_more": "資料夾裡還有 {count} 個檔案不能用。全部列出：",
    "depleted": "{since} 起，資料夾裡少了 {count} 期，其中有 {path}。弄清楚之前，訂閱源和網頁保持原樣，"
                "新的一期不會寄出。請把它們放回來；如果是有意刪去的，就執行：",
    "stalled": "{since} 起，新的內容沒有發佈，也沒有寄出：{reason}。改好之後會自動繼續；想馬上再試：",
    "missing": "按最近 {known} 期的節奏，{expected} 應當有新的一期；上一期是 {last} 的{issue}。"
               "如果資料夾裡已經有了，check 會說明為什麼沒有採用：",
    "asks": "{who} 來信要求退訂，但不能證明是本人，所以沒有退訂任何人。請到 avviso 所讀的信箱裡看這封信，"
            "再退訂信中所說的地址：",
    "mailbox": "{since} 起，信箱一直讀不了：{reason}。修好之前，退信和來信退訂都得不到處理。看看問題在哪裡：",
    "why": "這封信由 avviso 寄給 config.yaml 裡 notify.email 的地址。每件事只說一次；avviso status 會列出尚未處理的。",
    "sent": "已寄 {n}", "failed": "失敗 {n}", "in_doubt": "存疑 {n}", "skipped": "寄出前已退訂 {n}",
    "cancelled": "取消 {n}",
    "comma": "，",
    "cause_approval": "按 mailings.approve 的設定",
    "cause_late": "到期太久（{reason}）",
    "cause_burst": "一次到期的太多（{reason}）",
    "cause_copy": "文字與寄過的一期幾乎相同（{reason}）",
    "cause_restored": "帳本是還原來的，這一期可能已經寄過（{reason}）",
    "cause_clock": "時鐘撥快之後才到期（{reason}）",
    "cause_mistake": "有錯誤要改（{reason}）",
    "cause_unwelcome": "寄信伺服器拒絕了我們（{reason}）",
}


_CATALOGUES: Mapping[str, Wording] = {"en": _ENGLISH, "zh-Hans": _SIMPLIFIED, "zh-Hant": _TRADITIONAL}


def notice_wording(language: str) -> Wording:
    """The words for a BCP 47 language, chosen as `wording` chooses; a notice speaks fewer languages than a mail."""
    return choose(language, _CATALOGUES)


def notice_language(language: str) -> str:
    """The language that a notice speaks to the maintainer of a publication in this one: it, or else English."""
    return language if spoken(language) in _CATALOGUES else "en"
