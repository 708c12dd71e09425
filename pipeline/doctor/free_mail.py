"""Domains that belong to a mail service: nobody else can say in their DNS that a server may send for them."""

from __future__ import annotations

# A service by its name, parts of its servers' names, and its domains; as their help pages had it.
_SERVICES = (
    ("gmail", ("gmail",), "gmail.com googlemail.com"),
    ("yahoo", ("yahoo",), (
        "yahoo.com yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com.br yahoo.com.hk yahoo.com.tw yahoo.de "
        "yahoo.es yahoo.fr yahoo.it ymail.com rocketmail.com")),
    ("aol", ("aol",), "aol.com aim.com"),
    ("outlook.com", ("outlook", "office365"), (
        "outlook.com outlook.de outlook.es outlook.fr outlook.jp hotmail.com hotmail.co.uk hotmail.de hotmail.es "
        "hotmail.fr hotmail.it live.com live.cn live.co.uk live.fr msn.com")),
    ("icloud", ("icloud", "mail.me.com"), "icloud.com me.com mac.com"),
    ("qq.com", ("qq.com",), "qq.com vip.qq.com foxmail.com"),
    ("163.com", ("163.com",), "163.com vip.163.com"),
    ("126.com", ("126.com",), "126.com vip.126.com"),
    ("yeah.net", ("yeah.net",), "yeah.net"),
    ("sina", ("sina.",), "sina.com sina.cn vip.sina.com"),
    ("sohu", ("sohu.com",), "sohu.com"),
    ("139.com", ("139.com",), "139.com"),
    ("aliyun mail", ("smtp.aliyun.com",), "aliyun.com"),
    ("yandex", ("yandex",), "yandex.com yandex.ru ya.ru"),
    ("mail.ru", ("mail.ru",), "mail.ru bk.ru inbox.ru internet.ru list.ru"),
    ("gmx", ("gmx",), "gmx.de gmx.net gmx.com gmx.at gmx.ch"),
    ("web.de", ("web.de",), "web.de"),
    ("t-online", ("t-online",), "t-online.de"),
    ("naver", ("naver",), "naver.com"),
    ("proton", ("proton",), "proton.me protonmail.com pm.me"),
)
_OWNERS = {domain: (name, servers) for name, servers, domains in _SERVICES for domain in domains.split()}


def owner_of(domain: str, post: str) -> str:
    """Whose domain it is where `post`, a host or a kind of transport, is another's; "" where that may send for it."""
    name, servers = _OWNERS.get(domain, ("", ()))
    return "" if any(part in post for part in servers) else name
